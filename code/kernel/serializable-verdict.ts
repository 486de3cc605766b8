// unprinted: for the chapter on transactions
/** From dependencies to a verdict, and to words. */
import type { Json } from "./node.ts";
import {
  type Cycle,
  type Edge,
  type Level,
  worstCycle,
} from "./serializable-cycles.ts";
import type { Transaction } from "./serializable-history.ts";

export type Anomaly = {
  readonly verdict: "illegal";
  /** By the name that Adya or Elle has for it: "G0", "G-single" … */
  readonly anomaly: string;
  /** Each edge begins where the one before it ends. May be empty. */
  readonly cycle: readonly Edge[];
  /** The transactions it is about, by their places in the history. */
  readonly involved: readonly number[];
  /** A sentence for each edge, or one for what is no cycle. */
  readonly explanation: string;
};

export type IsolationVerdict =
  | { readonly verdict: "ok" }
  | Anomaly
  | { readonly verdict: "unknown"; readonly why: string };

// #region judge
/** Two versions in an order nobody saw: the edges of either order. */
export type Choice = readonly [likely: Edge[], other: Edge[]];

/**
 * Illegal if the edges have a cycle that the level forbids, whatever is
 * chosen; ok if one way to choose leaves none; else unknown.
 */
export function judge(
  level: Level,
  count: number,
  edges: readonly Edge[],
  choices: readonly Choice[],
  checksMax = 200,
): IsolationVerdict {
  const known = worstCycle(level, count, edges);
  if (known !== null) return illegal(known, "");
  if (choices.length === 0) return { verdict: "ok" };
  const likely = choices.flatMap(([one]) => one);
  if (worstCycle(level, count, [...edges, ...likely]) === null) {
    return { verdict: "ok" };
  }
  const budget = { checksLeft: checksMax };
  const found = settle(level, count, edges, choices, budget);
  if (found === "ok") return { verdict: "ok" };
  if (found === "unknown") {
    const why = `${choices.length} pairs of writes in unknown order`;
    return { verdict: "unknown", why };
  }
  return illegal(found, "Any other order of writes is illegal too.");
}
// #endregion judge

// #region settle
/** Choose one order after the other; a cycle refutes what was chosen. */
function settle(
  level: Level,
  count: number,
  edges: readonly Edge[],
  choices: readonly Choice[],
  budget: { checksLeft: number },
): "ok" | "unknown" | Cycle {
  const [choice, ...others] = choices;
  if (choice === undefined) return "ok";
  let cycle: Cycle | null = null;
  for (const way of choice) {
    if (budget.checksLeft === 0) return "unknown";
    budget.checksLeft -= 1;
    const chosen = [...edges, ...way];
    const found =
      worstCycle(level, count, chosen) ??
      settle(level, count, chosen, others, budget);
    if (typeof found === "string") return found;
    cycle ??= found;
  }
  if (cycle === null) throw new Error("A choice has two ways.");
  return cycle;
}
// #endregion settle

function illegal({ anomaly, cycle }: Cycle, more: string): Anomaly {
  const told = [...cycle.map(edgeText), more].filter(Boolean);
  return {
    verdict: "illegal",
    anomaly,
    cycle,
    involved: cycle.map(({ from }) => from),
    explanation: told.join("\n"),
  };
}

/** A read, and perhaps a write, that no order could explain. */
export function misread(
  anomaly: string,
  told: string,
  reader: number,
  writer: { readonly at: number } | null = null,
): Anomaly {
  const involved = writer === null ? [reader] : [writer.at, reader];
  const explanation = `${told}.`;
  return {
    verdict: "illegal",
    anomaly,
    cycle: [],
    involved,
    explanation,
  };
}

/** How a transaction is called: by its place in the history, from 1. */
export function nameOf(at: number): string {
  return `T${at + 1}`;
}

/** Why one comes before the other, as a sentence. */
export function edgeText(edge: Edge): string {
  const from = nameOf(edge.from);
  const to = nameOf(edge.to);
  const key = textOf(edge.key);
  const version = textOf(edge.version);
  const next = textOf(edge.next);
  switch (edge.kind) {
    case "rt":
      return `${from} had returned before ${to} was called.`;
    case "wr":
      return `${from} wrote ${version} to ${key}, which ${to} read.`;
    case "ww":
      return `${from} wrote ${version} to ${key}, ${to} then ${next}.`;
    case "rw":
      return edge.version === null
        ? `${from} read ${key} before anything, and ${to} wrote ${next}.`
        : `${from} read ${key} at ${version}; ${to} wrote ${next} next.`;
  }
}

export function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

// #region real-time
/**
 * Who had returned before whom was called; without edges that follow
 * from two others. `isCommitted`: by place in the history.
 */
export function realTimeEdges(
  history: readonly Transaction<unknown>[],
  isCommitted: readonly boolean[],
): readonly Edge[] {
  const calls = history
    .map((one, at) => ({ ...one, at }))
    .filter(({ at }) => isCommitted[at])
    .sort((one, other) => one.invokeMs - other.invokeMs);
  const edges: Edge[] = [];
  let recent: typeof calls = [];
  for (const call of calls) {
    const before = recent.filter((one) => precedes(one, call));
    const isLast = (one: Timed) =>
      !before.some((other) => precedes(one, other));
    for (const one of before.filter(isLast)) {
      const about = { key: null, version: null, next: null };
      edges.push({ kind: "rt", from: one.at, to: call.at, ...about });
    }
    // Whoever comes later is after these, if after anything.
    const isOld = (one: Timed) =>
      before.some(
        (other) =>
          precedes(one, other) && other.invokeMs < call.invokeMs,
      );
    recent = [...recent.filter((one) => !isOld(one)), call];
  }
  return edges;
}
// #endregion real-time

type Timed = Pick<
  Transaction<unknown>,
  "process" | "invokeMs" | "returnMs" | "outcome"
> & { readonly at: number };

/**
 * Had the one returned when the other was called? Virtual time may stand
 * still: at one time only a process' own order is known.
 */
function precedes(one: Timed, other: Timed): boolean {
  if (one.outcome !== "ok" || one.returnMs === null) return false;
  if (one.returnMs !== other.invokeMs)
    return one.returnMs < other.invokeMs;
  if (one.process !== other.process) return false;
  return one.invokeMs < other.invokeMs || one.at < other.at;
}

/** None of a transaction to itself, and none from the first version. */
export function edge(
  { key }: { readonly key: Json },
  kind: Edge["kind"],
  from: { readonly at: number } | null,
  to: { readonly at: number },
  version: Json,
  next: Json,
): Edge[] {
  if (from === null || from.at === to.at) return [];
  return [{ kind, from: from.at, to: to.at, key, version, next }];
}
