/** What the protocols of this folder have in common. */
import type { Body, Effect, NodeId } from "../kernel/node.ts";

// #region phases
/**
 * Where a participant stands. `prepared` is the uncertain one: it has
 * promised, holds its locks, and may decide nothing by itself.
 */
export type Phase =
  | "idle" // has no part of the transaction, or lost it in a crash
  | "working"
  | "prepared"
  | "precommitted" // three phases only
  | "committed"
  | "aborted";

export type Decision = "committed" | "aborted";
export type Vote = "yes" | "no";

export function isDecided(phase: Phase): phase is Decision {
  return phase === "committed" || phase === "aborted";
}

/** In doubt: prepared, not decided. Locks are held meanwhile. */
export function isInDoubt(phase: Phase): boolean {
  return phase === "prepared" || phase === "precommitted";
}
// #endregion phases

export function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}

export function sendAll(
  dests: readonly NodeId[],
  body: Body,
): readonly Effect[] {
  return dests.map((dest) => send(dest, body));
}

/** A log record that is on disk before anything is sent after it. */
export function force(phase: Phase): Effect {
  return { kind: "persist", key: "log", value: phase };
}

export function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
