/**
 * Twenty changes of six accounts in a topic of four partitions, and two
 * groups that read them: who reads what, and how far each group has come.
 */
import { range } from "../code/log/assignors.ts";
import { partitionOf } from "../code/log/partitioner.ts";
import { data } from "../code/log/record.ts";
import { append, emptyLog, recordsOf } from "../code/log/segments.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 1;

const names = ["ada", "ben", "cleo", "dora", "emil", "fay"];
const partitions = 4;
const cellPx = 36;
const rowPx = 54;
const leftPx = 96;
const topPx = 20;
const committed: { readonly [group: string]: readonly number[] } = {
  billing: [3, 5, 3, 2],
  search: [1, 7, 5, 2],
};

function logs() {
  const changes = Array.from(
    { length: 20 },
    (_, n) => names[(n * 5 + (n >> 2)) % names.length] ?? "",
  );
  return Array.from({ length: partitions }, (_, p) => {
    const own = changes.filter((name) => partitionOf(name, partitions) === p);
    const entries = own.map((name, n) => data(name, n, n));
    return recordsOf(append(emptyLog({ segmentRecords: 20, indexInterval: 1 }), entries, 1));
  });
}

export function draw(): string {
  const all = logs();
  const owners = Object.entries(range(["b1", "b2"], { t: partitions }, {}));
  const ownerOf = (p: number) => owners.find(([, own]) => own.includes(`t-${p}`))?.[0] ?? "";
  const rows = all.flatMap((records, p) => {
    const y = topPx + p * rowPx;
    const end = leftPx + records.length * cellPx;
    return [
      label(0, y + 13, `partition ${p}`, { class: "label-strong" }),
      label(0, y + 27, `read by ${ownerOf(p)}, s1`, {
        class: "label-quiet",
        "font-size": 9.4,
      }),
      ...records.flatMap(({ key, offset }) => cell(leftPx + offset * cellPx, y, key ?? "", offset)),
      line(end, y, end, y + 26, { class: "stroke-ink", "stroke-width": 2.4 }),
      ...mark(p, y, "billing", records.length),
      ...mark(p, y, "search", records.length),
    ];
  });
  return svg(456, topPx + partitions * rowPx - 4, ...rows);
}

function cell(x: number, y: number, key: string, offset: number): readonly string[] {
  const middle = { "text-anchor": "middle" };
  return [
    rect(x, y, cellPx, 26, { class: "fill-field stroke-ink", "stroke-width": 1 }),
    label(x + cellPx / 2, y + 17, key, middle),
    label(x + cellPx / 2, y - 4, String(offset), {
      ...middle,
      class: "label-quiet",
      "font-size": 9.4,
    }),
  ];
}

/** A small triangle under the offset that is read next, and a name. */
function mark(p: number, y: number, group: string, end: number): readonly string[] {
  const next = Math.min(committed[group]?.[p] ?? 0, end);
  const isBilling = group === "billing";
  const x = leftPx + next * cellPx + (isBilling ? -1 : 1) * 3;
  const tone = isBilling ? "accent" : "blue";
  return [
    line(x, y + 27, x, y + 37, { class: `stroke-${tone}`, "stroke-width": 2 }),
    label(isBilling ? x - 4 : x + 4, y + 37, `${group}`, {
      "text-anchor": isBilling ? "end" : "start",
      "font-size": 9.4,
    }),
  ];
}
