// unprinted: for the chapter on consistency models
/**
 * What a checker found, as text and as SVG: one pair of functions for each
 * kind of counter-example. Cycles of transactions are in
 * serializable-picture.ts, Raft's logs in picture-logs.ts.
 */
import type {
  ConvergenceVerdict,
  MergeVerdict,
  Replica,
} from "./convergence.ts";
import type { Operation } from "./history.ts";
import type { CounterExample } from "./linearizable.ts";
import { canonical } from "./models.ts";
import type { Json } from "./node.ts";
import {
  drawHistory,
  formatHistory,
  operationText,
} from "./picture.ts";
import {
  arrow,
  clipped,
  frame,
  label,
  smallFontPx,
  wrapped,
} from "./picture-parts.ts";
import type { SessionVerdict } from "./sessions.ts";
import type { CausalVerdict } from "./sessions-causal.ts";
import { svg } from "./svg.ts";

/** Of a verdict, what it is when it is illegal. */
type Illegal<V> = Extract<V, { readonly verdict: "illegal" }>;

// #region counter-example
/** Of linearizability, sequential consistency or PRAM. */
export function formatCounterExample(found: CounterExample): string {
  return formatHistory(found.operations, found.unplaced);
}

export function drawCounterExample(
  { operations, unplaced: marked }: CounterExample,
  widthPx = 456,
): string {
  return drawHistory(operations, { marked, widthPx, isEven: true });
}
// #endregion counter-example

// #region session
/** Two of one session, with their versions; the later one went back. */
export function formatSession(found: Illegal<SessionVerdict>): string {
  const { earlier, later, guarantee, explanation } = found;
  const strip = formatHistory([earlier, later]);
  return `${guarantee}\n${strip}\n${explanation}`;
}

export function drawSession(
  { earlier, later, versions }: Illegal<SessionVerdict>,
  widthPx = 456,
): string {
  const versionOf = (one: Operation) =>
    one === earlier ? versions[0] : versions[1];
  return drawHistory([earlier, later], {
    marked: [later],
    label: (one) => `version ${versionOf(one)}: ${operationText(one)}`,
    widthPx,
    isEven: true,
  });
}
// #endregion session

// #region causal
/** The operations in conflict are marked; the rest is how it is known. */
export function formatCausal(found: Illegal<CausalVerdict>): string {
  const { anomaly, smallest, explanation } = found;
  return `${anomaly}\n${formatHistory(smallest)}\n${explanation}`;
}

export function drawCausal(
  { smallest, operations }: Illegal<CausalVerdict>,
  widthPx = 456,
): string {
  const marked = operations.slice(-1);
  return drawHistory(smallest, { marked, widthPx, isEven: true });
}
// #endregion causal

const leftPx = 40;
const linePx = 15;

// #region convergence
/** Two replicas: what each was delivered, and what each then had. */
export function formatConvergence<S extends Json>(
  found: Illegal<ConvergenceVerdict<S>>,
): string {
  const rows = found.replicas.map(
    ({ id, delivered, state }) =>
      `${id}  ${delivered.join(", ")}  ->  ${canonical(state)}`,
  );
  return [...rows, found.explanation].join("\n");
}

export function drawConvergence<S extends Json>(
  { replicas }: Illegal<ConvergenceVerdict<S>>,
  widthPx = 456,
): string {
  const rows: string[] = [];
  let y = 2;
  for (const replica of replicas) {
    const row = replicaRow(replica, y, widthPx);
    rows.push(...row.drawn);
    y += row.height + 14;
  }
  return svg(widthPx, y - 10, rows);
}
// #endregion convergence

/** What it was delivered, an arrow, and what it had then. */
function replicaRow(
  { id, delivered, state }: Replica<Json>,
  y: number,
  widthPx: number,
) {
  const width = (widthPx - leftPx) / 2 - 24;
  const steps = delivered.map((one, at) =>
    at < delivered.length - 1 ? `${one},` : one,
  );
  const updates = wrapped(steps, width - 16).slice(0, linesMax);
  const height = Math.max(1, updates.length) * linePx + 10;
  const middle = y + height / 2;
  const right = leftPx + width + 40;
  const words = clipped(canonical(state), width - 16);
  const ends = [
    [leftPx + width + 4, middle],
    [right - 4, middle],
  ] as const;
  const drawn = [
    label({ x: 0, y: middle + 4 }, clipped(id, leftPx - 4), strong),
    ...textBoxOf(updates, { x: leftPx, y, width, height }, "ink"),
    arrow(ends, "blue"),
    ...textBoxOf([words], { x: right, y, width, height }, "accent"),
  ];
  return { drawn, height };
}

/** So much of what was delivered is shown. */
const linesMax = 6;

const strong = { class: "label-strong" };

function textBoxOf(
  lines: readonly string[],
  box: { x: number; y: number; width: number; height: number },
  color: "ink" | "accent",
): readonly string[] {
  const top = box.y + (box.height - lines.length * linePx) / 2 + 11.5;
  const words = lines.map((line, at) =>
    label({ x: box.x + 8, y: top + at * linePx }, line),
  );
  return [frame(box, color), ...words];
}

// #region merge
/** The two sides of the law that differ. */
export function formatMerge<S extends Json>(
  found: Illegal<MergeVerdict<S>>,
): string {
  const [left, right] = sidesOf(found);
  const rows = [...namesOf(found), left, right].map(
    ([name, value]) => `${name.padEnd(21)} = ${value}`,
  );
  return [`not ${found.law}`, ...rows].join("\n");
}

export function drawMerge<S extends Json>(
  found: Illegal<MergeVerdict<S>>,
  widthPx = 456,
): string {
  const half = widthPx / 2 - 20;
  const given = namesOf(found).map(([name, value], at) =>
    label(
      { x: 0, y: 12 + at * linePx },
      clipped(`${name} = ${value}`, widthPx),
    ),
  );
  const y = given.length * linePx + 12;
  const sides = sidesOf(found).flatMap(([name, value], at) => {
    const x = at * (half + 40);
    const box = { x, y, width: half, height: 36 };
    const quiet = { class: "label-quiet", sizePx: smallFontPx };
    return [
      frame(box, at === 0 ? "accent" : "ink"),
      label({ x: x + 8, y: y + 14 }, name, quiet),
      label({ x: x + 8, y: y + 29 }, clipped(value, half - 16)),
    ];
  });
  const unequal = { anchor: "middle", class: "fill-accent" } as const;
  const sign = label({ x: half + 20, y: y + 22 }, "≠", unequal);
  return svg(widthPx, y + 40, [...given, ...sides, sign]);
}

// #endregion merge

type Named = readonly [name: string, value: string];

function namesOf({ states }: Illegal<MergeVerdict<Json>>): Named[] {
  return states.map((state, at) => ["abc"[at] ?? "", canonical(state)]);
}

const laws = {
  commutative: ["merge(a, b)", "merge(b, a)"],
  associative: ["merge(merge(a, b), c)", "merge(a, merge(b, c))"],
  idempotent: ["merge(a, a)", "a"],
  inflationary: ["merge(a, update(a))", "update(a)"],
} as const;

function sidesOf(found: Illegal<MergeVerdict<Json>>): [Named, Named] {
  const [left, right] = laws[found.law];
  return [
    [left, canonical(found.left)],
    [right, canonical(found.right)],
  ];
}
