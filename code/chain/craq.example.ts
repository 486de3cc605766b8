/** Reads from the tail alone, and from every server of the chain. */
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import type { Node } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import { dirtyReads } from "./broken.ts";
import { chain } from "./chain.ts";
import { craqOptions, leaseOptions } from "./cluster.scenario.ts";
import { reading } from "./craq.scenario.ts";
import type { State } from "./state.ts";

export const defaultSeed = 7;

const craq = chain(craqOptions);
const ways: readonly (readonly [string, Node<State>])[] = [
  ["chain replication", chain(leaseOptions)],
  ["CRAQ", craq],
  ["CRAQ, dirty reads", dirtyReads(craqOptions, craq)],
];

export function run(seed: number): string {
  const rows = [400, 10].flatMap((pauseMs) => [
    `A write every ${pauseMs / 2} ms or so:`,
    ...ways.map(([name, node]) => {
      const run = reading(node, seed, pauseMs);
      const { verdict } = checkLinearizable(kv, run.history);
      const cells = [...run.answered, run.questions, verdict];
      return row([name, ...cells]);
    }),
  ]);
  const head = ["reads answered by", "n1", "n2", "n3", "asked tail"];
  return [row([...head, "linearizable"]), ...rows].join("\n");
}

function row(cells: readonly (string | number)[]): string {
  const widths = [20, 6, 6, 6, 12, 14];
  return cells
    .map((cell, at) => {
      const width = widths[at] ?? 0;
      const text = String(cell);
      return at === 0 ? text.padEnd(width) : text.padStart(width);
    })
    .join("");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
