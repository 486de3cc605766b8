/** The worked incident: an eleventh cache, and the origin under water. */
import { seedFrom } from "../kernel/sample.ts";
import { resizeUnder } from "./resize.scenario.ts";
import type { Second } from "./resize.ts";
import { schemes } from "./schemes.ts";

export const defaultSeed = 7;

const shown = [4, 5, 6, 8, 10, 15, 20, 25, 28];

export function run(seed: number): string {
  const [modulo, , ring] = schemes;
  if (modulo === undefined || ring === undefined) return "";
  const left = resizeUnder(modulo, seed, 30);
  const right = resizeUnder(ring, seed, 30);
  return [
    "1000 requests a second; the origin manages 200 of them.",
    "After 5 s ten caches are eleven.",
    "",
    "          modulo                   ring, 100 points",
    "second    hit   miss  refused      hit   miss  refused",
    ...shown.map((second) =>
      [
        String(second).padStart(6),
        cells(left[second]),
        "  ",
        cells(right[second]),
      ].join(""),
    ),
  ].join("\n");
}

function cells(second: Second | undefined): string {
  const { hit = 0, miss = 0, refused = 0 } = second ?? {};
  return [
    String(hit).padStart(7),
    String(miss).padStart(7),
    String(refused).padStart(9),
  ].join("");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
