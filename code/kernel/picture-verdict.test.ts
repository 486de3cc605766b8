import { describe, expect, it } from "vitest";
import { checkConvergence, checkMerge } from "./convergence.ts";
import type { Operation } from "./history.ts";
import { checkLinearizable } from "./linearizable.ts";
import { kv } from "./models.ts";
import type { Json } from "./node.ts";
import { drawLogs, formatLogs } from "./picture-logs.ts";
import { clipped, widthOf, wrapped } from "./picture-parts.ts";
import {
  drawCausal,
  drawConvergence,
  drawCounterExample,
  drawMerge,
  drawSession,
  formatCausal,
  formatConvergence,
  formatCounterExample,
  formatMerge,
  formatSession,
} from "./picture-verdict.ts";
import { checkSession } from "./sessions.ts";
import { checkCausal } from "./sessions-causal.ts";

/** The nth of a history, a millisecond each. */
function write(n: number, process: string, key: string, value: Json) {
  const result = { type: "write_ok", version: n };
  const args = { key, value };
  const times = { invokeMs: 3 * n, returnMs: 3 * n + 2 };
  const outcome = "ok" as const;
  return { process, op: "write", args, ...times, result, outcome };
}

function read(
  n: number,
  process: string,
  key: string,
  value: Json,
): Operation {
  const result = { type: "read_ok", value, version: 9 - n };
  return {
    ...write(n, process, key, value),
    op: "read",
    args: { key },
    result,
  };
}

function illegal<V extends { readonly verdict: string }>(found: V) {
  if (found.verdict !== "illegal") throw new Error(found.verdict);
  return found as Extract<V, { readonly verdict: "illegal" }>;
}

function matches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** A whole drawing, colored by classes alone, nothing set too small. */
function expectDrawing(svg: string): void {
  expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 456 \d/);
  expect(svg.endsWith("</svg>")).toBe(true);
  expect(svg).not.toMatch(/#[0-9a-f]{3}|rgb|style=|NaN|undefined/);
  for (const [, size] of svg.matchAll(/font-size="([\d.]+)"/g)) {
    expect(Number(size)).toBeGreaterThanOrEqual(9.4);
  }
  for (const [, right] of svg.matchAll(/ x[12]?="([\d.]+)"/g)) {
    expect(Number(right)).toBeLessThanOrEqual(456);
  }
}

