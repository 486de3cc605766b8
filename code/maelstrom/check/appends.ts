/** Appends to lists, by cycles of dependencies, as Elle does. */
// unprinted: for the chapter on testing
import type { Operation } from "../../kernel/history.ts";
import type { Json } from "../../kernel/node.ts";
import {
  checkListAppend,
  type ListOp,
  type Transaction,
} from "../../kernel/serializable.ts";
import { type Check, illegal } from "./finding.ts";
import { checkEchoed } from "./txn.ts";

// #region check-list-append
/** Lists tell their order, so no search is needed: cycles are. */
export const checkAppends: Check = ({ all }) => {
  const txns = all.filter(({ op }) => op === "txn");
  const echoed = checkEchoed(txns);
  if (echoed.verdict !== "ok") return echoed;
  const level = "strict-serializable";
  const found = checkListAppend(txns.map(transactionOf), { level });
  if (found.verdict !== "illegal") return found;
  const { anomaly, explanation, involved } = found;
  const shown = involved.flatMap((at) => txns[at] ?? []);
  return illegal(`${anomaly}: ${explanation}`, ...shown);
};

/** In an answer null is an empty list; the checker takes it for unseen. */
function transactionOf(operation: Operation): Transaction {
  const { args, result, outcome } = operation;
  const isSeen = outcome === "ok";
  const told = (isSeen ? result?.txn : args.txn) as readonly Op[];
  const ops = told.map(([f, key, value]): ListOp => {
    if (f !== "r") return ["append", key, value];
    const list = Array.isArray(value) ? value : [];
    return ["r", key, isSeen ? list : null];
  });
  return { ...operation, ops };
}
// #endregion check-list-append

type Op = readonly [f: string, key: Json, value: Json];
