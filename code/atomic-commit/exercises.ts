/** Solutions of the exercises, and the arithmetic of the chapter. */
import { type Decision, isDecided, type Phase } from "./phases.ts";

// #region arithmetic
/** Everybody must be up: the availability product. */
export function allUp(availability: number, count: number): number {
  return availability ** count;
}

/** Of three copies, two must be up. */
export function twoOfThreeUp(availability: number): number {
  const down = 1 - availability;
  return availability ** 3 + 3 * availability ** 2 * down;
}

/** In doubt: vote there, decision written, decision back. */
export function inDoubtMs(rttMs: number, writeMs: number): number {
  return rttMs + writeMs;
}

/** Locked: prepare there and promise written, then in doubt. */
export function lockedMs(rttMs: number, writeMs: number): number {
  return rttMs / 2 + writeMs + inDoubtMs(rttMs, writeMs);
}

/** Until every connection waits for a lock that nobody gives back. */
export function poolLastsS(
  connections: number,
  callsPerS: number,
  blockedShare: number,
): number {
  return connections / (callsPerS * blockedShare);
}
// #endregion arithmetic

// #region messages
/** Between hosts, if leader and acceptors stand beside participants. */
export function messages(n: number, f: number, isFaster: boolean) {
  if (f === 0) return 3 * n - 3;
  return isFaster ? (n - 1) * (2 * f + 3) : n * (f + 3) - 3;
}
// #endregion messages

// #region may-move
/** The coordinator is silent; these can be reached. What may they do? */
export function mayMove(phases: readonly Phase[]): Decision | "wait" {
  const known = phases.find(isDecided);
  if (known !== undefined) return known;
  const isFree = (phase: Phase) =>
    phase === "idle" || phase === "working";
  return phases.some(isFree) ? "aborted" : "wait";
}
// #endregion may-move
