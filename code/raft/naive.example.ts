/** The naive attempt loses a write that it has acknowledged. */
import { historyOf } from "../kernel/history.ts";
import { seedFrom } from "../kernel/sample.ts";
import type { Simulation } from "../kernel/simulator.ts";
import type { Naive } from "./naive.ts";
import { ids, loseAWrite } from "./naive-story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const lines: string[] = [];
  const sim = loseAWrite(seed, (sim, move) => {
    lines.push(move, ...ids.map((id) => serverText(sim, id)), "");
  });
  const history = historyOf(sim.trace, ["c1"]);
  const good = history.filter(({ outcome }) => outcome === "ok");
  const values = good.map(({ args }) => String(args.value));
  const logs = ids.map((id) => sim.state<Naive>(id).log);
  const lost = values.filter((value) =>
    logs.some((log) => !log.includes(value)),
  );
  return [
    ...lines,
    `acknowledged: ${values.join(", ")}`,
    `lost: ${lost.join(", ") || "nothing"}`,
  ].join("\n");
}

function serverText(sim: Simulation, id: string): string {
  const { isLeader, log } = sim.state<Naive>(id);
  if (!sim.isUp(id)) return `  ${id}  down`;
  const role = isLeader ? "leader  " : "follower";
  return `  ${id}  ${role}  ${log.join(", ")}`.trimEnd();
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
