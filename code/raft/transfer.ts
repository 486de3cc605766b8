/** A leader makes way for another one (thesis §3.10). */
// unprinted: for the chapter on consensus
import type { Effect, NodeId, Step } from "../kernel/node.ts";
import type { Moment } from "./follower.ts";
import { replicateToAll } from "./replication.ts";
import { lastIndex, othersOf, type State } from "./state.ts";

// #region transfer-to
/**
 * Take no more commands and bring the heir's log up to date. The lease
 * ends here for the whole term: the order to stand may arrive late, even
 * after the transfer was given up (thesis §6.4.1).
 */
export function transferTo(
  state: State,
  to: NodeId,
  { nowMs }: Moment,
): Step<State> {
  const { leading } = state;
  const isHeir = othersOf(state).includes(to);
  if (leading === null || leading.transfer || !isHeir)
    return [state, []];
  const transfer = { to, startedMs: nowMs };
  const lease = { ...leading.lease, isGivenUp: true };
  const next = { ...state, leading: { ...leading, transfer, lease } };
  return [next, [...replicateToAll(next), ...handOver(next, to)]];
}
// #endregion transfer-to

// #region hand-over
/** The heir has everything: let it stand at once (thesis §3.10). */
export function handOver(
  state: State,
  from: NodeId,
): readonly Effect[] {
  const { leading, currentTerm: term } = state;
  if (leading?.transfer?.to !== from) return [];
  const hasAll = leading.matchIndex[from] === lastIndex(state);
  if (!hasAll) return [];
  const body = { type: "timeout_now", term };
  return [{ kind: "send", dest: from, body }];
}
// #endregion hand-over

// #region give-up-transfer
/** After about an election timeout go on as before (thesis §3.10). */
export function giveUpTransfer(state: State, { nowMs }: Moment): State {
  const { leading, options } = state;
  if (!leading?.transfer) return state;
  const triedMs = nowMs - leading.transfer.startedMs;
  if (triedMs < options.electionTimeoutMsMax) return state;
  return { ...state, leading: { ...leading, transfer: null } };
}
// #endregion give-up-transfer
