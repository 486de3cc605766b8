/**
 * Consistent hashing: nodes and keys on one circle, a key belongs to the
 * next node clockwise (Karger et al., STOC 1997). Each node has several
 * points, so that shares even out and a big machine can have more of
 * them (Dynamo, SOSP 2007, §4.2; Cassandra's virtual nodes).
 */
import type { NodeId } from "../kernel/node.ts";
import { hash32 } from "./hash.ts";

// #region ring
export type Member = {
  readonly id: NodeId;
  /** How much it takes, compared with others; 1 by default. */
  readonly weight?: number;
  /** What it may lose together with others: a rack, a zone. */
  readonly zone?: string;
};
export type Point = { readonly at: number; readonly node: NodeId };
/** The points in the order of the circle, which is 2^32 long. */
export type Ring = readonly Point[];

/** A ring on which each member has `points` points for a weight of 1. */
export function ringOf(
  members: readonly Member[],
  points: number,
): Ring {
  const all = members.flatMap(({ id, weight = 1 }) =>
    Array.from({ length: Math.round(points * weight) }, (_, n) => ({
      at: hash32(`${id}#${n}`),
      node: id,
    })),
  );
  return all.toSorted(
    (a, b) => a.at - b.at || (a.node < b.node ? -1 : 1),
  );
}
// #endregion ring

// #region owner
/** The node whose point comes first at or after the key's place. */
export function ringOwner(ring: Ring, key: string): NodeId {
  return ring[indexOf(ring, hash32(key))]?.node ?? "";
}

/** Binary search for the first point at or after a place. */
export function indexOf(ring: Ring, place: number): number {
  let low = 0;
  let high = ring.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ring[middle]?.at ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  // Past the last point the circle begins again.
  return low === ring.length ? 0 : low;
}
// #endregion owner

// #region preference-list
/**
 * The first `count` different nodes clockwise of a key: where its
 * replicas live (Dynamo, §4.3). Nodes of a zone that is taken already
 * are passed over, unless there are too few zones for all replicas.
 */
export function preferenceList(
  ring: Ring,
  key: string,
  count: number,
  zoneOf: (node: NodeId) => string = (node) => node,
): readonly NodeId[] {
  const start = indexOf(ring, hash32(key));
  const clockwise = [...ring.slice(start), ...ring.slice(0, start)];
  const nodes = [...new Set(clockwise.map(({ node }) => node))];
  const isFirstOfZone = (node: NodeId, at: number) =>
    nodes.findIndex((other) => zoneOf(other) === zoneOf(node)) === at;
  const spread = nodes.filter(isFirstOfZone);
  const others = nodes.filter((node) => !spread.includes(node));
  return [...spread, ...others].slice(0, count);
}
// #endregion preference-list

// #region shares
/** What part of the circle each node owns; the parts add up to 1. */
export function sharesOf(ring: Ring): ReadonlyMap<NodeId, number> {
  const shares = new Map<NodeId, number>();
  let before = (ring.at(-1)?.at ?? 0) - 2 ** 32;
  for (const { at, node } of ring) {
    const share = (at - before) / 2 ** 32;
    shares.set(node, (shares.get(node) ?? 0) + share);
    before = at;
  }
  return shares;
}
// #endregion shares
