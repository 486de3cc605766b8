/**
 * News that travels on pings and acks (SWIM, section 4.1): each update is
 * sent a limited number of times, those sent less often first.
 */
import type { Update } from "./members.ts";

// #region piggyback
export type Rumor = {
  readonly update: Update;
  /** How often this node has sent it. */
  readonly sent: number;
};

/**
 * Lambda log n: enough to reach all with high probability. Of n + 1, so
 * that nobody's news is sent never.
 */
export function sendsMax(lambda: number, members: number): number {
  return Math.ceil(lambda * Math.log(members + 1));
}

/** News of a member takes the place of older news of it. */
export function addRumor(
  rumors: readonly Rumor[],
  update: Update,
): readonly Rumor[] {
  const others = rumors.filter(
    (rumor) => rumor.update.member !== update.member,
  );
  return [...others, { update, sent: 0 }];
}

// #region take
/** What the next message carries, and what is left to be sent. */
export function takeRumors(
  rumors: readonly Rumor[],
  limit: { readonly perMessage: number; readonly sends: number },
): readonly [readonly Update[], readonly Rumor[]] {
  const inOrder = rumors.toSorted(
    (one, other) => one.sent - other.sent,
  );
  const taken = inOrder.slice(0, limit.perMessage);
  const sentOn = taken
    .map(({ update, sent }) => ({ update, sent: sent + 1 }))
    .filter(({ sent }) => sent < limit.sends);
  const updates = taken.map(({ update }) => update);
  return [updates, [...inOrder.slice(limit.perMessage), ...sentOn]];
}
// #endregion take
// #endregion piggyback
