/** A replica's half: hold siblings, keep hints, hand them off. */
import { merge, type Sibling } from "../clocks/dotted.ts";
import type {
  Body,
  Effect,
  Json,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { persist, type State, send, tombstone } from "./state.ts";

// #region on-store
export type Store = Body & {
  readonly work: string;
  readonly key: string;
  readonly siblings: readonly Sibling[];
  /** For whom it is; this node, or the one it stands in for. */
  readonly home: NodeId;
};

/** Merge what is sent into what is here; then say so. */
export function onStore(
  state: State,
  from: NodeId,
  { work, key, siblings, home }: Store,
): Step<State> {
  const [next, saved] =
    home === state.id
      ? hold(state, key, siblings)
      : keepHint(state, home, key, siblings);
  return [next, [...saved, send(from, { type: "stored", work, key })]];
}

/** What both know, without what either has overwritten. */
export function hold(
  state: State,
  key: string,
  siblings: readonly Sibling[],
): Step<State> {
  const held = merge(state.data[key] ?? [], siblings);
  const data = { ...state.data, [key]: held };
  return [{ ...state, data }, [persist("data", data)]];
}
// #endregion on-store

// #region hints
// #region keep-hint
/** Hinted handoff (Dynamo, §4.6): keep it for whom it is meant. */
function keepHint(
  state: State,
  home: NodeId,
  key: string,
  siblings: readonly Sibling[],
): Step<State> {
  const kept = state.hints[home] ?? {};
  const held = merge(kept[key] ?? [], siblings);
  const hints = { ...state.hints, [home]: { ...kept, [key]: held } };
  return [{ ...state, hints }, [persist("hints", hints)]];
}

/** Try to hand off all hints; they stay until they are taken. */
export function handOff({ hints }: State): readonly Effect[] {
  return Object.entries(hints).flatMap(([home, data]) =>
    Object.entries(data).map(([key, siblings]) => {
      const body = { type: "handoff", key, siblings: siblings as Json };
      return send(home, body);
    }),
  );
}
// #endregion keep-hint

export function onHandoff(
  state: State,
  from: NodeId,
  { key, siblings }: Store,
): Step<State> {
  const [next, saved] = hold(state, key, siblings);
  const taken = { type: "taken", key, siblings: siblings as Json };
  return [next, [...saved, send(from, taken)]];
}

/** It is home: forget the hint, unless it has grown meanwhile. */
export function onTaken(
  state: State,
  home: NodeId,
  { key, siblings }: Store,
): Step<State> {
  const { [key]: kept, ...others } = state.hints[home] ?? {};
  if (JSON.stringify(kept) !== JSON.stringify(siblings)) {
    return [state, []];
  }
  const { [home]: _, ...rest } = state.hints;
  const isLast = Object.keys(others).length === 0;
  const hints = isLast ? rest : { ...rest, [home]: others };
  return [{ ...state, hints }, [persist("hints", hints)]];
}
// #endregion hints

// #region collect
/**
 * Drop keys that have been deleted for longer than the grace: if some
 * replica has slept for longer, the old value comes back from it.
 */
export function collect(
  state: State,
  graceMs: number,
  nowMs: number,
): Step<State> {
  const isDead = (siblings: readonly Sibling[]) =>
    siblings.every(({ value }) => value === tombstone);
  const dead = Object.keys(state.data).filter((key) =>
    isDead(state.data[key] ?? []),
  );
  const deletedMs = Object.fromEntries(
    dead.map((key) => [key, state.deletedMs[key] ?? nowMs]),
  );
  const isOver = (key: string) =>
    nowMs - (deletedMs[key] ?? nowMs) >= graceMs;
  const left = Object.entries(state.data).filter(
    ([key]) => !isOver(key),
  );
  const data = Object.fromEntries(left);
  const isSame = left.length === Object.keys(state.data).length;
  const saved = isSame ? [] : [persist("data", data)];
  return [{ ...state, data, deletedMs }, saved];
}
// #endregion collect
