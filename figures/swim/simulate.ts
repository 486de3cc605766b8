/** A small SWIM group: of all its messages those are told that have to do with a member in trouble. */
import { group } from "../../code/gossip/group.scenario.ts";
import type { Update } from "../../code/gossip/members.ts";
import { paperOptions } from "../../code/gossip/options.ts";
import { type State, swim } from "../../code/gossip/swim.ts";
import type { FaultAction } from "../../code/kernel/faults.ts";
import type { NodeId } from "../../code/kernel/node.ts";
import type { Simulation } from "../../code/kernel/simulator.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";

export type Params = {
  readonly members: number;
  readonly pauseS: number;
  readonly helpers: number;
  readonly periods: number;
  readonly loss: number;
  readonly seed: number;
  readonly deeds: readonly Deed[];
};

/** One thing that happened: arrows from a member to others, or a mark on one. */
export type Moment = {
  readonly atMs: number;
  readonly from: NodeId;
  readonly to: readonly NodeId[];
  readonly words: string;
  readonly kind: "probe" | "lost" | "news" | "answer" | "fault" | "judgment";
};

/** What a member holds of another: and for how many of its periods the suspicion still runs. */
export type Belief = {
  readonly status: Update["status"];
  readonly incarnation: number;
  readonly periodsLeft: number;
};

export type Member = {
  readonly id: NodeId;
  readonly is: "up" | "down" | "standing still" | "slow";
  readonly incarnation: number;
  readonly beliefs: { readonly [id: NodeId]: Belief };
};

export type Group = {
  /** Up to now. */
  readonly moments: readonly Moment[];
  readonly members: readonly Member[];
  /** Links that are cut, both ways. */
  readonly cut: readonly (readonly [NodeId, NodeId])[];
};

type Code = Step<Group>["code"];
type Told = { readonly moment: Moment; readonly say: string; readonly code: Code };

const pauseMs = 2900;
const [endMs, longestMs, stepsMax] = [13_000, 26_000, 80];

type Run = {
  readonly params: Params;
  readonly ids: readonly NodeId[];
  readonly sim: Simulation;
  readonly steps: Step<Group>[];
  readonly ailing: Map<NodeId, Member["is"]>;
  /** What is told once and then taken as known. */
  readonly known: Set<string>;
  cuts: readonly (readonly [NodeId, NodeId])[];
  untilMs: number;
  /** Where in the trace the next event is. */
  read: number;
};

export function simulate(params: Params): readonly Step<Group>[] {
  const run = begin(params);
  let before = statesOf(run);
  while (run.steps.length < stepsMax && run.sim.runOne() && run.sim.nowMs < run.untilMs) {
    const told = newsOf(run, before);
    before = statesOf(run);
    for (const one of told) tell(run, one);
  }
  return run.steps;
}

function begin(params: Params): Run {
  const { members, pauseS, helpers, periods, loss, seed } = params;
  const ids = Array.from({ length: members }, (_, at) => `n${at + 1}`);
  const node = swim({ ...paperOptions, helpers, suspicionPeriods: periods });
  const pause = { atMs: pauseMs, kind: "pause", node: "n4", forMs: pauseS * 1000 } as const;
  const sim = group(ids, node, {
    seed,
    keepTrace: true,
    network: { delayMs: { kind: "constant", ms: 70 }, messageLossProbability: loss / 100 },
    faults: pauseS > 0 ? [pause] : [],
  });
  const lists = { steps: [], cuts: [], ailing: new Map(), known: new Set<string>() };
  return { params, ids, sim, ...lists, untilMs: endMs, read: sim.trace.length };
}

type States = { readonly [id: NodeId]: State };

function statesOf({ ids, sim }: Run): States {
  return Object.fromEntries(ids.map((id) => [id, sim.state<State>(id)]));
}

