/** A leader that was deposed answers from its own state, or does not. */
import { historyOf, type Operation } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import type { Node } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import { paperOptions } from "../raft/options.ts";
import { readOwnState } from "./broken.ts";
import { type Kv, raftKv } from "./raft-kv.ts";
import { staleRead } from "./stale-read.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const node = raftKv(paperOptions);
  return [
    "Reads from the leader's own state:",
    ...story(readOwnState(node), seed),
    "",
    "Reads that ask a majority first (ReadIndex):",
    ...story(node, seed),
  ].join("\n");
}

function story(node: Node<Kv>, seed: number): readonly string[] {
  const { sim, oldLeader, newLeader } = staleRead(node, seed);
  const history = historyOf(sim.trace, ["c1", "c2"]);
  const { verdict } = checkLinearizable(kv, history);
  return [
    `  ${oldLeader} leads, is cut off with c1; ${newLeader} is elected`,
    ...history.map(operationText),
    `  linearizable: ${verdict}`,
  ];
}

function operationText(operation: Operation): string {
  const { process, op, args, invokeMs, returnMs, result } = operation;
  const from = invokeMs.toFixed(0).padStart(6);
  const until = returnMs === null ? "..." : returnMs.toFixed(0);
  const what = op === "read" ? "read x" : `write x=${args.value}`;
  const answer =
    result === null ? "no answer" : (result.value ?? result.type);
  const span = `${from} to ${until.padEnd(5)} ms`;
  return `  ${span}  ${process} ${what}: ${answer}`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
