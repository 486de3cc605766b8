/** Five numbers; one is lost, and so is one acknowledgement. */
import type { Simulation } from "../kernel/simulator.ts";
import { itemsOn, overTheLink } from "./link.scenario.ts";

export function resendStory(): Simulation {
  const toLose = new Set(["data 2", "ack 1"]);
  const sim = overTheLink({
    seed: 1,
    items: itemsOn(["s"], 5),
    network: {
      delayMs: { kind: "constant", ms: 12 },
      fate({ body }) {
        const name = `${body.type} ${body.seq ?? body.ack}`;
        return toLose.delete(name) ? "lose" : undefined;
      },
    },
  });
  sim.runUntil(100);
  return sim;
}
