/**
 * The five properties that Raft promises at all times (Figure 3), as
 * checks for a simulator to make after each step. `look` is shown one
 * server's new state and compares it with all that was seen before; what
 * is broken it throws.
 */
import type { NodeId } from "../kernel/node.ts";
import { type Entry, entryAt, lastIndex, type State } from "./state.ts";

// #region memory
/** What has been seen of all servers so far. */
export type Memory = {
  readonly last: { readonly [id: NodeId]: State };
  readonly leaders: { readonly [term: number]: NodeId };
  /** Each committed entry, and the term in which it was committed. */
  readonly committed: {
    readonly [index: number]: {
      readonly entry: Entry;
      readonly term: number;
    };
  };
};

export const nothingSeen: Memory = {
  last: {},
  leaders: {},
  committed: {},
};

/** Take in a server's state after a step; throws what is broken. */
export function look(memory: Memory, state: State): Memory {
  const before = memory.last[state.id];
  if (before === state) return memory;
  const last = { ...memory.last, [state.id]: state };
  const leaders = electionSafety(memory.leaders, state);
  if (before) leaderAppendOnly(before, state);
  if (before?.log !== state.log) logMatching(last, state);
  const committed = stateMachineSafety(memory.committed, state);
  const next = { last, leaders, committed };
  const isOld = committed === memory.committed;
  if (!isOld || before?.role !== state.role) leaderCompleteness(next);
  return next;
}
// #endregion memory

// #region election-safety
/** At most one leader can be elected in a term (§5.2). */
function electionSafety(
  leaders: Memory["leaders"],
  state: State,
): Memory["leaders"] {
  const { id, role, currentTerm } = state;
  if (role !== "leader") return leaders;
  const known = leaders[currentTerm] ?? id;
  demand(
    known === id,
    `Election safety: ${known} and ${id} both lead term ${currentTerm}`,
  );
  return { ...leaders, [currentTerm]: id };
}
// #endregion election-safety

// #region leader-append-only
/** A leader never overwrites or deletes entries of its log (§5.3). */
function leaderAppendOnly(before: State, after: State): void {
  const isSameReign =
    before.role === "leader" &&
    after.role === "leader" &&
    before.currentTerm === after.currentTerm;
  if (!isSameReign || before.log === after.log) return;
  for (let index = 1; index <= lastIndex(before); index++) {
    const isCompacted = index <= after.snapshot.lastIndex;
    demand(
      isCompacted ||
        isSame(entryAt(before, index), entryAt(after, index)),
      `Leader append-only: ${after.id} changed its index ${index}`,
    );
  }
}
// #endregion leader-append-only

// #region log-matching
/** Equal index and term: equal logs up to there (§5.3). */
function logMatching(last: Memory["last"], state: State): void {
  for (const other of Object.values(last)) {
    let mustMatch = false;
    const end = Math.min(lastIndex(state), lastIndex(other));
    for (let index = end; index >= 1; index--) {
      const mine = entryAt(state, index);
      const theirs = entryAt(other, index);
      if (mine === null || theirs === null) break;
      mustMatch ||= mine.term === theirs.term;
      demand(
        !mustMatch || isSame(mine, theirs),
        `Log matching: ${state.id} and ${other.id} differ at ${index}`,
      );
    }
  }
}
// #endregion log-matching

// #region leader-completeness
/** What is committed in a term is in all later leaders' logs (§5.4). */
function leaderCompleteness({ last, committed }: Memory): void {
  for (const leader of Object.values(last)) {
    if (leader.role !== "leader") continue;
    for (const [key, { entry, term }] of Object.entries(committed)) {
      const index = Number(key);
      if (term >= leader.currentTerm) continue;
      if (index <= leader.snapshot.lastIndex) continue;
      demand(
        isSame(entryAt(leader, index), entry),
        `Leader completeness: ${leader.id} leads term ` +
          `${leader.currentTerm} without the entry ${index}, ` +
          `committed in term ${term}`,
      );
    }
  }
}
// #endregion leader-completeness

// #region state-machine-safety
/** No two servers apply different entries at one index (§5.4.3). */
function stateMachineSafety(
  committed: Memory["committed"],
  state: State,
): Memory["committed"] {
  const fresh: Record<number, Memory["committed"][number]> = {};
  const { snapshot, commitIndex, currentTerm: term } = state;
  // Its data are not Raft's; the term tells of another entry.
  const { lastIndex: last, lastTerm } = snapshot;
  demand(
    (committed[last]?.entry.term ?? lastTerm) === lastTerm,
    `State machine safety: ${state.id} commits another entry at ${last}`,
  );
  for (let i = snapshot.lastIndex + 1; i <= commitIndex; i++) {
    const entry = entryAt(state, i);
    demand(entry !== null, `${state.id} commits nothing at ${i}`);
    const known = committed[i];
    if (known === undefined) fresh[i] = { entry, term };
    demand(
      known === undefined || isSame(known.entry, entry),
      `State machine safety: ${state.id} commits another entry at ${i}`,
    );
  }
  const isOld = Object.keys(fresh).length === 0;
  return isOld ? committed : { ...committed, ...fresh };
}
// #endregion state-machine-safety

function isSame(one: Entry | null, other: Entry | null): boolean {
  if (one === other) return true;
  return JSON.stringify(one) === JSON.stringify(other);
}

function demand(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}
