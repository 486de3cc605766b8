/** Users who wait for their answer before they ask again. */
import { seedFrom } from "../kernel/sample.ts";
import { simulate } from "../kernel/simulator.ts";
import { mean } from "./report.ts";
import { naive, recoverySeconds, storm, watch } from "./storm.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const crowds = [
    [70, 1],
    [400, 10],
    [500, 10],
  ] as const;
  const rows = crowds.map(([users, thinkSeconds]) => {
    const thinkMs = thinkSeconds * 1000;
    const load = { kind: "closed", users, thinkMs } as const;
    const options = storm({ ...naive, load });
    const sim = simulate({ seed, keepTrace: false, ...options });
    const readings = watch(sim, 240);
    const recovered = recoverySeconds(readings, 30);
    return [
      String(users).padStart(7),
      `${thinkSeconds} s`.padStart(8),
      mean(readings, "good", 10, 20).toFixed(0).padStart(13),
      mean(readings, "attempts", 25, 30).toFixed(0).padStart(13),
      (recovered === null ? "never" : `${recovered} s`).padStart(13),
    ].join("");
  });
  return [
    "  users   think    goodput/s   attempts/s    recovered",
    "                before pause     in pause        after",
    ...rows,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
