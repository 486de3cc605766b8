/**
 * A value is acknowledged with acks=all: all three brokers have it. Two
 * leaders crash one after the other. Whether the value survives depends
 * on how the third one makes its log agree in between (KIP-101, "High
 * Watermark Truncation followed by Immediate Leader Election").
 */
import { scriptedClient } from "../kernel/client.ts";
import type { Json, Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import type { Broker } from "./broker.ts";
import {
  brokers,
  cluster,
  leaderOf,
  partition,
} from "./cluster.scenario.ts";
import { data } from "./record.ts";
import { recordsOf } from "./segments.ts";

export type Truncation = {
  readonly sim: Simulation;
  readonly lines: readonly string[];
  /** The acknowledged value, as the last leader has it. */
  readonly survives: boolean;
};

const lastValue = "m2";

/** Play it with such brokers. */
export function twoCrashes(
  seed: number,
  node: Node<Broker>,
): Truncation {
  const lines: string[] = [];
  const p1 = scriptedClient([], { targets: brokers, timeoutMs: 1 });
  const sim = cluster({
    seed,
    node,
    network: {
      delayMs: { kind: "constant", ms: 2 },
      // The followers never hear from n1 that m2 is committed.
      fate: ({ src, body }) =>
        src === "n1" && body.highWatermark === 2 ? "lose" : undefined,
    },
    clients: { p1 },
    isWatched: false,
  });
  const say = (text: string) => {
    lines.push(`${sim.nowMs.toFixed(0).padStart(4)} ms  ${text}`);
  };
  sim.runUntil(300);
  send(sim, "m1", 1);
  sim.runFor(100);
  send(sim, lastValue, 2);
  until(sim, () => isAnswered(sim, 2));
  say("m2 is acknowledged, acks=all; the followers do not know yet");
  lines.push(...copies(sim));
  sim.apply({ kind: "crash", node: "n1" });
  say("n1 crashes");
  until(sim, () => leads(sim, "n2") && follows(sim, "n3", 2));
  say("n2 leads epoch 2; n3 hears that it follows n2");
  lines.push(...copies(sim));
  sim.apply({ kind: "crash", node: "n2" });
  say("n2 crashes, before n3 could ask it for anything");
  sim.runFor(600);
  say(`${leaderOf(sim)} leads epoch 3`);
  sim.apply({ kind: "restart", node: "n1" });
  sim.apply({ kind: "restart", node: "n2" });
  sim.runFor(600);
  say("n1 and n2 are back, and follow n3");
  lines.push(...copies(sim));
  return {
    sim,
    lines,
    survives: valuesOf(sim, "n3").includes(lastValue),
  };
}

function send(sim: Simulation, value: string, msg_id: number): void {
  const entries = [data(null, value, sim.nowMs)];
  const what = { partition, acks: "all", entries, msg_id };
  const body = { type: "produce", ...what };
  sim.inject({ src: "p1", dest: leaderOf(sim), body });
}

function isAnswered(sim: Simulation, msgId: number): boolean {
  return sim.trace.some(
    (event) =>
      event.kind === "deliver" &&
      event.message.body.in_reply_to === msgId,
  );
}

function replicaOf(sim: Simulation, id: string) {
  return sim.state<Broker>(id).replicas[partition];
}

function leads(sim: Simulation, id: string): boolean {
  return replicaOf(sim, id)?.role.kind === "leader";
}

function follows(sim: Simulation, id: string, epoch: number): boolean {
  return replicaOf(sim, id)?.view?.leaderEpoch === epoch;
}

function until(sim: Simulation, isDone: () => boolean): void {
  while (!isDone() && sim.nowMs < 5000) sim.runOne();
}

function valuesOf(sim: Simulation, id: string): readonly Json[] {
  const replica = replicaOf(sim, id);
  return replica === undefined
    ? []
    : recordsOf(replica.log).map(({ value }) => value);
}

function copies(sim: Simulation): readonly string[] {
  return brokers.map((id) => {
    const { highWatermark = 0 } = replicaOf(sim, id) ?? {};
    const up = sim.isUp(id) ? "" : "  (down)";
    const log = valuesOf(sim, id).join(" ");
    return `         ${id}  [${log}]  high watermark ${highWatermark}${up}`;
  });
}
