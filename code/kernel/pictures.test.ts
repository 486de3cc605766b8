import { describe, expect, it } from "vitest";
import { echo } from "../echo/echo.ts";
import { scriptedClient } from "./client.ts";
import type { Operation } from "./history.ts";
import { crosses, labelAlong, overlap, shiftedDown } from "./labels.ts";
import { drawHistory, formatHistory } from "./picture.ts";
import { simulate } from "./simulator.ts";
import { drawSpaceTime } from "./spacetime.ts";
import {
  eventText,
  formatTrace,
  nodesOf,
  type TraceEvent,
  traceToJson,
} from "./trace.ts";

/** A run with all that a diagram can show. */
function story() {
  const words = ["a", "b", "c"].map((echo) => ({ type: "echo", echo }));
  const targets = ["n1", "n2", "n3"];
  const client = scriptedClient(words, {
    targets,
    timeoutMs: 30,
    attemptsMax: 3,
  });
  const sim = simulate({
    seed: 3,
    nodes: { n1: echo, n2: echo, n3: echo, c1: client },
    clients: ["c1"],
    network: {
      delayMs: { kind: "uniform", min: 4, max: 12 },
      messageLossProbability: 0.3,
    },
    faults: [
      { atMs: 20, kind: "crash", node: "n3" },
      { atMs: 45, kind: "pause", node: "n2", forMs: 25 },
      { atMs: 60, kind: "restart", node: "n3" },
      { atMs: 80, kind: "partition", groups: [["n1"], ["n2", "n3"]] },
    ],
  });
  sim.runUntil(40);
  sim.note("c1", "1 < 2 & waiting");
  sim.runUntil(110);
  return sim.trace;
}

function matches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

describe("a space-time diagram", () => {
  const trace = story();
  const svg = drawSpaceTime(trace);

  it("is one svg of the width of the column", () => {
    expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 456 \d+/);
    expect(svg.endsWith("</svg>")).toBe(true);
    expect(matches(svg, /<svg/g)).toBe(1);
  });

  it("is the same for the same run", () => {
    expect(drawSpaceTime(story())).toBe(svg);
  });

  it("draws each message once, and each lost one dashed", () => {
    const delivered = trace.filter(
      ({ kind }) => kind === "deliver",
    ).length;
    const dropped = trace.filter(({ kind }) => kind === "drop").length;
    expect(dropped).toBeGreaterThan(0);
    expect(matches(svg, /<line class="stroke-blue"/g)).toBe(delivered);
    expect(matches(svg, /<line class="stroke-accent dashed"/g)).toBe(
      dropped,
    );
  });

  it("names crash, restart, pause and notes, and escapes them", () => {
    for (const words of [
      "crash",
      "restart",
      "paused",
      "1 &lt; 2 &amp; waiting",
      "n1 | n2 n3",
    ]) {
      expect(svg).toContain(`>${words}</text>`);
    }
  });

  it("sets no color, and no text under 9.4 px", () => {
    expect(svg).not.toMatch(/#[0-9a-f]{3}|rgb|style=|(fill|stroke)="/);
    for (const [, size] of svg.matchAll(/font-size="([\d.]+)"/g)) {
      expect(Number(size)).toBeGreaterThanOrEqual(9.4);
    }
  });

  it("shows only the window, the nodes and the events asked for", () => {
    const part = drawSpaceTime(trace, {
      nodes: ["c1", "n1"],
      toMs: 25,
      show: (event) =>
        event.kind !== "send" || event.message.body.type === "echo",
    });
    expect(part).not.toContain(">n2<");
    expect(part).not.toContain(">echo_ok<");
    expect(part).toContain(">echo<");
    expect(part).not.toContain("paused");
  });

  it("leaves out messages from and to nodes it does not show", () => {
    const drawn = (nodes: readonly string[]) =>
      matches(
        drawSpaceTime(trace, { nodes }),
        /<line class="stroke-(blue|accent dashed)"/g,
      );
    const between = (nodes: readonly string[]) =>
      trace.filter(
        (event) =>
          (event.kind === "deliver" || event.kind === "drop") &&
          nodes.includes(event.message.src) &&
          nodes.includes(event.message.dest),
      ).length;
    expect(between(["c1", "n1"])).toBeGreaterThan(0);
    for (const nodes of [["c1", "n1"], ["n1", "n2"], ["c1"]]) {
      expect(drawn(nodes)).toBe(between(nodes));
    }
  });

  it("takes its words from the label option, and null for none", () => {
    const labelled = drawSpaceTime(trace, {
      label: (event) => {
        if (event.kind === "crash") return null;
        return event.kind === "send" ? "hi" : undefined;
      },
    });
    expect(labelled).not.toContain(">crash<");
    expect(labelled).toContain(">restart<");
    expect(labelled).toContain(">hi<");
    expect(labelled).not.toContain(">echo<");
  });
});

