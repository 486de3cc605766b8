/**
 * Dotted version vectors: each sibling keeps the name of its own update
 * (a dot) apart from the past that its writer had read. A write then
 * replaces exactly the siblings that its writer saw.
 *
 * Preguiça, Baquero, Almeida, Fonte, Gonçalves, "Dotted Version Vectors:
 * Logical Clocks for Optimistic Replication", arXiv:1011.5808, 2010.
 */
import type { NodeId } from "../kernel/node.ts";
import { join } from "./vector.ts";
import type { VersionVector } from "./version-vector.ts";

// #region dotted
export type Dot = { readonly node: NodeId; readonly count: number };

/** One sibling: its own dot, and the past that its writer had read. */
export type Sibling = {
  readonly dot: Dot;
  readonly past: VersionVector;
  readonly value: string;
};

const covered = (dot: Dot, by: VersionVector): boolean =>
  dot.count <= (by[dot.node] ?? 0);

// #endregion dotted

// #region put
/** All that these siblings know of: what a read gives to its client. */
export function contextOf(siblings: readonly Sibling[]): VersionVector {
  return siblings
    .map(({ dot, past }) => join(past, { [dot.node]: dot.count }))
    .reduce(join, {});
}

/** A client's write at replica `self`, with the context it has read. */
export function put(
  siblings: readonly Sibling[],
  self: NodeId,
  context: VersionVector,
  value: string,
): readonly Sibling[] {
  const seen = join(contextOf(siblings), context);
  const dot = { node: self, count: (seen[self] ?? 0) + 1 };
  const kept = siblings.filter((s) => !covered(s.dot, context));
  return [...kept, { dot, past: context, value }];
}
// #endregion put

// #region merge
/** Anti-entropy: drop a sibling that some other one has overwritten. */
export function merge(
  a: readonly Sibling[],
  b: readonly Sibling[],
): readonly Sibling[] {
  const isSame = (x: Dot, y: Dot) =>
    x.node === y.node && x.count === y.count;
  const all = [
    ...a,
    ...b.filter((s) => !a.some((t) => isSame(s.dot, t.dot))),
  ];
  return all
    .filter((s) => !all.some((other) => covered(s.dot, other.past)))
    .sort((s, t) =>
      s.dot.node === t.dot.node
        ? s.dot.count - t.dot.count
        : s.dot.node < t.dot.node
          ? -1
          : 1,
    );
}
// #endregion merge
