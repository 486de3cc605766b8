/** The mechanism of Amazon S3, 2008-07-20: gossip spreads what is wrong. */
import { seedFrom } from "../kernel/sample.ts";
import type { Simulation } from "../kernel/simulator.ts";
import {
  flipAtMs,
  holding,
  ids,
  illCard,
  rejected,
} from "./flipped-bit.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const lines: string[] = [];
  const tell = (sim: Simulation, text: string) => {
    const [up, down] = [holding(sim, "up"), holding(sim, "down")];
    const seconds = `${(sim.nowMs / 1000).toFixed(1).padStart(5)} s`;
    lines.push(
      `${seconds}   up ${up}, down ${down}   ${text}`.trimEnd(),
    );
  };
  lines.push(
    "What 8 nodes believe of n05, which is up; no checksums:",
    "",
  );
  const sim = illCard(seed, false);
  const until = (ms: number, text = "") => {
    sim.runUntil(ms);
    tell(sim, text);
  };
  until(flipAtMs - 1, "for one second n02's card will flip a bit");
  for (const ms of [10_500, 11_500, 12_500, 13_500]) until(ms);
  until(60_000, "the card is well; nothing gets better");
  for (const id of ids) {
    sim.apply({ kind: "crash", node: id });
    sim.apply({ kind: "restart", node: id });
    sim.runFor(5000);
  }
  tell(sim, "all were restarted, one after the other");
  for (const id of ids) sim.apply({ kind: "crash", node: id });
  // Or a message that is still under way brings it back.
  sim.runFor(1000);
  for (const id of ids) sim.apply({ kind: "restart", node: id });
  sim.runFor(10_000);
  tell(sim, "all were stopped, and then started");

  const checked = illCard(seed, true);
  checked.runUntil(60_000);
  lines.push(
    "",
    "The same second with a checksum in each message:",
    "",
  );
  tell(checked, `messages rejected: ${rejected(checked)}`);
  return lines.join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
