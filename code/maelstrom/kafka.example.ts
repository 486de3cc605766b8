/** Logs by key: offsets from each server, and from one order for all. */
import type { Node } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import { alone } from "./broken.ts";
import { kafka } from "./kafka.ts";
import { options } from "./nodes.ts";
import { replicated } from "./replicated.ts";
import { type Run, runSimulated } from "./simulated.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const story = (title: string, node: Node<unknown>) => {
    const workload = "kafka";
    const told = runSimulated({
      workload,
      node,
      seed,
      forMs: 1200,
      faults: [],
      network: { messageLossProbability: 0 },
    });
    return [title, ...report(told)].join("\n");
  };
  const onRaft = replicated(kafka, options);
  return [
    story("Each server gives offsets:", alone(kafka) as Node<unknown>),
    "",
    story("One order, agreed on with Raft:", onRaft as Node<unknown>),
  ].join("\n");
}

/** The first sends to key "a", and what the checker says. */
function report({ histories, finding }: Run): readonly string[] {
  const sends = histories.all
    .filter(({ op, args }) => op === "send" && args.key === "a")
    .filter(({ outcome }) => outcome === "ok")
    .toSorted(
      (one, other) => (one.returnMs ?? 0) - (other.returnMs ?? 0),
    )
    .slice(0, 6)
    .map(({ process, args, returnMs, result }) => {
      const at = (returnMs ?? 0).toFixed(0).padStart(5);
      const msg = String(args.msg).padStart(4);
      return `${at} ms  ${process}  message ${msg}  a:${result?.offset}`;
    });
  const { verdict } = finding;
  const why = finding.verdict === "ok" ? "" : `: ${finding.why}`;
  return [...sends, `The checker says: ${verdict}${why}`];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
