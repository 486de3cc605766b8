/**
 * The simplest case: the effect is in one's own database. Then effect and
 * record are one transaction, and charging twice is impossible. One node,
 * one disk, one `persist` for both.
 */
import type {
  Body,
  Effect,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  claim,
  fingerprint,
  forget,
  type KeyOptions,
  type Keys,
  progress,
} from "./keys.ts";

// #region ledger-state
export type Charge = {
  readonly account: string;
  readonly amount: number;
};
export type Ledger = {
  readonly options: KeyOptions;
  readonly keys: Keys;
  readonly charges: readonly Charge[];
};
// #endregion ledger-state

/** Keys are held for a day after their first use. */
export const ledgerOptions: KeyOptions = {
  lockMs: 0,
  keepMs: 24 * 60 * 60 * 1000,
};

export function ledger(options: KeyOptions): Node<Ledger> {
  return {
    init({ disk }) {
      const empty = { keys: {}, charges: [] };
      const stored = disk.ledger as Stored | undefined;
      return [{ options, ...(stored ?? empty) }, []];
    },
    step(state, { event, nowMs }) {
      if (event.kind !== "message") return [state, []];
      const { body } = event.message;
      if (body.type === "charge")
        return onCharge(state, event.message, nowMs);
      return [state, []];
    },
  };
}

type Stored = Pick<Ledger, "keys" | "charges">;
export type ChargeRequest = Body & {
  readonly key: string;
  readonly charge: Charge;
  readonly msg_id: Json;
};

// #region on-charge
/** Charge once for a key, and answer the same each time. */
function onCharge(
  state: Ledger,
  { src, body }: Message,
  nowMs: number,
): Step<Ledger> {
  const { key, charge, msg_id } = body as ChargeRequest;
  const { options } = state;
  const kept = forget(state.keys, nowMs, options);
  const print = fingerprint(charge);
  const [keys, mine] = claim(kept, key, print, nowMs, options);
  if (mine.kind === "mismatch")
    return [state, [refuse(src, msg_id, 12, "KEY_REUSED")]];
  if (mine.kind === "done")
    return [state, [answer(src, msg_id, mine.response)]];
  const charges = [...state.charges, charge];
  const response = { receipt: charges.length };
  const attempt = keys[key]?.attempt ?? 0;
  const finished = progress(keys, key, attempt, "finished", response);
  const value = { keys: finished ?? keys, charges };
  // Effect and record are on disk together, or neither of them is.
  const both: Effect = { kind: "persist", key: "ledger", value };
  return [{ options, ...value }, [both, answer(src, msg_id, response)]];
}
// #endregion on-charge

export function answer(
  dest: NodeId,
  in_reply_to: Json,
  response: Json,
): Effect {
  const body = { type: "charge_ok", in_reply_to, response };
  return { kind: "send", dest, body };
}

export function refuse(
  dest: NodeId,
  in_reply_to: Json,
  code: number,
  text: string,
): Effect {
  const body = { type: "error", in_reply_to, code, text };
  return { kind: "send", dest, body };
}
