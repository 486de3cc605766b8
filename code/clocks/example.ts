/**
 * Three processes exchange messages. Every event is stamped by a Lamport
 * clock and by a vector clock, and both are held against the relation
 * "happened before", which is computed from the messages alone.
 */
import { seedFrom } from "../kernel/sample.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { concurrentPairs, pasts } from "./happens-before.ts";
import { order } from "./lamport.ts";
import {
  type Stamped,
  type State,
  process as speaker,
} from "./process.ts";
import { compare, show } from "./vector.ts";

export const defaultSeed = 3;
export const names = ["n1", "n2", "n3"];

/** The run that the chapter draws: skewed clocks, uneven delays. */
export function threeProcesses(
  seed: number,
  ownEvents = 3,
): Simulation {
  const sim = simulate({
    seed,
    nodes: Object.fromEntries(
      names.map((id) => [id, speaker(ownEvents)]),
    ),
    network: { delayMs: { kind: "uniform", min: 5, max: 40 } },
    clocks: { skewMsMax: 20 },
  });
  sim.runUntil(1000);
  return sim;
}

/** All events of a run, in the total order that Lamport's clocks give. */
export function eventsOf(sim: Simulation): Stamped[] {
  return names
    .flatMap((id) => sim.state<State>(id).log)
    .sort((a, b) =>
      order(
        { time: a.lamport, node: a.node },
        { time: b.lamport, node: b.node },
      ),
    );
}

/** Counts of pairs: what is so, and what the two clocks say. */
export function verdict(events: readonly Stamped[]) {
  const past = pasts(events);
  const concurrent = concurrentPairs(events);
  const ordered = events.flatMap((b) =>
    events
      .filter((a) => past.get(b)?.has(a))
      .map((a) => [a, b] as const),
  );
  const byVector = (
    pairs: readonly (readonly [Stamped, Stamped])[],
    says: string,
  ) =>
    pairs.filter(([a, b]) => compare(a.vector, b.vector) === says)
      .length;
  return {
    ordered: ordered.length,
    lamportRises: ordered.filter(([a, b]) => a.lamport < b.lamport)
      .length,
    vectorBefore: byVector(ordered, "before"),
    concurrent: concurrent.length,
    lamportDiffers: concurrent.filter(
      ([a, b]) => a.lamport !== b.lamport,
    ).length,
    vectorConcurrent: byVector(concurrent, "concurrent"),
  };
}

/** Two concurrent events whose Lamport numbers are furthest apart. */
export function misleadingPair(events: readonly Stamped[]) {
  const gap = ([a, b]: readonly [Stamped, Stamped]) =>
    Math.abs(b.lamport - a.lamport);
  return concurrentPairs(events)
    .sort((x, y) => gap(y) - gap(x))
    .at(0);
}

export function run(seed: number): string {
  const events = eventsOf(threeProcesses(seed));
  const lines = events.map((e) =>
    [
      nameOf(e).padEnd(6),
      e.kind.padEnd(8),
      (e.message ?? "").padEnd(7),
      String(e.lamport).padStart(4),
      `   ${show(e.vector)}`,
    ].join(" "),
  );
  const found = verdict(events);
  const pair = misleadingPair(events);
  return [
    "event  kind     message  Lamport  vector",
    ...lines,
    "",
    `${found.ordered} pairs: one happened before the other`,
    `   Lamport number rises: ${found.lamportRises}, vector says so: ${found.vectorBefore}`,
    `${found.concurrent} pairs: concurrent`,
    `   Lamport numbers differ: ${found.lamportDiffers}, vector says so: ${found.vectorConcurrent}`,
    ...(pair
      ? [
          `furthest apart: ${pair.map((e) => `${nameOf(e)} (${e.lamport})`).join(" and ")}`,
        ]
      : []),
  ].join("\n");
}

export const nameOf = (e: Stamped): string =>
  `${e.node}.${e.index + 1}`;

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
