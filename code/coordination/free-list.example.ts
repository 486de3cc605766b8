/** A log that was once large: what each small append writes. */
import { seedFrom } from "../kernel/sample.ts";
import { commitBytes, freeListBytes } from "./free-list.ts";

export const defaultSeed = 7;

const mib = 2 ** 20;

export function run(_seed: number): string {
  const sizes = [500, 600, 1000, 2000, 4000];
  return [
    "500 MiB in use, pages of 4 KiB, 8 bytes for each free page.",
    "An append of 16 KiB writes, with the list of free pages:",
    "",
    "    file   free list   written by an append     100 MiB/s allow",
    ...sizes.map(row),
  ].join("\n");
}

function row(fileMib: number): string {
  const file = {
    fileBytes: fileMib * mib,
    usedBytes: 500 * mib,
    pageBytes: 4096,
    pageIdBytes: 8,
  };
  const list = freeListBytes(file) / mib;
  const written = commitBytes(file, 16 * 1024);
  const perS = Math.floor((100 * mib) / written);
  const cells = [
    `${fileMib} MiB`.padStart(8),
    `${list.toFixed(2)} MiB`.padStart(11),
    `${(written / 1024).toFixed(0)} KiB`.padStart(22),
    `${perS} appends/s`.padStart(19),
  ];
  return cells.join(" ");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
