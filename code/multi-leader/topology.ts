/** Who ships to whom when every server takes writes. */
import type { NodeId } from "../kernel/node.ts";

// #region topology
export type Topology = "ring" | "star" | "all-to-all";

/** Those to which `self` ships, of all servers in order of name. */
export function neighbours(
  topology: Topology,
  self: NodeId,
  all: readonly NodeId[],
): readonly NodeId[] {
  const others = all.filter((id) => id !== self);
  const [hub] = all;
  switch (topology) {
    case "ring": {
      const next = all[(all.indexOf(self) + 1) % all.length];
      return others.filter((id) => id === next);
    }
    case "star":
      return others.filter((id) => self === hub || id === hub);
    case "all-to-all":
      return others;
  }
}
// #endregion topology
