/** One node of ten goes: what moves, and what did not have to. */
import { seedFrom } from "../kernel/sample.ts";
import { copiesOver, movedPart, needlessPart } from "./measure.ts";
import { schemes } from "./schemes.ts";

export const defaultSeed = 7;

const keyCount = 10_000;

export function run(seed: number): string {
  const keys = Array.from(
    { length: keyCount },
    (_, n) => `user-${seed}-${n}`,
  );
  const ten = Array.from({ length: 10 }, (_, n) => `node-${n}`);
  const without = (id: string) => ten.filter((node) => node !== id);
  const rows = schemes.map(({ name, place }) => {
    const before = place(ten, keys);
    const after = place(without("node-3"), keys);
    const views = [6, 7, 8, 9, 10].map((known) =>
      place(ten.slice(0, known), keys),
    );
    return [
      name.padEnd(18),
      percent(movedPart(before, after)),
      percent(needlessPart(before, after, "node-3")),
      copiesOver(views).toFixed(2).padStart(12),
    ].join("");
  });
  return [
    `${keyCount} keys. Of ten nodes, node-3 goes: what moves? Five clients`,
    "know of 6, 7, 8, 9 and 10 nodes: in how many places is a key?",
    "",
    "placement              moved    needless      places",
    ...rows,
  ].join("\n");
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`.padStart(12);
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
