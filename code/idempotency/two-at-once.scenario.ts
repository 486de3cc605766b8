/**
 * Two clients ask with one key, in the same millisecond or one after the
 * other. The provider knows no keys: what is paid once is the work of the
 * key alone.
 */
import type { Node } from "../kernel/node.ts";
import { anyPayload, checkThenInsert } from "./broken.ts";
import { play } from "./crash-points.scenario.ts";
import type { PayerState } from "./payer.ts";
import { payer } from "./payer.ts";
import {
  keyOptions,
  payerOptions,
  payment,
  setups,
} from "./payment.scenario.ts";
import type { Provider } from "./provider.ts";
import type { Store } from "./store.ts";

export type Second = {
  readonly name: string;
  readonly wrap: (node: Node<Store>) => Node<Store>;
  readonly amount: number;
  readonly startMs: number;
  readonly keepMs: number;
};

const asIs = (node: Node<Store>) => node;
const usual = { wrap: asIs, amount: 40, startMs: 10, keepMs: 60_000 };

// #region seconds
export const seconds: readonly Second[] = [
  { ...usual, name: "claimed in one step" },
  { ...usual, name: "look, then insert", wrap: checkThenInsert },
  { ...usual, name: "another amount", amount: 70 },
  {
    ...usual,
    name: "another amount, no fingerprint",
    amount: 70,
    wrap: anyPayload,
  },
  { ...usual, name: "490 ms later, key kept", startMs: 500 },
  {
    ...usual,
    name: "490 ms later, key forgotten",
    startMs: 500,
    keepMs: 200,
  },
];
// #endregion seconds

export type Outcome = {
  readonly paid: number;
  readonly booked: number;
  /** All that the second client is told, in order. */
  readonly heard: readonly string[];
  readonly outcome: PayerState["outcome"];
};

export function twoAtOnce(seed: number, second: Second): Outcome {
  const { wrap, amount, startMs, keepMs } = second;
  const setup = setups[1];
  if (setup === undefined) throw new Error("no setup");
  const c2 = payer({
    ...payerOptions,
    targets: ["w2"],
    charge: { account: "ada", amount },
    startMs,
  });
  const { sim } = play(
    payment({
      seed,
      setup,
      wrap,
      keys: { ...keyOptions, keepMs },
      clients: { c1: payer(payerOptions), c2 },
    }),
    null,
  );
  const heard = sim.trace.flatMap((event) => {
    if (event.kind !== "deliver" || event.message.dest !== "c2")
      return [];
    const { text, response } = event.message.body;
    return [String(text ?? JSON.stringify(response))];
  });
  return {
    paid: sim.state<Provider>("v1").payments.length,
    booked: sim.state<Store>("s1").orders.length,
    heard,
    outcome: sim.state<PayerState>("c2").outcome,
  };
}
