/** Three ways past R + W > N: a partial write, stand-ins, tombstones. */
import { registers } from "../abd/cluster.scenario.ts";
import type { Operation } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import type { Json } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import { forgetsHints } from "./broken.ts";
import { quorumStore } from "./quorum-store.ts";
import { dynamoOptions, type State, valuesOf } from "./state.ts";
import {
  partialWrite,
  resurrection,
  sloppy,
} from "./stories.scenario.ts";
import { homes, others } from "./table.scenario.ts";

export const defaultSeed = 7;

const options = {
  ...dynamoOptions,
  isSloppy: true,
  antiEntropyMs: 10_000,
};

export function run(seed: number): string {
  const partial = partialWrite(seed).history;
  const { verdict } = checkLinearizable(registers, partial);
  const graces = [null, 300] as const;
  return [
    "N = 3, W = 3, R = 2: the write of 2 has reached one home so far.",
    ...partial.map(line),
    `  linearizable: ${verdict}`,
    "",
    `Sloppy, W = R = 2: the homes ${homes.join(", ")} are cut in two;`,
    `${others.join(" and ")} stand in on the writer's side.`,
    ...sloppy(quorumStore(options), 480).history.map(line),
    ...[480, 900].map((ms) => held(quorumStore(options), ms)),
    "  and if stand-ins forget a hint once it is sent:",
    held(forgetsHints(options), 900),
    "",
    "A home sleeps through a delete, from 20 ms to 1000 ms.",
    ...graces.map((graceMs) => {
      const { history } = resurrection(graceMs);
      const kept = graceMs === null ? "for good" : `for ${graceMs} ms`;
      const found = JSON.stringify(history.at(-1)?.result?.values);
      return `  tombstones kept ${kept}: a later read finds ${found}`;
    }),
  ].join("\n");
}

function line({ process, op, args, result, ...times }: Operation) {
  const { invokeMs, returnMs } = times;
  const found: Json = result?.value ?? result?.values ?? null;
  const words =
    op === "read" ? `-> ${JSON.stringify(found)}` : String(args.value);
  const to = returnMs?.toFixed(0) ?? "?";
  const from = invokeMs.toFixed(0).padStart(5);
  return `${from} .. ${to.padStart(4)}  ${process}  ${op} ${words}`;
}

function held(
  node: ReturnType<typeof quorumStore>,
  ms: number,
): string {
  const { sim } = sloppy(node, ms);
  const found = homes.map((id) => {
    const siblings = sim.state<State>(id).data['"x"'] ?? [];
    return `${id} ${JSON.stringify(valuesOf(siblings))}`;
  });
  return `  at ${ms} ms: ${found.join("  ")}`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
