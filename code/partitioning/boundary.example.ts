/** Five minutes of writes by time, with a split wherever it is hottest. */
import { seedFrom } from "../kernel/sample.ts";
import { fixedPartition } from "./fixed.ts";
import {
  bucketedKey,
  partitionOf,
  type Ranges,
  split,
  splitPoint,
  timeKey,
} from "./ranges.ts";

/** Nothing here is left to chance. */
export const defaultSeed = 1;

const sensors = 40;
const minuteMs = 60_000;
const buckets = 8;

type Layout = (sensor: string, atMs: number) => string;
type Minute = {
  readonly partitions: number;
  /** The part of the minute's writes that the hottest partition got. */
  readonly hottest: number;
  /** How many partitions hold some of this minute, of any sensor. */
  readonly asked: number;
};

const layouts: readonly Layout[] = [
  timeKey,
  (sensor, atMs) => `${sensor}/${timeKey("", atMs)}`,
  (sensor, atMs) =>
    bucketedKey(sensor, atMs, fixedPartition(sensor, buckets)),
];

/** After each minute the hottest range is split by its load. */
export function minutes(layout: Layout): readonly Minute[] {
  let ranges: Ranges = [{ from: "", partition: "p0" }];
  return Array.from({ length: 5 }, (_, minute) => {
    const keys = keysOf(layout, minute).toSorted();
    const counts = new Map<string, string[]>();
    for (const key of keys) {
      const at = partitionOf(ranges, key);
      counts.set(at, [...(counts.get(at) ?? []), key]);
    }
    const [hottest = []] = [...counts.values()].toSorted(
      (a, b) => b.length - a.length,
    );
    const reading = {
      partitions: ranges.length,
      hottest: hottest.length / keys.length,
      asked: counts.size,
    };
    const loads = hottest.map((key) => ({ key, load: 1 }));
    ranges = split(ranges, splitPoint(loads) ?? "", `p${minute + 1}`);
    return reading;
  });
}

/** Each sensor writes once a second. */
function keysOf(layout: Layout, minute: number): string[] {
  return Array.from({ length: sensors }, (_, n) =>
    Array.from({ length: 60 }, (_, second) =>
      layout(`s${10 + n}`, minute * minuteMs + second * 1000),
    ),
  ).flat();
}

/** Nothing here is random; the seed changes nothing. */
export function run(_seed: number): string {
  const columns = layouts.map(minutes);
  const rows = [0, 1, 2, 3, 4].map((minute) => {
    const cells = columns.map((column) => {
      const { hottest = 0, asked = 0 } = column[minute] ?? {};
      const share = `${Math.round(100 * hottest)} %`.padStart(7);
      return share + String(asked).padStart(6);
    });
    return String(minute + 1).padStart(3) + cells.join("   ");
  });
  return [
    `${sensors} sensors, a write a second each. After each minute the`,
    "hottest range is split where its load is halved.",
    "",
    "      time first       sensor first     bucket first",
    "min hottest asked   hottest asked   hottest asked",
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
