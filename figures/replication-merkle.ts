/**
 * Two replicas of 24 keys differ in one. Their trees are compared from
 * the root down: equal hashes end the search, and few are ever sent.
 */
import { bucketOf, diff, type Entries, merkleOf } from "../code/quorum-store/merkle.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const depth = 3;
const [widthPx, rowPx, topPx] = [44, 46, 30];
const one: Entries = Object.fromEntries(
  Array.from({ length: 24 }, (_, at) => [`key-${at}`, "old"] as const),
);
const changed = "key-7";
const other: Entries = { ...one, [changed]: "new" };

const x = (level: number, at: number) => 16 + ((at + 0.5) * 424) / 2 ** level;
const y = (level: number) => topPx + level * rowPx;

export function draw(): string {
  const [ours, theirs] = [merkleOf(one, depth), merkleOf(other, depth)];
  const { buckets, compared } = diff(ours, theirs);
  const differs = (level: number, at: number) => ours[level]?.[at] !== theirs[level]?.[at];
  const isCompared = (level: number, at: number) =>
    level === 0 || differs(level - 1, Math.floor(at / 2));
  const places = ours.flatMap((hashes, level) => hashes.map((_, at) => [level, at] as const));
  const edges = places.flatMap(([level, at]) => {
    if (level === 0) return [];
    const tone = isCompared(level, at) ? "stroke-ink" : "stroke-rule";
    const look = { class: tone, "stroke-width": isCompared(level, at) ? 1.2 : 1 };
    return [line(x(level - 1, Math.floor(at / 2)), y(level - 1), x(level, at), y(level), look)];
  });
  const nodes = places.flatMap(([level, at]) => {
    const isOther = differs(level, at);
    const isAsked = isCompared(level, at);
    const look = isOther
      ? "fill-field stroke-accent"
      : isAsked
        ? "fill-paper stroke-green"
        : "fill-paper stroke-rule";
    const words = isOther ? "differs" : isAsked ? "equal" : "";
    return [
      rect(x(level, at) - widthPx / 2, y(level) - 10, widthPx, 20, {
        class: look,
        "stroke-width": isAsked ? 1.8 : 1,
      }),
      label(x(level, at), y(level) + 3.8, words, { "text-anchor": "middle" }),
    ];
  });
  const keys = Object.keys(one);
  const counts = Array.from({ length: 2 ** depth }, (_, at) => {
    const size = keys.filter((key) => bucketOf(key, depth) === at).length;
    const words = size === 1 ? "1 key" : `${size} keys`;
    return label(x(depth, at), y(depth) + 24, words, {
      "text-anchor": "middle",
      class: buckets.includes(at) ? "label-strong" : "label-quiet",
    });
  });
  const bottom = y(depth) + 44;
  return svg(
    456,
    bottom + 4,
    label(16, 14, `${compared} hashes compared`, { class: "label-strong" }),
    label(440, 14, `found: ${changed}`, { class: "label", "text-anchor": "end" }),
    ...edges,
    ...nodes,
    ...counts,
    label(440, bottom, "buckets of keys, by hash", { class: "label-quiet", "text-anchor": "end" }),
  );
}
