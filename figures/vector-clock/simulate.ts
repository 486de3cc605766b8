/** Three processes and their messages: what happened before what, and what the stamps of each kind of clock say of it. */
import { concurrentPairs, pasts } from "../../code/clocks/happens-before.ts";
import { order as orderOfHlc } from "../../code/clocks/hlc.ts";
import type { Stamped, State } from "../../code/clocks/process.ts";
import { names, type Options, tell, toldProcesses } from "../../code/clocks/told.scenario.ts";
import { compare } from "../../code/clocks/vector.ts";
import type { NodeId } from "../../code/kernel/node.ts";
import type { Simulation } from "../../code/kernel/simulator.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";

export type Params = Omit<Options, "startMs"> & {
  readonly stamps: string;
  readonly look: string;
  readonly deeds: readonly Deed[];
};

export type Relation = "self" | "past" | "future" | "concurrent";

/** How one kind of clock does on the pairs of events so far. */
export type Count = {
  readonly clock: string;
  /** Ordered pairs whose first has the smaller stamp, of all ordered pairs. */
  readonly right: number;
  readonly ordered: number;
  /** Concurrent pairs whose stamps suggest an order, of all concurrent pairs. */
  readonly invented: number;
  readonly concurrent: number;
};

export type Run = {
  readonly stamps: string;
  /** Of the whole run, in the order of true time; what is shown of them ends before `now`. */
  readonly events: readonly Stamped[];
  readonly now: number;
  /** Of each event that is shown, to the event looked at. */
  readonly relations: readonly Relation[];
  /** Of each message, by its name. */
  readonly dests: { readonly [message: string]: NodeId };
  /** By how much each clock is ahead of the true time. */
  readonly skewsMs: { readonly [node: NodeId]: number };
  readonly counts: readonly Count[];
};

/** As many events as the sheet has room for. */
const eventsMax = 24;
/** Time that passes before a deed, if nothing happens by itself. */
const idleMs = 6;
const startMs = 200;

export function simulate(params: Params): readonly Step<Run>[] {
  const { sim, events } = played(params);
  const past = pasts(events);
  const pairs = concurrentPairs(events);
  const dests = Object.fromEntries(
    sim.trace.flatMap((event) => {
      const id = event.kind === "send" ? event.message.body.id : null;
      return event.kind === "send" && typeof id === "string" ? [[id, event.message.dest]] : [];
    }),
  );
  const skewsMs = Object.fromEntries(names.map((id) => [id, sim.clockMs(id) - sim.nowMs]));
  return Array.from({ length: events.length + 1 }, (_, now) => {
    const shown = events.slice(0, now);
    const newest = shown.at(-1);
    const looked = shown.find((event) => nameOf(event) === params.look) ?? newest;
    const relations = shown.map((event) => relationTo(looked, event, past));
    const counts = countsOf(shown, past, pairs, params.stamps);
    const state = { stamps: params.stamps, events, now, relations, dests, skewsMs, counts };
    if (!newest || !looked) return { say: beginning(params), state, code: null };
    const say = `${happening(newest, state)} ${whatFollows(newest, looked, state)}`;
    return { say, state, code: codeOf(newest, params.stamps) };
  });
}

/** The run one event at a time, with the deeds done where they belong. */
function played({ deeds, ...chosen }: Params): { sim: Simulation; events: readonly Stamped[] } {
  const options = { ...chosen, startMs };
  const sim = toldProcesses(options);
  if (options.ownEvents === 0) sim.runUntil(startMs);
  const events: Stamped[] = [];
  const done: Done[] = [];
  const note = () => {
    const fresh = names.flatMap((id) =>
      sim.state<State>(id).log.slice(events.filter(({ node }) => node === id).length),
    );
    events.push(...fresh);
  };
  while (events.length < eventsMax) {
    const deed = deeds[done.length];
    if (deed && deed.step <= events.length) done.push(doDeed(sim, deed, options, done));
    else if (!sim.runOne()) break;
    note();
  }
  return { sim, events: events.slice(0, eventsMax) };
}

type Done = { readonly atMs: number; readonly node: NodeId; readonly dest: NodeId | null };

function doDeed(sim: Simulation, { target }: Deed, options: Options, done: readonly Done[]): Done {
  const [node = "n1", dest = null] = target.split("→");
  sim.runUntil(Math.min(sim.nowMs + idleMs, nextMs(sim.nowMs, options, done) - 0.001));
  tell(sim, node, dest);
  return { atMs: sim.nowMs, node, dest };
}

/** When something will happen by itself: a second run, told the same, is asked. */
function nextMs(nowMs: number, options: Options, done: readonly Done[]): number {
  const twin = toldProcesses(options);
  for (const { atMs, node, dest } of done) {
    twin.runUntil(atMs);
    tell(twin, node, dest);
  }
  twin.runUntil(nowMs);
  return twin.runOne() ? twin.nowMs : Number.POSITIVE_INFINITY;
}

type Pasts = ReadonlyMap<Stamped, ReadonlySet<Stamped>>;

function relationTo(looked: Stamped | undefined, event: Stamped, past: Pasts): Relation {
  if (!looked || event === looked) return "self";
  if (past.get(looked)?.has(event)) return "past";
  return past.get(event)?.has(looked) ? "future" : "concurrent";
}

