/**
 * Whom to ping next (SWIM, section 4.3): all members in a random order,
 * then again in another. None waits longer than twice around.
 */
import type { NodeId } from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";

// #region probe-order
export function shuffled(
  ids: readonly NodeId[],
  dice: number,
): readonly NodeId[] {
  return ids
    .map((id, at) => ({ id, key: fraction(stream(dice, at)) }))
    .sort((one, other) => one.key - other.key)
    .map(({ id }) => id);
}

/** The next target, null if there is none, and the order from then on. */
export function nextTarget(
  order: readonly NodeId[],
  present: readonly NodeId[],
  dice: number,
): readonly [NodeId | null, readonly NodeId[]] {
  const left = order.filter((id) => present.includes(id));
  const round = left.length > 0 ? left : shuffled(present, dice);
  const [target = null, ...rest] = round;
  return [target, rest];
}

/** Who joins is put in at a random place. */
export function inserted(
  order: readonly NodeId[],
  id: NodeId,
  dice: number,
): readonly NodeId[] {
  return order.toSpliced(intBetween(dice, 0, order.length), 0, id);
}
// #endregion probe-order
