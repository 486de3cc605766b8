/**
 * From an illegal history to a small one that shows why: first the
 * shortest beginning, then without all that does not matter.
 */
import type { Operation } from "./history.ts";
import type { Found, Model, Traces } from "./linearizable.ts";
import { shrink } from "./shrink.ts";

/** Is there a legal order of these? */
type Find = (operations: readonly Operation[]) => Found;

// #region shortest
/**
 * The shortest illegal beginning. What is illegal stays so however the
 * history goes on, so halving finds the return that breaks it. None ends
 * before `stuckMs`, the latest return that the search waited for: that
 * is tried first, and mostly it is the one.
 */
export function shortestBeginning<S>(
  model: Model<S>,
  history: readonly Operation[],
  stuckMs: number,
  find: Find,
): readonly Operation[] {
  const ends = [...new Set(history.map(endMs))]
    .filter((ms) => ms >= stuckMs && ms < Infinity)
    .sort((one, other) => one - other);
  let low = 0;
  let high = ends.length - 1;
  let middle = 0;
  while (low < high) {
    const until = beginning(model, history, ends[middle] ?? 0);
    if (find(until).kind === "none") high = middle;
    else low = middle + 1;
    middle = (low + high) >> 1;
  }
  return beginning(model, history, ends[high] ?? 0);
}
// #endregion shortest

/** The history as it was known at a time: later returns are unseen. */
function beginning<S>(
  model: Model<S>,
  history: readonly Operation[],
  untilMs: number,
): readonly Operation[] {
  return history
    .filter(({ invokeMs }) => invokeMs <= untilMs)
    .map((operation): Operation => {
      if (endMs(operation) <= untilMs) return operation;
      const unseen = { returnMs: null, result: null };
      return { ...operation, ...unseen, outcome: "info" };
    })
    .filter((operation) => !model.isIdle(operation));
}

/** What nobody saw returning may take effect at any later time. */
export function endMs({ outcome, returnMs }: Operation): number {
  return outcome === "info" || returnMs === null ? Infinity : returnMs;
}

// #region without-needless
/**
 * Take out what can be taken out of every legal order, as long as the
 * rest is illegal: so the rest proves that the whole is. Whoever saw what
 * is taken out goes with it. Without traces all stay.
 */
export function withoutNeedless(
  operations: readonly Operation[],
  tracesOf: ((operation: Operation) => Traces) | undefined,
  isIllegal: (operations: readonly Operation[]) => boolean,
): readonly Operation[] {
  if (tracesOf === undefined) return operations;
  const traces = operations.map(tracesOf);
  const at = (places: readonly number[]) =>
    places.flatMap((place) => operations[place] ?? []);
  let kept: readonly number[] = [...operations.keys()];
  shrink(kept, (fewer) => {
    const rest = withoutWitnesses(kept, fewer, traces);
    if (!isIllegal(at(rest))) return null;
    kept = rest;
    return rest;
  });
  return at(kept);
}

/** Of these few, those that saw nothing of what was taken out. */
function withoutWitnesses(
  all: readonly number[],
  few: readonly number[],
  traces: readonly Traces[],
): readonly number[] {
  const rest = new Set(few);
  const left = (place: number) => traces[place]?.leaves ?? [];
  const out = all.filter((place) => !rest.has(place));
  const gone = new Set(out.flatMap(left));
  for (let before = -1; before !== rest.size; ) {
    before = rest.size;
    for (const place of rest) {
      const sees = traces[place]?.sees ?? [];
      if (!sees.some((name) => gone.has(name))) continue;
      rest.delete(place);
      for (const name of left(place)) gone.add(name);
    }
  }
  return [...rest];
}
// #endregion without-needless
