/** Ten caches become eleven under load, by one placement or another. */
// unprinted: for the chapter on placement
import { simulate } from "../kernel/simulator.ts";
import {
  cache,
  type FrontState,
  front,
  origin,
  type Second,
} from "./resize.ts";
import type { Scheme } from "./schemes.ts";

// #region resize
export const resizeMs = 5000;
const keys = Array.from({ length: 5000 }, (_, n) => `item-${n}`);
const ids = Array.from({ length: 11 }, (_, n) => `cache-${n}`);

/** What the front saw in each second, with an eleventh cache from 5 s. */
export function resizeUnder(
  scheme: Scheme,
  seed: number,
  seconds: number,
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
        resizeMs,
        before: (key) => ten.get(key) ?? "",
        after: (key) => eleven.get(key) ?? "",
      }),
    },
    clients: ["front"],
  });
  sim.runUntil(seconds * 1000);
  return sim.state<FrontState>("front").seconds;
}
// #endregion resize
