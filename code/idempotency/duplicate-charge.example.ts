/** A client times out, tries again with a new key, and pays twice. */
import { seedFrom } from "../kernel/sample.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { eventText } from "../kernel/trace.ts";
import { play } from "./crash-points.scenario.ts";
import {
  payment,
  type Setup,
  setups,
  verdict,
} from "./payment.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const [fresh, , , kept] = setups;
  if (fresh === undefined || kept === undefined) return "";
  return [
    "a new key for each attempt:",
    ...story(seed, fresh),
    "",
    "one key for one intent:",
    ...story(seed, kept),
  ].join("\n");
}

// #region slow-answer
/** The provider pays at once, and its first answer is slow to come. */
export function slowAnswer(seed: number, setup: Setup): Simulation {
  let answers = 0;
  const network = {
    delayMs: { kind: "constant", ms: 3 },
    fate: ({ body }: { readonly body: { readonly type: string } }) => {
      if (body.type === "pay_ok") answers += 1;
      const isFirst = body.type === "pay_ok" && answers === 1;
      return isFirst ? 150 : undefined;
    },
  } as const;
  return play(payment({ seed, setup, network }), null).sim;
}
// #endregion slow-answer

function story(seed: number, setup: Setup): readonly string[] {
  const sim = slowAnswer(seed, setup);
  const lines = sim.trace.flatMap((event) => {
    const isTold =
      event.kind === "deliver" &&
      ["charge", "charge_ok", "pay", "error"].includes(
        event.message.body.type,
      );
    if (!isTold) return [];
    const time = event.atMs.toFixed(0).padStart(5);
    const text = eventText(event, ({ type, key, response, text }) =>
      [type, key, text, response && JSON.stringify(response)]
        .filter(Boolean)
        .join(" "),
    );
    return [`${time} ms  ${text}`];
  });
  const { charged } = verdict(sim);
  return [...lines, `the card was charged ${charged} x`];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
