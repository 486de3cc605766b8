/**
 * The queue of things to come, a binary heap: the earliest first, and at
 * one time the one that was put in first. That second rule makes a run
 * repeatable, since a heap alone promises no order between equals.
 */

type Entry<T> = { atMs: number; order: number; item: T };

export type Queue<T> = { entries: Entry<T>[]; inserted: number };

export function emptyQueue<T>(): Queue<T> {
  return { entries: [], inserted: 0 };
}

// #region queue
export function push<T>(queue: Queue<T>, atMs: number, item: T): void {
  const { entries } = queue;
  const entry = { atMs, order: queue.inserted, item };
  queue.inserted += 1;
  let at = entries.length;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = entries[above];
    if (parent === undefined || !isBefore(entry, parent)) break;
    entries[at] = parent;
    at = above;
  }
  entries[at] = entry;
}

export function pop<T>(queue: Queue<T>): Entry<T> | undefined {
  const { entries } = queue;
  const first = entries[0];
  const last = entries.pop();
  if (last === undefined || entries.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const below = earlier(entries[left], entries[left + 1]);
    if (below === undefined || !isBefore(below, last)) break;
    entries[at] = below;
    at = below === entries[left] ? left : left + 1;
  }
  entries[at] = last;
  return first;
}

// #endregion queue

function earlier<T>(one?: Entry<T>, other?: Entry<T>) {
  if (one === undefined || other === undefined) return one;
  return isBefore(other, one) ? other : one;
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs;
  return one.order < other.order;
}
