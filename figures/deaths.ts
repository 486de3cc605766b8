/**
 * Runs in which nodes die between any two effects: a widget tells a run as
 * moments, a reader ends a node at one of them, and the run is made anew.
 */
import type { NodeId } from "../code/kernel/node.ts";
import type { Simulation } from "../code/kernel/simulator.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";

/** Where a moment stands in its run: in which event, and how many effects of it are done then. */
export type Place = { readonly event: number; readonly done: number; readonly atMs: number };

/** A death after so many effects of an event: of its own node, within it; of another, once it is through. */
export type Death = Place & {
  readonly node: NodeId;
  readonly isWithin: boolean;
  /** Null: never. */
  readonly backAtMs: number | null;
};

/** One event of the simulator: what it added to the trace, and what was seen after it. */
export type Happened<S> = {
  readonly events: readonly TraceEvent[];
  readonly seen: S;
  readonly deaths: readonly Death[];
};

const eventsMax = 900;

/** @param moments  those of the run; one of kind `back` is a start, which cannot be cut short */
export function deathAt(
  now: Place,
  moments: readonly (Place & { readonly node: NodeId; readonly kind: string })[],
  node: NodeId,
  awayMs: number | null,
): Death {
  const { event, done, atMs } = now;
  const same = moments.filter((moment) => moment.event === event);
  const isWithin =
    same.every(({ kind }) => kind !== "back") &&
    same.some((moment) => moment.done > done && moment.node === node);
  return { event, done, atMs, node, isWithin, backAtMs: awayMs === null ? null : atMs + awayMs };
}

/** The faults that bring the dead back; they are part of the run from its start. */
export function returns(deaths: readonly Death[]) {
  return deaths.flatMap(({ node, backAtMs }) =>
    backAtMs === null ? [] : [{ kind: "restart", node, atMs: backAtMs } as const],
  );
}

/** The run, event by event; the first of them is all that has happened so far. */
export function watched<S>(
  sim: Simulation,
  deaths: readonly Death[],
  untilMs: number,
  look: () => S,
): readonly Happened<S>[] {
  const happened: Happened<S>[] = [];
  let goesOn = true;
  for (let event = 0; goesOn && event < eventsMax; event++) {
    const before = event === 0 ? 0 : sim.trace.length;
    const due = deaths.filter((death) => death.event === event);
    for (const { node, isWithin, done } of due)
      if (isWithin) sim.apply({ kind: "crash", node, beforeEffect: done });
    if (event > 0) goesOn = sim.runOne();
    for (const { node, isWithin } of due) if (!isWithin) sim.apply({ kind: "crash", node });
    if (sim.nowMs > untilMs) break;
    happened.push({ events: sim.trace.slice(before), seen: look(), deaths: due });
  }
  return happened;
}

/** Who died in this event, and after how many of its effects. */
export function crashesIn({ events, deaths }: Happened<unknown>) {
  return events.flatMap((event) => {
    if (event.kind !== "crash") return [];
    const { kind, atMs, node } = event;
    const done = deaths.find((death) => death.node === node)?.done ?? 0;
    return [{ kind, atMs, node, done }];
  });
}
