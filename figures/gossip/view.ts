/** The nodes, with the calls of the round where they can be seen; beside them how many know, round by round, in each mode. */
import type { Table } from "../../scripts/widget/contract.ts";
import { arrow, circle, element, label, line, type Plot, plot, polyline, svg } from "../draw.ts";
import { type Call, count, type Mode, modes, type Spread, withComma } from "./simulate.ts";

const [widthPx, heightPx] = [456, 280];
const field = { x: 4, y: 30, size: 196 };
const aroundMax = 32;
const tones: { readonly [mode in Mode]: string } = {
  push: "accent",
  pull: "blue",
  "push-pull": "green",
};

export function view(state: Spread): string {
  const { nodes, knows, dead } = state;
  const living = nodes - count(dead);
  const gone = living < nodes ? "that live " : "";
  return svg(
    widthPx,
    heightPx,
    label(0, 14, `${withComma(count(knows))} of ${withComma(living)} ${gone}know`, {
      class: "label-strong",
    }),
    ...(nodes <= aroundMax ? around(state) : grid(state)),
    ...keyOfNodes(state),
    ...curves(state),
  );
}

// --- The nodes -----------------------------------------------------------------------------------

function grid(state: Spread): readonly string[] {
  const columns = Math.ceil(Math.sqrt(state.nodes));
  const pitch = field.size / columns;
  return state.knows.map((_, node) => {
    const x = field.x + ((node % columns) + 0.5) * pitch;
    const y = field.y + (Math.floor(node / columns) + 0.5) * pitch;
    return drawnNode(state, node, tenth(x), tenth(y), tenth(Math.min(pitch * 0.36, 7)));
  });
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** On a circle, so that each call is a chord. */
function around(state: Spread): readonly string[] {
  const rank = { lost: 0, known: 1, news: 2 };
  const calls = state.calls.toSorted((one, other) => rank[one.fate] - rank[other.fate]);
  return [
    ...calls.map((call) => chord(state, call)),
    ...state.knows.map((_, node) => {
      const [x, y] = seat(state, node);
      return drawnNode(state, node, x, y, 6.5);
    }),
  ];
}

function seat({ nodes }: Spread, node: number): readonly [number, number] {
  const angle = (node / nodes) * 2 * Math.PI - Math.PI / 2;
  const middle = field.size / 2;
  const r = middle - 10;
  return [
    tenth(field.x + middle + r * Math.cos(angle)),
    tenth(field.y + middle + r * Math.sin(angle)),
  ];
}

/** From the caller toward whom it calls; news goes the way of the arrow in push, and against it in pull. */
function chord(state: Spread, { from, to, fate }: Call): string {
  const isBack = fate === "news" && !state.knew[from];
  const [ax, ay] = seat(state, isBack ? to : from);
  const [bx, by] = seat(state, isBack ? from : to);
  const length = Math.hypot(bx - ax, by - ay);
  const [dx, dy] = [(bx - ax) / length, (by - ay) / length];
  const ends = [ax + 8 * dx, ay + 8 * dy, bx - 8 * dx, by - 8 * dy] as const;
  const [x1, y1, x2, y2] = [tenth(ends[0]), tenth(ends[1]), tenth(ends[2]), tenth(ends[3])];
  if (fate === "news") return arrow(x1, y1, x2, y2, "accent", { "stroke-width": 1.4 });
  if (fate === "known") return line(x1, y1, x2, y2, { class: "stroke-rule", "stroke-width": 0.8 });
  return line(x1, y1, x2, y2, { class: "stroke-quiet dashed", "stroke-width": 0.8 });
}

/** Full where it knows, with a ring where it has just heard; hollow where it does not; a cross where it is dead. */
function drawnNode(state: Spread, node: number, x: number, y: number, r: number): string {
  if (state.dead[node]) {
    const look = { class: "stroke-quiet", "stroke-width": Math.min(r / 2, 1.4) };
    const d = r * 0.7;
    return line(x - d, y - d, x + d, y + d, look) + line(x - d, y + d, x + d, y - d, look);
  }
  if (!state.knows[node])
    return circle(x, y, r, { class: "fill-paper stroke-quiet", "stroke-width": 0.7 });
  const isFresh = state.round > 0 && !state.knew[node];
  return circle(x, y, isFresh ? r * 1.15 : r, { class: isFresh ? "fill-accent" : "fill-ink" });
}

function keyOfNodes({ nodes, dead }: Spread): readonly string[] {
  const y = field.y + field.size + 18;
  const items = [
    [circle(6, y - 4, 4, { class: "fill-ink" }), "knows"],
    [circle(6, y - 4, 4.4, { class: "fill-accent" }), "just heard"],
    [circle(6, y - 4, 4, { class: "fill-paper stroke-quiet", "stroke-width": 0.8 }), "not yet"],
  ] as const;
  const below = nodes <= aroundMax ? "arrow: news; gray: nothing new; dashed: lost" : "";
  const gone = count(dead);
  const words = gone > 0 ? `× dead: ${withComma(gone)}` : below;
  return [
    ...items.map(([mark, text], at) =>
      element("g", { transform: `translate(${[0, 56, 132][at]} 0)` }, mark, label(14, y, text)),
    ),
    label(0, y + 18, words, { class: "label-quiet" }),
  ];
}

// --- The curves ------------------------------------------------------------------------------------

function curves(state: Spread): readonly string[] {
  const { counts, nodes, mode, round, theory } = state;
  const longest = Math.max(12, ...modes.map((each) => counts[each].length - 1));
  const pitch = longest > 60 ? 20 : longest > 24 ? 10 : 4;
  const ticks = Array.from({ length: Math.floor(longest / pitch) + 1 }, (_, n) => n * pitch);
  const quarters = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * nodes));
  const p = plot(
    252,
    30,
    196,
    150,
    { label: "round", min: 0, max: longest, ticks },
    { label: "nodes that know", min: 0, max: nodes, ticks: [...new Set(quarters)] },
  );
  const own = counts[mode].slice(0, round + 1);
  const now = own.at(-1) ?? 0;
  return [
    p.frame,
    ...modes.filter((each) => each !== mode).map((each) => curve(p, counts[each], each, 1)),
    curve(p, counts[mode], mode, 1),
    curve(p, own, mode, 2.6),
    circle(p.x(round), p.y(now), 4, { class: `fill-${tones[mode]}` }),
    ...modes.flatMap((each, at) => keyOfMode(state, each, 228 + at * 16)),
    ...(theory === null
      ? []
      : [
          label(280, 276, `log₂ n + ln n is ${theory.toFixed(1)}, for push`, {
            class: "label-quiet",
          }),
        ]),
  ];
}

