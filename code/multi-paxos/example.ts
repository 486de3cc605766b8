/** What a command costs: phase 1 for each, or once for all. */
// unprinted: for the chapter on consensus

import { seedFrom } from "../kernel/sample.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { simulate } from "../kernel/simulator.ts";
import { cluster } from "../paxos/cluster.ts";
import {
  gapAndCrash,
  leaderOf,
  proposeTo,
  watched,
} from "./cluster.scenario.ts";
import { multiPaxos } from "./multi-paxos.ts";
import { defaultOptions, type Entry, type State } from "./state.ts";

export const defaultSeed = 7;

const ids = ["n1", "n2", "n3", "n4", "n5"];
const phases = ["prepare", "promise", "accept", "accepted"];
const network = { delayMs: { kind: "constant", ms: 5 } } as const;

export function run(seed: number): string {
  const node = multiPaxos(defaultOptions(ids));
  const sim = watched(ids, node, { seed, network });
  while (leaderOf(sim, ids) === null) sim.runFor(1);
  const leader = leaderOf(sim, ids) ?? "";
  sim.runFor(20);
  const elected = count(sim);
  for (let n = 1; n <= 10; n++) proposeTo(sim, leader, `#${n}`);
  const askedMs = sim.nowMs;
  while (sim.state<State>(leader).chosenTo < 10) sim.runFor(1);
  const tookMs = sim.nowMs - askedMs;
  const all = count(sim);
  const each = phases.map((type) => {
    return ((all[type] ?? 0) - (elected[type] ?? 0)) / 10;
  });

  const paxos = cluster({ values: ["x"], acceptorCount: 5 });
  const single = simulate({ seed, nodes: paxos, network });
  single.runUntil(30);
  const gap = gapAndCrash(ids, node, seed);
  const heir = leaderOf(gap, ids) ?? "";
  return [
    "messages, five servers        prepare promise  accept accepted",
    row("Paxos, for one command", single),
    numbers(
      "Multi-Paxos: to lead",
      phases.map((p) => elected[p] ?? 0),
    ),
    numbers("  then for each command", each),
    "",
    `${leader} leads; ten sent to it at once are chosen in ${tookMs} ms.`,
    "A leader asks for slots 1 and 2, and 1 is lost. It crashes.",
    `${heir} leads next. Its log: ${log(gap.state<State>(heir))}`,
  ].join("\n");
}

function count(sim: Simulation): { [type: string]: number } {
  const counts: { [type: string]: number } = {};
  for (const event of sim.trace) {
    if (event.kind !== "send") continue;
    const { type } = event.message.body;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

function row(name: string, sim: Simulation): string {
  const counts = count(sim);
  return numbers(
    name,
    phases.map((type) => counts[type] ?? 0),
  );
}

function numbers(name: string, cells: readonly number[]): string {
  const texts = cells.map((cell) => String(cell).padStart(8));
  return `${name.padEnd(29)}${texts.join("")}`;
}

function log({ chosen, chosenTo }: State): string {
  const slots = Array.from({ length: chosenTo }, (_, at) => at + 1);
  return slots
    .map((slot) => `${slot} ${text(chosen[slot])}`)
    .join(", ");
}

function text(entry: Entry | undefined): string {
  return entry?.kind === "command" ? `${entry.command}` : "no-op";
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
