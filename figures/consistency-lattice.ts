/**
 * The models, the stronger above. The number on an edge is a history
 * that the lower model allows and the upper one refuses, as the checkers
 * say; availability is that of the map of Jepsen.
 */
import {
  type HistoryName,
  historyNamed,
  historyNames,
  type models,
  verdictOf,
} from "../code/consistency/histories.scenario.ts";
import { circle, element, label, line, rect, svg } from "./draw.ts";

export const program = "consistency/histories";
export const seed = 7;

type Model = (typeof models)[number];
type Box = { readonly x: number; readonly y: number; readonly text: string };

const boxes = {
  strict: { x: 270, y: 20, text: "strict serializability" },
  serializable: { x: 166, y: 66, text: "serializability" },
  linearizable: { x: 372, y: 66, text: "linearizability" },
  sequential: { x: 372, y: 118, text: "sequential" },
  causal: { x: 372, y: 182, text: "causal" },
  PRAM: { x: 284, y: 230, text: "PRAM (FIFO)" },
  "read-your-writes": { x: 160, y: 274, text: "read your writes" },
  "monotonic-writes": { x: 176, y: 346, text: "monotonic writes" },
  "monotonic-reads": { x: 284, y: 346, text: "monotonic reads" },
  "writes-follow-reads": { x: 396, y: 346, text: "writes follow reads" },
  eventual: { x: 284, y: 398, text: "eventual: replicas agree in the end" },
} as const satisfies { readonly [name: string]: Box };
type Name = keyof typeof boxes;

/** Checked ones, from the stronger to the weaker. */
const edges: readonly (readonly [Model, Model])[] = [
  ["linearizable", "sequential"],
  ["sequential", "causal"],
  ["causal", "PRAM"],
  ["causal", "writes-follow-reads"],
  ["PRAM", "read-your-writes"],
  ["PRAM", "monotonic-reads"],
  ["PRAM", "monotonic-writes"],
];
/** By definition: transactions are none of the checkers here. */
const others: readonly (readonly [Name, Name])[] = [
  ["strict", "serializable"],
  ["strict", "linearizable"],
];

const bands = [
  { from: 0, to: 148, lines: ["in a partition", "some requests", "must wait", "or fail"] },
  { from: 148, to: 314, lines: ["available", "to a client that", "stays with its", "replica"] },
  { from: 314, to: 424, lines: ["available at", "any replica"] },
];

export function draw(): string {
  const shades = bands.flatMap(({ from, to, lines }, nth) => [
    ...(nth === 1
      ? [rect(0, from, 456, to - from, { class: "fill-field" })]
      : [line(0, from, 456, from, { class: "stroke-rule", "stroke-width": 0.7 })]),
    ...lines.map((text, at) => label(6, from + 20 + at * 14, text, { class: "label-quiet" })),
  ]);
  const witnesses: HistoryName[] = [];
  const checked = edges.flatMap(([upper, lower]) => {
    const witness = historyNames.find((name) => {
      const history = historyNamed(name);
      return verdictOf(lower, history) === "ok" && verdictOf(upper, history) === "illegal";
    });
    if (witness === undefined) throw new Error(`Nothing tells ${upper} from ${lower}`);
    if (!witnesses.includes(witness)) witnesses.push(witness);
    return edge(boxes[upper], boxes[lower], String(witnesses.indexOf(witness) + 1));
  });
  const told = witnesses.map((name, nth) => {
    const [x, y] = [(nth % 2) * 228, 444 + Math.floor(nth / 2) * 18];
    return badge(x + 8, y - 4, String(nth + 1)) + label(x + 22, y, name);
  });
  return svg(
    456,
    452 + Math.floor((witnesses.length - 1) / 2) * 18,
    ...shades,
    ...others.flatMap(([upper, lower]) => edge(boxes[upper], boxes[lower], null)),
    ...checked,
    ...Object.values(boxes).map(box),
    ...told,
  );
}

function edge(upper: Box, lower: Box, witness: string | null): readonly string[] {
  const [y1, y2] = [upper.y + 11, lower.y - 11];
  const drawn = line(upper.x, y1, lower.x, y2, { class: "stroke-ink", "stroke-width": 1 });
  if (witness === null) return [drawn];
  const part = 0.6;
  const at = [upper.x + (lower.x - upper.x) * part, y1 + (y2 - y1) * part] as const;
  return [drawn, badge(...at, witness)];
}

function badge(x: number, y: number, text: string): string {
  return element(
    "g",
    {},
    circle(x, y, 7.5, { class: "fill-paper stroke-accent", "stroke-width": 1 }),
    label(x, y + 3.6, text, { "text-anchor": "middle", "font-size": 10.7 }),
  );
}

/** Convergence is about the end of a run, and so on no edge. */
function box({ x, y, text }: Box): string {
  const wide = text.length * 5.3 + 14;
  const dashed = text === boxes.eventual.text ? " dashed" : "";
  return (
    rect(x - wide / 2, y - 11, wide, 22, { class: `fill-paper stroke-ink${dashed}`, rx: 3 }) +
    label(x, y + 4, text, { "text-anchor": "middle" })
  );
}
