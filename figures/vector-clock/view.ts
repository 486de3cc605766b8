/** The run as a space-time diagram, time downward, one row an event; below it, how the clocks of these stamps do. */
import type { Stamped } from "../../code/clocks/process.ts";
import { names } from "../../code/clocks/told.scenario.ts";
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, circle, element, label, line, rect, svg } from "../draw.ts";
import { type Count, hlcText, nameOf, type Relation, type Run, vectorText } from "./simulate.ts";

const [widthPx, heightPx] = [456, 416];
const [top, bottom] = [42, 340];
const rowMaxPx = 18;
/** Uneven, so that a message from n1 to n3 seldom seems to pass through an event of n2. */
const columns: { readonly [node: string]: number } = { n1: 104, n2: 250, n3: 366 };

export function view(run: Run): string {
  const { events, now } = run;
  const rowPx = Math.min(rowMaxPx, (bottom - top - 10) / Math.max(events.length, 1));
  const y = (at: number) => Math.round((top + 8 + rowPx * at) * 100) / 100;
  const shown = events.slice(0, now);
  return svg(
    widthPx,
    heightPx,
    ...heads(run),
    ...messages(run, y),
    ...shown.map((event, at) => mark(event, y(at), run.relations[at] ?? "past", isRinged(run, at))),
    ...shown.map((event, at) => stamp(event, y(at), run, at === now - 1, y)),
    ...legend(run),
    quiet(92, 380, "ordered pairs, told rightly"),
    quiet(274, 380, "concurrent pairs, given an order"),
    ...run.counts.flatMap((count, at) => countBars(count, 388 + 15 * at)),
  );
}

function x(node: string): number {
  return columns[node] ?? 0;
}

function heads({ stamps, skewsMs }: Run): readonly string[] {
  const axis = [arrow(18, top - 8, 18, bottom - 12, "quiet"), quiet(10, bottom + 2, "time")];
  return names
    .flatMap((node) => [
      label(x(node), 14, node, { class: "label-strong", "text-anchor": "middle" }),
      line(x(node), top - 8, x(node), bottom, { class: "stroke-rule", "stroke-width": 1.4 }),
      ...(stamps === "hybrid"
        ? [quiet(x(node), 27, clockWords(skewsMs[node] ?? 0), "middle")]
        : []),
    ])
    .concat(axis);
}

function clockWords(skewMs: number): string {
  const ms = Math.round(Math.abs(skewMs));
  return ms === 0 ? "on time" : `${ms} ms ${skewMs > 0 ? "ahead" : "behind"}`;
}

function quiet(x: number, y: number, text: string, anchor = "start"): string {
  return label(x, y, text, { class: "label-quiet", "text-anchor": anchor });
}

// --- Messages ------------------------------------------------------------------------------------

/** Those that carry the past of the event looked at are strong; those on their way, dashed. */
function messages({ events, now, relations, dests }: Run, y: (at: number) => number) {
  return events.slice(0, now).flatMap((sent, at) => {
    if (sent.kind !== "send") return [];
    const to = events.findIndex((e) => e.kind === "receive" && e.message === sent.message);
    const dest = dests[sent.message ?? ""] ?? "n1";
    if (to < 0 || to >= now) {
      const toY = Math.min(y(at) + 16, bottom - 4);
      const toX = x(sent.node) + Math.sign(x(dest) - x(sent.node)) * 42;
      return [arrow(x(sent.node), y(at), toX, toY, "blue", { "stroke-dasharray": "3 3" })];
    }
    const carries = [relations[at], relations[to]].every((r) => r === "past" || r === "self");
    const strong = { "stroke-width": carries ? 2 : 1 };
    return [arrow(x(sent.node), y(at), x(dest), y(to) - 1, "blue", strong)];
  });
}

// --- Events --------------------------------------------------------------------------------------

/** The event looked at, and of those concurrent with it the one whose number is furthest from its own. */
function isRinged({ events, relations, stamps }: Run, at: number): boolean {
  const looked = events[relations.indexOf("self")];
  if (!looked || relations[at] === "self") return relations[at] === "self";
  if (stamps === "hybrid" || relations[at] !== "concurrent") return false;
  const gaps = relations.map((relation, other) =>
    relation === "concurrent"
      ? Math.abs((events[other]?.lamport ?? looked.lamport) - looked.lamport)
      : 0,
  );
  const gap = Math.max(...gaps);
  return gap > 0 && gaps.indexOf(gap) === at;
}

function mark({ node }: Stamped, y: number, relation: Relation, ringed: boolean): string {
  const ring = circle(x(node), y, 7.6, { class: "stroke-accent fill-paper", "stroke-width": 1.6 });
  return (ringed ? ring : "") + glyph(x(node), y, relation);
}

/** Filled: the past. A diamond: concurrent. Hollow: the future. */
function glyph(x: number, y: number, relation: Relation): string {
  if (relation === "concurrent") {
    const points = [
      [x, y - 5.4],
      [x + 5.4, y],
      [x, y + 5.4],
      [x - 5.4, y],
    ];
    return element("polygon", {
      points: points.map((point) => point.join(",")).join(" "),
      class: "fill-paper stroke-accent",
      "stroke-width": 1.5,
    });
  }
  const hollow = { class: "fill-paper stroke-quiet", "stroke-width": 1.3 };
  return circle(x, y, 4, relation === "future" ? hollow : { class: "fill-ink" });
}

