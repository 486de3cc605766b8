/** The arithmetic of the chapter on placement. */

// #region modulo-moved
/** What part of the keys moves when `mod n` becomes `mod m`. */
export function moduloMoved(n: number, m: number): number {
  return 1 - commonDivisor(n, m) / Math.max(n, m);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
// #endregion modulo-moved

// #region deviation
/** Deviation of a node's share of a ring, as a part of the mean. */
export function deviationOf(nodes: number, points: number): number {
  return Math.sqrt((nodes - 1) / (nodes * points + 1));
}

/** The fewest points a node for which it is no larger than `wanted`. */
export function pointsFor(nodes: number, wanted: number): number {
  const most = (nodes - 1) / wanted ** 2;
  return Math.max(1, Math.ceil((most - 1) / nodes));
}
// #endregion deviation

// #region storm
export type Fleet = {
  readonly keys: number;
  readonly requestsPerSecond: number;
  readonly originPerSecond: number;
};

/** The largest part of the keys that may move at once without a queue. */
export function bearable(fleet: Fleet): number {
  return fleet.originPerSecond / fleet.requestsPerSecond;
}

/** No sooner than this are all moved keys in a cache again. */
export function refillSeconds(fleet: Fleet, moved: number): number {
  return (moved * fleet.keys) / fleet.originPerSecond;
}
// #endregion storm

// #region zones
/**
 * Three copies on different nodes, drawn from `zones` zones of `each`
 * nodes without regard to zones: how often is all in one zone, and how
 * often are two or more?
 */
export function copiesInOneZone(zones: number, each: number) {
  const others = zones * each - 1;
  const second = (each - 1) / others;
  const third = (each - 2) / (others - 1);
  const apart =
    ((zones - 1) * each * (zones - 2) * each) / (others * (others - 1));
  return { all: second * third, two: 1 - apart };
}
// #endregion zones
