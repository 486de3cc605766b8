/**
 * Vector clocks: one counter for each process, so that two events can be
 * told to be concurrent, and not only numbered.
 *
 * Fidge 1988; Mattern, "Virtual Time and Global States of Distributed
 * Systems", 1989.
 */
import type { NodeId } from "../kernel/node.ts";

// #region clock
/** How many events of each process lie in the past. Absent means 0. */
export type VectorClock = { readonly [node: NodeId]: number };

/** Every event, sends and receives included, counts itself. */
export function tick(clock: VectorClock, self: NodeId): VectorClock {
  return { ...clock, [self]: (clock[self] ?? 0) + 1 };
}

/** A receive learns the sender's past, then counts itself. */
export function receive(
  clock: VectorClock,
  stamp: VectorClock,
  self: NodeId,
): VectorClock {
  return tick(join(clock, stamp), self);
}

/** The least vector that covers both: the greater of each entry. */
export function join(a: VectorClock, b: VectorClock): VectorClock {
  const joined: { [node: NodeId]: number } = { ...a };
  for (const [node, count] of Object.entries(b)) {
    joined[node] = Math.max(joined[node] ?? 0, count);
  }
  return joined;
}
// #endregion clock

// #region compare
export type Order = "before" | "after" | "equal" | "concurrent";

/** Does b's past hold all of a's? */
export function covers(b: VectorClock, a: VectorClock): boolean {
  return Object.entries(a).every(([n, count]) => count <= (b[n] ?? 0));
}

/** The partial order on vectors: entry by entry. */
export function compare(a: VectorClock, b: VectorClock): Order {
  const toB = covers(b, a);
  const toA = covers(a, b);
  if (toA && toB) return "equal";
  if (toB) return "before";
  return toA ? "after" : "concurrent";
}
// #endregion compare

/** Sorted by name, for printing: `[n1:2 n3:1]`. */
export function show(clock: VectorClock): string {
  const names = Object.keys(clock).sort((a, b) => (a < b ? -1 : 1));
  return `[${names.map((n) => `${n}:${clock[n]}`).join(" ")}]`;
}
