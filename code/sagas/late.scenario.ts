/** A charge that is given up, undone, and only then comes. */
import type { Body, Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { led, play } from "./order.scenario.ts";
import type { Participant } from "./participant.ts";

/** Every question to charge is this late; nobody waits for so long. */
export function lateCharge(
  seed: number,
  serve?: (node: Node<Participant>) => Node<Participant>,
): Simulation {
  const fate = ({ body }: { readonly body: Body }) =>
    body.type === "do" && body.step === "charge" ? 85 : undefined;
  const run = led({
    seed,
    refusing: null,
    change: { attemptsMax: 1 },
    network: { delayMs: { kind: "constant", ms: 3 }, fate },
    ...(serve === undefined ? {} : { serve }),
  });
  return play(run, null).sim;
}
