/** What a checker says of a history. */
// unprinted: for the chapter on testing
import type { Operation } from "../../kernel/history.ts";

// #region finding
export type Finding =
  | { readonly verdict: "ok" }
  | {
      readonly verdict: "illegal";
      readonly why: string;
      /** The fewest operations that show it. */
      readonly operations: readonly Operation[];
    }
  | { readonly verdict: "unknown"; readonly why: string };

/** A history, and apart the last questions, when all was well. */
export type Histories = {
  readonly all: readonly Operation[];
  readonly finals: readonly Operation[];
};

export type Check = (histories: Histories) => Finding;

export const fine: Finding = { verdict: "ok" };

export function illegal(
  why: string,
  ...operations: readonly Operation[]
): Finding {
  return { verdict: "illegal", why, operations };
}

/** The first that has something to say. */
export function firstOf(
  ...checks: readonly (() => Finding)[]
): Finding {
  for (const check of checks) {
    const finding = check();
    if (finding.verdict !== "ok") return finding;
  }
  return fine;
}
// #endregion finding

/**
 * Was it answered only when the last questions had begun? Then it was
 * under way among them, and they may find it or not: a request may come
 * to its server seconds after the client has turned to another one.
 */
export function lateFor(
  finals: readonly Operation[],
): (operation: Operation) => boolean {
  const askedMs = Math.min(...finals.map(({ invokeMs }) => invokeMs));
  return ({ returnMs }) => returnMs !== null && returnMs > askedMs;
}

export function done(
  operations: readonly Operation[],
  op: string,
): readonly Operation[] {
  return operations.filter(
    (one) => one.op === op && one.outcome === "ok",
  );
}
