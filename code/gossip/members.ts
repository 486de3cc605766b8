/**
 * What is known of the members of a group, and which news of one member
 * overrides which (SWIM: Das, Gupta and Motivala, DSN 2002, section 4.2).
 */
import type { NodeId } from "../kernel/node.ts";

// #region update
/** One statement on a member, as it is known and as it is passed on. */
export type Update = {
  readonly member: NodeId;
  readonly status: "alive" | "suspect" | "confirm";
  /** Raised by the member alone, to answer a suspicion. */
  readonly incarnation: number;
};
// #endregion update

// #region overrides
const rank = { alive: 0, suspect: 1, confirm: 2 };

/**
 * Does this news replace what is known? The newer incarnation does; in
 * one incarnation, suspicion replaces "alive". In the paper "confirm"
 * replaces all and stays; where one may come back it has to be as new.
 */
export function overrides(
  news: Update,
  known: Update,
  confirmIsFinal: boolean,
): boolean {
  if (confirmIsFinal && known.status === "confirm") return false;
  if (confirmIsFinal && news.status === "confirm") return true;
  if (news.incarnation !== known.incarnation)
    return news.incarnation > known.incarnation;
  return rank[news.status] > rank[known.status];
}
// #endregion overrides

export type Members = { readonly [id: NodeId]: Update };

/** The members not confirmed as failed, in order of name. */
export function presentIn(members: Members): readonly NodeId[] {
  return Object.values(members)
    .filter(({ status }) => status !== "confirm")
    .map(({ member }) => member)
    .sort((one, other) => (one < other ? -1 : 1));
}
