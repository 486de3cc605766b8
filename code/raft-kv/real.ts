/**
 * The store as five real processes, its leader killed:
 * `npm run sample -- raft-kv --real`, or `node code/raft-kv/real.ts`.
 */
import { join } from "node:path";
import type { NodeId } from "../kernel/node.ts";
import type { Persistent } from "../raft/state.ts";
import type { Disks } from "../runtime/kv-trial.ts";
import { realKv } from "../runtime/real-kv.ts";

const main = join(import.meta.dirname, "main.ts");

// #region leader-of
/**
 * Whom the disks of a majority name as their choice in the newest term:
 * that one leads, or will as soon as it hears of its votes (§5.2).
 */
export function leaderOf(disks: Disks): NodeId | null {
  const stored = Object.values(disks).flatMap(({ raft }) =>
    raft === undefined ? [] : [raft as Persistent],
  );
  const term = Math.max(...stored.map((one) => one.currentTerm));
  const votes = stored
    .filter((one) => one.currentTerm === term)
    .map(({ votedFor }) => votedFor);
  const majority = Object.keys(disks).length / 2;
  const elected = votes.find(
    (id) => votes.filter((other) => other === id).length > majority,
  );
  return elected ?? null;
}
// #endregion leader-of

if (import.meta.main) {
  process.exitCode = await realKv(
    { main, leaderOf },
    process.argv.slice(2),
  );
}
