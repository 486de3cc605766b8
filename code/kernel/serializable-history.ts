// unprinted: for the chapter on transactions
/** Histories of transactions, and how they come from those of clients. */
import type { Operation } from "./history.ts";
import type { Json, NodeId } from "./node.ts";

// #region transaction
/** One call: a list of small operations, done as one or not at all. */
export type Transaction<Op = ListOp> = {
  readonly process: NodeId;
  readonly invokeMs: number;
  /** Null: no answer was seen until the end of the run. */
  readonly returnMs: number | null;
  readonly ops: readonly Op[];
  /** Committed; surely aborted; or nobody knows. */
  readonly outcome: "ok" | "fail" | "info";
};

/** `r` key: the list it held. Null: none, or nobody saw the answer. */
export type ListOp =
  | readonly ["r", Json, readonly Json[] | null]
  | readonly ["append", Json, Json];

/** `r` key: the value it held; null where it had none. */
export type RegisterOp =
  | readonly ["r", Json, Json]
  | readonly ["w", Json, Json];
// #endregion transaction

/**
 * The operations `txn {txn}` of a history, as Maelstrom writes them in
 * txn-list-append; a key that was never appended to may be read as null.
 * Throws where a body is no such transaction.
 */
export function listTransactionsOf(
  history: readonly Operation[],
): readonly Transaction[] {
  return transactionsOf(history, (op, isSeen) => {
    const [f, key, value] = op;
    if (f === "append") return [f, key, value];
    if (f !== "r") throw new Error(`A list has no operation "${f}".`);
    if (!isSeen) return [f, key, null];
    const list = value ?? [];
    if (!Array.isArray(list)) {
      throw new Error(`No list: ${JSON.stringify(list)}`);
    }
    return [f, key, list];
  });
}

/** The same for txn-rw-register: `["r", key, value]`, `["w", …]`. */
export function registerTransactionsOf(
  history: readonly Operation[],
): readonly Transaction<RegisterOp>[] {
  return transactionsOf(history, ([f, key, value], isSeen) => {
    if (f !== "w" && f !== "r") {
      throw new Error(`A register has no operation "${f}".`);
    }
    return [f, key, f === "r" && !isSeen ? null : value];
  });
}

type Micro = readonly [f: Json, key: Json, value: Json];

/** What was answered, where it was; else what was asked. */
function transactionsOf<Op>(
  history: readonly Operation[],
  parse: (micro: Micro, isSeen: boolean) => Op,
): readonly Transaction<Op>[] {
  return history
    .filter(({ op }) => op === "txn")
    .map(({ process, invokeMs, returnMs, args, result, outcome }) => {
      const isSeen = outcome === "ok";
      const body = isSeen ? result?.txn : args.txn;
      if (!Array.isArray(body)) {
        throw new Error(`No transaction: ${JSON.stringify(body)}`);
      }
      const ops = body.map((one: Json) => parse(micro(one), isSeen));
      return { process, invokeMs, returnMs, ops, outcome };
    });
}

function micro(op: Json): Micro {
  if (!Array.isArray(op) || op.length < 2) {
    throw new Error(`No operation: ${JSON.stringify(op)}`);
  }
  const [f = null, key = null, value = null]: readonly Json[] = op;
  return [f, key, value];
}
