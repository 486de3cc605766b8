/** Tokens 33 and 34: a holder pauses, and writes when it wakes. */
import { seedFrom } from "../kernel/sample.ts";
import type { Simulation } from "../kernel/simulator.ts";
import type { TraceEvent } from "../kernel/trace.ts";
import type { Store } from "./store.ts";
import {
  running,
  type Strategy,
  strategies,
} from "./strategies.scenario.ts";
import type { Worker } from "./worker.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "a store that looks at no token:",
    ...story(seed, strategies.lease),
    "",
    "a store that remembers the highest:",
    ...story(seed, strategies.fenced),
  ].join("\n");
}

/** w1 stands still between its read and its write. */
export function paused(seed: number, strategy: Strategy): Simulation {
  const change = { operations: 1 };
  const cast = { ids: ["w1", "w2"], staggerMs: 30, change };
  const sim = running(strategy, { seed }, cast);
  while (sim.state<Worker>("w1").phase !== "work") sim.runOne();
  sim.apply({ kind: "pause", node: "w1", forMs: 150 });
  sim.runUntil(700);
  return sim;
}

function story(seed: number, strategy: Strategy): readonly string[] {
  return storyOf(paused(seed, strategy));
}

/** What happened, and what is left of it. */
export function storyOf(sim: Simulation): readonly string[] {
  const { value, writes } = sim.state<Store>("s1");
  const tokens = writes.map(({ token }) => token).join(", ");
  const times = `${writes.length} times, with tokens ${tokens}`;
  return [
    ...sim.trace.flatMap(told),
    `        raised ${times}; it shows ${value}`,
  ];
}

/** What matters of a run: who was granted what, and what was written. */
function told(event: TraceEvent): readonly string[] {
  const say = (text: string) => [
    `${event.atMs.toFixed(0).padStart(4)} ms ${text}`,
  ];
  if (event.kind === "pause") return say(`${event.node} stands still`);
  if (event.kind === "resume") return say(`${event.node} goes on`);
  if (event.kind !== "deliver") return [];
  const { src, dest, body } = event.message;
  if (body.type === "acquire_ok")
    return say(`${dest} is granted token ${body.token}`);
  if (body.type === "read_ok")
    return say(`${dest} has read ${body.value}`);
  if (body.type === "write")
    return say(`${src} writes ${body.value}, token ${body.token}`);
  if (body.text === "STALE") return say(`${dest} is refused`);
  return [];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
