/**
 * The direct serialization graph of a run (Adya 1999): an edge wherever
 * one transaction must stand before another, and the kinds of cycles
 * that the levels forbid. It is shown the versions, as a store may be;
 * a checker from outside has to infer them (kernel/serializable.ts).
 */
// unprinted: for the chapter on transactions
import type { Run } from "./schedule.ts";
import { isIn, type Rules, type Version, visible } from "./store.ts";

// #region edges
export type Edge = {
  readonly from: string;
  readonly to: string;
  /** Overwrites it; read it; was read by it and is now overwritten. */
  readonly kind: "ww" | "wr" | "rw";
  readonly key: string;
};

/** A read of one version of a key, by a transaction that committed. */
export type ReadOf = {
  readonly txn: string;
  readonly key: string;
  readonly writer: string;
};

export function edgesOf(
  versions: { readonly [key: string]: readonly Version[] },
  reads: readonly ReadOf[],
): readonly Edge[] {
  const order = (key: string) => {
    const writers = (versions[key] ?? []).map(({ writer }) => writer);
    return ["", ...writers.filter((w) => w !== "")];
  };
  const ww = Object.keys(versions).flatMap((key) =>
    order(key)
      .slice(1)
      .map((to, at): Edge => {
        return { from: order(key)[at] ?? "", to, kind: "ww", key };
      }),
  );
  const wr = reads.map(({ txn: to, key, writer: from }): Edge => {
    return { from, to, kind: "wr", key };
  });
  const rw = reads.flatMap(({ txn: from, key, writer }): Edge[] => {
    const to = order(key)[order(key).lastIndexOf(writer) + 1];
    return to === undefined ? [] : [{ from, to, kind: "rw", key }];
  });
  // Nobody ("") wrote the first values, before all transactions.
  return [...ww, ...wr, ...rw].filter(
    ({ from, to }) => from !== to && from !== "" && to !== "",
  );
}
// #endregion edges

// #region reads
/** Which versions the committed transactions have read. */
export function readsOf(run: Run, rules: Rules): readonly ReadOf[] {
  const { txns, versions } = run.store;
  const keys = Object.keys(versions);
  return run.events.flatMap(({ txn: id, statement, outcome, ts }) => {
    const txn = txns[id];
    if (txn?.status !== "committed" || outcome.kind !== "ok") return [];
    const touched = keys.filter((key) =>
      statement.do === "scan"
        ? isIn(statement, key)
        : "key" in statement &&
          statement.do !== "write" &&
          statement.key === key,
    );
    return touched.map((key) => {
      // What it saw then: nothing of what was committed later.
      const past = (versions[key] ?? []).filter(
        (v) => v.commitTs <= ts,
      );
      const then = { ...run.store, versions: { [key]: past } };
      const seen = visible(then, rules, txn, key);
      return { txn: id, key, writer: seen?.writer ?? "" };
    });
  });
}
// #endregion reads

// #region cycles
/** The worst cycle of a graph, by Adya's names; null if it has none. */
export function worstCycle(
  edges: readonly Edge[],
): "G0" | "G1c" | "G-single" | "G2" | null {
  const only = (...kinds: readonly Edge["kind"][]) =>
    edges.filter(({ kind }) => kinds.includes(kind));
  const closes = (edge: Edge, among: readonly Edge[]) =>
    reachable(among, edge.to).has(edge.from);
  const ww = only("ww");
  const dependencies = only("ww", "wr");
  const rw = only("rw");
  if (ww.some((edge) => closes(edge, ww))) return "G0";
  if (dependencies.some((edge) => closes(edge, dependencies)))
    return "G1c";
  if (rw.some((edge) => closes(edge, dependencies))) return "G-single";
  return rw.some((edge) => closes(edge, edges)) ? "G2" : null;
}

function reachable(
  edges: readonly Edge[],
  start: string,
): ReadonlySet<string> {
  const found = new Set([start]);
  for (const at of found) {
    for (const { from, to } of edges) if (from === at) found.add(to);
  }
  return found;
}
// #endregion cycles
