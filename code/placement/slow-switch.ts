/** From one placement to another a few keys at a time. */
import type { NodeId } from "../kernel/node.ts";
import { hash32 } from "./hash.ts";

// #region slow-switch
/**
 * The owner of a key while a `part` of all keys, 0 to 1, has gone over
 * to the new placement. A key goes over once and never comes back.
 */
export function movingOwner(
  key: string,
  part: number,
  before: NodeId,
  after: NodeId,
): NodeId {
  // A hash of its own: which keys go first depends on no placement.
  const turn = hash32(key, 0x5eed) / 2 ** 32;
  return turn < part ? after : before;
}
// #endregion slow-switch
