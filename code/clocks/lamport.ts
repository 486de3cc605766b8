/**
 * Lamport clocks: one integer a process, enough to number events so
 * that a cause always has a smaller number than its effect.
 *
 * Lamport, "Time, Clocks, and the Ordering of Events in a Distributed
 * System", CACM 21(7), 1978.
 */
import type { NodeId } from "../kernel/node.ts";

// #region clock
/** IR1: the clock goes up between two successive events. */
export function tick(clock: number): number {
  return clock + 1;
}

/** IR2: a receive is later than the send that caused it. */
export function receive(clock: number, timestamp: number): number {
  return Math.max(clock, timestamp) + 1;
}
// #endregion clock

// #region total-order
export type Timestamp = {
  readonly time: number;
  readonly node: NodeId;
};

/** The relation =>: by clock, ties by name. Negative if a is first. */
export function order(a: Timestamp, b: Timestamp): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.node === b.node) return 0;
  return a.node < b.node ? -1 : 1;
}
// #endregion total-order
