/** How the log is kept short (§7, Figure 13). */
import type { Json, NodeId, Step } from "../kernel/node.ts";
import { follow, type Moment } from "./follower.ts";
import type { InstallSnapshot } from "./messages.ts";
import { accept, noRound, refuse } from "./replication.ts";
import {
  entriesAfter,
  membersOf,
  type Snapshot,
  type State,
  termAt,
} from "./state.ts";

// #region compact
/**
 * Put `data`, what the entries up to `index` have made of the program
 * above, in the place of these entries. Only what is committed may go (§7).
 */
export function compact(
  state: State,
  index: number,
  data: Json,
): State {
  const lastTerm = termAt(state, index);
  if (lastTerm === null || index > state.commitIndex) return state;
  const kept = entriesAfter(state, index);
  const covered = state.log.slice(0, state.log.length - kept.length);
  const members = membersOf({ ...state, log: covered });
  const snapshot = { lastIndex: index, lastTerm, members, data };
  return { ...state, log: kept, snapshot };
}
// #endregion compact

// #region install-snapshot
/** A follower too far behind gets the snapshot, in one piece (§7). */
export function onInstallSnapshot(
  state: State,
  from: NodeId,
  ask: InstallSnapshot,
  moment: Moment,
): Step<State> {
  if (ask.term < state.currentTerm) {
    return [state, [refuse(state, from, noRound, 0)]];
  }
  const [following, timer] = follow(state, from, moment);
  const next = install(following, ask.snapshot);
  const known = ask.snapshot.lastIndex;
  return [next, [...timer, accept(next, from, ask.round, known)]];
}

/** Keep what follows the snapshot only if it agrees with its end (§7). */
function install(state: State, snapshot: Snapshot): State {
  const { lastIndex, lastTerm } = snapshot;
  if (lastIndex <= state.commitIndex) return state;
  const agrees = termAt(state, lastIndex) === lastTerm;
  const log = agrees ? entriesAfter(state, lastIndex) : [];
  return { ...state, log, snapshot, commitIndex: lastIndex };
}
// #endregion install-snapshot
