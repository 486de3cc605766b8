/** All servers look for new mirrors at once, and there is not room. */
import { seedFrom } from "../kernel/sample.ts";
import { type Reading, storming } from "./re-mirroring.scenario.ts";
import type { MirrorOptions } from "./re-mirroring.ts";

export const defaultSeed = 7;

const options: MirrorOptions = {
  spareSlots: 6,
  volumes: 10,
  lostAfterMs: 500,
  searchMs: 50,
  backOffMsMax: 0,
};

export function run(seed: number): string {
  const patient = { ...options, lostAfterMs: 3000 };
  const backing = { ...options, backOffMsMax: 3200 };
  return [
    "10 servers, 10 volumes each, room for 6 more copies on each.",
    "From 2 s to 4 s the network is away.",
    "",
    ...told("One server cut off", storming(options, seed, 1)),
    ...told("All cut off", storming(options, seed, 10)),
    ...told("All, searches back off", storming(backing, seed, 10)),
    ...told("All, 3 s of patience", storming(patient, seed, 10)),
  ].join("\n");
}

function told(title: string, readings: readonly Reading[]) {
  const shown = readings.filter(
    ({ second }) => second > 1 && second < 9,
  );
  const row = (name: string, field: keyof Reading) =>
    `  ${name.padEnd(20)}${shown
      .map((reading) => String(reading[field]).padStart(7))
      .join("")}`;
  return [
    title,
    row("second", "second"),
    row("searches sent", "searches"),
    row("volumes stuck", "stuck"),
    row("room left", "spare"),
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
