/** From half to three times what a server can do: who is answered? */
import { seedFrom } from "../kernel/sample.ts";
import {
  brownout,
  capacity,
  classOf,
  goodOf,
  goodput,
  loadRun,
  serverOf,
  shedding,
  variants,
} from "./load.scenario.ts";
import { classes } from "./shed.ts";

export const defaultSeed = 7;

const loads = [0.5, 1, 1.5, 2, 3];

function cells(values: readonly (number | string)[], width: number) {
  const text = (v: number | string) =>
    typeof v === "number" ? v.toFixed(0) : v;
  return values.map((v) => text(v).padStart(width)).join("");
}

export function run(seed: number): string {
  const rows = Object.entries(variants).map(([name, variant]) => {
    const goods = loads.map((load) =>
      goodput(loadRun(seed, variant, load * capacity), 5, 15),
    );
    return name.padEnd(18) + cells(goods, 8);
  });
  const dimmed = loads.map((load) => {
    const sim = loadRun(seed, brownout, load * capacity);
    return { good: goodput(sim, 5, 15), state: serverOf(sim).inner };
  });
  const shed = loads.map((load) => {
    const sim = loadRun(seed, shedding, load * capacity);
    sim.runUntil(15_000);
    return classes.map((name) => {
      const isIt = (id: string) =>
        (classOf[id] ?? "sheddable") === name;
      const { calls, good } = goodOf(sim, isIt);
      return (100 * good) / calls;
    });
  });
  return [
    "Answers in time, per second; the server can do 100. Load:",
    `${" ".repeat(18)}${cells(["0.5x", "1x", "1.5x", "2x", "3x"], 8)}`,
    ...rows,
    `queue and brownout${cells(
      dimmed.map((d) => d.good),
      8,
    )}`,
    `  full answers, % ${cells(
      dimmed.map(({ state }) => (100 * state.nice) / state.served),
      8,
    )}`,
    "",
    "Place for 40, shared by criticality; calls answered in time, %:",
    ...classes.map(
      (name, n) =>
        name.padEnd(18) +
        cells(
          shed.map((good) => good[n] ?? 0),
          8,
        ),
    ),
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
