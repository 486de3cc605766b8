/** A server takes its place in a new chain (§3.2). */
import type { Body, Effect, NodeId, Step } from "../kernel/node.ts";
import { askTail } from "./reads.ts";
import {
  type Config,
  isTail,
  type Options,
  predecessor,
  type State,
  save,
  send,
  successor,
} from "./state.ts";
import { passOn } from "./updates.ts";

// #region heartbeat
/** Report to the master; tell the predecessor how far we have come. */
export function onHeartbeat(
  options: Options,
  state: State,
  nowMs: number,
): Step<State> {
  const { config, isComplete, asking } = state;
  const { epoch } = config;
  const report = { type: "report", epoch, isComplete, sentMs: nowMs };
  const { master } = options;
  const reports = master === null ? [] : [send(master, report)];
  const questions = askTail(state, asking);
  return [state, [...reports, ...have(state), ...questions]];
}

/** The last update we have: the predecessor resends from there (§3.2). */
function have(state: State): readonly Effect[] {
  const above = predecessor(state);
  const { config, hist, acked } = state;
  const place = { position: hist.length, acked };
  const body = { type: "have", epoch: config.epoch, ...place };
  return above === null ? [] : [send(above, body)];
}
// #endregion heartbeat

type Have = Body & {
  readonly epoch: number;
  readonly position: number;
  readonly acked: number;
};

// #region on-have
/** The successor lacks what follows: a part of our Sent, or of Hist. */
export function onHave(
  state: State,
  from: NodeId,
  { epoch, position, acked }: Have,
): Step<State> {
  const isOurs =
    epoch === state.config.epoch && from === successor(state);
  if (!isOurs) return [state, []];
  const known = Math.max(state.acked, acked);
  return passOn({ ...state, forwarded: position, acked: known });
}
// #endregion on-have

export type NewConfig = Body &
  Config & {
    /** When, by our own clock, we sent the report this answers. */
    readonly sentMs: number;
  };

// #region on-config
/** Hear which chain is in force; each chain has a later epoch. */
export function onConfig(
  options: Options,
  state: State,
  { epoch, chain, joining, sentMs }: NewConfig,
): Step<State> {
  if (epoch < state.config.epoch) return [state, []];
  const leaseUntilMs = renewed(options, state, sentMs);
  if (epoch === state.config.epoch) {
    return [{ ...state, leaseUntilMs }, []];
  }
  const config = { epoch, chain, joining };
  const isMember = chain.includes(state.id) && joining !== state.id;
  const placed = { ...state, config, leaseUntilMs, forwarded: null };
  const next = isMember ? placed : emptied(placed);
  // A new tail has lost its successor: what is in Sent is done (§3.2).
  const [done, effects] = isTail(next) ? passOn(next) : [next, []];
  return [done, [save(done), ...effects, ...have(done)]];
}

/** A lease counts from the report, for the master counts so too. */
function renewed(
  { leaseMs }: Options,
  { leaseUntilMs, startMs }: State,
  sentMs: number,
): number | null {
  if (sentMs < startMs) return leaseUntilMs;
  // Not from zero: that is still to come for a clock set before it.
  return Math.max(leaseUntilMs ?? startMs, sentMs + (leaseMs ?? 0));
}

/** Out of the chain: Hist may hold what no other server has. */
function emptied(state: State): State {
  const nothing = { hist: [], acked: 0, asking: [] };
  return { ...state, ...nothing, isComplete: false };
}
// #endregion on-config
