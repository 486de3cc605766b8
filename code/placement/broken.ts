/** Rings that each break one rule; the properties must notice. */
import type { NodeId } from "../kernel/node.ts";
import { hash32 } from "./hash.ts";
import type { Member, Ring } from "./ring.ts";

// #region by-order
/** Hashes a node's number in the list: whoever joins shifts the rest. */
export function byOrder(
  nodes: readonly NodeId[],
  points: number,
): Ring {
  return nodes
    .flatMap((node, number) =>
      Array.from({ length: points }, (_, n) => ({
        at: hash32(`${number}#${n}`),
        node,
      })),
    )
    .toSorted((a, b) => a.at - b.at);
}
// #endregion by-order

// #region unsorted
/** Points as they come: a binary search in them finds anything. */
export function unsorted(
  members: readonly Member[],
  points: number,
): Ring {
  return members.flatMap(({ id }) =>
    Array.from({ length: points }, (_, n) => ({
      at: hash32(`${id}#${n}`),
      node: id,
    })),
  );
}
// #endregion unsorted
