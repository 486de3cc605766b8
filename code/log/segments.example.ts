/** Segments, their sparse index, retention and compaction. */
import { seedFrom } from "../kernel/sample.ts";
import { compact, tableOf } from "./compaction.ts";
import { data } from "./record.ts";
import {
  append,
  emptyLog,
  find,
  type Log,
  recordsOf,
  retain,
} from "./segments.ts";

export const defaultSeed = 7;

/** Three accounts change in turn; in the end one of them is closed. */
export function written(): Log {
  const empty = emptyLog({ segmentRecords: 6, indexInterval: 3 });
  const names = ["ada", "ben", "cleo"];
  const changes = Array.from({ length: 20 }, (_, n) =>
    data(names[n % 3] ?? "", n === 10 ? null : n * 10, n * 1000),
  ).filter(({ key }, n) => key !== "ben" || n <= 10);
  return append(empty, changes, 1);
}

export function run(_seed: number): string {
  const log = written();
  const last = log.segments[1];
  const lookups = [6, 8, 10].map((offset) => {
    if (last === undefined) return "";
    const { position, scanned } = find(last, offset);
    return `  offset ${offset}: position ${position}, ${scanned} looked at`;
  });
  const options = { tombstoneMs: 5000, nowMs: 12_000 };
  const clean = compact(log, { ...options, stableOffset: Infinity });
  const later = compact(log, {
    ...options,
    nowMs: 60_000,
    stableOffset: Infinity,
  });
  const table = [...tableOf(recordsOf(clean))].map(
    ([key, value]) => `${key}=${value}`,
  );
  return [
    "written:",
    ...shown(log),
    "found in the second segment:",
    ...lookups,
    "compacted (a tombstone stays for a while):",
    ...shown(clean),
    "compacted, when the tombstone is old:",
    ...shown(later),
    `the table that it stands for: ${table.join(" ")}`,
    "after retention of 8 s, at 19 s:",
    ...shown(retain(log, 8000, 19_000)),
  ].join("\n");
}

function shown({ segments, startOffset }: Log): readonly string[] {
  const rows = segments.map(({ baseOffset, records, index }) => {
    const texts = records.map(
      ({ offset, key, value }) => `${offset}:${key}=${value ?? "x"}`,
    );
    const lines = index.map(({ offset }) => offset).join(" ");
    const name = `${baseOffset}`.padStart(3, "0");
    return [
      `  ${name}  ${texts.join(" ") || "(empty)"}`,
      `       index: ${lines || "(empty)"}`,
    ];
  });
  return [`  start offset ${startOffset}`, ...rows.flat()];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
