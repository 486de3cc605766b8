/** What the protocols of this folder have in common. */
import type { Body, Effect, NodeId, Setup } from "../kernel/node.ts";

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

// #region first-start
/**
 * A mark on the disk, no record of the log: who finds it was up before.
 * What it did not write down is lost, and a late copy of the message that
 * began it must not begin it once more under the same name.
 */
export function markStart(disk: Setup["disk"]): readonly Effect[] {
  return wasUp(disk)
    ? []
    : [{ kind: "persist", key: "started", value: true }];
}

export function wasUp(disk: Setup["disk"]): boolean {
  return disk.started !== undefined;
}

/** By its log; without a record, who comes back has lost its part. */
export function phaseAfter(disk: Setup["disk"]): Phase {
  const logged = disk.log as Phase | undefined;
  return logged ?? (wasUp(disk) ? "aborted" : "idle");
}
// #endregion first-start

export function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