function tell(run: Run, { moment, say, code }: Told): void {
  const before = run.steps.at(-1)?.state.moments ?? [];
  const state: Group = {
    moments: [...before, moment],
    members: run.ids.map((id) => memberOf(run, id)),
    cut: run.cuts,
  };
  run.steps.push({ say: `${(moment.atMs / 1000).toFixed(2)} s: ${say}`, state, code });
  const present = run.steps.length - 1;
  for (const { deed, target } of run.params.deeds.filter(({ step }) => step === present))
    act(run, deed, target);
}

function memberOf({ params, ids, sim, ailing }: Run, id: NodeId): Member {
  const { members, suspectedIn, period, incarnation } = sim.state<State>(id);
  const beliefs = ids.flatMap((other) => {
    const { status = "alive", incarnation: known = 0 } = members[other] ?? {};
    const since = suspectedIn[other] ?? period;
    const periodsLeft = Math.max(0, params.periods - (period - since));
    return other === id ? [] : [[other, { status, incarnation: known, periodsLeft }] as const];
  });
  const is = ailing.get(id) ?? "up";
  return { id, is, incarnation, beliefs: Object.fromEntries(beliefs) };
}

/** Faults at the present moment; what they look like is read from the trace, as all else. */
function act(run: Run, deed: string, target: string): void {
  const faults: { readonly [deed: string]: readonly FaultAction[] } = {
    pause: [{ kind: "pause", node: target, forMs: 2000 }],
    crash: [{ kind: "crash", node: target }],
    slow: [{ kind: "slow", node: target, extraMs: 1200 }],
    restart: [{ kind: "restart", node: target }],
    cut: [
      { kind: "cut", from: "n2", to: "n4" },
      { kind: "cut", from: "n4", to: "n2" },
    ],
  };
  run.untilMs = Math.min(longestMs, Math.max(run.untilMs, run.sim.nowMs + 10_000));
  for (const fault of faults[deed] ?? []) run.sim.apply(fault);
  const told = newsOf(run, statesOf(run));
  for (const one of told) tell(run, one);
}

/** What the events since the last look say, and what the members have come to believe by them. */
function newsOf(run: Run, before: States): readonly Told[] {
  const events = run.sim.trace.slice(run.read);
  run.read = run.sim.trace.length;
  const faults = events.flatMap((event) => faultOf(run, event));
  const arrived = events.find((event) => event.kind === "deliver");
  const beliefs = run.ids.flatMap((id) => changesOf(run, id, before[id], arrived));
  return [
    ...faults,
    ...beliefs,
    ...answersOf(run, before, arrived),
    ...sentOf(run, before, events),
  ];
}

function faultOf(run: Run, event: TraceEvent): readonly Told[] {
  if (event.kind === "cut") {
    const isNew = run.cuts.length === 0;
    run.cuts = [["n2", "n4"]];
    return isNew
      ? [mark(event.atMs, "n2", "n2 – n4 cut", "The link between n2 and n4 is cut.")]
      : [];
  }
  if (!("node" in event) || event.node === null) return [];
  const { atMs, node } = event;
  const become = (is: Member["is"], words: string, say: string) => {
    run.ailing.set(node, is);
    return [mark(atMs, node, words, `${node} ${say}.`)];
  };
  switch (event.kind) {
    case "pause":
      return become("standing still", "stands still", "stands still");
    case "resume":
      return become("up", "goes on", "goes on, and finds what came meanwhile");
    case "crash":
      return become("down", "crashes", "crashes");
    case "restart":
      return become("up", "starts anew", "starts anew, in a new incarnation");
    case "slow":
      return become("slow", "slow", "becomes slow: all it sends leaves 1.2 s late");
    default:
      return [];
  }
}

function mark(atMs: number, from: NodeId, words: string, say: string): Told {
  return { moment: { atMs, from, to: [], words, kind: "fault" }, say, code: null };
}

type Delivered = Extract<TraceEvent, { kind: "deliver" }>;
type Arrived = Delivered | undefined;

