/** phi while a node stands still; and what the pause leaves behind. */
import { seedFrom } from "../kernel/sample.ts";
import { deviation, mean } from "./accrual.ts";
import {
  detectionMs,
  pauseAtMs,
  phiNow,
  watching,
  windowOf,
} from "./pause.scenario.ts";

export const defaultSeed = 7;

const remembers = {
  sizeMax: 40,
  firstIntervalMs: 200,
  intervalMsMax: 10_000,
};
const forgets = { ...remembers, intervalMsMax: 1000 };

export function run(seed: number): string {
  const sim = watching(seed, forgets);
  const lines: string[] = [];
  for (let ms = pauseAtMs - 100; ms <= pauseAtMs + 1700; ms += 100) {
    sim.runUntil(ms);
    lines.push(line(ms, ms - windowOf(sim).lastMs, phiNow(sim)));
  }
  return [
    "n2 sends a heartbeat every 200 ms and stands still from 4000 ms to",
    "5500 ms. What n1 thinks of it:",
    "",
    "  at ms  silent      phi",
    ...lines,
    "",
    "n2 crashes at 9000 ms, and n1 suspects it at phi > 8:",
    aftermath(seed, "the pause is in the window", remembers),
    aftermath(seed, "the pause is left out", forgets),
  ].join("\n");
}

function line(ms: number, silentMs: number, level: number): string {
  const cells = [ms.toFixed(0), silentMs.toFixed(0), level.toFixed(1)];
  const bar = "#".repeat(Math.min(30, Math.round(level)));
  const passed = [1, 3, 8].filter((threshold) => level > threshold);
  const text = cells.map((cell) => cell.padStart(7)).join(" ");
  const more = level > 30 ? "..." : "";
  const above = passed.length > 0 ? `  > ${passed.at(-1)}` : "";
  return `${text}  ${bar}${more}${above}`.trimEnd();
}

function aftermath(
  seed: number,
  name: string,
  window: typeof remembers,
): string {
  const sim = watching(seed, window);
  sim.runUntil(9000);
  const { intervalsMs } = windowOf(sim);
  const middle = mean(intervalsMs).toFixed(0);
  const spread = deviation(intervalsMs).toFixed(0);
  const afterMs = detectionMs(sim, 9000).toFixed(0);
  const told = `${middle} ms +- ${spread.padStart(3)}, found after`;
  return `  ${name.padEnd(27)}${told} ${afterMs.padStart(4)} ms`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
