/**
 * A queue that is bounded in length, and in the time spent in it. When
 * it has stood too long it waits less for each, as controlled delay
 * does (RFC 8289), in the form that suits
 * servers (Maurer, "Fail at Scale", ACM Queue 2015).
 */

// #region queue
export type QueueOptions = {
  readonly max: number;
  /** Whom a full queue turns away. */
  readonly full: "reject-newest" | "reject-oldest";
  /** Under load, the newest has the best chance to be in time. */
  readonly order: "fifo" | "lifo" | "lifo-under-load";
  /** Null: wait as long as it takes. */
  readonly patience: {
    readonly targetMs: number;
    /** Not empty for so long: the queue stands. */
    readonly intervalMs: number;
  } | null;
};

export type Queue<T> = {
  readonly items: readonly Waiting<T>[];
  readonly emptyAtMs: number;
};
export type Waiting<T> = { readonly item: T; readonly sinceMs: number };
// #endregion queue

// #region offer
/** One more; and whom that turns away, if the queue is full. */
export function offer<T>(
  { max, full }: QueueOptions,
  queue: Queue<T>,
  item: T,
  nowMs: number,
): readonly [Queue<T>, rejected: T | null] {
  const emptyAtMs = queue.items.length === 0 ? nowMs : queue.emptyAtMs;
  const items = [...queue.items, { item, sinceMs: nowMs }];
  if (items.length <= max) return [{ items, emptyAtMs }, null];
  const [oldest] = items;
  if (full === "reject-newest" || oldest === undefined)
    return [queue, item];
  return [{ items: items.slice(1), emptyAtMs }, oldest.item];
}
// #endregion offer

// #region take
/** Who is next, and those who have waited too long. */
export function take<T>(
  { order, patience }: QueueOptions,
  queue: Queue<T>,
  nowMs: number,
): { next: T | null; late: readonly T[]; queue: Queue<T> } {
  const stands = isStanding(patience, queue, nowMs);
  const waitMsMax = stands ? patience?.targetMs : patience?.intervalMs;
  const isFresh = ({ sinceMs }: Waiting<T>) =>
    waitMsMax === undefined || nowMs - sinceMs <= waitMsMax;
  const fresh = queue.items.filter(isFresh);
  const stale = queue.items.filter((waiting) => !isFresh(waiting));
  const late = stale.map(({ item }) => item);
  const newestFirst =
    order === "lifo" || (order === "lifo-under-load" && stands);
  const next = newestFirst ? fresh.at(-1) : fresh[0];
  const items = newestFirst ? fresh.slice(0, -1) : fresh.slice(1);
  const rest = { items, emptyAtMs: queue.emptyAtMs };
  return { next: next?.item ?? null, late, queue: rest };
}

/** Has it not been empty for a whole interval? */
function isStanding<T>(
  patience: QueueOptions["patience"],
  { emptyAtMs }: Queue<T>,
  nowMs: number,
): boolean {
  if (patience === null) return false;
  return nowMs - emptyAtMs > patience.intervalMs;
}
// #endregion take
