/**
 * One order is stored and announced; what the announcement brings about
 * (a parcel) is counted. Everybody dies at every line.
 */
import { scriptedClient } from "../kernel/client.ts";
import type { Fault } from "../kernel/faults.ts";
import type { Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { dualWrite, noInbox } from "./broken.ts";
import {
  crashPoints,
  play,
  type Run,
} from "./crash-points.scenario.ts";
import { type Inbox, inbox, type Queue, queue } from "./inbox.ts";
import { type Shop, shop } from "./outbox.ts";

export type Way = {
  readonly name: string;
  readonly shop: Node<Shop>;
  readonly wrap: (node: Node<Inbox>) => Node<Inbox>;
};

// #region ways
const asIs = (node: Node<Inbox>) => node;
export const ways: readonly Way[] = [
  {
    name: "database, then queue",
    shop: dualWrite("q1", "database"),
    wrap: asIs,
  },
  {
    name: "queue, then database",
    shop: dualWrite("q1", "queue"),
    wrap: asIs,
  },
  { name: "outbox, no inbox", shop: shop("q1"), wrap: noInbox },
  { name: "outbox and inbox", shop: shop("q1"), wrap: asIs },
];
// #endregion ways

/** Shop s1, queue q1, consumer i1, and a client who asks once. */
export function ordering(seed: number, way: Way): Run {
  const c1 = scriptedClient([{ type: "order", order: "order-17" }], {
    targets: ["s1"],
    timeoutMs: 60,
    startMs: 10,
  });
  return {
    untilMs: 1200,
    downMs: 50,
    options: {
      seed,
      nodes: {
        s1: way.shop,
        q1: queue("i1", 40),
        i1: way.wrap(inbox({ windowMs: 10_000 })),
        c1,
      },
      clients: ["c1"],
      network: { delayMs: { kind: "constant", ms: 3 } },
    },
  };
}

export type Consequence = "right" | "lost" | "invented" | "twice";

export function consequences(seed: number, way: Way) {
  const run = ordering(seed, way);
  const points = crashPoints(run, ["s1", "q1", "i1"]);
  return points.map((point): Consequence => {
    const { sim } = play(run, point);
    const ordered = sim.state<Shop>("s1").orders.length;
    const shipped = sim.state<Inbox>("i1").shipped.length;
    if (shipped > 1) return "twice";
    if (shipped === ordered) return "right";
    return shipped < ordered ? "lost" : "invented";
  });
}

/** For so long the queue hears no acknowledgment, and delivers again. */
export const silenceMs = 400;

/** How often one message takes effect, with a window of this length. */
export function withWindow(seed: number, windowMs: number): number {
  const faults: readonly Fault[] = [
    { atMs: 0, kind: "cut", from: "i1", to: "q1" },
    { atMs: silenceMs, kind: "heal" },
  ];
  const sim = simulate({
    seed,
    nodes: { q1: queue("i1", 40), i1: inbox({ windowMs }) },
    network: { delayMs: { kind: "constant", ms: 3 } },
    faults,
  });
  const body = { type: "publish", id: "m1" };
  sim.inject({ src: "s1", dest: "q1", body });
  sim.runUntil(2000);
  if (sim.state<Queue>("q1").waiting.length > 0)
    throw new Error("the queue still delivers");
  return sim.state<Inbox>("i1").shipped.length;
}