describe("what a checker found, as text and as a picture", () => {
  it("an order that does not exist: what finds no place is marked", () => {
    const history = [
      write(0, "a", "x", 1),
      write(1000, "a", "x", 2),
      read(1001, "b", "x", 1),
    ];
    const { counterExample } = illegal(checkLinearizable(kv, history));
    expect(formatCounterExample(counterExample)).toMatch(
      /read x -> 1 {2}<- no place$/,
    );
    const svg = drawCounterExample(counterExample);
    expectDrawing(svg);
    expect(matches(svg, /label halo fill-accent/g)).toBe(1);
    // However far apart, the six moments stand evenly.
    const starts = [...svg.matchAll(/y1="22" x2="([\d.]+)" y2="30"/g)];
    const places = starts.map(([, x]) => Number(x));
    expect(places).toEqual([34, 114.4, 194.8, 275.2]);
  });

  it("a session: both operations with their versions", () => {
    const history = [read(1, "a", "x", 5), read(2, "a", "x", 4)];
    const found = illegal(checkSession("monotonic-reads", history));
    expect(formatSession(found)).toBe(
      [
        "monotonic-reads",
        "     3.0 ..     5.0  a  read x -> 5",
        "     6.0 ..     8.0  a  read x -> 4",
        "a read version 8 of x, and later read version 7.",
      ].join("\n"),
    );
    const svg = drawSession(found);
    expectDrawing(svg);
    expect(svg).toContain(">version 8: read x -&gt; 5<");
    expect(svg).toContain('fill-accent" x="');
    expect(svg).toContain(">version 7: read x -&gt; 4<");
  });

  it("causality: how the reader knew of what it missed", () => {
    const history = [
      write(0, "a", "x", "question"),
      write(1, "d", "z", "noise"),
      read(2, "b", "x", "question"),
      write(3, "b", "y", "answer"),
      read(4, "c", "z", "noise"),
      read(5, "c", "y", "answer"),
      read(6, "c", "x", null),
    ];
    const found = illegal(checkCausal(history));
    expect(found.smallest).toEqual(
      [0, 2, 3, 5, 6].map((at) => history[at]),
    );
    const lines = formatCausal(found).split("\n");
    expect(lines[0]).toBe("initial-read");
    expect(lines).toHaveLength(7);
    const svg = drawCausal(found);
    expectDrawing(svg);
    expect(matches(svg, /fill-accent/g)).toBe(1);
  });

  it("replicas that differ: what each was delivered, and what it had", () => {
    const delivered = Array.from(
      { length: 30 },
      (_, n) => `update ${n}`,
    );
    const found = illegal(
      checkConvergence<Json>([
        { id: "n1", delivered, state: ["a"] },
        { id: "n2", delivered: delivered.toReversed(), state: ["b"] },
        { id: "n3", delivered: ["u"], state: 1 },
        { id: "n4", delivered: ["u", "u"], state: 2 },
      ]),
    );
    expect(formatConvergence(found)).toBe(
      "n3  u  ->  1\nn4  u, u  ->  2\n" +
        "n3 and n4 were delivered the same update and differ.",
    );
    expectDrawing(drawConvergence(found));
    const [one, other] = found.replicas;
    const long = {
      ...found,
      replicas: [{ ...one, delivered }, other] as const,
    };
    const svg = drawConvergence(long);
    expectDrawing(svg);
    expect(matches(svg, /<rect/g)).toBe(4);
  });

  it("a law of merging: both sides", () => {
    const found = illegal(
      checkMerge(
        (one: number, other: number) => (one + other) / 2,
        [10, 1, 0],
      ),
    );
    expect(formatMerge(found)).toBe(
      [
        "not associative",
        "a                     = 1",
        "b                     = 1",
        "c                     = 0",
        "merge(merge(a, b), c) = 0.5",
        "merge(a, merge(b, c)) = 0.75",
      ].join("\n"),
    );
    const svg = drawMerge(found);
    expectDrawing(svg);
    expect(svg).toContain(">0.75</text>");
  });
});

describe("logs", () => {
  const row = (
    name: string,
    terms: readonly number[],
    compacted = 0,
  ) => ({
    name,
    note: "in term 9",
    compacted,
    boxes: terms.map((term, at) => ({
      term,
      words: `c${compacted + at + 1}`,
    })),
    commitIndex: 7,
  });

  it("are shown around what is marked, and as snapshots before", () => {
    const rows = [
      row("n1", [2, 3, 3], 5),
      row("n2", [1, 1, 1, 1, 1, 2, 2]),
    ];
    expect(formatLogs(rows, [8])).toBe(
      [
        "index         3     4     5     6     7       8",
        "n1 in term 9  …     …     …     2:c6  3:c7 |  3:c8!",
        "n2 in term 9  1:c3  1:c4  1:c5  2:c6  2:c7 |  -!",
      ].join("\n"),
    );
    const svg = drawLogs(rows, [8]);
    expectDrawing(svg);
    expect(matches(svg, /<rect/g)).toBe(12);
    expect(matches(svg, /stroke-accent/g)).toBe(2);
    expect(svg).toContain(">none<");
  });

  it("begin at 1 where that is in sight; words are clipped", () => {
    const rows = [{ ...row("n1", [1]), commitIndex: 0 }];
    expect(formatLogs(rows)).toBe(
      "index         1\nn1 in term 9  1:c1",
    );
    const long = { term: 1, words: "a very long command" };
    const text = formatLogs([{ ...row("n1", []), boxes: [long] }]);
    expect(text).toContain("1:a very lo…");
  });
});

describe("words in a box", () => {
  it("are clipped at its width, and not before", () => {
    const words = "append x 17";
    expect(clipped(words, widthOf(words))).toBe(words);
    const short = clipped(words, widthOf(words) - 1);
    expect(short).toMatch(/^append x.*…$/);
    expect(widthOf(short)).toBeLessThan(widthOf(words));
    expect(clipped(words, 1)).toBe("…");
  });

  it("stand in as many lines as they need", () => {
    const roomPx = widthOf("one two");
    expect(wrapped(["one", "two", "three"], roomPx)).toEqual([
      "one two",
      "three",
    ]);
    expect(wrapped([], 50)).toEqual([]);
  });
});