function stamp(
  event: Stamped,
  atY: number,
  run: Run,
  isNow: boolean,
  y: (at: number) => number,
): string {
  const isLeft = event.node === "n1" || (event.node === "n2" && leftIsClearer(run, atY, y));
  const parts = stampParts(event, run.stamps);
  const words = parts.map(({ text, strong }, at) =>
    element(
      "tspan",
      { class: strong || isNow ? "label-strong" : "label", ...(at > 0 ? { dx: 4 } : {}) },
      text,
    ),
  );
  return element(
    "text",
    {
      x: x(event.node) + (isLeft ? -13 : 13),
      y: atY + 3.7,
      class: "halo",
      "text-anchor": isLeft ? "end" : "start",
    },
    ...words,
  );
}

type Part = { readonly text: string; readonly strong: boolean };

function stampParts(event: Stamped, stamps: string): readonly Part[] {
  const number = { text: String(event.lamport), strong: true };
  const vector = { text: vectorText(event), strong: stamps === "vector" };
  if (stamps === "lamport") return [number];
  if (stamps === "vector") return [vector];
  if (stamps === "both") return [number, vector];
  return [
    { text: hlcText(event), strong: true },
    { text: `at ${event.pt}`, strong: false },
  ];
}

/** Beside n2's line a label may be crossed by messages: take the side that fewer of them pass. */
function leftIsClearer({ events, dests }: Run, atY: number, y: (at: number) => number): boolean {
  const crossings = (fromX: number, toX: number) =>
    events.filter((sent, at) => {
      const to = events.findIndex((e) => e.kind === "receive" && e.message === sent.message);
      if (sent.kind !== "send" || to < 0) return false;
      const [x1, x2] = [x(sent.node), x(dests[sent.message ?? ""] ?? "n1")];
      const yAt = (place: number) => y(at) + ((place - x1) / (x2 - x1)) * (y(to) - y(at));
      const places = [0, 0.25, 0.5, 0.75, 1].map((share) => fromX + share * (toX - fromX));
      const within = places.filter((p) => p > Math.min(x1, x2) && p < Math.max(x1, x2));
      return within.some((place) => Math.abs(yAt(place) - atY) < 7);
    }).length;
  return crossings(x("n2") - 72, x("n2") - 13) < crossings(x("n2") + 13, x("n2") + 72);
}

// --- Below the diagram ---------------------------------------------------------------------------

function legend({ events, relations }: Run): readonly string[] {
  const looked = events[relations.indexOf("self")];
  if (!looked) return [];
  const y = 358;
  return [
    glyph(38, y, "past"),
    quiet(46, y + 3.7, `before ${nameOf(looked)}`),
    glyph(140, y, "concurrent"),
    quiet(149, y + 3.7, `concurrent with it`),
    glyph(258, y, "future"),
    quiet(266, y + 3.7, "after it"),
    line(324, y, 344, y, { class: "stroke-blue", "stroke-width": 2 }),
    quiet(350, y + 3.7, "carries its past"),
  ];
}

const barPx = 76;

/** Two bars: of the ordered pairs those that the clock orders so, of the concurrent ones those to which it gives an order. */
function countBars(count: Count, y: number): readonly string[] {
  const { clock, right, ordered, invented, concurrent } = count;
  return [
    label(84, y + 8, clock, { class: "label-strong", "text-anchor": "end" }),
    ...bar(92, y, right, ordered, "fill-green"),
    quiet(92 + barPx + 6, y + 8, `${right} of ${ordered}`),
    ...bar(274, y, invented, concurrent, "fill-accent"),
    quiet(274 + barPx + 6, y + 8, `${invented} of ${concurrent}`),
  ];
}

function bar(x: number, y: number, part: number, whole: number, tone: string): readonly string[] {
  const frame = { class: "fill-none stroke-rule", "stroke-width": 0.8 };
  const filled = whole === 0 ? 0 : (part / whole) * barPx;
  return [
    rect(x, y, barPx, 9, frame),
    ...(filled > 0 ? [rect(x, y, Math.round(filled * 10) / 10, 9, { class: tone })] : []),
  ];
}

export function table({ events, now, relations, stamps, counts }: Run): Table {
  const words: { readonly [relation in Relation]: string } = {
    self: "looked at",
    past: "before",
    future: "after",
    concurrent: "concurrent",
  };
  const rows = events.slice(0, now).map((event, at) => {
    const what = event.message ? `${event.kind} ${event.message}` : event.kind;
    const written = stampParts(event, stamps).map(({ text }) => text);
    return [nameOf(event), what, written.join(" "), words[relations[at] ?? "past"]];
  });
  const sums = counts.map(({ clock, right, ordered, invented, concurrent }) => [
    `Pairs, by ${clock}`,
    `${right} of ${ordered} ordered pairs in their order`,
    `${invented} of ${concurrent} concurrent pairs with an order`,
    "",
  ]);
  return { head: ["Event", "Kind", "Stamp", "To the one looked at"], rows: [...rows, ...sums] };
}
