/** The same messages in four partitions, by three keys. */
import { fixedPartition } from "../code/partitioning/fixed.ts";
import { partitionOf, type Ranges, timeKey } from "../code/partitioning/ranges.ts";
import { label, rect, svg } from "./draw.ts";

export const program = null;
export const seed = 7;

const channels = ["a", "b", "c", "d"];
const days = [1, 2, 3, 4, 5, 6, 7, 8];
const today = 8;

type Message = { readonly channel: string; readonly day: number };
const messages: readonly Message[] = days.flatMap((day) =>
  channels.map((channel) => ({ channel, day })),
);

/** A quarter of the days each. */
const ranges: Ranges = [0, 1, 2, 3].map((n) => ({
  from: n === 0 ? "" : timeKey("", 2 * n + 1),
  partition: String(n),
}));

const layouts: readonly [string, string, (message: Message) => number][] = [
  [
    "Ranges of time",
    "key: day, channel",
    ({ channel, day }) => Number(partitionOf(ranges, timeKey(channel, day))),
  ],
  [
    "Hash of the whole key",
    "key: hash(channel, day)",
    ({ channel, day }) => fixedPartition(`message ${channel}/${day}`, 4),
  ],
  ["Compound key", "key: hash(channel), day", ({ channel }) => homes[channel] ?? 0],
];

/** The hash of a channel's name says where all of it is. */
const homes: { readonly [channel: string]: number } = Object.fromEntries(
  channels.map((channel) => [channel, fixedPartition(`room-${channel}`, 4)]),
);

export function draw(): string {
  const rows = layouts.map(([title, key, place], row) => {
    const top = 30 + row * 74;
    const boxes = [0, 1, 2, 3].map((partition) => {
      const inside = messages
        .filter((message) => place(message) === partition)
        .toSorted((one, two) =>
          row === 2 ? order(one, two, "channel", "day") : order(one, two, "day", "channel"),
        );
      return box(126 + partition * 84, top, inside);
    });
    return [
      label(0, top + 16, title, { class: "label-strong" }),
      label(0, top + 31, key, { class: "label-quiet" }),
      ...boxes,
    ].join("");
  });
  const heads = [0, 1, 2, 3].map((n) =>
    label(126 + n * 84 + 37, 18, `partition ${n + 1}`, {
      "text-anchor": "middle",
      class: "label-quiet",
    }),
  );
  return svg(
    456,
    266,
    ...heads,
    ...rows,
    rect(126, 250, 9, 12, { class: "fill-accent stroke-accent", "stroke-width": 0.8 }),
    label(141, 260, "written today"),
    label(226, 260, "a", { class: "label-strong" }),
    label(238, 260, "all messages of channel a"),
  );
}

function order(one: Message, two: Message, first: keyof Message, second: keyof Message): number {
  const a = `${one[first]}${one[second]}`;
  return a < `${two[first]}${two[second]}` ? -1 : 1;
}

/** Six messages a line; today's are solid, channel a has a frame. */
function box(left: number, top: number, inside: readonly Message[]): string {
  const marks = inside.map(({ channel, day }, at) => {
    const x = left + 5 + (at % 6) * 11;
    const y = top + 6 + Math.floor(at / 6) * 14;
    const isToday = day === today;
    return (
      rect(x, y, 9, 12, {
        class: `${isToday ? "fill-accent" : "fill-none"} ${isToday ? "stroke-accent" : "stroke-rule"}`,
        "stroke-width": 0.8,
      }) +
      label(x + 4.5, y + 9.4, channel, {
        "text-anchor": "middle",
        "font-size": 9.4,
        class: isToday
          ? "fill-paper label-strong"
          : channel === "a"
            ? "label-strong"
            : "label-quiet",
      })
    );
  });
  return (
    rect(left, top, 76, 62, { class: "fill-none stroke-ink", "stroke-width": 0.9 }) + marks.join("")
  );
}
