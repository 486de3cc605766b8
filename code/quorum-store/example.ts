/** Stale reads and refusals, counted, for each R, W and fault. */
import { seedFrom } from "../kernel/sample.ts";
import { calculate } from "./quorum.ts";
import {
  type Cell,
  faultNames,
  tally,
  writeAndRead,
} from "./table.scenario.ts";

export const defaultSeed = 7;

const rows = [
  { r: 1, w: 1, isSloppy: false },
  { r: 1, w: 2, isSloppy: false },
  { r: 2, w: 2, isSloppy: false },
  { r: 1, w: 3, isSloppy: false },
  { r: 3, w: 1, isSloppy: false },
  { r: 2, w: 2, isSloppy: true },
];

export function run(seed: number): string {
  const lines = rows.map((row) => {
    const options = { ...row, repairsReads: false };
    const { readsMeetWrites } = calculate({ n: 3, ...row });
    const cells = faultNames.map((fault) => {
      const runs = Array.from({ length: 5 }, (_, nth) =>
        tally(writeAndRead(options, fault, seed + nth)),
      );
      return told(runs);
    });
    const meets = row.isSloppy
      ? "void"
      : readsMeetWrites
        ? "yes"
        : "no";
    const name = `${row.r}  ${row.w}  ${row.isSloppy ? "sloppy" : ""}`;
    return `${name.padEnd(13)}${meets.padEnd(6)}${cells.join("")}`;
  });
  const heads = faultNames.map((name) => name.padStart(13)).join("");
  return [
    "N = 3. Stale reads of all reads, and (in brackets) requests that",
    "were refused, in five runs of 1.5 s. One home is slow; one is",
    "down; the writer's side of a cut has one home, the reader's two.",
    "",
    `R  W         R+W>N ${heads}`,
    ...lines,
  ].join("\n");
}

function told(runs: readonly Cell[]): string {
  const sum = (of: (cell: Cell) => number) =>
    runs.reduce((total, cell) => total + of(cell), 0);
  const reads = sum(({ reads }) => reads);
  const stale = sum(({ stale }) => stale);
  const refused = sum(({ refused }) => refused);
  return `${stale}/${reads} (${refused})`.padStart(13);
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
