/** A consumer group on one broker: members come, stand still and die, and each change is a moment. All nodes are the printed ones. */
import type { FaultAction } from "../../code/kernel/faults.ts";
import type { Body, Node } from "../../code/kernel/node.ts";
import { simulate as run, type Simulation } from "../../code/kernel/simulator.ts";
import { range, roundRobin, sticky } from "../../code/log/assignors.ts";
import { type Broker, broker } from "../../code/log/broker.ts";
import {
  type ConsumerOptions,
  type ConsumerState,
  consumer,
  type SinkState,
  sink,
} from "../../code/log/consumer.ts";
import { controller } from "../../code/log/controller.ts";
import { lag } from "../../code/log/group.ts";
import { type GroupState, groupCoordinator } from "../../code/log/group-coordinator.ts";
import { producer } from "../../code/log/producer.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";

export const members = ["c1", "c2", "c3", "c4"] as const;
const assignors = { range, roundRobin, sticky };

export type Params = {
  readonly way: string;
  readonly assignor: string;
  readonly first: string;
  readonly partitions: number;
  readonly delayMs: number;
  readonly sessionMs: number;
  readonly deeds: readonly Deed[];
};

/** How a member stands: not there, asleep, on its way into a generation, or in it. */
export type Standing = "down" | "paused" | "joining" | "in";

/** What holds from this time on. */
export type Change = {
  readonly atMs: number;
  readonly generation: number;
  readonly standing: { readonly [member: string]: Standing };
  /** Of each partition, those who read it, as they believe themselves. */
  readonly readers: readonly (readonly string[])[];
};

export type Again = {
  readonly atMs: number;
  readonly partition: number;
  readonly by: string;
  readonly records: number;
};

export type Group = {
  /** Of the whole run; what is shown ends at `nowMs`. */
  readonly changes: readonly Change[];
  readonly agains: readonly Again[];
  readonly nowMs: number;
  readonly endMs: number;
  readonly lags: readonly number[];
  /** Committed, and nobody has done the work so far. */
  readonly undone: number;
  /** Partitions without a reader, over time. */
  readonly idleMs: number;
};

type Watch = {
  readonly sim: Simulation;
  readonly params: Params;
  readonly names: readonly string[];
  readonly done: Map<number, Set<number>>;
  readonly changes: Change[];
  readonly agains: Again[];
  readonly moments: Moment[];
  /** What reached the world and was not looked at. */
  readonly heard: Body[];
  /** Until when a member stands still. */
  readonly pausedUntilMs: Map<string, number>;
  /** Of members that are to die in the middle of their work: when at the latest. */
  readonly doomed: Map<string, number>;
  /** The node that took the last step. */
  stepped: string;
  idleMs: number;
};
type Moment = {
  say: string;
  code: Step<Group>["code"];
  nowMs: number;
  lags: readonly number[];
  undone: number;
  idleMs: number;
};

const doomMsMax = 120;
const [startMs, pauseMs, tailMs, settleMsMax, endMsMax] = [12, 300, 230, 600, 2600];
const momentsMax = 70;
type Event = { readonly atMs: number; readonly fault: FaultAction };

export function simulate(params: Params): readonly Step<Group>[] {
  const watch = watchOf(params);
  const { moments, sim } = watch;
  let story: readonly Event[] = [
    { atMs: sim.nowMs + 30, fault: { kind: "restart", node: "c3" } },
    { atMs: sim.nowMs + 190, fault: { kind: "crash", node: "c2" } },
  ];
  let endMs = sim.nowMs + 190 + tailMs + params.sessionMs;
  let at = -1;
  while (moments.length < momentsMax) {
    const present = moments.length - 1;
    const deeds =
      present > at ? params.deeds.filter(({ step }) => step > at && step <= present) : [];
    at = present;
    const [next] = story;
    if (deeds.length > 0) {
      for (const deed of deeds) apply(watch, faultOf(deed));
      story = [];
      endMs = Math.min(sim.nowMs + tailMs + params.sessionMs, endMsMax);
    } else if (next && next.atMs <= sim.nowMs) {
      apply(watch, next.fault);
      story = story.slice(1);
    } else {
      if (sim.nowMs >= endMs || !sim.runOne()) break;
      strike(watch);
      observe(watch);
    }
  }
  return stepsOf(watch, Math.max(endMs, sim.nowMs));
}

function stepsOf({ changes, agains, moments }: Watch, endMs: number): readonly Step<Group>[] {
  return moments.map(({ say, code, ...rest }) => ({
    say,
    code,
    state: { changes, agains, endMs, ...rest },
  }));
}

