/** The naive placement: the hash, modulo the number of nodes. */
import type { NodeId } from "../kernel/node.ts";
import { hash32 } from "./hash.ts";

// #region modulo
/** Even, instant, without memory; and it moves nearly all on growth. */
export function moduloOwner(
  nodes: readonly NodeId[],
  key: string,
): NodeId {
  return nodes[hash32(key) % nodes.length] ?? "";
}
// #endregion modulo
