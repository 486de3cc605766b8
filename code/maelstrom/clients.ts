/** Clients for each workload: what they ask is drawn from their dice. */
// unprinted: for the chapter on testing
import {
  type ClientOptions,
  type ClientState,
  client,
  kvClient,
  type NextOperation,
  scriptedClient,
} from "../kernel/client.ts";
import type { Body, Json, Node, NodeId } from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import type { Workload } from "./workloads.ts";

export type Client = Node<ClientState>;

// #region until
/** A client that begins nothing new from this time on. */
export function until(untilMs: number, node: Client): Client {
  return {
    init: node.init,
    step(state, input) {
      const { event, nowMs } = input;
      const isNext = event.kind === "timer" && event.name === "next";
      if (isNext && nowMs >= untilMs) return [state, []];
      return node.step(state, input);
    },
  };
}
// #endregion until

/** The n-th client of a workload; n makes its values its own. */
export function clientOf(
  workload: Workload,
  n: number,
  options: ClientOptions,
): Client {
  if (workload === "lin-kv") {
    const keys = ["x", "y", "z"];
    return kvClient({ ...options, keys, operations: Infinity });
  }
  return client(options, drawOf(workload, n));
}

// #region draws
function drawOf(workload: Workload, n: number): NextOperation {
  return (state, dice) => {
    const isRead = fraction(stream(dice, 0)) < 0.3;
    /** No two operations of any clients have it. */
    const value = state.begun * 100 + n;
    switch (workload) {
      case "echo":
        return { type: "echo", echo: [`please echo ${value}`, null] };
      case "unique-ids":
        return { type: "generate" };
      case "broadcast":
        if (isRead) return { type: "read" };
        return { type: "broadcast", message: value };
      case "g-set":
        if (isRead) return { type: "read" };
        return { type: "add", element: value };
      case "g-counter":
        if (isRead) return { type: "read" };
        return { type: "add", delta: intBetween(dice, 0, 5) };
      case "pn-counter":
        if (isRead) return { type: "read" };
        return { type: "add", delta: intBetween(dice, -5, 5) };
      case "txn-list-append":
        return { type: "txn", txn: drawTxn("append", value, dice) };
      case "txn-rw-register":
        return { type: "txn", txn: drawTxn("w", value, dice) };
      case "kafka":
        return drawKafka(state, value, dice);
      case "lin-kv":
        throw new Error("lin-kv has clients of its own");
    }
  };
}
// #endregion draws

// #region draw-txn
/** One to four reads and writes; keys come and go. */
function drawTxn(write: string, value: number, dice: number): Json {
  const size = intBetween(stream(dice, 1), 1, 4);
  const age = Math.floor(value / 1500);
  return Array.from({ length: size }, (_, at) => {
    const key = age * 3 + intBetween(stream(dice, 10 + at), 0, 2);
    const isRead = fraction(stream(dice, 20 + at)) < 0.5;
    return isRead ? ["r", key, null] : [write, key, value * 4 + at];
  });
}
// #endregion draw-txn

// #region draw-kafka
export const kafkaKeys = ["a", "b"];

function drawKafka(
  state: ClientState,
  value: number,
  dice: number,
): Body {
  const luck = fraction(stream(dice, 2));
  const key = kafkaKeys[intBetween(dice, 0, kafkaKeys.length - 1)];
  const next = positions(state.answers);
  if (luck < 0.5) return { type: "send", key: key ?? "", msg: value };
  if (luck < 0.8) return { type: "poll", offsets: next };
  if (luck < 0.9) {
    return { type: "list_committed_offsets", keys: kafkaKeys };
  }
  const seen = Object.entries(next).map(
    ([name, offset]) => [name, offset - 1] as const,
  );
  const offsets = seen.filter(([, offset]) => offset >= 0);
  return {
    type: "commit_offsets",
    offsets: Object.fromEntries(offsets),
  };
}

/** For each key the offset after the last that a poll has brought. */
export function positions(
  answers: readonly (Body | null)[],
): Record<string, number> {
  const next = Object.fromEntries(kafkaKeys.map((key) => [key, 0]));
  for (const answer of answers) {
    if (answer?.type !== "poll_ok") continue;
    for (const [key, pairs] of Object.entries(
      answer.msgs as Record<string, readonly [number, Json][]>,
    )) {
      const [last] = pairs.at(-1) ?? [-1];
      next[key] = Math.max(next[key] ?? 0, last + 1);
    }
  }
  return next;
}
// #endregion draw-kafka

// #region finals
/** Asks one server for all it has, when the faults are over. */
export function finalClient(
  workload: Workload,
  options: ClientOptions,
): Client {
  const once = (body: Body) => scriptedClient([body], options);
  switch (workload) {
    case "echo":
      return once({ type: "echo", echo: "the last" });
    case "unique-ids":
      return once({ type: "generate" });
    case "lin-kv":
      return once({ type: "write", key: "last", value: 1 });
    case "txn-list-append":
    case "txn-rw-register":
      return once({ type: "txn", txn: [["r", 0, null]] });
    case "kafka":
      return client(options, pollAll);
    default:
      return once({ type: "read" });
  }
}

/** Poll on until nothing more comes. */
function pollAll({ answers, begun }: ClientState): Body | null {
  const isEmpty = JSON.stringify(answers.at(-1)?.msgs) === "{}";
  if (isEmpty || begun > 100) return null;
  return { type: "poll", offsets: positions(answers) };
}
// #endregion finals

// #region topologies
export const topologies = ["total", "line", "grid", "tree"] as const;
export type Topology = (typeof topologies)[number];

/** Who is linked to whom, as Maelstrom's --topology has it. */
export function neighbours(
  topology: Topology,
  nodes: readonly NodeId[],
): { readonly [id: NodeId]: readonly NodeId[] } {
  const side = Math.ceil(Math.sqrt(nodes.length));
  const isLinked = (low: number, high: number): boolean => {
    switch (topology) {
      case "total":
        return true;
      case "line":
        return high === low + 1;
      case "grid":
        return (
          high === low + side || (high === low + 1 && high % side > 0)
        );
      case "tree":
        return Math.floor((high - 1) / 2) === low;
    }
  };
  const linksOf = (at: number) =>
    nodes.filter(
      (_, other) =>
        other !== at &&
        isLinked(Math.min(at, other), Math.max(at, other)),
    );
  return Object.fromEntries(nodes.map((id, at) => [id, linksOf(at)]));
}
// #endregion topologies

export function names(
  letter: string,
  count: number,
): readonly NodeId[] {
  return Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
}

/** The same list, begun further on. */
export function rotated<T>(
  list: readonly T[],
  by: number,
): readonly T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
