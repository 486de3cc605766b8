/**
 * A network in real time between processes: it delays, loses and cuts, as
 * Maelstrom's does. What clients send and get is not delayed, so that the
 * network hides no anomaly from them (Maelstrom, net.clj).
 */
// unprinted: for the chapter on testing
import type { Fault } from "../../kernel/faults.ts";
import {
  type Cuts,
  cut,
  type DelayMs,
  drawDelay,
  isCut,
  partition,
} from "../../kernel/network.ts";
import type { Message, NodeId } from "../../kernel/node.ts";
import { fraction, nextDice, stream } from "../../kernel/random.ts";
import type { TraceEvent } from "../../kernel/trace.ts";

export type NetworkOptions = {
  readonly seed: number;
  readonly servers: readonly NodeId[];
  readonly delayMs: DelayMs;
  readonly lossProbability: number;
  nowMs(): number;
  deliver(message: Message): void;
};

export type RealNetwork = {
  send(message: Message): void;
  apply(fault: Fault): void;
  /** What the clients sent and got, for the history. */
  readonly trace: TraceEvent[];
  /** Of all that servers said to each other. */
  readonly counts: { sent: number; lost: number; cut: number };
  close(): void;
};

// #region real-network
export function openNetwork(options: NetworkOptions): RealNetwork {
  const cuts: Cuts = new Map();
  const trace: TraceEvent[] = [];
  const counts = { sent: 0, lost: 0, cut: 0 };
  const waiting = new Set<NodeJS.Timeout>();
  let dice = options.seed;
  let id = 0;

  const arrive = (message: Message, at: number, sentMs: number) => {
    const { src, dest } = message;
    if (isCut(cuts, src, dest)) {
      counts.cut += 1;
      return;
    }
    const atMs = options.nowMs();
    if (isOfClient(message, options.servers)) {
      trace.push({ kind: "deliver", atMs, id: at, message, sentMs });
    }
    options.deliver(message);
  };

  const send = (message: Message) => {
    const atMs = options.nowMs();
    id += 1;
    if (isOfClient(message, options.servers)) {
      trace.push({ kind: "send", atMs, id, message });
      arrive(message, id, atMs);
      return;
    }
    counts.sent += 1;
    dice = nextDice(dice);
    if (fraction(stream(dice, 0)) < options.lossProbability) {
      counts.lost += 1;
      return;
    }
    const at = id;
    const afterMs = drawDelay(options.delayMs, stream(dice, 1));
    const timer = setTimeout(() => {
      waiting.delete(timer);
      arrive(message, at, atMs);
    }, afterMs);
    waiting.add(timer);
  };

  return {
    send,
    trace,
    counts,
    apply: (fault) => applyTo(cuts, fault),
    close() {
      for (const timer of waiting) clearTimeout(timer);
    },
  };
}
// #endregion real-network

function isOfClient(
  { src, dest }: Message,
  servers: readonly NodeId[],
): boolean {
  return !servers.includes(src) || !servers.includes(dest);
}

function applyTo(cuts: Cuts, fault: Fault): void {
  if (fault.kind === "partition") partition(cuts, fault.groups);
  else if (fault.kind === "cut") cut(cuts, fault.from, fault.to);
  else if (fault.kind === "heal") cuts.clear();
}