/** What a member says of others now, and did not before; and of itself. */
function changesOf(
  { params, ids, sim }: Run,
  id: NodeId,
  before: State | undefined,
  arrived: Arrived,
): readonly Told[] {
  const after = sim.state<State>(id);
  if (before === undefined || before === after) return [];
  const from = arrived?.message.dest === id ? arrived.message.src : null;
  const own = after.incarnation > before.incarnation && arrived ? [refuted(after, arrived)] : [];
  const others = ids.flatMap((other) => {
    const [was, is] = [before.members[other], after.members[other]];
    if (is === undefined || was === undefined || was === is) return [];
    if (from) return [heard(sim.nowMs, id, from, is)];
    return is.status === "alive" ? [] : [judged(sim.nowMs, id, is, params.periods)];
  });
  return [...own, ...others];
}

function refuted({ id, incarnation }: State, { atMs, message }: Delivered): Told {
  const { updates } = message.body as unknown as { readonly updates: readonly Update[] };
  const accused = updates.find(({ member }) => member === id)?.status ?? "suspect";
  const late =
    accused === "confirm" ? " Nobody believes it: who has failed must take a new name." : "";
  const words = `${accused} ${incarnation - 1}`;
  return {
    moment: { atMs, from: message.src, to: [id], words, kind: "answer" },
    say: `${id} hears that it ${says[accused]}, and answers: alive, incarnation ${incarnation}.${late}`,
    code: {
      listing: "refute",
      line: "const incarnation = Math.max(state.incarnation, rumored + 1);",
    },
  };
}

const says = { alive: "is alive", suspect: "is suspected", confirm: "has failed" };

function heard(atMs: number, id: NodeId, from: NodeId, update: Update): Told {
  const { member, status, incarnation } = update;
  const about = status === "alive" ? `, incarnation ${incarnation}` : "";
  return {
    moment: { atMs, from, to: [id], words: `${member}: ${status} ${incarnation}`, kind: "news" },
    say: `${id} hears from ${from} that ${member} ${says[status]}${about}.`,
    code: { listing: "learn", line: "return [note({ ...state, order }, update), []];" },
  };
}

function judged(
  atMs: number,
  id: NodeId,
  { member, status, incarnation }: Update,
  periods: number,
): Told {
  const moment = {
    atMs,
    from: id,
    to: [],
    words: `${member}: ${status} ${incarnation}`,
    kind: "judgment",
  } as const;
  if (status === "suspect" || periods === 0)
    return {
      moment,
      say: `The period is over without an answer: ${id} ${periods === 0 ? `takes ${member} for failed` : `suspects ${member}`}.`,
      code: {
        listing: "suspect",
        line: 'const status = options.suspicionPeriods > 0 ? "suspect" : "confirm";',
      },
    };
  return {
    moment,
    say: `Nobody has spoken for ${member} in time: ${id} takes it for failed.`,
    code: { listing: "judge", line: 'return note(now, { ...known, status: "confirm" });' },
  };
}

/** An answer that comes by way of a helper, while its prober still waits for it; and the first of all. */
function answersOf(run: Run, before: States, arrived: Arrived): readonly Told[] {
  if (arrived?.message.body.type !== "ack") return [];
  const { src, dest, body } = arrived.message;
  const { for: prober, member, seq } = body;
  const moment: Moment = {
    atMs: run.sim.nowMs,
    from: src,
    to: [dest],
    words: "ack",
    kind: "probe",
  };
  if (prober === null)
    return run.steps.length === 1
      ? [{ moment, say: `${src} answers. In a good period this is all.`, code: acked }]
      : [];
  const waiting = before[String(prober)];
  if (waiting === undefined || waiting.probe.isAcked || waiting.probe.target !== member) return [];
  if (waiting.period !== seq) return [];
  if (dest === prober) {
    const say = `${prober} hears through ${src} that ${member} has answered. Nobody is suspected.`;
    return [{ moment, say, code: acked }];
  }
  return once(run, `${dest} for ${prober} ack ${src}`)
    ? [{ moment, say: `${dest} has the answer of ${src}, and passes it on.`, code: passed }]
    : [];
}

