/**
 * What a Raft server remembers (Ongaro & Ousterhout 2014, Figure 2), and
 * the questions that its log answers. Plain data: every rule of Raft in
 * this folder is a function from one such state to the next.
 *
 * Sections named §5.x and §7, §8 are the paper's; "thesis §…" is Ongaro,
 * "Consensus: Bridging Theory and Practice", Stanford 2014.
 */
import type { Effect, Json, NodeId } from "../kernel/node.ts";

// #region entry
/** One slot of the log: what to do, and the term of its leader. */
export type Entry =
  | {
      readonly kind: "command";
      readonly term: number;
      readonly command: Json;
    }
  | { readonly kind: "no-op"; readonly term: number }
  | {
      readonly kind: "members";
      readonly term: number;
      readonly members: readonly NodeId[];
      /** The list before, while both are in force (§6). */
      readonly old?: readonly NodeId[];
    };

/** Everything up to `lastIndex`, in place of the entries (§7). */
export type Snapshot = {
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly members: readonly NodeId[];
  readonly data: Json;
};
// #endregion entry

// #region options
/** The choices that Raft leaves to whoever runs it. */
export type Options = {
  /** The first members; later ones stand in the log. */
  readonly members: readonly NodeId[];
  /** Each wait is drawn anew between these two (§5.2). */
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  readonly heartbeatMs: number;
  /** Ask before standing, so that nobody's term rises (thesis §9.6). */
  readonly preVote: boolean;
  /** Leaders step down, voters stay loyal (thesis §6.2, §4.2.3). */
  readonly checkQuorum: boolean;
  /** How many entries one message carries at most. */
  readonly entriesMax: number;
  /**
   * At most so many times as fast as another does any clock run. Where
   * it is given, reads may rest on a lease (thesis §6.4.1).
   */
  readonly clockDriftBound?: number;
};
// #endregion options

// #region state
export type Role =
  | "follower"
  | "pre-candidate"
  | "candidate"
  | "leader";

/** What a crash must not take: stored before any message leaves. */
export type Persistent = {
  readonly currentTerm: number;
  readonly votedFor: NodeId | null;
  readonly log: readonly Entry[];
  readonly snapshot: Snapshot;
};

export type State = Persistent & {
  readonly id: NodeId;
  readonly options: Options;
  readonly role: Role;
  /** The leader of this term, once it has been heard. */
  readonly leader: NodeId | null;
  /** When it was last heard, by this server's own clock. */
  readonly leaderHeardMs: number | null;
  readonly commitIndex: number;
  /** Who said yes to this candidate, itself included. */
  readonly votes: readonly NodeId[];
  readonly leading: Leading | null;
};
// #endregion state

// #region leading
/** What only a leader knows; made anew at each election. */
export type Leading = {
  /** Index of the no-op with which its term began. */
  readonly termStartIndex: number;
  /** For each follower: the next entry to send it. */
  readonly nextIndex: { readonly [id: NodeId]: number };
  /** For each that answered: the last entry it is known to store. */
  readonly matchIndex: { readonly [id: NodeId]: number };
  /** When each last answered, or joined, by this server's own clock. */
  readonly answeredMs: { readonly [id: NodeId]: number };
  /** For each that answered: the last round of ours it has seen. */
  readonly answeredRound: { readonly [id: NodeId]: number };
  readonly round: number;
  readonly reads: readonly Read[];
  readonly lease: Lease;
  readonly joining: Joining | null;
  readonly transfer: Transfer | null;
};

/** A question that waits until it may be answered (thesis §6.4). */
export type Read = {
  readonly question: Json;
  readonly readIndex: number;
  readonly round: number;
};
// #endregion leading

// #region extras
/** How long no other leader can be elected (thesis §6.4.1). */
export type Lease = {
  /** Rounds that no majority has answered yet, and their beginning. */
  readonly open: readonly {
    readonly round: number;
    readonly startedMs: number;
  }[];
  /** By this server's own clock; null before the first round. */
  readonly untilMs: number | null;
  /** Leadership was offered: no lease is to be had in this term. */
  readonly isGivenUp: boolean;
};

/** A server without a vote that is catching up (thesis §4.2.1). */
export type Joining = {
  readonly id: NodeId;
  readonly round: number;
  /** What it has to store for this round to end. */
  readonly targetIndex: number;
  readonly startedMs: number;
};

/** To whom leadership is being handed, and since when (thesis §3.10). */
export type Transfer = {
  readonly to: NodeId;
  readonly startedMs: number;
};
// #endregion extras

// #region log
/** Indexes begin at 1, as in the paper; 0 is "before the log". */
export function lastIndex(state: Persistent): number {
  return state.snapshot.lastIndex + state.log.length;
}

export function entryAt(
  state: Persistent,
  index: number,
): Entry | null {
  return state.log[index - state.snapshot.lastIndex - 1] ?? null;
}

/** The term of an entry; null if it is not here, or compacted away. */
export function termAt(
  state: Persistent,
  index: number,
): number | null {
  const { lastIndex, lastTerm } = state.snapshot;
  if (index === lastIndex) return lastTerm;
  return entryAt(state, index)?.term ?? null;
}

/** The entries after `index`, which must not be compacted away. */
export function entriesAfter(
  state: Persistent,
  index: number,
): readonly Entry[] {
  return state.log.slice(index - state.snapshot.lastIndex);
}
// #endregion log

// #region quorum
/** The newest list in the log counts, committed or not (thesis §4.1). */
export function membersOf(state: Persistent): readonly NodeId[] {
  return [...new Set(listsOf(state).flat())];
}

/** One list of members; two while the one replaces the other (§6). */
export function listsOf(
  state: Persistent,
): readonly (readonly NodeId[])[] {
  const newest = state.log.findLast((e) => e.kind === "members");
  if (newest === undefined) return [state.snapshot.members];
  const { members, old } = newest;
  return old === undefined ? [members] : [old, members];
}

/** The others: everybody a candidate or a leader talks to. */
export function othersOf(state: State): readonly NodeId[] {
  return membersOf(state).filter((id) => id !== state.id);
}

/** Are these more than half of the members, of each list in force? */
export function isMajority(
  state: Persistent,
  ids: readonly NodeId[],
): boolean {
  return listsOf(state).every((members) => {
    const present = members.filter((id) => ids.includes(id));
    return present.length > members.length / 2;
  });
}
// #endregion quorum

/**
 * Is this server outside the members for good: left out by a list that it
 * knows to be committed, or never named by any (thesis §4.2.2)?
 */
export function isOutside(state: State): boolean {
  if (membersOf(state).includes(state.id)) return false;
  const newest = state.log.findLastIndex((e) => e.kind === "members");
  return state.snapshot.lastIndex + newest + 1 <= state.commitIndex;
}

// #region send
/** One message to each of them. */
export function sendToAll(
  ids: readonly NodeId[],
  body: Extract<Effect, { kind: "send" }>["body"],
): readonly Effect[] {
  return ids.map((dest) => ({ kind: "send", dest, body }));
}
// #endregion send
