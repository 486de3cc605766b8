/** Two replicas compare trees, and exchange the buckets that differ. */
import type {
  Body,
  Effect,
  Json,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import { preferenceList } from "../placement/ring.ts";
import { bucketOf, type Merkle, merkleOf } from "./merkle.ts";
import { hold } from "./replica.ts";
import {
  type Data,
  type Options,
  type State,
  send,
  treeDepth,
} from "./state.ts";

// #region shared
/** What both of us are a home of. */
export function sharedWith(
  { n }: Options,
  { id, ring, data }: State,
  peer: NodeId,
): Data {
  const shared = Object.entries(data).filter(([key]) => {
    const homes = preferenceList(ring, key, n);
    return homes.includes(id) && homes.includes(peer);
  });
  return Object.fromEntries(shared);
}

function treeOf(data: Data): Merkle {
  const texts = Object.entries(data).map(
    ([key, siblings]) => [key, JSON.stringify(siblings)] as const,
  );
  return merkleOf(Object.fromEntries(texts), treeDepth);
}
// #endregion shared

// #region compare
type Hash = { readonly at: number; readonly hash: string };
export type Compare = Body & {
  readonly depth: number;
  readonly hashes: readonly Hash[];
};

/** Begin at the root, with one peer by lot. */
export function compareWithOne(
  options: Options,
  state: State,
  dice: number,
): readonly Effect[] {
  const { peers } = state;
  const peer = peers[intBetween(dice, 0, peers.length - 1)];
  if (peer === undefined) return [];
  const tree = treeOf(sharedWith(options, state, peer));
  return [send(peer, hashesOf(tree, 0, [0]))];
}

function hashesOf(tree: Merkle, depth: number, places: number[]): Body {
  const hashes = places.map((at) => ({
    at,
    hash: tree[depth]?.[at] ?? "",
  }));
  return { type: "compare", depth, hashes };
}

/** Go down where hashes differ; at the bottom, exchange the keys. */
export function onCompare(
  options: Options,
  state: State,
  from: NodeId,
  { depth, hashes }: Compare,
): readonly Effect[] {
  const shared = sharedWith(options, state, from);
  const tree = treeOf(shared);
  const differ = hashes
    .filter(({ at, hash }) => tree[depth]?.[at] !== hash)
    .map(({ at }) => at);
  if (differ.length === 0) return [];
  if (depth < treeDepth) {
    const below = differ.flatMap((at) => [2 * at, 2 * at + 1]);
    return [send(from, hashesOf(tree, depth + 1, below))];
  }
  const data = bucketsOf(shared, differ);
  return [send(from, { type: "exchange", buckets: differ, data })];
}
// #endregion compare

// #region exchange
type Exchange = Body & {
  /** Whose contents are wanted in return; none in the return itself. */
  readonly buckets: readonly number[];
  readonly data: Data;
};

export function onExchange(
  options: Options,
  state: State,
  from: NodeId,
  body: Body,
): Step<State> {
  const { buckets, data } = body as Exchange;
  let next = state;
  const effects: Effect[] = [];
  for (const [key, siblings] of Object.entries(data)) {
    const [held, saved] = hold(next, key, siblings);
    next = held;
    effects.push(...saved);
  }
  if (buckets.length === 0) return [next, effects];
  const ours = bucketsOf(sharedWith(options, state, from), buckets);
  const back = { type: "exchange", buckets: [], data: ours };
  return [next, [...effects, send(from, back)]];
}

function bucketsOf(data: Data, buckets: readonly number[]): Json {
  const wanted = Object.entries(data).filter(([key]) =>
    buckets.includes(bucketOf(key, treeDepth)),
  );
  return Object.fromEntries(wanted) as Json;
}
// #endregion exchange
