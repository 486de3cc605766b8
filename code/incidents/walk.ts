/**
 * The walk down the dependencies: from where users come in to the
 * service that all others wait for. Each service tells of its own
 * workers; none has to know what is wrong.
 */
import type { NodeId } from "../kernel/node.ts";
import { behind, type ServiceState } from "./service.ts";

// #region view
/** What the owner of a service can read off it in a minute. */
export type View = {
  readonly workers: number;
  readonly queue: number;
  /** Workers that do work of the service itself. */
  readonly working: number;
  /** Workers that do nothing but wait for another service. */
  readonly waitingFor: { readonly [service: NodeId]: number };
};

export type Views = { readonly [service: NodeId]: View };
// #endregion view

export function viewOf({ knobs, busy, queue }: ServiceState): View {
  const jobs = Object.values(busy);
  const waiting = jobs.filter(({ attempt }) => attempt > 0);
  const waitingFor: { [service: NodeId]: number } = {};
  for (const { from } of waiting) {
    const service = behind(knobs, from.body) ?? "nobody any more";
    waitingFor[service] = (waitingFor[service] ?? 0) + 1;
  }
  return {
    workers: knobs.workers,
    queue: queue.length,
    working: jobs.length - waiting.length,
    waitingFor,
  };
}

// #region walk
/**
 * On from the last service of the path, as long as more of its workers
 * wait for one other service than do work of their own. Who does not
 * answer has no view, and ends the walk: ask there in person.
 */
export function walk(
  views: Views,
  path: readonly NodeId[],
): readonly NodeId[] {
  const view = views[path.at(-1) ?? ""];
  const next = view === undefined ? null : awaited(view);
  if (next === null || path.includes(next)) return path;
  return walk(views, [...path, next]);
}

function awaited({ working, waitingFor }: View): NodeId | null {
  const [most] = Object.entries(waitingFor).toSorted(
    ([, one], [, other]) => other - one,
  );
  if (most === undefined) return null;
  const [service, workers] = most;
  return workers > working ? service : null;
}
// #endregion walk