/** The group once c1 and c2 share all partitions, or after a while if they do not. */
function watchOf(params: Params): Watch {
  const names = Array.from({ length: params.partitions }, (_, n) => `orders-${n}`);
  const heard: Body[] = [];
  const sim = clusterOf(params, names, heard, {
    stepped: (node) => {
      watch.stepped = node;
    },
    works: (node) => {
      if (watch.doomed.has(node)) sim.apply({ kind: "crash", node, beforeEffect: 1 });
    },
  });
  const watch: Watch = {
    sim,
    params,
    names,
    done: new Map(names.map((_, n) => [n, new Set<number>()])),
    changes: [],
    agains: [],
    moments: [],
    heard,
    pausedUntilMs: new Map(),
    doomed: new Map(),
    stepped: "",
    idleMs: 0,
  };
  for (const node of ["c3", "c4"]) sim.apply({ kind: "crash", node });
  while (!isSettled(watch) && sim.nowMs < settleMsMax && sim.runOne()) hearSink(watch);
  watch.changes.push(changeOf(watch));
  tell(watch, "c1 and c2 share the partitions.", null);
  return watch;
}

function isSettled(watch: Watch): boolean {
  if (watch.sim.nowMs < startMs + 100 || watch.stepped !== "c2") return false;
  const { standing, readers } = changeOf(watch);
  const isShared = readers.every((ids) => ids.length === 1) && new Set(readers.flat()).size > 1;
  const isCalm = watch.sim.state<GroupState>("g1").group.deadlineMs === null;
  return standing.c1 === "in" && standing.c2 === "in" && isShared && isCalm;
}

function clusterOf(
  params: Params,
  names: readonly string[],
  heard: Body[],
  on: { readonly [what in "stepped" | "works"]: (node: string) => void },
): Simulation {
  const isCooperative = params.way === "cooperative";
  const group = {
    topics: { orders: names.length },
    assignor: assignors[params.assignor as keyof typeof assignors],
    isCooperative,
    sessionMs: params.sessionMs,
    rebalanceMsMax: 200,
  };
  const partitions = Object.fromEntries(names.map((name) => [name, ["n1"]]));
  const clients = {
    g1: groupCoordinator(group),
    w1: worldOf(heard),
    ...Object.fromEntries(names.map((name, n) => [`p${n}`, writer(name, n)])),
    ...Object.fromEntries(members.map((id) => [id, memberOf(params, () => on.works(id))])),
  };
  return run({
    seed: 7,
    network: { delayMs: { kind: "constant", ms: params.delayMs } },
    nodes: {
      k1: controller({ partitions, sessionMs: 1000, uncleanElection: false }),
      n1: broker(brokerOptions),
      ...clients,
    },
    clients: Object.keys(clients),
    onStep: (_, node) => on.stepped(node),
    keepTrace: false,
  });
}

/** The printed sink, and what it is told. */
function worldOf(heard: Body[]): Node<SinkState> {
  return {
    ...sink,
    step(state, input) {
      if (input.event.kind === "message") heard.push(input.event.message.body);
      return sink.step(state, input);
    },
  };
}

/** The printed consumer, and a word when it gets records to work on. */
function memberOf(params: Params, works: () => void): Node<ConsumerState> {
  const member = consumer(optionsOf(params));
  return {
    ...member,
    step(state, input) {
      const body = input.event.kind === "message" ? input.event.message.body : { type: "" };
      if (body.type === "poll_ok" && (body.records as readonly unknown[]).length > 0) works();
      return member.step(state, input);
    },
  };
}

function optionsOf({ way, first }: Params): ConsumerOptions {
  return {
    coordinator: "g1",
    brokers: ["n1"],
    sink: "w1",
    isCooperative: way === "cooperative",
    first: first === "commit" ? "commit" : "process",
    isolation: "read_uncommitted",
    startMs,
    pollEveryMs: 30,
    heartbeatEveryMs: 40,
    max: 5,
  };
}

const brokerOptions = {
  controller: "k1",
  log: { segmentRecords: 8, indexInterval: 4 },
  minInsyncReplicas: 1,
  replicaLagMsMax: 1000,
  fetchEveryMs: 500,
  fetchMax: 50,
  heartbeatEveryMs: 100,
};

