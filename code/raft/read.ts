/** How a leader answers a read without a log entry (thesis §6.4). */
import type { Json, NodeId, Step } from "../kernel/node.ts";
import { replicateToAll } from "./replication.ts";
import { isMajority, type Read, type State } from "./state.ts";

// #region read-index
/**
 * Note how much is committed now, and ask a majority whether this server
 * still leads. The term's own no-op must be committed too: until then a
 * new leader does not know how far its predecessors came (§8).
 */
export function askToRead(state: State, question: Json): Step<State> {
  const { leading, commitIndex } = state;
  if (leading === null) return [state, []];
  const round = leading.round + 1;
  const readIndex = Math.max(commitIndex, leading.termStartIndex);
  const reads = [...leading.reads, { question, readIndex, round }];
  const next = { ...state, leading: { ...leading, round, reads } };
  return [next, replicateToAll(next)];
}
// #endregion read-index

// #region take-reads
/**
 * The questions that may be answered now, by a program that has applied
 * everything up to commitIndex; they are taken off the list.
 */
export function takeReads(state: State): readonly [State, Read[]] {
  const { leading } = state;
  if (leading === null) return [state, []];
  const ready = leading.reads.filter((read) => mayAnswer(state, read));
  if (ready.length === 0) return [state, []];
  const reads = leading.reads.filter((read) => !ready.includes(read));
  return [{ ...state, leading: { ...leading, reads } }, ready];
}

/** A majority has answered since: nobody led a higher term before. */
function mayAnswer(state: State, read: Read): boolean {
  if (read.readIndex > state.commitIndex) return false;
  const rounds = state.leading?.answeredRound ?? {};
  const loyal = Object.keys(rounds).filter(
    (id: NodeId) => (rounds[id] ?? 0) >= read.round,
  );
  return isMajority(state, [state.id, ...loyal]);
}
// #endregion take-reads
