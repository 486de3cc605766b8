/**
 * The relation itself, computed from a finished run and from no clock:
 * the yardstick that every clock of this folder is measured with.
 *
 * Lamport 1978, "The Partial Ordering".
 */
import type { NodeId } from "../kernel/node.ts";

export type Event = {
  readonly node: NodeId;
  /** Place in its own process's log, from 0. */
  readonly index: number;
  readonly kind: "local" | "send" | "receive";
  /** The message sent or received; null for a local event. */
  readonly message: string | null;
};

// #region happens-before
/** The events that are directly before e, by rules (1) and (2). */
function causes<E extends Event>(e: E, run: readonly E[]): E[] {
  return run.filter(
    (a) =>
      (a.node === e.node && a.index === e.index - 1) ||
      (a.kind === "send" &&
        e.kind === "receive" &&
        a.message === e.message),
  );
}

/** Everything that happened before each event: rule (3), transitivity. */
export function pasts<E extends Event>(
  run: readonly E[],
): ReadonlyMap<E, ReadonlySet<E>> {
  const known = new Map<E, ReadonlySet<E>>();
  const pastOf = (e: E): ReadonlySet<E> => {
    const past =
      known.get(e) ??
      new Set(causes(e, run).flatMap((a) => [a, ...pastOf(a)]));
    known.set(e, past);
    return past;
  };
  for (const e of run) pastOf(e);
  return known;
}
// #endregion happens-before

/** Pairs of events of which neither happened before the other. */
export function concurrentPairs<E extends Event>(
  run: readonly E[],
): (readonly [E, E])[] {
  const past = pasts(run);
  return run.flatMap((a, i) =>
    run
      .slice(i + 1)
      .filter((b) => !past.get(b)?.has(a) && !past.get(a)?.has(b))
      .map((b) => [a, b] as const),
  );
}