describe("labels", () => {
  const bounds = { x: 0, y: 0, width: 400, height: 400 };
  const size = { width: 40, height: 12 };
  const line = { x1: 10, y1: 100, x2: 210, y2: 130 };

  it("do not sit on their own line, flat or steep", () => {
    for (const y2 of [100, 130, 190, 390]) {
      const own = { ...line, y2 };
      const box = labelAlong(own, size, {
        lines: [own],
        taken: [],
        bounds,
      });
      expect(crosses(own, box), `to ${y2}`).toBe(false);
    }
  });

  it("give way to each other", () => {
    const taken = [];
    for (let nth = 0; nth < 6; nth++) {
      const box = labelAlong(line, size, {
        lines: [line],
        taken,
        bounds,
      });
      expect(taken.some((other) => overlap(box, other))).toBe(false);
      taken.push(box);
    }
  });

  it("beside a mark move up or down", () => {
    const wished = { x: 0, y: 50, ...size };
    const box = shiftedDown(wished, { lines: [], taken: [wished] });
    expect(overlap(box, wished)).toBe(false);
    expect(box.x).toBe(0);
  });

  it.each([
    [{ x1: 0, y1: 0, x2: 10, y2: 10 }, true],
    [{ x1: 0, y1: 7, x2: 20, y2: 7 }, true],
    [{ x1: 0, y1: 0, x2: 4, y2: 10 }, false],
    [{ x1: 20, y1: 0, x2: 20, y2: 20 }, false],
  ])("know whether %j crosses a box", (segment, expected) => {
    const box = { x: 5, y: 5, width: 5, height: 5 };
    expect(crosses(segment, box)).toBe(expected);
  });
});

describe("a trace as text", () => {
  const trace = story();

  it("can be cut by time, kind and node", () => {
    const text = formatTrace(trace, {
      fromMs: 15,
      toMs: 65,
      kinds: ["crash", "restart", "pause", "resume"],
      nodes: ["n3"],
    });
    expect(text).toBe("  20.0  n3 CRASH\n  60.0  n3 RESTART");
  });

  it("tells a body as it is told to, and clips long lines", () => {
    const text = formatTrace(trace, {
      kinds: ["send"],
      toMs: 0,
      describe: () => "word ".repeat(30),
      widthColumns: 30,
    });
    expect(text).toBe("   0.0  c1 -> n1  word word w…");
  });

  it("is one JSON value a line, and loses nothing", () => {
    const back = traceToJson(trace)
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(back).toEqual(trace);
  });
});

describe("a picture of a history", () => {
  const write: Operation = {
    process: "a",
    op: "write",
    args: { key: "x", value: 1 },
    invokeMs: 0,
    returnMs: 10,
    result: { type: "write_ok" },
    outcome: "ok",
  };
  const read: Operation = {
    process: "b",
    op: "read",
    args: { key: "x" },
    invokeMs: 12,
    returnMs: 20,
    result: { type: "read_ok", value: 0 },
    outcome: "ok",
  };
  const open: Operation = {
    ...write,
    invokeMs: 15,
    returnMs: null,
    result: null,
    outcome: "info",
  };

  it("as text has a line for each operation", () => {
    expect(formatHistory([write, read, open], [read])).toBe(
      [
        "     0.0 ..    10.0  a  write x 1",
        "    12.0 ..    20.0  b  read x -> 0  <- no place",
        "    15.0 ..       ?  a  write x 1 -> ?",
      ].join("\n"),
    );
  });

  it("as SVG marks what found no place, and leaves open bars open", () => {
    const svg = drawHistory([write, read, open], { marked: [read] });
    expect(svg).toContain('<text class="label halo fill-accent"');
    expect(matches(svg, /stroke-dasharray/g)).toBe(1);
    expect(svg).toContain(">read x -&gt; 0</text>");
  });
});

describe("an event in words", () => {
  const message = { src: "n1", dest: "n2", body: { type: "x", n: 1 } };
  const drop = {
    atMs: 1,
    kind: "drop",
    id: 0,
    message,
    sentMs: 0,
    dueMs: 1,
  } as const;
  const n1 = { atMs: 1, node: "n1" };
  const events: readonly (readonly [TraceEvent, string])[] = [
    [{ ...drop, reason: "loss" }, "n2 x- n1  x n=1  (lost)"],
    [{ ...drop, reason: "unknown" }, "n2 x- n1  x n=1  (no such node)"],
    [
      { ...n1, kind: "persist", key: "term", value: [2] },
      "n1 persist term = [2]",
    ],
    [
      { ...n1, kind: "crash", beforeEffect: 1, disk: "torn" },
      "n1 CRASH before effect 1, last write torn",
    ],
    [{ ...n1, kind: "pause", forMs: 30 }, "n1 PAUSE for 30 ms"],
    [{ ...n1, kind: "slow", extraMs: 5 }, "n1 SLOW by 5 ms"],
    [{ ...n1, kind: "clock-jump", byMs: -9 }, "n1 CLOCK JUMP by -9 ms"],
    [
      { atMs: 1, kind: "partition", groups: [["n1"], ["n2", "n3"]] },
      "PARTITION n1 | n2 n3",
    ],
    [{ atMs: 1, kind: "cut", from: "n1", to: "n2" }, "CUT n1 -> n2"],
    [{ atMs: 1, kind: "heal" }, "HEAL"],
    [
      {
        atMs: 1,
        kind: "network",
        change: { messageLossProbability: 0 },
      },
      'NETWORK {"messageLossProbability":0}',
    ],
  ];

  it.each(events)("of %j", (event, words) => {
    expect(eventText(event)).toBe(words);
    expect(formatTrace([event])).toBe(`   1.0  ${words}`);
  });

  it("belongs to the nodes it touches", () => {
    const touched = events.map(([event]) => nodesOf(event).length);
    expect(touched).toEqual([2, 2, 1, 1, 1, 1, 1, 3, 2, 0, 0]);
  });
});
