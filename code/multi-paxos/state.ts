/**
 * What a Multi-Paxos replica remembers. Each is proposer, acceptor and
 * learner in one; one of them, the distinguished proposer, leads (Lamport,
 * "Paxos Made Simple", 2001, §3). Sections below are that paper's.
 */
// unprinted: for the chapter on consensus
import type { Json, NodeId } from "../kernel/node.ts";
import { majorities, type Quorums } from "../paxos/paxos.ts";

// #region slot
/** What a slot of the log may hold. A no-op leaves the state as it was. */
export type Entry =
  | { readonly kind: "command"; readonly command: Json }
  | { readonly kind: "no-op" };

/** What an acceptor last accepted in a slot, and in which ballot. */
export type Vote = { readonly ballot: number; readonly entry: Entry };

export type Slots<T> = { readonly [slot: number]: T };
// #endregion slot

// #region mp-options
export type Options = {
  readonly members: readonly NodeId[];
  /** A leader that is silent for so long is replaced. */
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  readonly heartbeatMs: number;
  /** How many must answer in phase 1 and in phase 2. */
  readonly quorums: Quorums;
};
// #endregion mp-options

/** Majorities, and time-outs as in `../raft/options.ts`. */
export function defaultOptions(members: readonly NodeId[]): Options {
  return {
    members,
    electionTimeoutMsMin: 150,
    electionTimeoutMsMax: 300,
    heartbeatMs: 50,
    quorums: majorities(members),
  };
}

// #region mp-state
/** What an acceptor must not forget: one promise covers all slots. */
export type Acceptor = {
  readonly promised: number;
  readonly accepted: Slots<Vote>;
};

export type State = Acceptor & {
  readonly id: NodeId;
  readonly options: Options;
  readonly role: "follower" | "preparing" | "leading";
  /** Its own ballot, if it prepares or leads. */
  readonly ballot: number;
  /** The highest ballot that it was told of. */
  readonly seen: number;
  /** Phase 1: what each acceptor had accepted, slot by slot. */
  readonly promises: { readonly [from: NodeId]: Slots<Vote> };
  /** Phase 2: what it asks for, and who has accepted it. */
  readonly proposals: Slots<Entry>;
  readonly acceptedBy: Slots<readonly NodeId[]>;
  readonly nextSlot: number;
  /** What it has learned; all slots up to `chosenTo` are there. */
  readonly chosen: Slots<Entry>;
  readonly chosenTo: number;
};
// #endregion mp-state

/** The slots of a record, in order. */
export function slotsOf(slots: Slots<unknown>): readonly number[] {
  return Object.keys(slots)
    .map(Number)
    .toSorted((a, b) => a - b);
}

/** The highest slot of a record; 0 if it has none. */
export function lastSlot(slots: Slots<unknown>): number {
  return Math.max(0, ...slotsOf(slots));
}
