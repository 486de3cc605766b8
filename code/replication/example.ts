/** A failover with asynchronous replication: whose writes are lost? */
import type { Operation } from "../kernel/history.ts";
import { seedFrom } from "../kernel/sample.ts";
import { ignoreEpochs } from "./broken.ts";
import { lostOn, servers, words } from "./cluster.scenario.ts";
import {
  cutMs,
  type Failover,
  failover,
  healMs,
  promoteMs,
} from "./failover.scenario.ts";
import { replica } from "./replication.ts";
import { asyncOptions, leads, type State } from "./state.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const node = replica(asyncOptions);
  const fenced = failover(node, seed);
  const { history } = fenced;
  const window = history.filter(
    ({ invokeMs, args }) => invokeMs > cutMs && args.key === "a",
  );
  return [
    `${at(cutMs)}  n1, the leader, is cut off, with its client c1`,
    `         n1 goes on: ${values(window)} are acknowledged`,
    `${at(promoteMs)}  n2 is promoted to lead epoch 2; c2 writes to it`,
    `${at(healMs)}  the link is mended; n1 hears of epoch 2`,
    "",
    "With epochs: n1 follows and gives up what n2 never had",
    ...told(fenced),
    "",
    "Without: n1 still leads, and so does n2",
    ...told(failover(ignoreEpochs(node), seed)),
  ].join("\n");
}

function told({ sim, history }: Failover): readonly string[] {
  const lines = servers.map((id) => {
    const state = sim.state<State>(id);
    const role = leads(state) ? "leads  " : "follows";
    return `  ${id} ${role} ${words(state.log)}`;
  });
  const lost = values(lostOn(sim, "n2", history));
  return [...lines, `  acknowledged, and not on n2: ${lost}`];
}

function values(operations: readonly Operation[]): string {
  return operations
    .filter(({ outcome }) => outcome === "ok")
    .map(({ args }) => String(args.value))
    .join(" ");
}

function at(ms: number): string {
  return `${String(ms).padStart(4)} ms`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
