/** The follower's half: copy the leader's log, apply it, be fenced. */
import type { Effect, NodeId, Step } from "../kernel/node.ts";
import type { Fence, Ship } from "./messages.ts";
import {
  applyUpTo,
  type Entry,
  type Options,
  type State,
  save,
  tokenAt,
} from "./state.ts";

// #region on-ship
/** Copy what the leader ships, if it fits what we have. */
export function onShip(
  options: Options,
  state: State,
  leader: NodeId,
  ship: Ship,
  nowMs: number,
): Step<State> {
  if (ship.epoch < state.epoch) {
    return [state, [shipped(leader, state.epoch, 0, false)]];
  }
  const following = follow(state, ship.epoch, leader);
  const { after, end } = ship;
  const heard = { ...following, leaderEnd: end, heardMs: nowMs };
  if (!holds(heard, after)) {
    const back = Math.min(heard.log.length, after.position - 1);
    const saved = following === state ? [] : [save(heard)];
    return [
      heard,
      [...saved, shipped(leader, ship.epoch, back, false)],
    ];
  }
  const copied = copy(heard, ship);
  const through = after.position + ship.entries.length;
  const [next, timers] = apply(options, copied);
  const isNew = following !== state || copied !== heard;
  const saved = isNew ? [save(next)] : [];
  const receipt = shipped(leader, ship.epoch, through, true);
  return [next, [...saved, receipt, ...timers]];
}

/** The log agrees up to this place if it holds it. */
export function holds(
  state: State,
  { epoch, position }: { epoch: number; position: number },
): boolean {
  const isThere = position <= state.log.length;
  return isThere && tokenAt(state, position).epoch === epoch;
}
// #endregion on-ship

function shipped(
  dest: NodeId,
  epoch: number,
  position: number,
  isMatch: boolean,
): Effect {
  const body = { type: "shipped", epoch, position, isMatch };
  return { kind: "send", dest, body };
}

// #region copy
/** Our log with the leader's entries; what contradicts them goes. */
function copy(state: State, { epoch, after, entries, end }: Ship) {
  const { log } = state;
  const through = after.position + entries.length;
  const isOther = (entry: Entry, at: number) =>
    log[after.position + at]?.epoch !== entry.epoch;
  const firstNew = entries.findIndex(isOther);
  if (firstNew >= 0) {
    const kept = after.position + firstNew;
    return cutOff(state, kept, entries.slice(firstNew));
  }
  // Past the leader's end only its own later entries may stand.
  const beyond = log[through];
  const isTail = beyond !== undefined && beyond.epoch < epoch;
  if (end === through && isTail) return cutOff(state, through, []);
  return state;
}

// #region cut-off
/** Go on after `kept`; remember what the leader never had. */
function cutOff(
  state: State,
  kept: number,
  entries: readonly Entry[],
): State {
  const { log, applied, discarded } = state;
  const tail = log.slice(kept);
  const back = applyUpTo(state, Math.min(applied, kept));
  return {
    ...back,
    log: [...log.slice(0, kept), ...entries],
    discarded: [...discarded, ...tail],
  };
}
// #endregion cut-off
// #endregion copy

// #region follow
/** Follow the leader of an epoch; from now on no earlier one. */
export function follow(
  state: State,
  epoch: number,
  leader: NodeId | null,
): State {
  if (epoch === state.epoch && leader === state.leader) return state;
  const forgotten = { acked: {}, shipped: {}, waiting: [] };
  return { ...state, ...forgotten, epoch, leader, isAlone: false };
}
// #endregion follow

// #region follower-apply
/** Apply all at once; or one entry each time the timer fires. */
function apply(options: Options, state: State): Step<State> {
  const { log, applied, isApplying } = state;
  if (applied === log.length) return [state, []];
  if (options.applyMs === 0) {
    return [applyUpTo(state, log.length), []];
  }
  if (isApplying) return [state, []];
  return [{ ...state, isApplying: true }, [applyLater(options)]];
}

/** One entry has been worked on for its time, and is in the data. */
export function onApplied(options: Options, state: State): Step<State> {
  const { log, applied } = state;
  const next = applyUpTo(state, Math.min(log.length, applied + 1));
  return apply(options, { ...next, isApplying: false });
}

function applyLater({ applyMs }: Options): Effect {
  return { kind: "set-timer", name: "apply", afterMs: applyMs };
}
// #endregion follower-apply

// #region on-fence
/** No leader of an earlier epoch will get a receipt from us again. */
export function onFence(
  state: State,
  controller: NodeId,
  { epoch }: Fence,
): Step<State> {
  const isRepeated = epoch === state.epoch && state.leader === null;
  if (epoch <= state.epoch && !isRepeated) return [state, []];
  const fenced = follow(state, epoch, null);
  const last = tokenAt(fenced, fenced.log.length);
  const body = { type: "fenced", epoch, last };
  const send: Effect = { kind: "send", dest: controller, body };
  return [fenced, [save(fenced), send]];
}
// #endregion on-fence
