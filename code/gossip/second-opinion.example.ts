/** Silence is death? A second opinion, and time to answer. */
import { seedFrom } from "../kernel/sample.ts";
import {
  type Setup,
  variants,
  watched,
} from "./second-opinion.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "16 healthy members for ten minutes: 2% of messages are lost, and",
    "every 30 s one of them stands still for 3 s. Nobody crashes.",
    "",
    "                       accused   thrown out   half of them by",
    ...variants.map((setup) => row(seed, setup)),
    "",
    "accused: suspicions of a live member, counted once however many hear.",
  ].join("\n");
}

function row(seed: number, setup: Setup): string {
  const { accused, goneMs } = watched(seed, setup.options);
  const halfMs = goneMs[7];
  const cells = [
    `${accused}`.padStart(8),
    `${goneMs.length} of 16`.padStart(13),
    halfMs === undefined
      ? ""
      : `${(halfMs / 1000).toFixed(1)} s`.padStart(15),
  ];
  return `${setup.name.padEnd(22)}${cells.join("")}`.trimEnd();
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