function curve(p: Plot, counts: readonly number[], mode: Mode, stroke: number): string {
  const dashed = mode === "pull" ? " dashed" : "";
  return polyline(
    counts.map((known, round) => [p.x(round), p.y(known)] as const),
    { class: `stroke-${tones[mode]}${dashed}`, "stroke-width": stroke },
  );
}

function keyOfMode(state: Spread, mode: Mode, y: number): readonly string[] {
  const dashed = mode === "pull" ? " dashed" : "";
  const look = {
    class: `stroke-${tones[mode]}${dashed}`,
    "stroke-width": mode === state.mode ? 2.6 : 1.2,
  };
  return [
    line(252, y - 4, 274, y - 4, look),
    label(280, y, `${mode}: ${outcome(state, mode)}`, {
      class: mode === state.mode ? "label-strong" : "",
    }),
  ];
}

/** Of a whole run, though the picture may be in the middle of it. */
function outcome({ counts }: Spread, mode: Mode): string {
  const run = counts[mode];
  if (run.at(-1) === 0) return "the rumor is gone";
  return `${run.length - 1} rounds`;
}

export function table(state: Spread): Table {
  const { counts, round, mode, knows, dead, calls, theory } = state;
  const fates = (fate: Call["fate"]) => calls.filter((call) => call.fate === fate).length;
  return {
    head: ["What", "Nodes that know in this round", "Rounds in all"],
    rows: [
      ...modes.map((each) => [
        each === mode ? `${each}, as shown` : each,
        counts[each][Math.min(round, counts[each].length - 1)] ?? 0,
        outcome(state, each),
      ]),
      ["Live nodes that do not know yet", count(knows.map((one, node) => !one && !dead[node])), ""],
      ["Dead nodes", count(dead), ""],
      ...(calls.length > 0
        ? [
            [
              "Calls with news, without, lost",
              `${fates("news")}, ${fates("known")}, ${fates("lost")}`,
              "",
            ],
          ]
        : []),
      ...(theory === null ? [] : [["log2 n + ln n, for push", "", theory.toFixed(1)]]),
    ],
  };
}
