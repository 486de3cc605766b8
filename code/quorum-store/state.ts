/** What a node of the store knows, and what survives its crash. */
import type { Sibling } from "../clocks/dotted.ts";
import type { VersionVector } from "../clocks/version-vector.ts";
import type {
  Body,
  Effect,
  Json,
  NodeId,
  Setup,
} from "../kernel/node.ts";
import { type Ring, ringOf } from "../placement/ring.ts";
import type { Quorums } from "./quorum.ts";

// #region options
export type Options = Quorums & {
  /** Whether stand-ins may take a write for replicas that are silent. */
  readonly isSloppy: boolean;
  readonly repairsReads: boolean;
  /** Silent for so long, a replica is asked again or stood in for. */
  readonly retryMs: number;
  readonly giveUpMs: number;
  /** How often hints are handed off, and trees compared. */
  readonly handoffMs: number;
  readonly antiEntropyMs: number;
  /** Tombstones are dropped when they are as old; null: never. */
  readonly graceMs: number | null;
};

export const dynamoOptions: Options = {
  n: 3,
  r: 2,
  w: 2,
  isSloppy: false,
  repairsReads: true,
  retryMs: 40,
  giveUpMs: 200,
  handoffMs: 100,
  antiEntropyMs: 200,
  graceMs: null,
};
/** Buckets of the trees: 2^4. */
export const treeDepth = 4;
// #endregion options

// #region state
/** The siblings of each key. */
export type Data = { readonly [key: string]: readonly Sibling[] };

export type State = {
  readonly id: NodeId;
  readonly ring: Ring;
  readonly peers: readonly NodeId[];
  /** Persistent. */
  readonly data: Data;
  /** Persistent: what is kept for other nodes until they take it. */
  readonly hints: { readonly [home: NodeId]: Data };
  /** Persistent: writes given a dot here; no dot is given twice. */
  readonly dots: number;
  /** Persistent: by client, its last write that was taken here. */
  readonly served: { readonly [client: NodeId]: number };
  /** Persistent: how often this node was started. */
  readonly starts: number;
  readonly begun: number;
  readonly works: readonly Work[];
  /** When each key was first seen deleted here. */
  readonly deletedMs: { readonly [key: string]: number };
};

/** A request that this node coordinates. */
export type Work = {
  readonly name: string;
  readonly client: NodeId;
  readonly msgId: number;
  readonly op: "read" | "write";
  readonly key: string;
  /** How many answers it needs. */
  readonly needed: number;
  /** The replicas asked, home or standing in for one. */
  readonly asked: readonly { node: NodeId; home: NodeId }[];
  readonly answers: { readonly [node: NodeId]: readonly Sibling[] };
  /** Of a write, what is to be stored. */
  readonly siblings: readonly Sibling[];
  readonly isAnswered: boolean;
  readonly untilMs: number;
};
// #endregion state

// #region values
/** Values are kept as JSON; the empty text marks a deletion. */
export const tombstone = "";

/** What a client is told: the values that are not deleted. */
export function valuesOf(
  siblings: readonly Sibling[],
): readonly Json[] {
  return siblings
    .filter(({ value }) => value !== tombstone)
    .map(({ value }) => JSON.parse(value) as Json);
}
// #endregion values

export type Ask = {
  readonly client: NodeId;
  readonly msgId: number;
  readonly op: "read" | "write";
  readonly key: string;
  readonly value: string;
  readonly context: VersionVector;
  readonly needed: number;
};

/** A node as it starts, or starts again with what its disk holds. */
export function recover({ id, peers, disk }: Setup): State {
  const members = [id, ...peers].map((node) => ({ id: node }));
  return {
    id,
    ring: ringOf(members, 4),
    peers,
    data: (disk.data ?? {}) as Data,
    hints: (disk.hints ?? {}) as State["hints"],
    dots: Number(disk.dots ?? 0),
    served: (disk.served ?? {}) as State["served"],
    starts: Number(disk.starts ?? 0) + 1,
    begun: 0,
    works: [],
    deletedMs: {},
  };
}

export function persist(key: string, value: unknown): Effect {
  return { kind: "persist", key, value: value as Json };
}

export function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}

export function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
