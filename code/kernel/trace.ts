/**
 * The trace: everything that happened in a run, in its order and at its
 * true time. Histories, diagrams and transcripts are all read from it.
 */
import type { NetworkOptions } from "./network.ts";
import type { Body, Json, Message, NodeId } from "./node.ts";

export type DropReason = "loss" | "partition" | "down" | "unknown";

// #region trace-event
/** Times are true, whatever the clocks of the nodes may show. */
export type TraceEvent = { readonly atMs: number } & (
  | MessageEvent
  | NodeEvent
  | LinkEvent
  | {
      readonly kind: "note";
      readonly node: NodeId | null;
      readonly text: string;
    }
);

/** The id ties a send to its arrivals: two, if it was duplicated. */
type MessageEvent = {
  readonly id: number;
  readonly message: Message;
} & (
  | { readonly kind: "send" }
  | { readonly kind: "deliver"; readonly sentMs: number }
  | {
      readonly kind: "drop";
      readonly sentMs: number;
      /** When it would have arrived. */
      readonly dueMs: number;
      readonly reason: DropReason;
    }
);
// #endregion trace-event

type NodeEvent = { readonly node: NodeId } & (
  | { readonly kind: "timer"; readonly name: string }
  | {
      readonly kind: "persist";
      readonly key: string;
      readonly value: Json;
    }
  | {
      readonly kind: "crash";
      /** Set where the crash came in the middle of a step. */
      readonly beforeEffect: number | null;
      /** What became of the last write. */
      readonly disk: "none" | "lost" | "torn";
    }
  | { readonly kind: "restart" }
  | { readonly kind: "pause"; readonly forMs: number }
  | { readonly kind: "resume" }
  | { readonly kind: "slow"; readonly extraMs: number }
  | { readonly kind: "clock-jump"; readonly byMs: number }
);

type LinkEvent =
  | {
      readonly kind: "partition";
      readonly groups: readonly (readonly NodeId[])[];
    }
  | { readonly kind: "cut"; readonly from: NodeId; readonly to: NodeId }
  | { readonly kind: "heal" }
  | { readonly kind: "network"; readonly change: NetworkOptions };

export type TraceKind = TraceEvent["kind"];

export type FormatOptions = {
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Only these kinds; all when absent. */
  readonly kinds?: readonly TraceKind[];
  /** Only events that touch one of these nodes; all when absent. */
  readonly nodes?: readonly NodeId[];
  /** How a body is told; by default its type, then `field=value`. */
  readonly describe?: (body: Body) => string;
  /** Longer lines end in an ellipsis; 76 by default. */
  readonly widthColumns?: number;
};

/** A trace as text, one line an event, true time in ms first. */
export function formatTrace(
  trace: readonly TraceEvent[],
  options: FormatOptions = {},
): string {
  const shown = trace.filter((event) => isShown(event, options));
  const wide = options.widthColumns ?? 76;
  const timeWidth = Math.max(
    6,
    ...shown.slice(-1).map((event) => event.atMs.toFixed(1).length),
  );
  return shown
    .map((event) => {
      const time = event.atMs.toFixed(1).padStart(timeWidth);
      return clip(
        `${time}  ${eventText(event, options.describe)}`,
        wide,
      );
    })
    .join("\n");
}

/** A trace as JSON, one event a line: for other programs to read. */
export function traceToJson(trace: readonly TraceEvent[]): string {
  return trace.map((event) => JSON.stringify(event)).join("\n");
}

/** A body in few words: `vote term=2 granted=true`. */
export function bodyText(body: Body): string {
  const { type, msg_id, in_reply_to, ...fields } = body;
  const told = Object.entries(fields).map(
    ([field, value]) =>
      `${field}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [type, ...told].join(" ");
}

/** The nodes that an event touches; none for those of the whole run. */
export function nodesOf(event: TraceEvent): readonly NodeId[] {
  switch (event.kind) {
    case "send":
    case "deliver":
    case "drop":
      return [event.message.src, event.message.dest];
    case "cut":
      return [event.from, event.to];
    case "partition":
      return event.groups.flat();
    case "heal":
    case "network":
      return [];
    case "note":
      return event.node === null ? [] : [event.node];
    default:
      return [event.node];
  }
}

/** One event in words, without its time. */
export function eventText(
  event: TraceEvent,
  describe: (body: Body) => string = bodyText,
): string {
  switch (event.kind) {
    case "send":
    case "deliver":
    case "drop":
      return messageText(event, describe);
    case "timer":
      return `${event.node} timer ${event.name}`;
    case "persist":
      return `${event.node} persist ${assignment(event.key, event.value)}`;
    case "crash":
      return `${event.node} CRASH${crashDetails(event)}`;
    case "restart":
      return `${event.node} RESTART`;
    case "pause":
      return `${event.node} PAUSE for ${event.forMs} ms`;
    case "resume":
      return `${event.node} RESUME`;
    case "slow":
      return `${event.node} SLOW by ${event.extraMs} ms`;
    case "clock-jump":
      return `${event.node} CLOCK JUMP by ${event.byMs} ms`;
    case "partition":
      return `PARTITION ${groupsText(event.groups)}`;
    case "cut":
      return `CUT ${event.from} -> ${event.to}`;
    case "heal":
      return "HEAL";
    case "network":
      return `NETWORK ${JSON.stringify(event.change)}`;
    case "note":
      return event.node === null
        ? `-- ${event.text}`
        : `${event.node} -- ${event.text}`;
  }
}

function assignment(key: string, value: Json): string {
  return `${key} = ${JSON.stringify(value)}`;
}

/** Groups of nodes as they are shown: `n1 | n2 n3`. */
export function groupsText(
  groups: readonly (readonly NodeId[])[],
): string {
  return groups.map((group) => group.join(" ")).join(" | ");
}

function messageText(
  event: Extract<TraceEvent, { kind: "send" | "deliver" | "drop" }>,
  describe: (body: Body) => string,
): string {
  const { src, dest, body } = event.message;
  const words = describe(body);
  if (event.kind === "send") return `${src} -> ${dest}  ${words}`;
  if (event.kind === "deliver") return `${dest} <- ${src}  ${words}`;
  return `${dest} x- ${src}  ${words}  (${dropReasons[event.reason]})`;
}

const dropReasons = {
  loss: "lost",
  partition: "link cut",
  down: "node down",
  unknown: "no such node",
};

function crashDetails(
  event: Extract<TraceEvent, { kind: "crash" }>,
): string {
  const middle =
    event.beforeEffect === null
      ? ""
      : ` before effect ${event.beforeEffect}`;
  return event.disk === "none"
    ? middle
    : `${middle}, last write ${event.disk}`;
}

function isShown(event: TraceEvent, options: FormatOptions): boolean {
  const { fromMs = 0, toMs = Infinity, kinds, nodes } = options;
  if (event.atMs < fromMs || event.atMs > toMs) return false;
  if (kinds && !kinds.includes(event.kind)) return false;
  const touched = nodesOf(event);
  return (
    nodes === undefined ||
    touched.length === 0 ||
    touched.some((node) => nodes.includes(node))
  );
}

function clip(line: string, widthColumns: number): string {
  return line.length <= widthColumns
    ? line
    : `${line.slice(0, widthColumns - 1)}…`;
}
