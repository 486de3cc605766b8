/**
 * The three runs of the sample `clocks/truetime`: how long each commit
 * was open, the interval its server read at the start, and the timestamp
 * that it got.
 */
import { type Committed, cases, spans, twoCommits } from "../code/clocks/truetime.example.ts";
import { now } from "../code/clocks/truetime.ts";
import { element, label, line, rect, svg } from "./draw.ts";

export const program = "clocks/truetime";
export const seed = 7;

const [fromMs, toMs, leftPx, rightPx] = [8, 42, 76, 446];
const x = (ms: number) => leftPx + ((rightPx - leftPx) * (ms - fromMs)) / (toMs - fromMs);

export function draw(): string {
  const rowPx = 100;
  const panels = cases.map((one, i) => {
    const commits = spans(twoCommits(seed, one.options, one.errors));
    const top = 8 + i * rowPx;
    const [first, second] = commits.map((c) => c.s);
    const holds = (first ?? 0) < (second ?? 0);
    return element(
      "g",
      {},
      label(8, top + 10, one.title, { class: "label-strong" }),
      label(rightPx, top + 10, holds ? "s1 < s2: in order" : "s1 > s2: out of order", {
        class: holds ? "label" : "label-strong fill-accent",
        "text-anchor": "end",
      }),
      ...commits.map((c, row) =>
        bar(c, top + 26 + 34 * row, one.options.epsilonMs, errorAt(c, one.errors)),
      ),
    );
  });
  const bottom = 8 + cases.length * rowPx;
  const ticks = [10, 20, 30, 40].flatMap((ms) => [
    line(x(ms), bottom - 4, x(ms), bottom + 1, { class: "stroke-quiet", "stroke-width": 1 }),
    label(x(ms), bottom + 14, String(ms), { "text-anchor": "middle" }),
  ]);
  return svg(
    456,
    bottom + 52,
    ...panels,
    line(leftPx, bottom - 4, rightPx, bottom - 4, { class: "stroke-quiet", "stroke-width": 1 }),
    ...ticks,
    label((leftPx + rightPx) / 2, bottom + 29, "true time, ms", { "text-anchor": "middle" }),
    legend(bottom + 46),
  );
}

function legend(y: number): string {
  return element(
    "g",
    {},
    rect(40, y - 8, 22, 9, { class: "fill-rule" }),
    label(68, y, "asked to answered"),
    line(178, y - 4, 200, y - 4, { class: "stroke-blue", "stroke-width": 1.4 }),
    line(178, y - 8, 178, y, { class: "stroke-blue", "stroke-width": 1.4 }),
    line(200, y - 8, 200, y, { class: "stroke-blue", "stroke-width": 1.4 }),
    label(206, y, "interval read at the start"),
    diamond(345, y - 4),
    label(355, y, "timestamp s"),
  );
}

function diamond(x: number, y: number): string {
  const points = `${x},${y - 5.5} ${x + 5},${y} ${x},${y + 5.5} ${x - 5},${y}`;
  return element("polygon", { points, class: "fill-accent" });
}

function errorAt(commit: Committed, errors: { n1: number; n2: number }): number {
  return commit.at === "n1" ? errors.n1 : errors.n2;
}

/** Bar: asked to answered. I-beam: the interval read. Diamond: s. */
function bar(
  commit: Committed & { readonly fromMs: number; readonly toMs: number },
  top: number,
  epsilonMs: number,
  errorMs: number,
): string {
  const { earliest, latest } = now(commit.fromMs + errorMs, epsilonMs);
  const beam = top + 5;
  return element(
    "g",
    {},
    label(leftPx - 12, top + 13, `${commit.txn} at ${commit.at}`, { "text-anchor": "end" }),
    rect(x(commit.fromMs), top + 10, Math.max(2, x(commit.toMs) - x(commit.fromMs)), 9, {
      class: "fill-rule",
    }),
    line(x(earliest), beam, x(latest), beam, { class: "stroke-blue", "stroke-width": 1.4 }),
    ...[earliest, latest].map((ms) =>
      line(x(ms), beam - 4, x(ms), beam + 4, { class: "stroke-blue", "stroke-width": 1.4 }),
    ),
    diamond(x(commit.s), top + 14.5),
  );
}
