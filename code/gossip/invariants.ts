/** What holds in a SWIM group at all times; checked after every step. */
import type { Json, NodeId } from "../kernel/node.ts";
import { overrides, type Update } from "./members.ts";
import type { State } from "./swim.ts";

/** As much of a simulation as the invariants look at. */
type Run = {
  state<S>(id: NodeId): S;
  disk(id: NodeId): { readonly [key: string]: Json };
};

/** The last state of each member; a restart begins a new life. */
export type Seen = Map<NodeId, State>;

export function nothingSeen(): Seen {
  return new Map();
}

// #region invariants
/**
 * Throws if a member knows of an incarnation that its owner never
 * declared, or took older news for newer within one life.
 */
export function checkMembers(run: Run, id: NodeId, seen: Seen): void {
  const state = run.state<State>(id);
  const before = seen.get(id);
  seen.set(id, state);
  // It crashed before it could store, and say, what it had decided.
  if (run.disk(id).incarnation !== state.incarnation) seen.delete(id);
  for (const update of Object.values(state.members)) {
    const { member, incarnation } = update;
    const declared = Number(run.disk(member).incarnation ?? 0);
    if (incarnation > declared)
      fail("Own incarnation", id, update, `it declared ${declared}`);
    const isSameLife = before?.incarnation === state.incarnation;
    const old = isSameLife ? before.members[member] : undefined;
    if (old !== undefined && isBack(update, old))
      fail("No way back", id, update, `it had ${said(old)}`);
  }
}

function fail(rule: string, id: NodeId, now: Update, why: string) {
  throw new Error(
    `${rule}: ${id} holds ${said(now)} of ${now.member}, ${why}`,
  );
}

function said({ status, incarnation }: Update): string {
  return `${status} ${incarnation}`;
}

function isBack(update: Update, old: Update): boolean {
  const isSame =
    update.status === old.status &&
    update.incarnation === old.incarnation;
  return !isSame && !overrides(update, old, false);
}
// #endregion invariants
