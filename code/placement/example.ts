/** Ten nodes become eleven: seven placements, and what each moves. */
import { seedFrom } from "../kernel/sample.ts";
import { balanceOf, movedPart } from "./measure.ts";
import { schemes } from "./schemes.ts";

export const defaultSeed = 7;

const keyCount = 20_000;

export function run(seed: number): string {
  const keys = Array.from(
    { length: keyCount },
    (_, n) => `user-${seed}-${n}`,
  );
  const eleven = Array.from({ length: 11 }, (_, n) => `node-${n}`);
  const ten = eleven.slice(0, 10);
  const rows = schemes.map(({ name, place }) => {
    const before = place(ten, keys);
    const { largest, deviation } = balanceOf(before, ten);
    const moved = movedPart(before, place(eleven, keys));
    return [
      name.padEnd(18),
      largest.toFixed(2).padStart(12),
      percent(deviation).padStart(12),
      percent(moved).padStart(10),
    ].join("");
  });
  return [
    `${keyCount} keys on 10 nodes, then on 11.`,
    `The least that can move is ${percent(1 / 11)}.`,
    "",
    "placement         fullest/mean   deviation     moved",
    ...rows,
  ].join("\n");
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
