/** An election, three commands, a crash, a new leader, and a way back. */
import { seedFrom } from "../kernel/sample.ts";
import { leaderOf, proposeTo, watched } from "./cluster.scenario.ts";
import { paperOptions } from "./options.ts";
import { raft } from "./raft.ts";
import type { State } from "./state.ts";
import { narrator } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const ids = ["n1", "n2", "n3"];
  const { lines, hear, say, forget } = narrator();
  const node = raft(paperOptions(ids));
  const sim = watched(ids, node, { seed, onStep: hear });
  sim.runUntil(400);

  const first = leaderOf(sim, ids) ?? "";
  say(sim, `a client hands ${first} three commands`);
  for (const command of ["x=1", "y=2", "x=3"]) {
    proposeTo(sim, first, command);
  }
  sim.runFor(80);

  say(sim, `${first} crashes`);
  sim.apply({ kind: "crash", node: first });
  forget(first);
  sim.runFor(500);

  const second = leaderOf(sim, ids) ?? "";
  say(sim, `${first} restarts, and ${second} is handed a command`);
  sim.apply({ kind: "restart", node: first });
  proposeTo(sim, second, "y=4");
  sim.runFor(200);

  const logs = ids.map((id) => {
    const { log, commitIndex } = sim.state<State>(id);
    const terms = log.map((entry) => entry.term).join(" ");
    return `${id}  terms in the log: ${terms}, committed: ${commitIndex}`;
  });
  return [...lines, ...logs].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
