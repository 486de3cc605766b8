/** One packet is lost: who waits for it, on one stream or on three? */
import { seedFrom } from "../kernel/sample.ts";
import { itemsOn, overTheLink } from "./link.scenario.ts";
import type { ListenerState } from "./link.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const one = arrivals(seed, ["only"]);
  const three = arrivals(seed, ["red", "green", "blue"]);
  const rows = one.map((atMs, n) =>
    [
      String(n + 1).padStart(6),
      `${10 * (n + 1)} ms`.padStart(9),
      wait(atMs, n).padStart(13),
      wait(three[n] ?? 0, n).padStart(15),
    ].join(""),
  );
  return [
    "Nine numbers, one every 10 ms, 20 ms under way; the first copy of",
    "number 2 is lost and sent again. How long each was kept back:",
    "",
    "number     sent   one stream  three streams",
    ...rows,
  ].join("\n");
}

/** When each number was handed on, in ms. */
export function arrivals(seed: number, streams: readonly string[]) {
  let isLost = false;
  const sim = overTheLink({
    seed,
    items: itemsOn(streams, 9),
    network: {
      delayMs: { kind: "constant", ms: 20 },
      fate(message) {
        if (isLost || message.body.data !== 2) return undefined;
        isLost = true;
        return "lose";
      },
    },
  });
  sim.runUntil(1000);
  const { heard } = sim.state<ListenerState>("b");
  return heard
    .toSorted((a, b) => Number(a.data) - Number(b.data))
    .map(({ atMs }) => atMs);
}

function wait(atMs: number, n: number): string {
  const keptMs = atMs - 10 * (n + 1) - 20;
  return keptMs === 0 ? "-" : `${keptMs} ms`;
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
