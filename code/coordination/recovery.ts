/**
 * When a majority is gone for good, no protocol brings it back: somebody
 * declares what one survivor, or a backup, holds to be the truth.
 */
import type { Json, Node, NodeId } from "../kernel/node.ts";
import type { Service } from "./coordination.ts";
import { applyCommand, type Tree } from "./tree.ts";

// #region backup
/** What a server has carried out so far, and up to which index. */
export type Backup = { readonly index: number; readonly tree: Tree };

export function backupOf({ applied: index, tree }: Service): Backup {
  return { index, tree };
}
// #endregion backup

// #region restore-backup
/**
 * A server of a new cluster that starts with it. Sessions end, and what
 * hung on them. The index jumps ahead by `bumpBy`, for what was handed
 * out since the backup (fencing tokens, say) must not come again.
 */
export function restored(
  node: Node<Service>,
  { index, tree }: Backup,
  members: readonly NodeId[],
  bumpBy: number,
): Node<Service> {
  const data = Object.keys(tree.sessions).reduce<Tree>(
    (now, session) =>
      applyCommand(now, index, { type: "expire", session })[0],
    tree,
  );
  const snapshot = {
    lastIndex: index + bumpBy,
    lastTerm: 0,
    members,
    data,
  };
  const raft: Json = {
    currentTerm: 0,
    votedFor: null,
    log: [],
    snapshot,
  };
  return {
    ...node,
    init(setup) {
      const isNew = setup.disk.raft === undefined;
      return node.init(isNew ? { ...setup, disk: { raft } } : setup);
    },
  };
}
// #endregion restore-backup
