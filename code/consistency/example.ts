/** The dial: one workload and one seed, seven positions. */
import { seedFrom } from "../kernel/sample.ts";
import { type Level, levels } from "./levels.ts";
import {
  latencies,
  type Promised,
  promises,
  servers,
  staleReads,
  workload,
} from "./workload.scenario.ts";

export const defaultSeed = 7;

const clients = { c1: servers, c2: servers, c3: servers };
const runs = 20;
const operations = 15;
const short: { readonly [P in Promised]: string } = {
  linearizable: "lin",
  sequential: "seq",
  causal: "caus",
  "read-your-writes": "ryw",
  "monotonic-reads": "mr",
  "monotonic-writes": "mw",
  "writes-follow-reads": "wfr",
};
const names = Object.keys(promises) as Promised[];

export function run(seed: number): string {
  const heads = names.map((name) => short[name].padStart(5)).join("");
  const asked = runs * operations * Object.keys(clients).length;
  return [
    `Three clients, each request at one of five replicas by lot;`,
    `${runs} runs, ${asked} requests. Runs that break a promise:`,
    "",
    `${"".padEnd(18)}${heads}  stale  median worst`,
    ...(Object.keys(levels) as Level[]).map((level) =>
      row(level, seed),
    ),
    "",
    "lin(earizable), seq(uential), caus(al), ryw: read your writes,",
    "mr, mw: monotonic reads, writes, wfr: writes follow reads;",
    "stale reads in all runs; latency in ms.",
  ].join("\n");
}

function row(level: Level, seed: number): string {
  const histories = Array.from(
    { length: runs },
    (_, nth) =>
      workload({
        seed: seed + nth,
        levelOf: () => level,
        clients,
        operations,
      }).history,
  );
  const counts = names.map((name) => {
    const isBroken = (verdict: string) => verdict !== "ok";
    const verdicts = histories.map(
      (one) => promises[name](one).verdict,
    );
    const broken = verdicts.filter(isBroken).length;
    return (broken === 0 ? "." : String(broken)).padStart(5);
  });
  const stale = histories.flatMap(staleReads).length;
  // Runs begin at the same times, but only durations matter here.
  const { medianMs, worstMs } = latencies(histories.flat());
  const times = [medianMs, worstMs].map((ms) =>
    ms.toFixed(0).padStart(6),
  );
  const cells = [counts.join(""), String(stale).padStart(7)];
  return `${level.padEnd(18)}${cells.join("")}${times.join(" ")}`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