export function nameOf({ node, index }: Stamped): string {
  return `${node}.${index + 1}`;
}

// --- What the clocks say -------------------------------------------------------------------------

const clocks: { readonly [clock: string]: (a: Stamped, b: Stamped) => boolean } = {
  Lamport: (a, b) => a.lamport < b.lamport,
  vector: (a, b) => compare(a.vector, b.vector) === "before",
  "wall clock": (a, b) => a.pt < b.pt,
  hybrid: (a, b) => orderOfHlc(a.hlc, b.hlc) < 0,
};
const clocksOf: { readonly [stamps: string]: readonly string[] } = {
  both: ["Lamport", "vector"],
  lamport: ["Lamport"],
  vector: ["vector"],
  hybrid: ["wall clock", "hybrid"],
};

function countsOf(
  shown: readonly Stamped[],
  past: Pasts,
  pairs: readonly (readonly [Stamped, Stamped])[],
  stamps: string,
): readonly Count[] {
  const ordered = shown.flatMap((b) => [...(past.get(b) ?? [])].map((a) => [a, b] as const));
  const concurrent = pairs.filter(([a, b]) => shown.includes(a) && shown.includes(b));
  return (clocksOf[stamps] ?? []).map((clock) => {
    const isBefore = clocks[clock] ?? (() => false);
    return {
      clock,
      right: ordered.filter(([a, b]) => isBefore(a, b)).length,
      ordered: ordered.length,
      invented: concurrent.filter(([a, b]) => isBefore(a, b) || isBefore(b, a)).length,
      concurrent: concurrent.length,
    };
  });
}

export function vectorText({ vector }: Pick<Stamped, "vector">): string {
  return `(${names.map((id) => vector[id] ?? 0).join(",")})`;
}

export function hlcText({ hlc }: Pick<Stamped, "hlc">): string {
  return `${hlc.l}.${hlc.c}`;
}

// --- What is said --------------------------------------------------------------------------------

function beginning({ ownEvents }: Params): string {
  return ownEvents > 0
    ? "Nothing has happened yet: all three clocks are at zero."
    : "Three processes wait to be told: no event has happened.";
}

function happening(event: Stamped, run: Omit<Run, "relations">): string {
  const { node, kind, message } = event;
  const sent = sendOf(event, run.events);
  const what =
    kind === "local"
      ? "writes"
      : kind === "send"
        ? `sends to ${run.dests[message ?? ""] ?? "nobody"}`
        : `receives from ${sent?.node ?? "nobody"}`;
  return `${nameOf(event)}: ${node} ${what}. ${reckoning(event, sent, run)}`;
}

function sendOf(event: Stamped, events: readonly Stamped[]): Stamped | undefined {
  if (event.kind !== "receive") return undefined;
  return events.find(({ kind, message }) => kind === "send" && message === event.message);
}

/** How the stamp was made, in numbers. */
function reckoning(event: Stamped, sent: Stamped | undefined, run: Pick<Run, "stamps" | "events">) {
  const { node, index, lamport, pt } = event;
  const before = run.events.find((other) => other.node === node && other.index === index - 1);
  const own = vectorText({ vector: before?.vector ?? {} });
  const number = sent
    ? `max(${before?.lamport ?? 0}, ${sent.lamport}) + 1 = ${lamport}`
    : `${before?.lamport ?? 0} + 1 = ${lamport}`;
  const vector = sent
    ? `${own} joined with ${vectorText(sent)}, and one more: ${vectorText(event)}`
    : `${own} and one more: ${vectorText(event)}`;
  if (run.stamps === "lamport") return `Number: ${number}.`;
  if (run.stamps === "vector") return `Vector: ${vector}.`;
  if (run.stamps === "both") return `Number ${lamport}, vector ${vectorText(event)}.`;
  const from = sent ? `, the message says ${hlcText(sent)}` : "";
  return `Its own clock shows ${pt}${from}: stamp ${hlcText(event)}.`;
}

function whatFollows(newest: Stamped, looked: Stamped, { events, relations }: Run): string {
  if (looked !== newest) {
    const isAfter = relations.at(-1) === "future";
    return isAfter
      ? `${nameOf(looked)} happened before it.`
      : `It and ${nameOf(looked)} are concurrent.`;
  }
  const concurrent = events.filter((_, at) => relations[at] === "concurrent").map(nameOf);
  if (concurrent.length === 0) return "Everything so far happened before it.";
  return concurrent.length < 4
    ? `Concurrent with it: ${concurrent.join(", ")}.`
    : `Concurrent with it: ${concurrent.length} events.`;
}

function codeOf({ kind }: Stamped, stamps: string): Step<Run>["code"] {
  const isReceive = kind === "receive";
  if (stamps === "lamport")
    return {
      listing: "lamport",
      line: isReceive ? "return Math.max(clock, timestamp) + 1;" : "return clock + 1;",
    };
  if (stamps === "hybrid")
    return {
      listing: "hlc",
      line: isReceive
        ? "const l = Math.max(clock.l, m.l, pt);"
        : "return { l, c: l === clock.l ? clock.c + 1 : 0 };",
    };
  return {
    listing: "vector",
    line: isReceive
      ? "return tick(join(clock, stamp), self);"
      : "return { ...clock, [self]: (clock[self] ?? 0) + 1 };",
  };
}
