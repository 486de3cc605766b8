/**
 * The payment provider: another company's system. It moves money at once
 * and cannot be part of our transaction. It may know keys, or not.
 */
import type { Body, Effect, Json, Node } from "../kernel/node.ts";
import type { Charge } from "./ledger.ts";

// #region provider
export type Provider = {
  readonly payments: readonly Payment[];
};
type Payment = { readonly key: string; readonly charge: Charge };

/** With keys, it pays once for each and says the same again. */
export function provider(isIdempotent: boolean): Node<Provider> {
  return {
    init({ disk }) {
      const stored = disk.payments as readonly Payment[] | undefined;
      return [{ payments: stored ?? [] }, []];
    },
    step(state, { event }) {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      const { key, charge, msg_id } = body as Body & Pay;
      const at = state.payments.findIndex((paid) => paid.key === key);
      const isKnown = isIdempotent && at >= 0;
      const payments = isKnown
        ? state.payments
        : [...state.payments, { key, charge }];
      const payment = isKnown ? at + 1 : payments.length;
      const reply = { type: "pay_ok", in_reply_to: msg_id, payment };
      const effects: Effect[] = [
        { kind: "persist", key: "payments", value: payments },
        { kind: "send", dest: src, body: reply },
      ];
      return [{ payments }, effects];
    },
  };
}
// #endregion provider

type Pay = {
  readonly key: string;
  readonly charge: Charge;
  readonly msg_id: Json;
};
