/** The client dies after it has committed the primary: is it committed? */
import { seedFrom } from "../kernel/sample.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { asItIs, columns, transfer } from "./percolator.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const { steps } = transfer(seed, null, 400, 400, asItIs);
  const [primary = 0, secondary = 0] = steps.flatMap((effects, step) =>
    effects.some((e) => e.kind === "send" && e.body.type === "commit")
      ? [step]
      : [],
  );
  return [
    ...tell(seed, "before it can commit the primary", primary),
    "",
    ...tell(seed, "after that", secondary),
  ].join("\n");
}

function tell(seed: number, when: string, step: number) {
  const crash = { step, effect: 0 };
  const left = transfer(seed, crash, 400, 399, asItIs);
  const healed = transfer(seed, crash, 400, 800, asItIs);
  return [
    `The client dies ${when}`,
    ...table(left.sim),
    `A reader comes, and sees ${healed.seen.join(" and ")}`,
    ...table(healed.sim),
  ];
}

function table(sim: Simulation): readonly string[] {
  const row = (node: string, key: string) => {
    const { data, lock, write } = columns(sim, node, key);
    const cells = [key.padEnd(5), data.padEnd(10), lock.padEnd(14)];
    return `  ${cells.join(" ")} ${write}`;
  };
  return [
    "  row   data       lock           write",
    row("s1", "bob"),
    row("s2", "joe"),
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