const acked = { listing: "answer", line: "return [acked(state, member, seq), []];" };
const passed = {
  listing: "answer",
  line: 'const ack = { type: "ack", seq, member, for: other };',
};

function once({ known }: Run, key: string): boolean {
  if (known.has(key)) return false;
  known.add(key);
  return true;
}

/** Probes of a member that is believed alive and is not well, requests for help, and what was lost. */
function sentOf(run: Run, before: States, events: readonly TraceEvent[]): readonly Told[] {
  const lost = new Set(
    events.flatMap((event) => (event.kind === "drop" && event.reason === "loss" ? [event.id] : [])),
  );
  const trusts = (id: NodeId, other: unknown) =>
    before[id]?.members[String(other)]?.status === "alive";
  const sent = events.flatMap((event) => (event.kind === "send" ? [event] : []));
  const helpers = sent
    .filter(({ message: { src, body } }) => body.type === "ping_req" && trusts(src, body.target))
    .map(({ message }) => message.dest);
  const prober = sent[0]?.message.src ?? "";
  const messages = sent.flatMap(({ id, message: { src, dest, body } }) => {
    const isLost = lost.has(id);
    const behalf = typeof body.for === "string" ? body.for : null;
    if (body.type === "ack") return isLost ? [lostAck(run.sim.nowMs, src, dest)] : [];
    if (body.type !== "ping" || !trusts(behalf ?? src, dest)) return [];
    return pinged(run, src, dest, behalf, isLost);
  });
  return [...(helpers.length > 0 ? [asked(run.sim, prober, helpers)] : []), ...messages];
}

function asked(sim: Simulation, from: NodeId, to: readonly NodeId[]): Told {
  const { target } = sim.state<State>(from).probe;
  return {
    moment: { atMs: sim.nowMs, from, to, words: "ping-req", kind: "probe" },
    say: `No answer for 300 ms: ${from} asks ${to.join(" and ")} to ping ${target}.`,
    code: {
      listing: "help",
      line: "const helpers = shuffled(others, dice).slice(0, options.helpers);",
    },
  };
}

function pinged(
  run: Run,
  src: NodeId,
  dest: NodeId,
  behalf: NodeId | null,
  isLost: boolean,
): readonly Told[] {
  const trouble = isLost ? ", and the message is lost" : troubleOf(run, src, dest);
  const isFirst = run.steps.length === 0;
  if (trouble === null && behalf === null && !isFirst) return [];
  const isRepeated = behalf !== null || run.ailing.get(dest) === "slow";
  if (isRepeated && !once(run, `${src} for ${behalf} ping ${dest}`)) return [];
  const kind = trouble === null ? "probe" : "lost";
  const moment: Moment = { atMs: run.sim.nowMs, from: src, to: [dest], words: "ping", kind };
  const forWhom = behalf ? `On behalf of ${behalf}, ` : "";
  const code = behalf
    ? { listing: "answer", line: 'const ping = { type: "ping", seq, for: src };' }
    : { listing: "period", line: 'const ping = { type: "ping", seq: state.period, for: null };' };
  return [{ moment, say: `${forWhom}${src} pings ${dest}${trouble ?? ""}.`, code }];
}

function lostAck(atMs: number, src: NodeId, dest: NodeId): Told {
  const moment: Moment = { atMs, from: src, to: [dest], words: "ack", kind: "lost" };
  return { moment, say: `The answer of ${src} to ${dest} is lost.`, code: null };
}

/** Why a ping between these two will have no answer in time; null if it will. */
function troubleOf({ ailing, cuts }: Run, src: NodeId, dest: NodeId): string | null {
  if (cuts.some((pair) => pair.includes(src) && pair.includes(dest)))
    return ", but the link is cut";
  const is = ailing.get(dest) ?? "up";
  if (is === "up") return null;
  return `, which ${is === "standing still" ? "stands still" : `is ${is}`}`;
}
