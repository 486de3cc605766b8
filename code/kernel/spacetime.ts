/**
 * Space-time diagrams (Lamport, CACM 1978, Figure 1, turned to read down
 * the page): nodes across, time down, messages as slanted arrows. Drawn
 * from a trace, so that the picture is the run.
 */
import {
  type Box,
  labelAlong,
  type Segment,
  shiftedDown,
  textBox,
} from "./labels.ts";
import type { NodeId } from "./node.ts";
import { element, short, svg } from "./svg.ts";
import { groupsText, type TraceEvent } from "./trace.ts";

export type SpaceTimeOptions = {
  /** Which nodes, from left to right; all that act by default. */
  readonly nodes?: readonly NodeId[];
  readonly fromMs?: number;
  /** By default the time of the last event. */
  readonly toMs?: number;
  /** 456 by default: the text column. */
  readonly widthPx?: number;
  /** By default what the number of events asks for. */
  readonly heightPx?: number;
  /**
   * The words beside an event; null for none, undefined for the usual
   * ones. Messages are labelled by their `send`. Timers and persists are
   * marked only where this gives them words.
   */
  readonly label?: (event: TraceEvent) => string | null | undefined;
  /** Leaves out events (heartbeats, say); a message by its `send`. */
  readonly show?: (event: TraceEvent) => boolean;
  /** What stands above the line of a node; its id by default. */
  readonly nodeLabel?: (node: NodeId) => string;
};

const fontPx = 10.7;
const smallFontPx = 9.4;
const headPx = 26;
const footPx = 8;
const axisPx = 36;

