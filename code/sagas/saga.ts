/**
 * A saga: a row of local transactions, each with one that undoes it. Which
 * of them comes next follows from the saga's log alone.
 */
import type { NodeId } from "../kernel/node.ts";

// #region saga
/** Richardson's words: before the pivot, the pivot, and after it. */
export type SagaStep = {
  readonly name: string;
  readonly service: NodeId;
  readonly kind: "compensatable" | "pivot" | "retriable";
};
export type Saga = readonly SagaStep[];

/** One line of the saga log (Garcia-Molina and Salem 1987, section 4). */
export type Entry = {
  readonly step: string;
  /** Unknown: given up, and perhaps carried out all the same. */
  readonly what: "done" | "failed" | "unknown" | "undone" | "stuck";
};
export type Log = readonly Entry[];

export type Next =
  | { readonly kind: "do"; readonly step: SagaStep }
  | { readonly kind: "undo"; readonly step: SagaStep }
  | { readonly kind: "stuck"; readonly step: SagaStep }
  | { readonly kind: "end"; readonly outcome: "done" | "undone" };
// #endregion saga

// #region well-formed
/** What can be undone, then at most one pivot, then what cannot fail. */
export function isWellFormed(saga: Saga): boolean {
  const order = ["compensatable", "pivot", "retriable"];
  const ranks = saga.map(({ kind }) => order.indexOf(kind));
  const isSorted = ranks.every(
    (rank, at) => rank >= (ranks[at - 1] ?? 0),
  );
  const pivots = saga.filter(({ kind }) => kind === "pivot");
  return isSorted && pivots.length <= 1;
}
// #endregion well-formed

// #region next
/** Forward until a step fails; then back, the last one first. */
export function next(saga: Saga, log: Log): Next {
  const isBroken = log.some(
    ({ what }) => what === "failed" || what === "unknown",
  );
  if (!isBroken) {
    const step = saga.find(({ name }) => !has(log, name, "done"));
    return step === undefined
      ? { kind: "end", outcome: "done" }
      : { kind: "do", step };
  }
  const step = saga.findLast(
    ({ name }) => isOwed(log, name) && !has(log, name, "undone"),
  );
  if (step === undefined) return { kind: "end", outcome: "undone" };
  const isStuck = has(log, step.name, "stuck");
  return { kind: isStuck ? "stuck" : "undo", step };
}

/** What may have been done must be undone; what failed was not done. */
function isOwed(log: Log, step: string): boolean {
  return has(log, step, "done") || has(log, step, "unknown");
}

function has(log: Log, step: string, what: Entry["what"]): boolean {
  return log.some(
    (entry) => entry.step === step && entry.what === what,
  );
}
// #endregion next
