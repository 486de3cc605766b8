/** Ten caches become eleven under load, by one placement or another. */
import { simulate } from "../kernel/simulator.ts";
import {
  cache,
  type FrontState,
  front,
  origin,
  type Second,
} from "./resize.ts";
import type { Scheme } from "./schemes.ts";
import { movingOwner } from "./slow-switch.ts";

// #region resize
export const resizeMs = 5000;
const keys = Array.from({ length: 5000 }, (_, n) => `item-${n}`);
const ids = Array.from({ length: 11 }, (_, n) => `cache-${n}`);

/**
 * What the front saw in each second, with an eleventh cache from 5 s. The
 * switch is made at once, or spread over `switchMs`.
 */
export function resizeUnder(
  scheme: Scheme,
  seed: number,
  seconds: number,
  switchMs = 0,
): readonly Second[] {
  const placed = (count: number) => {
    const owners = scheme.place(ids.slice(0, count), keys);
    return new Map(keys.map((key, at) => [key, owners[at] ?? ""]));
  };
  const [ten, eleven] = [placed(10), placed(11)];
  const caches = ids.map((id) => {
    const warm = keys.filter((key) => ten.get(key) === id);
    return [id, cache(warm)] as const;
  });
  const sim = simulate({
    seed,
    keepTrace: false,
    nodes: {
      ...Object.fromEntries(caches),
      origin: origin({ serviceMs: 5, queueMax: 500 }),
      front: front({
        keys,
        requestsPerSecond: 1000,
        ownerAt(key, nowMs) {
          const part = partSwitched(nowMs - resizeMs, switchMs);
          const [before, after] = [ten.get(key), eleven.get(key)];
          return movingOwner(key, part, before ?? "", after ?? "");
        },
      }),
    },
    clients: ["front"],
  });
  sim.runUntil(seconds * 1000);
  return sim.state<FrontState>("front").seconds;
}
// #endregion resize

function partSwitched(sinceMs: number, switchMs: number): number {
  if (sinceMs < 0) return 0;
  return switchMs === 0 ? 1 : Math.min(1, sinceMs / switchMs);
}
