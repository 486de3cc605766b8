/**
 * A transaction that nobody will end (KIP-664, KIP-890). A producer
 * writes, hears nothing, and aborts. Its request was only late: it comes
 * after the abort marker, and begins a transaction of its own.
 */
import { scriptedClient } from "../kernel/client.ts";
import type { Body, Json } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import type { Broker } from "./broker.ts";
import { brokers, leaderOf } from "./cluster.scenario.ts";
import { lastStableOffset } from "./isolation.ts";
import { data } from "./record.ts";
import { recordsOf } from "./segments.ts";
import { stamped } from "./sequences.ts";
import { doubling, outputOf } from "./transform.scenario.ts";

export type Hanging = {
  readonly sim: Simulation;
  readonly lines: readonly string[];
  readonly highWatermark: number;
  readonly lastStableOffset: number;
};

/** Play it, with an epoch for each transaction or one for many. */
export function lateWrite(seed: number, reuseEpoch: boolean): Hanging {
  const lines: string[] = [];
  const silent = () =>
    scriptedClient([], { targets: brokers, timeoutMs: 1 });
  const sim = doubling({
    seed,
    coordinator: { reuseEpoch, timeoutMs: 400 },
    transformers: {},
    clients: { w1: silent(), w2: silent() },
    network: {
      delayMs: { kind: "constant", ms: 2 },
      fate: ({ src, body }) =>
        src === "w1" && body.msg_id === "late" ? 300 : undefined,
    },
  });
  sim.runUntil(300);
  const say = (text: string) => {
    const now = stateOf(sim);
    const at = `${sim.nowMs.toFixed(0).padStart(4)} ms  ${text}`;
    const ends = `${now.lastStableOffset} of ${now.highWatermark}`;
    lines.push(`${at.padEnd(58)} ${ends}`);
  };
  const ask = (dest: string, body: Body): Body => {
    const before = sim.trace.length;
    sim.inject({ src: "w1", dest, body });
    sim.runFor(60);
    return answerIn(sim, before, body.msg_id);
  };
  const who = { transactionalId: "payments", partitions: ["out-0"] };
  const told = ask("t1", { type: "init_producer", ...who, msg_id: 1 });
  const { producerId, producerEpoch } = told;
  const as = {
    ...who,
    producerId: producerId ?? 0,
    producerEpoch: producerEpoch ?? 0,
  };
  ask("t1", { type: "add_partitions", ...as, msg_id: 2 });
  ask(leaderOf(sim, "out-0"), write(as, 0, 3));
  say("w1 writes a record of its transaction");
  ask(leaderOf(sim, "out-0"), write(as, 1, "late"));
  say("w1 writes another, which is under way for long");
  ask("t1", {
    type: "end_transaction",
    ...as,
    outcome: "abort",
    msg_id: 5,
  });
  say("w1 gives up and aborts; the marker is written");
  sim.runFor(300);
  say("the late record has come");
  for (const msg_id of [10, 11, 12]) {
    const entries = [data("k", msg_id, sim.nowMs)];
    const what = { partition: "out-0", acks: "all", entries, msg_id };
    const body = { type: "produce", ...what };
    sim.inject({ src: "w2", dest: leaderOf(sim, "out-0"), body });
    sim.runFor(400);
    say("w2 writes a record without a transaction");
  }
  const read = outputOf(sim).length;
  lines.push(`a reader of committed records gets ${read} of w2's 3`);
  return { sim, lines, ...stateOf(sim) };
}

function write(
  as: { readonly producerId: Json; readonly producerEpoch: Json },
  sequence: number,
  msg_id: number | string,
): Body {
  const stamp = {
    id: Number(as.producerId),
    epoch: Number(as.producerEpoch),
    sequence,
    isTransactional: true,
  };
  const entries = stamped([data("k", sequence, 0)], stamp);
  const what = { partition: "out-0", acks: "all", entries, msg_id };
  return { type: "produce", ...what };
}

function answerIn(
  sim: Simulation,
  since: number,
  msgId: Body[string] | undefined,
): Body {
  const answer = sim.trace
    .slice(since)
    .find(
      (event) =>
        event.kind === "deliver" &&
        event.message.dest === "w1" &&
        event.message.body.in_reply_to === msgId,
    );
  return answer?.kind === "deliver"
    ? answer.message.body
    : { type: "none" };
}

function stateOf(sim: Simulation) {
  const id = leaderOf(sim, "out-0");
  const replica = sim.state<Broker>(id).replicas["out-0"];
  const highWatermark = replica?.highWatermark ?? 0;
  const records = replica === undefined ? [] : recordsOf(replica.log);
  const end = lastStableOffset(records, highWatermark);
  return { highWatermark, lastStableOffset: end };
}
