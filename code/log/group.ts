/**
 * A consumer group as its coordinator keeps it: members, a generation
 * that grows with each rebalance, who reads what, and how far they came.
 * The assignor runs here, as in KIP-848; in the older protocol one of the
 * members runs it. Pure functions.
 */
import type { Json } from "../kernel/node.ts";
import {
  type Assignment,
  type Assignor,
  byName,
  cooperate,
  type Topics,
} from "./assignors.ts";

// #region group
export type Offsets = { readonly [partition: string]: number };

export type Member = {
  readonly heardMs: number;
  /** What it had when it joined, as it said. */
  readonly owned: readonly string[];
  /** The request that waits for the rebalance; null: none. */
  readonly joining: Json;
};

export type Group = {
  readonly generation: number;
  /** Until then members may join; null: no rebalance is going on. */
  readonly deadlineMs: number | null;
  readonly members: { readonly [id: string]: Member };
  readonly assignment: Assignment;
  readonly offsets: Offsets;
  /** Offsets that wait for the end of a transaction. */
  readonly pending: {
    readonly [producerId: string]: {
      readonly epoch: number;
      readonly offsets: Offsets;
    };
  };
};

export type GroupOptions = {
  readonly topics: Topics;
  readonly assignor: Assignor;
  readonly isCooperative: boolean;
  /** Who is silent for longer is out. */
  readonly sessionMs: number;
  /** So long a rebalance waits for the members that are slow. */
  readonly rebalanceMsMax: number;
};
// #endregion group

export const emptyGroup: Group = {
  generation: 0,
  deadlineMs: null,
  members: {},
  assignment: {},
  offsets: {},
  pending: {},
};

export type Joined = {
  readonly member: string;
  readonly joining: Json;
};
type Rebalanced = readonly [Group, readonly Joined[]];

// #region join
/** A member joins, or joins again. The last one completes the round. */
export function join(
  group: Group,
  options: GroupOptions,
  id: string,
  owned: readonly string[],
  joining: Json,
  nowMs: number,
): Rebalanced {
  const member = { heardMs: nowMs, owned, joining };
  const members = { ...group.members, [id]: member };
  const next = rebalancing({ ...group, members }, options, nowMs);
  const isComplete = Object.values(members).every(
    (other) => other.joining !== null,
  );
  return isComplete ? complete(next, options) : [next, []];
}

function rebalancing(
  group: Group,
  { rebalanceMsMax }: GroupOptions,
  nowMs: number,
): Group {
  const deadlineMs = group.deadlineMs ?? nowMs + rebalanceMsMax;
  return { ...group, deadlineMs };
}
// #endregion join

// #region complete
/** A new generation, of those who have joined in time. */
function complete(group: Group, options: GroupOptions): Rebalanced {
  const joined = Object.entries(group.members).filter(
    ([, member]) => member.joining !== null,
  );
  const ids = joined.map(([id]) => id).sort(byName);
  const owned = Object.fromEntries(
    joined.map(([id, member]) => [id, member.owned]),
  );
  const target = options.assignor(ids, options.topics, owned);
  const next = {
    ...group,
    generation: group.generation + 1,
    deadlineMs: null,
    members: Object.fromEntries(
      joined.map(([id, member]) => [id, { ...member, joining: null }]),
    ),
    assignment: options.isCooperative
      ? cooperate(target, owned)
      : target,
  };
  const answers = joined.map(([member, { joining }]) => ({
    member,
    joining,
  }));
  return [next, answers];
}
// #endregion complete

// #region standing
export type Standing =
  | "ok"
  | "UNKNOWN_MEMBER_ID"
  | "ILLEGAL_GENERATION"
  | "REBALANCE_IN_PROGRESS";

/** Is this a member, and of the generation that there is now? */
export function standing(
  group: Group,
  id: string,
  generation: number,
): Standing {
  if (group.members[id] === undefined) return "UNKNOWN_MEMBER_ID";
  if (generation !== group.generation) return "ILLEGAL_GENERATION";
  return group.deadlineMs === null ? "ok" : "REBALANCE_IN_PROGRESS";
}

/** Only the generation counts: commits are taken until the next one. */
export function commit(
  group: Group,
  id: string,
  generation: number,
  offsets: Offsets,
): readonly [Group, Standing] {
  const who = standing(group, id, generation);
  if (who === "UNKNOWN_MEMBER_ID" || who === "ILLEGAL_GENERATION")
    return [group, who];
  const all = { ...group.offsets, ...offsets };
  return [{ ...group, offsets: all }, "ok"];
}
// #endregion standing

// #region expire
/** Who was silent is out, who did not join in time too. */
export function expire(
  group: Group,
  options: GroupOptions,
  nowMs: number,
): Rebalanced {
  const alive = Object.entries(group.members).filter(
    ([, { heardMs }]) => nowMs - heardMs <= options.sessionMs,
  );
  const members = Object.fromEntries(alive);
  const isSame = alive.length === Object.keys(group.members).length;
  const left = { ...group, members };
  const next = isSame ? group : rebalancing(left, options, nowMs);
  const { deadlineMs } = next;
  const isDue = deadlineMs !== null && nowMs >= deadlineMs;
  const isReady = alive.every(([, { joining }]) => joining !== null);
  const isOver = deadlineMs !== null && (isDue || isReady);
  return isOver ? complete(next, options) : [next, []];
}
// #endregion expire

/** Heard now; a member that is not known stays unknown. */
export function heard(group: Group, id: string, nowMs: number): Group {
  const member = group.members[id];
  if (member === undefined) return group;
  const members = {
    ...group.members,
    [id]: { ...member, heardMs: nowMs },
  };
  return { ...group, members };
}

// #region transaction-offsets
/** Offsets that count when the transaction is committed (KIP-98). */
export function commitLater(
  group: Group,
  producerId: number,
  epoch: number,
  offsets: Offsets,
): Group | null {
  const before = group.pending[producerId];
  if (before && epoch < before.epoch) return null;
  const both = before?.epoch === epoch ? before.offsets : {};
  const entry = { epoch, offsets: { ...both, ...offsets } };
  return {
    ...group,
    pending: { ...group.pending, [producerId]: entry },
  };
}

/** The marker has come; from now on the lower epoch is fenced. */
export function settle(
  group: Group,
  outcome: "commit" | "abort",
  producerId: number,
  endsEpoch: number,
  producerEpoch: number,
): Group {
  const before = group.pending[producerId];
  if (before && before.epoch > endsEpoch) return group;
  const isCommit = outcome === "commit" && before !== undefined;
  const offsets = isCommit
    ? { ...group.offsets, ...before.offsets }
    : group.offsets;
  const fence = { epoch: producerEpoch, offsets: {} };
  const pending = { ...group.pending, [producerId]: fence };
  return { ...group, offsets, pending };
}
// #endregion transaction-offsets

// #region lag
/** How many records of each partition the group has yet to read. */
export function lag(
  offsets: Offsets,
  ends: { readonly [partition: string]: number },
): { readonly [partition: string]: number } {
  return Object.fromEntries(
    Object.entries(ends).map(([partition, end]) => [
      partition,
      end - (offsets[partition] ?? 0),
    ]),
  );
}
// #endregion lag