/** One record of its partition every 30 ms and a round trip. */
function writer(partition: string, n: number) {
  return producer({
    brokers: ["n1"],
    partition,
    acks: "all",
    producerId: 100 + n,
    values: Array.from({ length: 90 }, (_, at) => `${n}:${at}`),
    startMs: startMs + 5 * n,
    everyMs: 30,
    timeoutMs: 200,
  });
}

function faultOf({ deed, target }: Deed): FaultAction {
  if (deed === "pause") return { kind: "pause", node: target, forMs: pauseMs };
  return { kind: deed === "start" ? "restart" : "crash", node: target };
}

/** What is done to a member, where it can be: only one that is down can start. */
function apply(watch: Watch, fault: FaultAction): void {
  const { sim } = watch;
  const node = "node" in fault ? fault.node : "";
  const isUp = sim.isUp(node);
  if (isUp === (fault.kind === "restart")) {
    tell(watch, isUp ? `${node} runs already.` : `${node} is not running.`, null);
    return;
  }
  if (fault.kind === "crash") {
    watch.doomed.set(node, sim.nowMs + doomMsMax);
    return;
  }
  sim.apply(fault);
  if (fault.kind === "pause") watch.pausedUntilMs.set(node, sim.nowMs + fault.forMs);
  else watch.pausedUntilMs.delete(node);
  note(watch, changeOf(watch));
  const words = {
    restart: "starts",
    pause: `stands still for ${pauseMs} ms`,
  };
  tell(watch, `${node} ${words[fault.kind as keyof typeof words]}.`, null);
}

/** Who is to die does so with one effect of its next batch done, or now if none comes. */
function strike({ sim, doomed }: Watch): void {
  for (const [node, latestMs] of doomed) {
    if (sim.isUp(node) && sim.nowMs < latestMs) continue;
    doomed.delete(node);
    sim.apply({ kind: "crash", node });
  }
}

// --- What has changed by one event ---------------------------------------------------------------

function observe(watch: Watch): void {
  const before = watch.changes.at(-1);
  if (watch.stepped === "w1") hearSink(watch);
  if (!before || !/^[cg]/.test(watch.stepped)) return;
  const now = changeOf(watch);
  const isSame = JSON.stringify({ ...now, atMs: 0 }) === JSON.stringify({ ...before, atMs: 0 });
  if (isSame) return;
  note(watch, now);
  const found = sentence(watch, before, now);
  if (found) tell(watch, ...found);
}

function note(watch: Watch, now: Change): void {
  const before = watch.changes.at(-1) ?? now;
  const isIdle = (readers: readonly string[]) =>
    readers.every((id) => before.standing[id] === "paused");
  const idle = before.readers.filter(isIdle).length;
  watch.idleMs += idle * (now.atMs - before.atMs);
  watch.changes.push(now);
}

function changeOf({ sim, names, pausedUntilMs }: Watch): Change {
  const { generation } = sim.state<GroupState>("g1").group;
  const ups = members.filter((id) => sim.isUp(id));
  const standingOf = (id: string): Standing => {
    if (!sim.isUp(id)) return "down";
    if ((pausedUntilMs.get(id) ?? 0) > sim.nowMs) return "paused";
    return sim.state<ConsumerState>(id).isJoining ? "joining" : "in";
  };
  const readers = names.map((name) =>
    ups.filter((id) => typeof sim.state<ConsumerState>(id).positions[name] === "number"),
  );
  const standing = Object.fromEntries(members.map((id) => [id, standingOf(id)]));
  return { atMs: sim.nowMs, generation, standing, readers };
}

/** One sentence for what a reader should notice; null for what only moves on. */
function sentence(watch: Watch, before: Change, now: Change): Said | null {
  if (now.generation !== before.generation) {
    const line = "generation: group.generation + 1,";
    return [`Generation ${now.generation}: ${dealt(watch)}.`, { listing: "complete", line }];
  }
  const changed = members.find((id) => before.standing[id] !== now.standing[id]);
  if (changed) return ofMember(changed, before, now);
  const began = members.find(
    (id) => partitionsOf(now, id).length > partitionsOf(before, id).length,
  );
  if (began === undefined) return null;
  const had = partitionsOf(before, began);
  const fresh = partitionsOf(now, began).filter((n) => !had.includes(n));
  const missed = fresh.reduce((sum, n) => sum + undoneOf(watch, n), 0);
  const gap =
    missed > 0
      ? `; ${missed === 1 ? "a record" : `${missed} records`} before it ${missed === 1 ? "is" : "are"} committed and not done`
      : "";
  return [`${began} reads ${listed(fresh)}, from the committed offset on${gap}.`, joined];
}

