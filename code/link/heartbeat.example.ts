/** Who is heard need not hear: when does the spare take over? */
import { seedFrom } from "../kernel/sample.ts";
import { watch, worlds } from "./heartbeat.scenario.ts";

export const defaultSeed = 1;

/** Nothing here is random; the seed changes nothing. */
export function run(_seed: number): string {
  const rows = Object.keys(worlds).flatMap((world) =>
    (["beat", "pong"] as const).map((sign) => {
      const { tookOverMs, done } = watch(world, sign);
      const acts = tookOverMs === null ? "never" : `${tookOverMs} ms`;
      const waits = sign === "beat" ? "heartbeats" : "answers";
      return [
        world.padEnd(18),
        waits.padEnd(14),
        acts.padStart(10),
        `${done} of 40`.padStart(12),
      ].join("");
    }),
  );
  return [
    "A heartbeat and a probe every 100 ms; after 300 ms without a sign of",
    "life the spare takes over. The links change at 1000 ms.",
    "",
    "                  spare wants   takes over    calls the",
    "world             to get                at  primary did",
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
