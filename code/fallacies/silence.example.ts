/** The client has heard nothing. What does the server know? */
import { seedFrom } from "../kernel/sample.ts";
import { silences, wait } from "./silence.scenario.ts";

export const defaultSeed = 1;

/** Nothing here is random; the seed changes nothing. */
export function run(_seed: number): string {
  return [
    "One addition. After 100 ms without an answer it is asked again.",
    "",
    "                    client has heard   server counts   server counts",
    "world                      by 100 ms       by 100 ms       by 300 ms",
    ...Object.keys(silences).map(line),
  ].join("\n");
}

function line(name: string): string {
  const early = wait(name, 100);
  const heard = early.trace.filter(
    (event) =>
      event.kind === "deliver" && event.message.dest === "client",
  );
  return [
    name.padEnd(20),
    (heard.length === 0 ? "nothing" : "an answer").padStart(16),
    String(countOf(early)).padStart(16),
    String(countOf(wait(name, 300))).padStart(16),
  ].join("");
}

function countOf(sim: ReturnType<typeof wait>): number {
  return sim.state<{ readonly count: number }>("server").count;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
