/** Many want the same: what a lock saves, and what it costs. */
import { seedFrom } from "../kernel/sample.ts";
import {
  running,
  type Strategy,
  strategies,
} from "./strategies.scenario.ts";
import type { Worker } from "./worker.ts";

export const defaultSeed = 7;
const operations = 10;

export function run(seed: number): string {
  const kinds = [strategies.fenced, strategies.cas, strategies.single];
  const head = kinds.map(({ name }) => name.padStart(22)).join("");
  const rows = [1, 2, 3, 5, 10, 20].map((count) => {
    const cells = kinds.map((kind) => {
      const { messages, works, ms } = crowd(kind, seed, count);
      return [messages, works, ms]
        .map((number, at) =>
          number.toFixed(1).padStart([9, 6, 7][at] ?? 0),
        )
        .join("");
    });
    return `${String(count).padStart(7)}${cells.join("")}`;
  });
  const units = " messages works     ms".repeat(kinds.length);
  return [`       ${head}`, `workers${units}`, ...rows].join("\n");
}

/** Per increment, when so many workers make ten increments each. */
export function crowd(strategy: Strategy, seed: number, count: number) {
  const ids = Array.from({ length: count }, (_, at) => `w${at + 1}`);
  const cast = { ids, change: { operations } };
  const sim = running(strategy, { seed }, cast);
  const isBusy = (id: string) =>
    sim.state<Worker>(id).done < operations;
  while (ids.some(isBusy)) sim.runOne();
  const all = count * operations;
  const number = (
    isOne: (event: (typeof sim.trace)[number]) => boolean,
  ) => sim.trace.filter(isOne).length / all;
  return {
    messages: number(({ kind }) => kind === "send"),
    works: number((one) => one.kind === "timer" && one.name === "work"),
    ms: sim.nowMs / all,
  };
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
