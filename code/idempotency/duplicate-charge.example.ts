/** A client times out, tries again with a new key, and pays twice. */
// unprinted: for the chapter on idempotency
import { seedFrom } from "../kernel/sample.ts";
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

/** The provider pays at once, and its answer is slow to come. */
function story(seed: number, setup: Setup): readonly string[] {
  let slow = 0;
  const network = {
    delayMs: { kind: "constant", ms: 3 },
    fate: ({ body }: { readonly body: { readonly type: string } }) => {
      if (body.type === "pay_ok") slow += 1;
      return body.type === "pay_ok" && slow === 1 ? 150 : undefined;
    },
  } as const;
  const { sim } = play(payment({ seed, setup, network }), null);
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
