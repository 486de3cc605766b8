/** The database of the workers: the table of keys, and of orders. */
import type {
  Body,
  Json,
  Message,
  Node,
  NodeId,
} from "../kernel/node.ts";
import {
  claim,
  fingerprint,
  forget,
  type KeyOptions,
  type Keys,
  progress,
} from "./keys.ts";
import type { Charge } from "./ledger.ts";

// #region store
export type Store = {
  readonly options: KeyOptions;
  readonly keys: Keys;
  /** What the business knows to be paid. */
  readonly orders: readonly Charge[];
};
type Tables = Pick<Store, "keys" | "orders">;

/** Each message is one transaction: all of it is stored, or nothing. */
export function store(options: KeyOptions): Node<Store> {
  return {
    init({ disk }) {
      const stored = disk.tables as Tables | undefined;
      const tables = stored ?? { keys: {}, orders: [] };
      return [{ options, ...tables }, []];
    },
    step(state, { event, nowMs }) {
      if (event.kind !== "message") return [state, []];
      const [next, reply] = transact(state, event.message, nowMs);
      const { src, body } = event.message;
      const { keys, orders } = next;
      const value = { keys, orders };
      return [
        next,
        [
          { kind: "persist", key: "tables", value },
          answer(src, body.msg_id ?? null, reply),
        ],
      ];
    },
  };
}
// #endregion store

type Request = Body & {
  readonly key: string;
  readonly charge: Charge;
  readonly attempt: number;
  readonly recoveryPoint: string;
  readonly response: Json;
};

// #region transact
function transact(
  state: Store,
  { body }: Message,
  nowMs: number,
): readonly [Store, Body] {
  const { options, orders } = state;
  const { key, charge, attempt, recoveryPoint, response } =
    body as Request;
  if (body.type === "claim") {
    const kept = forget(state.keys, nowMs, options);
    const print = fingerprint(charge);
    const [keys, mine] = claim(kept, key, print, nowMs, options);
    return [
      { ...state, keys },
      { type: "claim_ok", ...mine },
    ];
  }
  const { keys } = state;
  const next = progress(keys, key, attempt, recoveryPoint, response);
  const isHeld = next !== null;
  const said = { type: "progress_ok", isHeld };
  if (!isHeld) return [state, said];
  // The order and the stored answer, in one transaction.
  const isPaid = recoveryPoint === "finished";
  const all = isPaid ? [...orders, charge] : orders;
  return [{ ...state, keys: next, orders: all }, said];
}
// #endregion transact

function answer(dest: NodeId, in_reply_to: Json, body: Body) {
  const reply = { ...body, in_reply_to };
  return { kind: "send", dest, body: reply } as const;
}
