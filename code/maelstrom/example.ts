/** A broadcast through a partition: sent once, and sent until confirmed. */
import type { Fault } from "../kernel/faults.ts";
import type { Node } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import { broadcast } from "./broadcast.ts";
import { broadcastOnce } from "./broken.ts";
import { type Run, runSimulated } from "./simulated.scenario.ts";

export const defaultSeed = 7;

const servers = ["n1", "n2", "n3", "n4", "n5"];
const faults: readonly Fault[] = [
  {
    atMs: 500,
    kind: "partition",
    groups: [
      ["n1", "n2"],
      ["n3", "n4", "n5"],
    ],
  },
  { atMs: 1500, kind: "heal" },
];

export function run(seed: number): string {
  const story = (title: string, node: Node<unknown>) => {
    const network = {
      messageLossProbability: 0,
      messageDuplicateProbability: 0,
    };
    const workload = "broadcast";
    const topology = "tree";
    const told = runSimulated({
      workload,
      node,
      seed,
      servers: servers.length,
      topology,
      faults,
      network,
    });
    return [title, ...report(told)].join("\n");
  };
  return [
    "Five servers in a tree; from 500 to 1500 ms n1 and n2 are cut off.",
    "",
    story("Sent once:", broadcastOnce as Node<unknown>),
    "",
    story("Sent until confirmed:", broadcast as Node<unknown>),
  ].join("\n");
}

function report({ sim, histories, finding }: Run): readonly string[] {
  const said = histories.all.filter(
    ({ op, outcome }) => op === "broadcast" && outcome === "ok",
  );
  const sends = sim.trace.filter(
    (event) =>
      event.kind === "send" && servers.includes(event.message.dest),
  );
  const between = sends.filter(
    (event) =>
      event.kind === "send" && servers.includes(event.message.src),
  );
  const reads = histories.finals.flatMap(({ process, result }) => {
    const messages = result?.messages;
    if (!Array.isArray(messages)) return [];
    const server = process.replace("f", "n");
    return [`  ${server} has ${messages.length} of ${said.length}`];
  });
  const { verdict } = finding;
  const why = finding.verdict === "ok" ? "" : `: ${finding.why}`;
  const each = (between.length / said.length).toFixed(1);
  return [
    ...reads,
    `  ${between.length} messages, ${each} for each value`,
    `  the checker says: ${verdict}${why}`,
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
