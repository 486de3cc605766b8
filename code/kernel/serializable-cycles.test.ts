import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Edge,
  type Level,
  worstCycle,
} from "./serializable-cycles.ts";

const nodes = [0, 1, 2, 3, 4];

function edge(
  from: number,
  to: number,
  kind: Edge["kind"],
  key = "x",
): Edge {
  return { from, to, kind, key, version: 1, next: 2 };
}

const anyEdges = fc
  .array(
    fc.record({
      from: fc.constantFrom(...nodes),
      to: fc.constantFrom(...nodes),
      kind: fc.constantFrom("ww", "wr", "rw", "rw"),
    }),
    { maxLength: 9 },
  )
  .map((drawn) =>
    drawn
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, kind }) => edge(from, to, kind as "ww")),
  );

describe("the worst cycle (Adya 1999)", () => {
  it.each([
    "read-committed",
    "snapshot-isolation",
    "serializable",
  ] as const)("is a shortest of its class, at %s", (level) => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(anyEdges, (edges) => {
        const expected = byHand(level, edges);
        const found = worstCycle(level, nodes.length, edges);
        const name =
          found?.anomaly === "lost-update"
            ? classOf(found.cycle)
            : found?.anomaly;
        expect([name, found?.cycle.length]).toEqual([
          expected?.name,
          expected?.length,
        ]);
        for (const [at, { to }] of (found?.cycle ?? []).entries()) {
          const next = found?.cycle[at + 1] ?? found?.cycle[0];
          expect(next?.from).toBe(to);
        }
        seen.set(name ?? "none", (seen.get(name ?? "none") ?? 0) + 1);
      }),
      { numRuns: 2000, seed: 9 },
    );
    const classes = { "read-committed": 3, "snapshot-isolation": 5 };
    const size = level === "serializable" ? 6 : classes[level];
    expect(seen.size).toBe(size);
  });

  it("tells real time in one step", () => {
    const edges = [
      edge(3, 0, "rw"),
      edge(0, 1, "rt"),
      edge(1, 2, "rt"),
      edge(2, 3, "rt"),
    ];
    const found = worstCycle("strict-serializable", 4, edges);
    expect(found?.anomaly).toBe("G-single-realtime");
    expect(found?.cycle).toEqual([edge(3, 0, "rw"), edge(0, 3, "rt")]);
  });

  it("keeps apart what real time does not join", () => {
    const edges = [
      edge(0, 1, "rw"),
      edge(1, 2, "rt"),
      edge(2, 3, "wr"),
      edge(3, 0, "rt"),
    ];
    const found = worstCycle("strict-serializable", 4, edges);
    expect(found?.cycle).toEqual(edges);
  });

  /** All cycles that visit no transaction twice, each put in its class. */
  function byHand(level: Level, edges: readonly Edge[]) {
    const cycles: (readonly Edge[])[] = [];
    const walk = (path: readonly Edge[]): void => {
      const here = path.at(-1)?.to;
      if (here === path[0]?.from) {
        cycles.push(path);
        return;
      }
      for (const next of edges) {
        const isNew = path.every(({ from }) => from !== next.to);
        const isHome = next.to === path[0]?.from;
        if (next.from === here && (isNew || isHome))
          walk([...path, next]);
      }
    };
    for (const one of edges) walk([one]);
    const classes = [
      "G0",
      "G1c",
      "G-single",
      "G-nonadjacent",
      "G2-item",
    ];
    const last = { "read-committed": 2, "snapshot-isolation": 4 };
    const some =
      level === "serializable" ? 5 : last[level as "read-committed"];
    for (const name of classes.slice(0, some)) {
      const lengths = cycles
        .filter((cycle) => classOf(cycle) === name)
        .map(({ length }) => length);
      if (lengths.length > 0)
        return { name, length: Math.min(...lengths) };
    }
    return null;
  }

  function classOf(cycle: readonly Edge[]): string {
    const kinds = cycle.map(({ kind }) => kind);
    const count = kinds.filter((kind) => kind === "rw").length;
    if (count === 1) return "G-single";
    if (count === 0) return kinds.includes("wr") ? "G1c" : "G0";
    const doMeet = kinds.some(
      (kind, at) => kind === "rw" && kinds.at(at - 1) === "rw",
    );
    return doMeet ? "G2-item" : "G-nonadjacent";
  }
});
