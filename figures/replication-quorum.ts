/**
 * The first story of the sample `quorum-store/stories`: a write of which
 * one replica of three has heard, and two reads, one after the other,
 * each from two replicas.
 */
import type { Sibling } from "../code/clocks/dotted.ts";
import { type State, valuesOf } from "../code/quorum-store/state.ts";
import { partialWrite } from "../code/quorum-store/stories.scenario.ts";
import { homes } from "../code/quorum-store/table.scenario.ts";
import { element, label, line, rect, svg } from "./draw.ts";

export const program = "quorum-store/stories";
export const seed = 7;

/** In the middle of both reads: nothing changes between them. */
const seenMs = 90;
const boxX = (at: number) => 96 + at * 118;

export function draw(): string {
  const { sim } = partialWrite(seed, seenMs);
  const { history } = partialWrite(seed);
  const held = homes.map((id) => {
    const siblings: readonly Sibling[] = sim.state<State>(id).data['"x"'] ?? [];
    return String(valuesOf(siblings)[0]);
  });
  const boxes = homes.flatMap((id, at) => box(id, held[at] ?? "", boxX(at)));
  const reads = history.filter(({ op }) => op === "read");
  const values = reads.map(({ result }) => String(result?.value));
  const x = (ms: number) => 96 + (ms / 440) * 340;
  const bars = history.flatMap(({ process, op, args, result, invokeMs, returnMs }) => {
    const row = { w: 158, a: 188, b: 218 }[process] ?? 0;
    const words = op === "read" ? `read, gets ${result?.value}` : `write ${args.value}`;
    const end = returnMs ?? 440;
    const isWide = x(end) - x(invokeMs) > 60;
    const isAbove = process === "w";
    return [
      line(x(invokeMs), row, x(end), row, { class: "stroke-blue", "stroke-width": 2 }),
      ...[invokeMs, end].map((ms) =>
        line(x(ms), row - 4, x(ms), row + 4, { class: "stroke-blue", "stroke-width": 1.4 }),
      ),
      label(
        isWide ? (x(invokeMs) + x(end)) / 2 : isAbove ? x(invokeMs) : x(end) + 7,
        isAbove ? row - 7 : row + 4,
        words,
        {
          class:
            op === "read" && values.indexOf(String(result?.value)) === 1 ? "label-strong" : "label",
          "text-anchor": isWide ? "middle" : "start",
        },
      ),
    ];
  });
  const names = [
    ["w", 158],
    ["a", 188],
    ["b", 218],
  ] as const;
  return svg(
    456,
    256,
    label(0, 62, `at ${seenMs} ms`, { class: "label-quiet" }),
    loop(boxX(1) - 8, 18, 118 + 92 + 16, 74, "stroke-green"),
    loop(boxX(0) - 12, 26, 118 + 92 + 24, 74, "stroke-accent dashed"),
    label(boxX(1) + 160, 12, "a reads here", { class: "label", "text-anchor": "middle" }),
    label(boxX(0) + 46, 114, "b reads here, later", { class: "label", "text-anchor": "middle" }),
    ...boxes,
    ...names.map(([name, row]) => label(0, row + 4, `client ${name}`, { class: "label-strong" })),
    ...bars,
    line(96, 234, 436, 234, { class: "stroke-ink", "stroke-width": 1 }),
    ...[0, 100, 200, 300, 400].flatMap((ms) => [
      line(x(ms), 234, x(ms), 238, { class: "stroke-ink", "stroke-width": 1 }),
      label(x(ms), 249, `${ms}`, { "text-anchor": "middle" }),
    ]),
    label(456, 249, "ms", { class: "label-quiet", "text-anchor": "end" }),
  );
}

function box(id: string, value: string, x: number): readonly string[] {
  const isNew = value === "2";
  return [
    rect(x, 36, 92, 44, {
      class: `${isNew ? "fill-field" : "fill-paper"} stroke-ink`,
      "stroke-width": 1.2,
    }),
    label(x + 46, 53, id, { class: "label-strong", "text-anchor": "middle" }),
    label(x + 46, 70, `x = ${value}`, { "text-anchor": "middle" }),
  ];
}

function loop(x: number, y: number, width: number, height: number, tone: string): string {
  return element("rect", {
    x,
    y,
    width,
    height,
    rx: 16,
    class: `fill-none ${tone}`,
    "stroke-width": 1.6,
  });
}
