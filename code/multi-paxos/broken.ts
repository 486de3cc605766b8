/** Multi-Paxos with one rule missing, each for a test that must notice. */
// unprinted: for the chapter on consensus
import type { Node } from "../kernel/node.ts";
import type { Quorums } from "../paxos/paxos.ts";
import { paperRules, replica } from "./multi-paxos.ts";
import type { Options, State, Vote } from "./state.ts";

// #region skip-phase-1
/** A new leader proposes at once, and asks nobody what was accepted. */
export function skipPhase1(options: Options): Node<State> {
  return replica(options, { ...paperRules, prepares: false });
}
// #endregion skip-phase-1

// #region adopt-nothing
/** A new leader asks, and then fills every open slot with a no-op. */
export function adoptNothing(options: Options): Node<State> {
  const choose = () => ({ kind: "no-op" }) as const;
  return replica(options, { ...paperRules, choose });
}
// #endregion adopt-nothing

// #region adopt-any
/** A new leader adopts what was reported, but not the highest ballot. */
export function adoptLowest(options: Options): Node<State> {
  const choose = (reports: readonly Vote[]) => {
    const lowest = reports.toSorted((a, b) => a.ballot - b.ballot)[0];
    return lowest?.entry ?? ({ kind: "no-op" } as const);
  };
  return replica(options, { ...paperRules, choose });
}
// #endregion adopt-any

// #region leave-gaps
/** A new leader leaves gaps: what stands behind one waits for ever. */
export function leaveGaps(options: Options): Node<State> {
  return replica(options, { ...paperRules, fillsGaps: false });
}
// #endregion leave-gaps

// #region quorums-apart
/** Quorums of the two phases that need not meet: Q1 + Q2 <= N. */
export function quorumsApart(
  options: Options,
  quorums: Quorums,
): Node<State> {
  return replica({ ...options, quorums }, paperRules);
}
// #endregion quorums-apart
