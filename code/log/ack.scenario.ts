/**
 * What did the ack mean? Two incidents, step by step: a write that one
 * broker had confirmed, and a write that all in-sync replicas had.
 */
import { scriptedClient } from "../kernel/client.ts";
import type { Simulation } from "../kernel/simulator.ts";
import type { Broker } from "./broker.ts";
import {
  brokers,
  cluster,
  leaderOf,
  partition,
} from "./cluster.scenario.ts";
import type { Controller } from "./controller.ts";
import type { Acks } from "./leader.ts";
import { data } from "./record.ts";
import { recordsOf } from "./segments.ts";

export type Incident = {
  readonly lines: readonly string[];
  readonly sim: Simulation;
  readonly isLost: boolean;
};

/** Tell, as lines, what is done and what every copy then holds. */
function story(seed: number, uncleanElection: boolean) {
  const lines: string[] = [];
  const p1 = scriptedClient([], { targets: brokers, timeoutMs: 1 });
  const sim = cluster({
    seed,
    clients: { p1 },
    controller: { uncleanElection },
    network: { delayMs: { kind: "constant", ms: 2 } },
    isWatched: false,
  });
  sim.runUntil(300);
  const say = (text: string) => {
    lines.push(`${sim.nowMs.toFixed(0).padStart(5)} ms  ${text}`);
  };
  const show = () => {
    const leader = leaderOf(sim) || "nobody";
    const { isr = [] } =
      sim.state<Controller>("k1").partitions[partition] ?? {};
    const copies = brokers.map((id) => {
      const log = sim.isUp(id)
        ? `[${valuesOf(sim, id).join(" ")}]`
        : "down";
      return `${id} ${log}`;
    });
    lines.push(`          ${copies.join("  ")}`);
    lines.push(`          leads: ${leader}, in sync: ${isr.join(" ")}`);
  };
  const write = (value: string, acks: Acks): void => {
    const entries = [data(null, value, sim.nowMs)];
    const body = { type: "produce", partition, acks, entries };
    const dest = leaderOf(sim);
    sim.inject({ src: "p1", dest, body: { ...body, msg_id: value } });
    while (!isAnswered(sim, value)) sim.runOne();
    say(`"${value}" is acknowledged, acks=${acks}`);
  };
  const stop = (id: string): void => {
    sim.apply({ kind: "crash", node: id });
    say(`${id} crashes`);
  };
  const start = (id: string): void => {
    sim.apply({ kind: "restart", node: id });
    say(`${id} is back`);
  };
  const wait = (ms: number): void => {
    sim.runFor(ms);
    say("some time later");
    show();
  };
  return { sim, lines, say, show, write, stop, start, wait };
}

/** The only broker that has the write dies after it has confirmed it. */
export function confirmedByOne(seed: number): Incident {
  const { sim, lines, write, stop, start, wait } = story(seed, false);
  write("a", "all");
  write("b", 1);
  stop("n1");
  wait(400);
  start("n1");
  wait(400);
  return { sim, lines, isLost: !valuesOf(sim, "n1").includes("b") };
}

/** All in sync have it; then one that is not in sync is made leader. */
export function confirmedByAll(
  seed: number,
  uncleanElection: boolean,
): Incident {
  const { sim, lines, write, stop, start, wait } = story(
    seed,
    uncleanElection,
  );
  write("a", "all");
  stop("n2");
  wait(400);
  write("b", "all");
  stop("n1");
  stop("n3");
  start("n2");
  wait(400);
  start("n1");
  start("n3");
  wait(600);
  const isLost = !valuesOf(sim, leaderOf(sim)).includes("b");
  return { sim, lines, isLost };
}

export function valuesOf(sim: Simulation, id: string) {
  const replica = sim.state<Broker>(id).replicas[partition];
  return replica === undefined
    ? []
    : recordsOf(replica.log).map(({ value }) => value);
}

function isAnswered(sim: Simulation, msgId: string): boolean {
  return sim.trace.some(
    (event) =>
      event.kind === "deliver" &&
      event.message.dest === "p1" &&
      event.message.body.in_reply_to === msgId,
  );
}
