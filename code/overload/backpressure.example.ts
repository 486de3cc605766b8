/** 200 items a second into a stage that does 50: where do they wait? */
import { seedFrom } from "../kernel/sample.ts";
import type { StageState } from "./credits.ts";
import { pipeline, pipelineRun, stages } from "./pipeline.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const stories = [null, 8].map((room) => {
    const sim = pipelineRun(seed, pipeline(room), 0);
    const rows: string[] = [];
    let doneBefore = 0;
    for (const second of [5, 10, 20, 30]) {
      sim.runUntil(second * 1000);
      const all = stages.map((id) => sim.state<StageState>(id));
      const { done = 0, lastAgeMs = 0 } = all.at(-1) ?? {};
      const gone = second - Number(rows.at(-1)?.slice(0, 8) ?? 0);
      const cells = [
        second,
        ...all.slice(1).map(({ buffer }) => buffer.length),
        ((done - doneBefore) / gone).toFixed(0),
        lastAgeMs.toFixed(0),
      ];
      doneBefore = done;
      rows.push(cells.map((cell) => String(cell).padStart(8)).join(""));
    }
    return [
      room === null ? "no bound" : `credits for ${room} items a stage`,
      "  second   parse  enrich   store    out/s  age, ms",
      ...rows,
    ].join("\n");
  });
  return [
    "source 200/s -> parse 250/s -> enrich 50/s -> store 125/s",
    ...stories,
  ].join("\n\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
