/** A third consumer joins: who reads each of six partitions, and when nobody does. */
import type { Assignment } from "../code/log/assignors.ts";
import {
  eagerOptions,
  groupOf,
  groupOptions,
  ownedBy,
  partitions,
  watchGroup,
} from "../code/log/groups.scenario.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = "log/rebalance";
export const seed = 7;

const members = ["c1", "c2", "c3"];
const [fromMs, untilMs] = [900, 960];
const leftPx = 92;
const widthPx = 356;
const rowPx = 17;
const fills: { readonly [member: string]: string } = {
  c1: "fill-field stroke-ink",
  c2: "fill-paper stroke-blue",
  c3: "fill-paper stroke-green",
};

function story(group: typeof groupOptions) {
  const sim = groupOf({
    seed,
    group,
    network: { delayMs: { kind: "constant", ms: 2 } },
    members: { c1: 200, c2: 205, c3: 900 },
  });
  sim.runUntil(890);
  const start = { atMs: fromMs, owned: ownedBy(sim, members) };
  const { changes, idlePartitionMs, taken } = watchGroup(sim, members, 1500);
  return { steps: [start, ...changes], idlePartitionMs, taken };
}

export function draw(): string {
  const heightPx = 148;
  return svg(
    456,
    2 * heightPx + 26,
    ...panel("Eager", story(eagerOptions), 0),
    ...panel("Cooperative", story(groupOptions), heightPx),
    ...axis(2 * heightPx),
  );
}

function panel(
  title: string,
  { steps, idlePartitionMs, taken }: ReturnType<typeof story>,
  top: number,
): readonly string[] {
  const summary = `${taken} partitions taken away, nobody reads for ${idlePartitionMs.toFixed(0)} partition-ms`;
  const rows = partitions.flatMap((partition, row) => {
    const y = top + 24 + row * rowPx;
    return [
      label(0, y + 11, `partition ${partition.slice(-1)}`),
      line(leftPx, y + 7, leftPx + widthPx, y + 7, {
        class: "stroke-accent dashed",
        "stroke-width": 1,
      }),
      ...bars(steps, partition, y),
    ];
  });
  return [
    label(0, top + 12, title, { class: "label-strong" }),
    label(leftPx, top + 12, summary, { class: "label-quiet" }),
    ...rows,
  ];
}

type Step = { readonly atMs: number; readonly owned: Assignment };

/** One bar for each time that one member has it without a break. */
function bars(steps: readonly Step[], partition: string, y: number): readonly string[] {
  const ownerAt = ({ owned }: Step) => members.find((id) => owned[id]?.includes(partition)) ?? null;
  const spans: { owner: string | null; fromMs: number }[] = [];
  for (const step of steps) {
    const owner = ownerAt(step);
    if (spans.at(-1)?.owner !== owner || spans.length === 0)
      spans.push({ owner, fromMs: step.atMs });
  }
  return spans.flatMap(({ owner, fromMs: start }, at) => {
    if (owner === null) return [];
    const left = x(start);
    const right = x(spans[at + 1]?.fromMs ?? untilMs);
    return [
      rect(left, y, right - left, 14, { class: fills[owner] ?? "", "stroke-width": 1.1 }),
      label((left + right) / 2, y + 10.7, owner, { "text-anchor": "middle", "font-size": 9.4 }),
    ];
  });
}

function axis(y: number): readonly string[] {
  return [900, 920, 940, 960].flatMap((ms) => [
    line(x(ms), y - 16, x(ms), y - 11, { class: "stroke-ink", "stroke-width": 1 }),
    label(x(ms), y + 1, ms === 960 ? "960 ms" : String(ms), {
      "text-anchor": ms === 960 ? "end" : "middle",
    }),
  ]);
}

function x(ms: number): number {
  return leftPx + ((Math.min(ms, untilMs) - fromMs) / (untilMs - fromMs)) * widthPx;
}
