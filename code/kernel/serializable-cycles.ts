// unprinted: for the chapter on transactions
/**
 * Dependency cycles between transactions. What an isolation level forbids
 * is a kind of cycle: Adya, "Weak Consistency", MIT 1999; Adya, Liskov and
 * O'Neil, ICDE 2000. For snapshot isolation: Fekete et al., TODS 2005;
 * Cerone and Gotsman, JACM 2018.
 */
import { canonical } from "./models.ts";
import type { Json } from "./node.ts";

// #region edges
/**
 * Why one transaction must come before another.
 * ww: it wrote a version, the other the next one of the same key.
 * wr: it wrote the version that the other read.
 * rw: it read a version, the other wrote the next one.
 * rt: it had returned before the other was called.
 */
export type Edge = {
  /** Transactions, by their places in the history. */
  readonly from: number;
  readonly to: number;
  readonly kind: "ww" | "wr" | "rw" | "rt";
  /** What it is about; null for rt. */
  readonly key: Json;
  /** The version written or read; null: the first, which none wrote. */
  readonly version: Json;
  /** The version that follows it (ww, rw). */
  readonly next: Json;
};
// #endregion edges

export type Level =
  | "read-committed"
  | "snapshot-isolation"
  | "serializable"
  | "strict-serializable";

// #region classes
type CycleClass = {
  readonly anomaly: string;
  /** The cycle has an edge of this kind, */
  readonly first: Edge["kind"];
  /** and all its others are of these. */
  readonly rest: readonly Edge["kind"][];
  /** May two rw edges meet in it? */
  readonly mayMeet: boolean;
};

const deps = ["ww", "wr"] as const;
const all = ["ww", "wr", "rw"] as const;
const g0 = cycles("G0", "ww", ["ww"]);
const g1c = cycles("G1c", "wr", deps);
const gSingle = cycles("G-single", "rw", deps);
const gNonadjacent = cycles("G-nonadjacent", "rw", all);
const g2Item = { ...cycles("G2-item", "rw", all), mayMeet: true };

/** The worst first: none is found that holds one of those before it. */
const serializable = [g0, g1c, gSingle, gNonadjacent, g2Item];
const forbidden: { readonly [L in Level]: readonly CycleClass[] } = {
  "read-committed": [g0, g1c],
  "snapshot-isolation": [g0, g1c, gSingle, gNonadjacent],
  serializable,
  "strict-serializable": [
    ...serializable,
    ...[g0, g1c, gSingle, g2Item].map(inRealTime),
  ],
};
// #endregion classes

function cycles(
  anomaly: string,
  first: Edge["kind"],
  rest: readonly Edge["kind"][],
): CycleClass {
  return { anomaly, first, rest, mayMeet: false };
}

function inRealTime(one: CycleClass): CycleClass {
  const anomaly = `${one.anomaly}-realtime`;
  return { ...one, anomaly, rest: [...one.rest, "rt"] };
}

export type Cycle = {
  readonly anomaly: string;
  /** Each edge begins where the one before it ends. */
  readonly cycle: readonly Edge[];
};

// #region worst-cycle
/** A shortest cycle of the worst class that the level forbids, or null. */
export function worstCycle(
  level: Level,
  count: number,
  edges: readonly Edge[],
): Cycle | null {
  for (const one of forbidden[level]) {
    const cycle = shortestCycle(one, count, edges);
    if (cycle === null) continue;
    const anomaly = isLostUpdate(cycle) ? "lost-update" : one.anomaly;
    return { anomaly, cycle: inFewSteps(cycle) };
  }
  return null;
}

/**
 * Both read one version of a key, and both wrote the key. Where nobody
 * saw who wrote first, each is before the other by what it read.
 */
function isLostUpdate(cycle: readonly Edge[]): boolean {
  const [read, other, more] = cycle;
  if (read?.kind !== "rw" || other === undefined) return false;
  if (more !== undefined) return false;
  if (canonical(read.key) !== canonical(other.key)) return false;
  const isOfOne = canonical(read.version) === canonical(other.version);
  return other.kind === "ww" || (other.kind === "rw" && isOfOne);
}

/** Before what is before another is before it: one rt edge for many. */
function inFewSteps(cycle: readonly Edge[]): readonly Edge[] {
  const few: Edge[] = [];
  for (const edge of cycle) {
    const last = few.at(-1);
    const isBoth = last?.kind === "rt" && edge.kind === "rt";
    if (isBoth) few[few.length - 1] = { ...last, to: edge.to };
    else few.push(edge);
  }
  return few;
}
// #endregion worst-cycle

// #region walk
/**
 * A walk along edges. Where it is: twice the transaction, and 1 more if
 * it came by an rw edge and may not take another at once. Two rw edges
 * that meet are what snapshot isolation lets pass.
 */
type Graph = {
  readonly mayMeet: boolean;
  /** For each transaction, the edges that begin there. */
  readonly outgoing: readonly (readonly Edge[])[];
};