type Said = readonly [words: string, code: Step<Group>["code"]];

/** "c1 gets 0, 1; c2 gets 3, 4; c3 gets none". */
function dealt({ sim }: Watch): string {
  const { assignment } = sim.state<GroupState>("g1").group;
  const hands = Object.entries(assignment).map(([id, names]) => {
    const numbers = names
      .map((name) => name.slice(-1))
      .sort()
      .join(", ");
    return `${id} gets ${numbers || "none"}`;
  });
  return hands.join("; ") || "nobody is left";
}

const joined: Step<Group>["code"] = {
  listing: "joined",
  line: "const isKept = (partition: string) => assigned.includes(partition);",
};

function ofMember(id: string, before: Change, now: Change): Said | null {
  const kept = partitionsOf(now, id);
  const lost = partitionsOf(before, id).filter((n) => !kept.includes(n));
  const [was, is] = [before.standing[id], now.standing[id]];
  if (is === "down") return [`${id} dies in the middle of its work; nobody tells the group.`, null];
  if (was === "paused") return [`${id} goes on, and believes what it believed.`, null];
  if (is === "joining") {
    const reads = kept.length > 0 ? ", reads on" : "";
    const lets = lost.length > 0 ? `, lets go of ${listed(lost)}` : reads;
    const code = { listing: "rebalance", line: "return isMember && options.isCooperative" };
    const words = was === "in" ? `hears of a rebalance${lets} and joins again` : "asks to join";
    return [`${id} ${words}.`, code];
  }
  return lost.length > 0 ? [`${id} lets go of ${listed(lost)}.`, joined] : null;
}

export function partitionsOf({ readers }: Change, id: string): readonly number[] {
  return readers.flatMap((ids, n) => (ids.includes(id) ? [n] : []));
}

/** "partition 2", "partitions 0, 1 and 2". */
export function listed(numbers: readonly number[]): string {
  const last = numbers.at(-1) ?? "none";
  if (numbers.length < 2) return `partition ${last}`;
  return `partitions ${numbers.slice(0, -1).join(", ")} and ${last}`;
}

/** Work that reaches the world; what was done before is done again. */
function hearSink(watch: Watch): void {
  for (const { offset, partition, by } of watch.heard.splice(0)) {
    const n = Number(String(partition).split("-")[1]);
    const known = watch.done.get(n);
    const one = { atMs: watch.sim.nowMs, partition: n, by: String(by), records: 1 };
    if (known?.has(Number(offset))) again(watch, one);
    else known?.add(Number(offset));
  }
}

/** What one member does again at one time is one moment. */
function again(watch: Watch, one: Again): void {
  const { agains, moments } = watch;
  const isSame = (other: Again) => other.atMs === one.atMs && other.by === one.by;
  if (agains.some(isSame)) moments.pop();
  const known = agains.findIndex((other) => isSame(other) && other.partition === one.partition);
  if (known < 0) agains.push(one);
  else agains[known] = { ...one, records: (agains[known]?.records ?? 0) + 1 };
  const all = agains.filter(isSame);
  const count = all.reduce((sum, { records }) => sum + records, 0);
  const words = `${count === 1 ? "a record" : `${count} records`} of ${listed(all.map(({ partition }) => partition))}`;
  tell(watch, `${one.by} does ${words} again.`, {
    listing: "polled",
    line: "const done = process(options, state, partition, records);",
  });
}

/** How many records of a partition are committed, with no work of theirs in the world. */
function undoneOf({ sim, names, done }: Watch, n: number): number {
  const { offsets } = sim.state<GroupState>("g1").group;
  return Math.max((offsets[names[n] ?? ""] ?? 0) - (done.get(n)?.size ?? 0), 0);
}

function tell(watch: Watch, words: string, code: Step<Group>["code"]): void {
  const { sim, names } = watch;
  const { offsets } = sim.state<GroupState>("g1").group;
  const { replicas } = sim.state<Broker>("n1");
  const ends = Object.fromEntries(names.map((name) => [name, replicas[name]?.highWatermark ?? 0]));
  const lags = lag(offsets, ends);
  const undone = names.map((_, n) => undoneOf(watch, n));
  watch.moments.push({
    say: `${Math.round(sim.nowMs)} ms: ${words}`,
    code,
    nowMs: sim.nowMs,
    lags: names.map((name) => lags[name] ?? 0),
    undone: undone.reduce((sum, each) => sum + each, 0),
    idleMs: watch.idleMs,
  });
}
