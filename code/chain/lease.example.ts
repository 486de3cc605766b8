/** A tail that was removed but is alive answers, unless leases bind it. */
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import { seedFrom } from "../kernel/sample.ts";
import { chain } from "./chain.ts";
import { leaseOptions } from "./cluster.scenario.ts";
import { type Options, paperOptions } from "./state.ts";
import { cutMs, deafTail } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    `At ${cutMs} ms n3, the tail, is cut off, with the client c2.`,
    "",
    "Fail-stop assumed, as in the paper:",
    ...told(paperOptions, seed),
    "",
    "With a lease of 100 ms, and removal after 150 ms of silence:",
    ...told(leaseOptions, seed),
  ].join("\n");
}

function told(options: Options, seed: number): readonly string[] {
  const { sim, history } = deafTail(chain(options), seed);
  const first = sim.trace.find(
    (event) =>
      event.kind === "persist" && event.node === "m" && event.atMs > 0,
  );
  const writes = history.filter(
    ({ op, outcome, returnMs }) =>
      op === "write" && outcome === "ok" && (returnMs ?? 0) > cutMs,
  );
  const reads = history.filter(
    ({ op, outcome }) => op === "read" && outcome === "ok",
  );
  const [begun, last] = [writes[0], reads.at(-1)];
  const { verdict } = checkLinearizable(kv, history);
  const events: readonly (readonly [number, string])[] = [
    [first?.atMs ?? 0, "the master takes n3 out of the chain"],
    [
      begun?.returnMs ?? 0,
      `the new chain has x = ${begun?.args.value}`,
    ],
    [
      last?.returnMs ?? 0,
      `c2's last read at n3: ${last?.result?.value}`,
    ],
  ];
  const inOrder = events.toSorted(([one], [other]) => one - other);
  return [
    ...inOrder.map(
      ([ms, text]) => `${ms.toFixed(0).padStart(6)} ms  ${text}`,
    ),
    `  linearizable: ${verdict}`,
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
