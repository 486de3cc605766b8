/** A replica's half: tell what it holds, and hold what is newer. */
import type { Body, Effect, NodeId, Step } from "../kernel/node.ts";
import { cellOf, persist, type State, send } from "./state.ts";
import { isNewer, type Tagged } from "./tag.ts";

// #region replica
export type Query = Body & {
  readonly work: string;
  readonly key: string;
};
export type Update = Query & { readonly held: Tagged };

/** Phase one: what do you hold? */
export function onQuery(
  state: State,
  from: NodeId,
  { work, key }: Query,
): Step<State> {
  const held = cellOf(state, key);
  return [state, [send(from, { type: "queried", work, held })]];
}

/** Phase two: hold this, unless you hold something newer. */
export function onUpdate(
  state: State,
  from: NodeId,
  { work, key, held }: Update,
): Step<State> {
  const [next, saved] = hold(state, key, held);
  const ok = { type: "updated", work, held: cellOf(next, key) };
  return [next, [...saved, send(from, ok)]];
}

/** Keep the newer; it is on the disk before anybody is told. */
export function hold(state: State, key: string, held: Tagged) {
  const isNew = isNewer(held.tag, cellOf(state, key).tag);
  if (!isNew) return [state, []] as const;
  const cells = { ...state.cells, [key]: held };
  const saved: Effect[] = [persist("cells", cells)];
  return [{ ...state, cells }, saved] as const;
}
// #endregion replica