function graphOf(
  { first, rest, mayMeet }: CycleClass,
  count: number,
  edges: readonly Edge[],
): Graph {
  const outgoing: Edge[][] = Array.from({ length: count }, () => []);
  for (const edge of edges) {
    const isOfClass = edge.kind === first || rest.includes(edge.kind);
    if (isOfClass) outgoing[edge.from]?.push(edge);
  }
  return { mayMeet, outgoing };
}

function onward({ outgoing }: Graph, place: number): readonly Edge[] {
  const edges = outgoing[place >> 1] ?? [];
  if (place % 2 === 0) return edges;
  return edges.filter(({ kind }) => kind !== "rw");
}

function arrival({ mayMeet }: Graph, { to, kind }: Edge): number {
  return 2 * to + (kind === "rw" && !mayMeet ? 1 : 0);
}
// #endregion walk

// #region shortest-cycle
/** From each first edge the shortest way back; the shortest of all. */
function shortestCycle(
  one: CycleClass,
  count: number,
  edges: readonly Edge[],
): readonly Edge[] | null {
  const graph = graphOf(one, count, edges);
  const knots = components(2 * count, (place) =>
    onward(graph, place).map((edge) => arrival(graph, edge)),
  );
  const starts = graph.outgoing.flat().filter((edge) => {
    // A cycle stays within one component: elsewhere is none to find.
    const knot = knots[arrival(graph, edge)];
    const from = 2 * edge.from;
    const isOdd = edge.kind !== "rw" && knots[from + 1] === knot;
    return edge.kind === one.first && (isOdd || knots[from] === knot);
  });
  let best: readonly Edge[] | null = null;
  for (const edge of starts) {
    const lengthMax: number = (best?.length ?? Infinity) - 2;
    const back = wayBack(graph, one, edge, lengthMax);
    if (back !== null) best = [edge, ...back];
  }
  return best;
}
// #endregion shortest-cycle

// #region way-back
/** Breadth first, from where an edge ends to where it begins. */
function wayBack(
  graph: Graph,
  { rest }: CycleClass,
  first: Edge,
  lengthMax: number,
): readonly Edge[] | null {
  const start = arrival(graph, first);
  const cameBy = new Map<number, Hop | null>([[start, null]]);
  let rim = [start];
  for (
    let length = 1;
    length <= lengthMax && rim.length > 0;
    length++
  ) {
    const further: number[] = [];
    for (const place of rim) {
      for (const edge of onward(graph, place)) {
        const next = arrival(graph, edge);
        if (!rest.includes(edge.kind)) continue;
        // At home by rw, the walk could not set out again by rw.
        const isHome = edge.to === first.from;
        const isBarred = next % 2 === 1 && first.kind === "rw";
        const hop = { place, edge };
        if (isHome && !isBarred) return traced(cameBy, hop);
        if (cameBy.has(next)) continue;
        cameBy.set(next, hop);
        further.push(next);
      }
    }
    rim = further;
  }
  return null;
}
// #endregion way-back

type Hop = { readonly place: number; readonly edge: Edge };

/** The edges of a walk, from its last hop. */
function traced(
  cameBy: ReadonlyMap<number, Hop | null>,
  last: Hop,
): readonly Edge[] {
  const way: Edge[] = [];
  let hop: Hop | null = last;
  while (hop !== null) {
    way.unshift(hop.edge);
    hop = cameBy.get(hop.place) ?? null;
  }
  return way;
}

// #region components
/**
 * For each place the number of its strongly connected component: equal
 * for two that can reach each other (Tarjan, SIAM J. Comput. 1972).
 */
export function components(
  count: number,
  onward: (place: number) => readonly number[],
): readonly number[] {
  const found: number[] = Array(count).fill(-1);
  const low: number[] = Array(count).fill(-1);
  const component: number[] = Array(count).fill(-1);
  const open: number[] = [];
  let clock = 0;
  const path: { place: number; ways: number[] }[] = [];
  const visit = (place: number) => {
    found[place] = low[place] = clock++;
    open.push(place);
    path.push({ place, ways: [...onward(place)] });
  };
  const lower = (place: number, to: number | undefined) => {
    low[place] = Math.min(low[place] ?? 0, to ?? 0);
  };
  for (let root = 0; root < count; root++) {
    if (found[root] === -1) visit(root);
    for (let here = path.at(-1); here; here = path.at(-1)) {
      const { place, ways } = here;
      const next = ways.pop();
      if (next !== undefined) {
        if (found[next] === -1) visit(next);
        else if (component[next] === -1) lower(place, found[next]);
        continue;
      }
      path.pop();
      const before = path.at(-1);
      if (before) lower(before.place, low[place]);
      if (low[place] !== found[place]) continue;
      const members = open.splice(open.lastIndexOf(place));
      for (const member of members) component[member] = place;
    }
  }
  return component;
}
// #endregion components