type Sheet = {
  readonly options: SpaceTimeOptions;
  readonly events: readonly TraceEvent[];
  readonly nodes: readonly NodeId[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly x: (node: NodeId) => number;
  readonly y: (ms: number) => number;
};

// #region draw
/** One `<svg>` element; colors come from the classes of the theme. */
export function drawSpaceTime(
  trace: readonly TraceEvent[],
  options: SpaceTimeOptions = {},
): string {
  const sheet = layOut(trace, options);
  const arrows = arrowsOf(sheet);
  const marks = sheet.events.flatMap((event) => markOf(sheet, event));
  const taken: Box[] = marks.map(({ x, y }) => around(x, y, 4));
  const rules = rulesOf(sheet, taken);
  const lines = [
    ...arrows.map(segmentOf),
    ...lifeSegments(sheet),
    ...rules.map(({ segment }) => segment),
  ];
  const notes = marks.flatMap((mark) =>
    noteText(sheet, mark, lines, taken),
  );
  const labels = arrows.flatMap((arrow) =>
    messageText(sheet, arrow, lines, taken),
  );
  return svg(sheet.widthPx, sheet.heightPx, [
    ...axis(sheet),
    ...rules.map(({ drawn }) => drawn),
    ...lifeLines(sheet),
    ...arrows.flatMap(drawArrow),
    ...marks.flatMap(drawMark),
    ...notes,
    ...labels,
  ]);
}
// #endregion draw

/** Decide on window, size and scales. */
function layOut(
  trace: readonly TraceEvent[],
  options: SpaceTimeOptions,
): Sheet {
  const { fromMs = 0, widthPx = 456, show = () => true } = options;
  const toMs = options.toMs ?? trace.at(-1)?.atMs ?? 0;
  const nodes = options.nodes ?? actingNodes(trace);
  const hidden = new Set(
    trace.flatMap((event) =>
      event.kind === "send" && !show(event) ? [event.id] : [],
    ),
  );
  const events = trace.filter((event) => {
    const endMs = event.kind === "drop" ? event.dueMs : event.atMs;
    const startMs = "sentMs" in event ? event.sentMs : event.atMs;
    if (endMs < fromMs || startMs > toMs) return false;
    return "id" in event ? !hidden.has(event.id) : show(event);
  });
  const times = new Set(events.map(({ atMs }) => Math.round(atMs)));
  const usualPx = headPx + footPx + 60 + 15 * times.size;
  const heightPx = options.heightPx ?? clamp(usualPx, 150, 560);
  const draft = {
    options,
    events,
    nodes,
    fromMs,
    toMs,
    widthPx,
    heightPx,
  };
  const [leftPx, rightPx] = noteRoom(draft);
  const left = axisPx + leftPx;
  const gap =
    (widthPx - rightPx - left) / Math.max(1, nodes.length - 1);
  const bottom = heightPx - footPx;
  const perMs = (bottom - headPx - 8) / Math.max(1e-9, toMs - fromMs);
  return {
    ...draft,
    x: (node) =>
      nodes.length === 1
        ? (left + widthPx - rightPx) / 2
        : left + gap * nodes.indexOf(node),
    y: (ms) => headPx + 8 + (ms - fromMs) * perMs,
  };
}

function actingNodes(trace: readonly TraceEvent[]): readonly NodeId[] {
  const acting = trace.flatMap((event) =>
    event.kind === "send"
      ? [event.message.src, event.message.dest]
      : "node" in event && event.node !== null
        ? [event.node]
        : [],
  );
  return [...new Set(acting)].sort((one, two) => (one < two ? -1 : 1));
}

/** Room that words need left of the first node and right of the last. */
function noteRoom(
  sheet: Pick<Sheet, "options" | "events" | "nodes">,
): readonly [number, number] {
  const roomFor = (isThere: (event: TraceEvent) => boolean) => {
    const widths = sheet.events.filter(isThere).map((event) => {
      const words = wordsFor(sheet.options, event);
      return words === null ? 0 : textBox(words, fontPx).width + 12;
    });
    return Math.min(120, Math.max(24, ...widths));
  };
  const isAt = (event: TraceEvent, node: NodeId | undefined) =>
    "node" in event && event.node !== null && event.node === node;
  const [first, last] = [sheet.nodes[0], sheet.nodes.at(-1)];
  return [
    roomFor((event) => isAt(event, first)),
    roomFor((event) => isAt(event, last) || isOfWholeRun(event)),
  ];
}

function isOfWholeRun({ kind }: TraceEvent): boolean {
  return kind === "partition" || kind === "cut" || kind === "heal";
}

function wordsFor(
  options: SpaceTimeOptions,
  event: TraceEvent,
): string | null {
  const own = options.label?.(event);
  return own === undefined ? usualWords(event) : own;
}

function usualWords(event: TraceEvent): string | null {
  switch (event.kind) {
    case "send":
      return event.message.body.type;
    case "note":
      return event.text;
    case "crash":
      return event.disk === "none"
        ? "crash"
        : `crash, write ${event.disk}`;
    case "restart":
      return "restart";
    case "pause":
      return "paused";
    case "clock-jump":
      return `clock ${event.byMs < 0 ? "−" : "+"}${Math.abs(event.byMs)} ms`;
    case "partition":
      return groupsText(event.groups);
    case "cut":
      return `${event.from} ↛ ${event.to}`;
    case "heal":
      return "healed";
    default:
      return null;
  }
}

// #region arrows
type Arrow = {
  readonly send: Extract<TraceEvent, { kind: "send" }>;
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
  readonly isLost: boolean;
  readonly hasLabel: boolean;
};

/**
 * Every message whose fate is in the trace. A lost one ends on its way;
 * one to a node that is down gets there, and ends there.
 */
function arrowsOf(sheet: Sheet): readonly Arrow[] {
  const { events, nodes, x, y } = sheet;
  const seen = new Set<number>();
  return events.flatMap((event) => {
    if (event.kind !== "deliver" && event.kind !== "drop") return [];
    const { id, message, sentMs } = event;
    const { src, dest } = message;
    if (src === dest || !nodes.includes(src)) return [];
    if (!nodes.includes(dest)) return [];
    const isLost = event.kind === "drop";
    const endMs = isLost ? event.dueMs : event.atMs;
    const part = isLost && event.reason !== "down" ? 0.62 : 1;
    const start = { x: x(src), y: y(sentMs) };
    const end = {
      x: start.x + (x(dest) - start.x) * part,
      y: start.y + (y(endMs) - start.y) * part,
    };
    const hasLabel = !seen.has(id);
    seen.add(id);
    const send = { kind: "send", atMs: sentMs, id, message } as const;
    const clipped = clipToWindow(sheet, start, end);
    return [{ send, ...clipped, isLost, hasLabel }];
  });
}
// #endregion arrows

type Point = { readonly x: number; readonly y: number };

/** A message that begins or ends outside is drawn as far as it is in. */
function clipToWindow(
  sheet: Sheet,
  from: Point,
  to: Point,
): { from: Point; to: Point } {
  const top = sheet.y(sheet.fromMs);
  const bottom = sheet.y(sheet.toMs);
  const at = (y: number): Point => {
    const part = to.y === from.y ? 0 : (y - from.y) / (to.y - from.y);
    return { x: from.x + (to.x - from.x) * part, y };
  };
  return {
    from: from.y < top ? at(top) : from,
    to: to.y > bottom ? at(bottom) : to,
  };
}

function segmentOf({ from, to }: Arrow): Segment {
  return { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
}

function drawArrow({ from, to, isLost }: Arrow): readonly string[] {
  const line = element("line", {
    class: isLost ? "stroke-accent dashed" : "stroke-blue",
    x1: from.x,
    y1: from.y,
    x2: to.x,
    y2: to.y,
    "stroke-width": "1.1",
  });
  if (isLost) return [line, cross(to.x, to.y, 3, "1.1")];
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const ux = (to.x - from.x) / length;
  const uy = (to.y - from.y) / length;
  const corner = (side: number) => {
    const x = to.x - 6.5 * ux - side * 2.4 * uy;
    const y = to.y - 6.5 * uy + side * 2.4 * ux;
    return `${short(x)} ${short(y)}`;
  };
  const tip = `${short(to.x)} ${short(to.y)}`;
  const d = `M${tip}L${corner(1)}L${corner(-1)}Z`;
  return [line, element("path", { class: "fill-blue", d })];
}

function messageText(
  sheet: Sheet,
  arrow: Arrow,
  lines: readonly Segment[],
  taken: Box[],
): readonly string[] {
  const told = arrow.hasLabel
    ? wordsFor(sheet.options, arrow.send)
    : null;
  if (told === null || told === "") return [];
  const bounds: Box = {
    x: axisPx,
    y: headPx - 4,
    width: sheet.widthPx - axisPx,
    height: sheet.heightPx - headPx + 4,
  };
  const size = textBox(told, fontPx);
  const obstacles = { lines, taken, bounds };
  const box = labelAlong(segmentOf(arrow), size, obstacles);
  taken.push(box);
  const label = words(told, {
    class: arrow.isLost ? "label halo fill-accent" : "label halo",
    x: box.x + box.width / 2,
    y: baseline(box),
    anchor: "middle",
  });
  return [label];
}

type Mark = {
  readonly event: Extract<TraceEvent, { node: NodeId | null }>;
  readonly x: number;
  readonly y: number;
  readonly words: string | null;
};

/** What happens at one node and is worth a sign on its line. */
function markOf(sheet: Sheet, event: TraceEvent): readonly Mark[] {
  if (!("node" in event) || event.node === null) return [];
  const { node, kind, atMs } = event;
  if (atMs < sheet.fromMs || atMs > sheet.toMs) return [];
  if (!sheet.nodes.includes(node)) return [];
  const words = wordsFor(sheet.options, event);
  const isSigned = kind === "crash" || kind === "restart";
  if (words === null && !isSigned) return [];
  return [{ event, x: sheet.x(node), y: sheet.y(atMs), words }];
}

function drawMark({ event, x, y }: Mark): readonly string[] {
  const disc = { cx: x, cy: y, r: 3 };
  const square = { x: x - 3, y: y - 3, width: 6, height: 6 };
  switch (event.kind) {
    case "crash":
      return [cross(x, y, 4.2, "1.8")];
    case "pause":
      // Its line shows it.
      return [];
    case "restart":
    case "timer": {
      const look = {
        class: "fill-paper stroke-ink",
        "stroke-width": "1.2",
      };
      return [element("circle", { ...look, ...disc })];
    }
    case "persist":
      return [element("rect", { class: "fill-ink", ...square })];
    default:
      return [element("circle", { class: "fill-green", ...disc })];
  }
}

/** The words of a mark beside it: outside at the edges, else right. */
function noteText(
  sheet: Sheet,
  mark: Mark,
  lines: readonly Segment[],
  taken: Box[],
): readonly string[] {
  const { words: told, x, y, event } = mark;
  if (told === null || told === "") return [];
  const size = textBox(told, fontPx);
  const isFirst =
    event.node === sheet.nodes[0] && sheet.nodes.length > 1;
  const left = isFirst ? x - 8 - size.width : x + 8;
  const wished = { ...size, x: left, y: y - size.height / 2 };
  const box = shiftedDown(wished, { lines, taken });
  taken.push(box);
  const isCrash = event.kind === "crash";
  const label = words(told, {
    class: isCrash ? "label halo fill-accent" : "label halo",
    x: isFirst ? box.x + box.width : box.x,
    y: baseline(box),
    anchor: isFirst ? "end" : "start",
  });
  return [label];
}

type Life = {
  readonly node: NodeId;
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: "up" | "down" | "paused";
};

/** The line of each node, cut where it crashes, pauses or comes back. */
function livesOf(sheet: Sheet): readonly Life[] {
  return sheet.nodes.flatMap((node) => {
    const lives: Life[] = [];
    let state: Life["state"] = "up";
    let fromMs = sheet.fromMs;
    for (const event of sheet.events) {
      if (!("node" in event) || event.node !== node) continue;
      const next = stateAfter(event, state);
      if (next === state) continue;
      lives.push({ node, fromMs, toMs: event.atMs, state });
      state = next;
      fromMs = event.atMs;
    }
    return [...lives, { node, fromMs, toMs: sheet.toMs, state }];
  });
}

function stateAfter(
  event: TraceEvent,
  state: Life["state"],
): Life["state"] {
  if (event.kind === "crash") return "down";
  if (event.kind === "pause") return "paused";
  if (event.kind === "restart" || event.kind === "resume") return "up";
  return state;
}

function lifeLines(sheet: Sheet): readonly string[] {
  const { nodes, options, x, y } = sheet;
  const names = nodes.map((node) =>
    words(options.nodeLabel?.(node) ?? node, {
      class: "label label-strong",
      x: x(node),
      y: 14,
      anchor: "middle",
    }),
  );
  const lines = livesOf(sheet).map(({ node, fromMs, toMs, state }) => {
    const at = x(node);
    const top = fromMs === sheet.fromMs ? headPx - 4 : y(fromMs);
    const end = toMs === sheet.toMs ? sheet.heightPx - 2 : y(toMs);
    if (state === "paused") {
      return element("rect", {
        class: "fill-paper stroke-ink",
        x: at - 3,
        y: top,
        width: 6,
        height: end - top,
        "stroke-width": 1,
      });
    }
    return element("line", {
      class: state === "up" ? "stroke-ink" : "stroke-quiet",
      x1: at,
      y1: top,
      x2: at,
      y2: end,
      "stroke-width": state === "up" ? "1.2" : "1",
      "stroke-dasharray": state === "up" ? undefined : "1 4",
    });
  });
  return [...names, ...lines];
}

function lifeSegments(sheet: Sheet): readonly Segment[] {
  return sheet.nodes.map((node) => {
    const x = sheet.x(node);
    return { x1: x, y1: headPx - 4, x2: x, y2: sheet.heightPx };
  });
}

type Rule = { readonly segment: Segment; readonly drawn: string };

/** Partitions and their end: a rule across, its words at the right. */
function rulesOf(sheet: Sheet, taken: Box[]): readonly Rule[] {
  return sheet.events.flatMap((event) => {
    if (!isOfWholeRun(event) || event.atMs > sheet.toMs) return [];
    const told = wordsFor(sheet.options, event);
    if (told === null || event.atMs < sheet.fromMs) return [];
    const y = sheet.y(event.atMs);
    const size = textBox(told, smallFontPx);
    const right = sheet.widthPx - 2;
    const top = y - size.height - 1;
    taken.push({ ...size, x: right - size.width, y: top });
    const segment = { x1: axisPx, y1: y, x2: right, y2: y };
    const line = element("line", {
      class: "stroke-quiet dashed",
      ...segment,
      "stroke-width": "0.8",
    });
    const label = words(told, {
      class: "label label-quiet halo",
      x: right,
      y: y - 4,
      anchor: "end",
      fontPx: smallFontPx,
    });
    return [{ segment, drawn: `${line}\n${label}` }];
  });
}

/** True time in ms, at the left, in steps of 1, 2 or 5. */
function axis(sheet: Sheet): readonly string[] {
  const { fromMs, toMs, y } = sheet;
  const stepMs = niceStep(
    ((toMs - fromMs) * 30) / (y(toMs) - y(fromMs)),
  );
  const label = (text: string, y: number) =>
    words(text, {
      class: "label label-quiet",
      x: axisPx - 10,
      y,
      anchor: "end",
      fontPx: smallFontPx,
    });
  const ticks = [label("ms", 14)];
  const first = Math.ceil(fromMs / stepMs);
  for (let nth = first; nth * stepMs <= toMs; nth++) {
    const at = y(nth * stepMs);
    const tick = element("line", {
      class: "stroke-rule",
      x1: axisPx - 7,
      y1: at,
      x2: axisPx - 2,
      y2: at,
      "stroke-width": "0.8",
    });
    const shown = String(Number((nth * stepMs).toFixed(3)));
    ticks.push(tick, label(shown, at + 3.3));
  }
  return ticks;
}

function niceStep(atLeast: number): number {
  const steps = [1, 2, 5].flatMap((digit) =>
    [0.01, 0.1, 1, 10, 100, 1000, 10_000].map((power) => digit * power),
  );
  steps.sort((one, other) => one - other);
  return steps.find((step) => step >= atLeast) ?? 100_000;
}

type TextStyle = {
  readonly class: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
  readonly fontPx?: number;
};

function words(text: string, style: TextStyle): string {
  const attributes = {
    class: style.class,
    x: style.x,
    y: style.y,
    "font-size": style.fontPx ?? fontPx,
    "text-anchor": style.anchor,
  };
  return element("text", attributes, text);
}

/** Where letters stand in a box that was found for them. */
function baseline(box: Box): number {
  return box.y + box.height * 0.76;
}

function cross(
  x: number,
  y: number,
  reach: number,
  width: string,
): string {
  const arm = (side: number) => {
    const from = `${short(x - reach)} ${short(y - side * reach)}`;
    return `M${from}L${short(x + reach)} ${short(y + side * reach)}`;
  };
  return element("path", {
    class: "stroke-accent",
    d: arm(1) + arm(-1),
    "stroke-width": width,
  });
}

function around(x: number, y: number, reach: number): Box {
  const width = 2 * reach;
  return { x: x - reach, y: y - reach, width, height: width };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
