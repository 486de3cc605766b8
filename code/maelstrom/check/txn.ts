/**
 * Transactions: strict serializability is linearizability of the whole
 * store, taken as one object (Herlihy and Wing 1990, section 3.3).
 */
// unprinted: for the chapter on testing
import type { Operation } from "../../kernel/history.ts";
import {
  checkLinearizable,
  type Model,
} from "../../kernel/linearizable.ts";
import type { Json } from "../../kernel/node.ts";
import { canonical } from "../../raft-kv/store.ts";
import { type Check, type Finding, fine, illegal } from "./finding.ts";

type Store = { readonly [key: string]: Json };
type Op = readonly [f: string, key: Json, value: Json];

// #region txn-model
/** What a transaction may have seen, and what it leaves behind. */
export const txnModel: Model<Store> = {
  init: {},
  partOf: () => "store",
  isIdle: ({ outcome, args }) => {
    if (outcome === "fail") return true;
    const ops = args.txn as readonly Op[];
    return outcome === "info" && ops.every(([f]) => f === "r");
  },
  step(start, { args, result }) {
    const asked = args.txn as readonly Op[];
    const seen = result?.txn as readonly Op[] | undefined;
    let store = start;
    for (const [at, [f, key, value]] of asked.entries()) {
      const name = canonical(key);
      const held = store[name] ?? null;
      if (f === "r") {
        const found = seen?.[at]?.[2];
        const isSeen = found !== undefined;
        if (isSeen && canonical(found) !== canonical(held)) return null;
      } else if (f === "append") {
        const list = Array.isArray(held) ? held : [];
        store = { ...store, [name]: [...list, value] };
      } else store = { ...store, [name]: value };
    }
    return { state: store };
  },
};
// #endregion txn-model

// #region check-echoed
/** The answer repeats the transaction, but for the values read. */
export function checkEchoed(txns: readonly Operation[]): Finding {
  const withoutReads = (txn: Json | undefined) =>
    (txn as readonly Op[]).map(([f, key, value]) =>
      canonical(f === "r" ? [f, key] : [f, key, value]),
    );
  const wrong = txns.find(
    ({ outcome, args, result }) =>
      outcome === "ok" &&
      withoutReads(args.txn).join() !==
        withoutReads(result?.txn).join(),
  );
  return wrong
    ? illegal("another transaction was answered", wrong)
    : fine;
}

// #endregion check-echoed

// #region unseen
/**
 * Without those that nobody saw returning nor saw any trace of: if they
 * happened, then so that leaving them out changes nothing that was seen.
 */
function withoutUnseen(
  txns: readonly Operation[],
): readonly Operation[] {
  const seen = new Set(txns.flatMap(valuesRead));
  return txns.filter(({ outcome, args }) => {
    if (outcome !== "info") return true;
    const ops = args.txn as readonly Op[];
    return ops.some(([f, , v]) => f !== "r" && seen.has(canonical(v)));
  });
}

function valuesRead({ result, outcome }: Operation): readonly string[] {
  if (outcome !== "ok") return [];
  const ops = result?.txn as readonly Op[];
  const found = ops.flatMap(([f, , value]) => (f === "r" ? value : []));
  return found.map(canonical);
}

// #endregion unseen

/** Of the search; past that the verdict is "unknown". */
const stepsMax = 200_000;

// #region check-txn
/** Any workload of transactions; a search, so it may give up. */
export const checkTxn: Check = ({ all }) => {
  const txns = all.filter(({ op }) => op === "txn");
  const echoed = checkEchoed(txns);
  if (echoed.verdict !== "ok") return echoed;
  const found = checkLinearizable(
    txnModel,
    withoutUnseen(txns),
    stepsMax,
  );
  if (found.verdict === "illegal") {
    const { unplaced } = found.counterExample;
    return illegal("no order of all explains these", ...unplaced);
  }
  if (found.verdict === "unknown") {
    return { ...found, why: "too many orders to try" };
  }
  return fine;
};
// #endregion check-txn
