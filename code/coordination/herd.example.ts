/** Contenders for one lock: all watch it, or each the one before. */
import { seedFrom } from "../kernel/sample.ts";
import { leaderOf, lockRun, phaseOf } from "./cluster.scenario.ts";
import type { Service } from "./coordination.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = [5, 10, 20, 40].map((count) => {
    const all = counts(seed, count, true);
    const one = counts(seed, count, false);
    const cells = [all.events, all.entries, one.events, one.entries];
    const texts = cells.map((cell) => String(cell).padStart(9));
    return `${String(count).padStart(6)}  ${texts.join("")}`;
  });
  return [
    "Until each contender has held the lock once:",
    "",
    "          watch all         watch the one before",
    " count     events  entries   events  entries",
    ...rows,
  ].join("\n");
}

function counts(seed: number, count: number, watchAll: boolean) {
  const options = { watchAll, holdMs: 20, timeoutMs: 3000 };
  const { sim, contenders } = lockRun(seed, count, options);
  const isDone = () =>
    contenders.every((id) => phaseOf(sim, id) === "done");
  while (!isDone()) sim.runFor(50);
  const events = sim.trace.filter(
    (e) => e.kind === "deliver" && e.message.body.type === "events",
  ).length;
  const { raft } = sim.state<Service>(leaderOf(sim));
  return { events, entries: raft.commitIndex };
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
