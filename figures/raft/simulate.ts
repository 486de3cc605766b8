/**
 * Raft servers in the simulator, one event at a time. A step is an event that changes what a server knows or refuses something;
 * what is done to the run happens between two of them.
 */
import type { Node, NodeId } from "../../code/kernel/node.ts";
import { type Simulation, simulate as start } from "../../code/kernel/simulator.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import { commitByCounting } from "../../code/raft/broken.ts";
import { look, nothingSeen } from "../../code/raft/invariants.ts";
import type { AppendEntries, AppendReply, RequestVote, Vote } from "../../code/raft/messages.ts";
import { paperOptions } from "../../code/raft/options.ts";
import { raft } from "../../code/raft/raft.ts";
import { type Entry, entryAt, lastIndex, type State, termAt } from "../../code/raft/state.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";

export type Params = {
  readonly servers: string;
  readonly waitMsMax: number;
  readonly ownTerm: boolean;
  readonly seed: number;
  readonly deeds: readonly Deed[];
};

export type Server = Pick<State, "role" | "votedFor" | "leader" | "commitIndex" | "log"> & {
  readonly id: NodeId;
  readonly term: number;
  readonly isUp: boolean;
  readonly isCutOff: boolean;
  readonly votes: number;
  /** Until it loses patience with its leader; null where it does not wait. */
  readonly waitMs: number | null;
};

export type Letter = {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: "ask" | "yes" | "no" | "entries" | "heartbeat" | "stored" | "refused" | "write";
  /** Between 0, just sent, and 1, just delivered. */
  readonly progress: number;
};

export type Cluster = {
  readonly atMs: number;
  readonly servers: readonly Server[];
  readonly letters: readonly Letter[];
  /** Who has done the last thing, and whose message made it do so. */
  readonly actor: NodeId | null;
  readonly arrived: Letter | null;
  /** The promise of Raft that this run has broken. */
  readonly broken: string | null;
};

type Told = { readonly say: string; readonly code: Step<Cluster>["code"] };
type Sent = Extract<TraceEvent, { kind: "send" }>;
type Draft = Told & {
  readonly state: Omit<Cluster, "letters">;
  readonly open: readonly Sent[];
};

type Run = {
  readonly sim: Simulation;
  readonly ids: readonly NodeId[];
  /** When each server's patience ends. */
  readonly waits: Map<NodeId, { readonly fromMs: number; readonly untilMs: number }>;
  readonly away: Set<NodeId>;
  readonly drafts: Draft[];
  /** Messages on their way, and when each message's way ended. */
  readonly open: Map<number, Sent>;
  readonly endMs: Map<number, number>;
  memory: typeof nothingSeen;
  broken: string | null;
  writes: number;
};

/** Longer than any patience: nothing will change by itself. */
const quietMs = 700;
const [stepsAtOnce, stepsMax] = [70, 320];
const delayMs = { kind: "uniform", min: 8, max: 20 } as const;

export function simulate(params: Params): readonly Step<Cluster>[] {
  const run = begin(params);
  const { drafts, sim } = run;
  const deeds = params.deeds.toSorted((one, other) => one.step - other.step);
  const lastDeed = deeds.at(-1)?.step ?? 0;
  const max = Math.min(lastDeed + stepsAtOnce, stepsMax);
  let done = 0;
  while (drafts.length < max) {
    const deed = deeds[done];
    if (deed && deed.step < drafts.length) {
      done += 1;
      push(run, doIt(run, deed), deed.target || null, null);
    } else if (sim.nowMs - (drafts.at(-1)?.state.atMs ?? 0) > quietMs) break;
    else if (!advance(run)) break;
  }
  return drafts.map(({ say, code, state, open }) => {
    const letters = open.map((sent) => letterOf(sent, state.atMs, run.endMs.get(sent.id)));
    return { say, code, state: { ...state, letters } };
  });
}

function begin({ servers, waitMsMax, ownTerm, seed }: Params): Run {
  const ids = ["n1", "n2", "n3", "n4", "n5"].slice(0, Number(servers));
  const options = { ...paperOptions(ids), electionTimeoutMsMax: waitMsMax, entriesMax: 1 };
  const waits: Run["waits"] = new Map();
  const right = raft(options);
  const node = noting(ownTerm ? right : commitByCounting(right), waits);
  const nodes = Object.fromEntries(ids.map((id) => [id, node]));
  const sim = start({ seed, nodes, network: { delayMs } });
  const run: Run = {
    sim,
    ids,
    waits,
    away: new Set(),
    drafts: [],
    open: new Map(),
    endMs: new Map(),
    memory: nothingSeen,
    broken: null,
    writes: 0,
  };
  const say = "Nobody leads yet. Each server waits for a leader, for a time that it has drawn.";
  const code = {
    listing: "election-timeout",
    line: 'return { kind: "set-timer", name: "election", afterMs };',
  };
  push(run, { say, code }, null, null);
  return run;
}

/** The same node; how long it waits for a leader is written down. */
function noting(node: Node<State>, waits: Run["waits"]): Node<State> {
  const note = ([state, effects]: ReturnType<typeof node.step>, nowMs: number) => {
    for (const effect of effects)
      if (effect.kind === "set-timer" && effect.name === "election")
        waits.set(state.id, { fromMs: nowMs, untilMs: nowMs + effect.afterMs });
    return [state, effects] as const;
  };
  return {
    init: (setup) => note(node.init(setup), setup.nowMs),
    step: (state, input) => note(node.step(state, input), input.nowMs),
  };
}

/** One event of the simulator, and a step of ours if it tells anything; false where nothing is left to happen. */
function advance(run: Run): boolean {
  const { sim, ids } = run;
  const before = new Map(ids.map((id) => [id, sim.state<State>(id)]));
  const length = sim.trace.length;
  const waits = new Map(run.waits);
  if (!sim.runOne()) return false;
  const events = sim.trace.slice(length);
  note(run, events);
  const [event] = events;
  if (event?.kind !== "timer" && event?.kind !== "deliver") return true;
  const id = event.kind === "timer" ? event.node : event.message.dest;
  const was = before.get(id);
  if (was === undefined) return true;
  const is = sim.state<State>(id);
  const told = tell({ was, is, event, events, waits, run });
  const alarm = watch(run, is);
  if (told === null && alarm === null) return true;
  const say = [told?.say ?? "", alarm ? `Broken: ${alarm}.` : ""].join(" ").trim();
  const arrived = event.kind === "deliver" ? letterOf(event, sim.nowMs, sim.nowMs) : null;
  push(run, { say, code: told?.code ?? null }, id, arrived);
  return true;
}

/** What has left, and what has come to the end of its way. */
function note({ open, endMs }: Run, events: readonly TraceEvent[]): void {
  for (const event of events) {
    if (event.kind === "send") open.set(event.id, event);
    if (event.kind !== "deliver" && event.kind !== "drop") continue;
    open.delete(event.id);
    endMs.set(event.id, event.atMs);
  }
}

/** The five properties of the paper; the first that this run breaks is kept. */
function watch(run: Run, state: State): string | null {
  if (run.broken !== null) return null;
  try {
    run.memory = look(run.memory, state);
    return null;
  } catch (error) {
    // That it throws is how an invariant says that it does not hold.
    run.broken = error instanceof Error ? error.message : String(error);
    return run.broken;
  }
}

function push(run: Run, told: Told, actor: NodeId | null, arrived: Letter | null): void {
  const { sim, ids, broken } = run;
  const servers = ids.map((id) => serverOf(run, id));
  const state = { atMs: sim.nowMs, servers, actor, arrived, broken };
  run.drafts.push({ ...told, state, open: [...run.open.values()] });
}

function serverOf({ sim, waits, away }: Run, id: NodeId): Server {
  const { role, currentTerm, votedFor, leader, commitIndex, log, votes } = sim.state<State>(id);
  const isUp = sim.isUp(id);
  const isWaiting = isUp && role !== "leader";
  const untilMs = waits.get(id)?.untilMs ?? sim.nowMs;
  const waitMs = isWaiting ? Math.max(0, untilMs - sim.nowMs) : null;
  const known = { role, votedFor, leader, commitIndex, log, term: currentTerm };
  return { id, ...known, votes: votes.length, isUp, isCutOff: away.has(id), waitMs };
}

function letterOf(sent: Omit<Sent, "kind">, atMs: number, endMs = sent.atMs + delayMs.max): Letter {
  const { src, dest, body } = sent.message;
  const isThere = endMs <= sent.atMs;
  const progress = isThere ? 1 : Math.min(1, (atMs - sent.atMs) / (endMs - sent.atMs));
  const entries = Array.isArray(body.entries) ? body.entries.length : 0;
  const kinds: { readonly [type: string]: Letter["kind"] } = {
    request_vote: "ask",
    request_vote_reply: body.voteGranted === true ? "yes" : "no",
    append_entries: entries > 0 ? "entries" : "heartbeat",
    append_entries_reply: body.success === true ? "stored" : "refused",
  };
  return { from: src, to: dest, kind: kinds[body.type] ?? "write", progress };
}

// --- What is done to the run ---------------------------------------------------------------------

function doIt(run: Run, { deed, target }: Deed): Told {
  const { sim, ids, away } = run;
  const nothing = (say: string): Told => ({ say, code: null });
  if (deed === "heal") {
    sim.apply({ kind: "heal" });
    away.clear();
    return nothing("All links are whole again.");
  }
  if (!ids.includes(target)) return nothing(`There is no ${target} among three servers.`);
  if (deed === "crash") return crash(run, target);
  if (deed === "restart") return restart(run, target);
  if (deed === "write") return write(run, target);
  away.add(target);
  sim.apply({ kind: "heal" });
  const others = ids.filter((id) => !away.has(id));
  sim.apply({ kind: "partition", groups: [[...away], others] });
  const side = ids.filter((id) => away.has(id) && id !== target).join(" and ");
  return nothing(
    side
      ? `${target} is cut off too, on one side with ${side}.`
      : `${target} is cut off from all others.`,
  );
}

function crash({ sim }: Run, id: NodeId): Told {
  const isUp = sim.isUp(id);
  sim.apply({ kind: "crash", node: id });
  const say = isUp
    ? `${id} crashes. Its term, its vote and its log are on disk.`
    : `${id} is down already.`;
  return { say, code: null };
}

function restart(run: Run, id: NodeId): Told {
  const { sim } = run;
  if (sim.isUp(id)) return { say: `${id} is up already.`, code: null };
  const length = sim.trace.length;
  sim.apply({ kind: "restart", node: id });
  note(run, sim.trace.slice(length));
  const { currentTerm } = sim.state<State>(id);
  const line = "const stored = (setup.disk.raft ?? newcomer(options)) as Persistent;";
  return {
    say: `${id} starts again as a follower, in term ${currentTerm}, with the log that it had stored.`,
    code: { listing: "init", line },
  };
}

function write(run: Run, id: NodeId): Told {
  const { sim } = run;
  const command = String.fromCharCode(97 + (run.writes % 26));
  run.writes += 1;
  const length = sim.trace.length;
  sim.inject({ src: "client", dest: id, body: { type: "propose", command } });
  note(run, sim.trace.slice(length));
  return { say: `A client sends the command ${command} to ${id}.`, code: null };
}

// --- What an event tells -------------------------------------------------------------------------

type Happened = {
  readonly was: State;
  readonly is: State;
  readonly event: TraceEvent;
  /** The event, and what the server did in answer to it. */
  readonly events: readonly TraceEvent[];
  readonly waits: Run["waits"];
  readonly run: Run;
};

function told(say: string, listing: string, line: string): Told {
  return { say, code: { listing, line } };
}

function tell(happened: Happened): Told | null {
  const { event } = happened;
  if (event.kind === "timer") return event.name === "election" ? onPatience(happened) : null;
  if (event.kind !== "deliver") return null;
  const { src, body } = event.message;
  switch (body.type) {
    case "propose":
      return onWrite(happened, String(body.command));
    case "request_vote":
      return onAsk(happened, src, body as RequestVote);
    case "request_vote_reply":
      return onVote(happened, src, body as Vote);
    case "append_entries":
      return onAppend(happened, src, body as AppendEntries);
    case "append_entries_reply":
      return onReply(happened, src, body as AppendReply);
    default:
      return null;
  }
}

function onPatience({ is, was, waits, run }: Happened): Told | null {
  if (is.currentTerm === was.currentTerm) return null;
  const fromMs = waits.get(is.id)?.fromMs ?? 0;
  const waited = Math.round(run.sim.nowMs - fromMs);
  return told(
    `${is.id} has waited ${waited} ms for a leader, and stands in term ${is.currentTerm}.`,
    "stand",
    "currentTerm: state.currentTerm + 1,",
  );
}

function onWrite({ is }: Happened, command: string): Told {
  const line = "if (state.leading === null) return [state, []];";
  if (is.leading === null)
    return told(`${is.id} does not lead: it does nothing with ${command}.`, "propose", line);
  return told(
    `${is.id} leads: it appends ${command} at index ${lastIndex(is)} and sends it to all others.`,
    "propose",
    "const longer: State = { ...state, log: [...state.log, entry] };",
  );
}

/** What a server answered in this step. */
function answerOf(events: readonly TraceEvent[], type: string) {
  const sent = events.find((event) => event.kind === "send" && event.message.body.type === type);
  return sent?.kind === "send" ? sent.message.body : null;
}

function onAsk({ is, was, events }: Happened, from: NodeId, ask: RequestVote): Told {
  const { id, currentTerm: term } = is;
  const steppedDown = was.role === "leader" && is.role === "follower";
  const down = steppedDown ? `hears of term ${term}, leads no more, and ` : "";
  if (answerOf(events, "request_vote_reply")?.voteGranted === true)
    return told(
      `${id} ${down}votes for ${from} in term ${term}.`,
      "vote",
      "const next: State = { ...state, votedFor: from };",
    );
  const no = `${id} ${down}refuses ${from}:`;
  if (ask.term < term)
    return told(`${no} term ${ask.term} is over.`, "vote", "ask.term === state.currentTerm &&");
  if (is.votedFor !== null) {
    const whom = is.votedFor === id ? "itself" : is.votedFor;
    const line = "(state.votedFor === null || state.votedFor === from) &&";
    return told(`${no} in term ${term} it has voted for ${whom}.`, "vote", line);
  }
  const own = termAt(is, lastIndex(is)) ?? 0;
  const why =
    own === ask.lastLogTerm
      ? `its own log is longer, ${lastIndex(is)} entries against ${ask.lastLogIndex}`
      : `its own last entry is of term ${own}, that of ${from} of term ${ask.lastLogTerm}`;
  return told(`${no} ${why}.`, "vote", "isUpToDate(ask, state);");
}

function onVote({ is, was, run }: Happened, from: NodeId, { term }: Vote): Told | null {
  if (is.currentTerm > was.currentTerm) return stepsDown(is, from, term);
  const count = `${is.votes.length} of ${run.ids.length}`;
  if (is.role === "leader" && was.role !== "leader")
    return told(
      `${is.id} has the votes of ${is.votes.toSorted().join(", ")}, ${count}: it leads term ${is.currentTerm}.`,
      "become-leader",
      "const [started] = appendOwn(leader, noOp);",
    );
  if (is.votes.length === was.votes.length) return null;
  const line = "const votes = [...new Set([...state.votes, from])];";
  return told(`${is.id} counts the vote of ${from}: ${count}.`, "count-votes", line);
}

function stepsDown({ id, currentTerm }: State, from: NodeId, term: number): Told {
  const say = `${id} hears from ${from} of term ${term}, and is a follower in term ${currentTerm}.`;
  return told(say, "step-down", "currentTerm: term,");
}

function onAppend(happened: Happened, from: NodeId, ask: AppendEntries): Told | null {
  const { is, was, events } = happened;
  const { id } = is;
  if (ask.term < is.currentTerm)
    return told(
      `${id} refuses ${from}: term ${ask.term} is over.`,
      "append-entries",
      "return [state, [refuse(state, from, noRound, 0)]];",
    );
  const isNew = was.leader !== from || was.currentTerm !== is.currentTerm;
  const follows = isNew ? [`follows ${from}, the leader of term ${is.currentTerm}`] : [];
  const refused = answerOf(events, "append_entries_reply")?.success === false;
  if (refused) {
    const what = `${id} ${[...follows, "refuses"].join(", but ")}: it has no entry of term`;
    const line = "return [state, refuse(state, from, round, retry)];";
    return told(`${what} ${ask.prevLogTerm} at index ${ask.prevLogIndex}.`, "check", line);
  }
  const parts = [...follows, ...logWords(was, is), ...commitWords(was, is)];
  if (parts.length === 0) return null;
  const say = `${id} ${parts.join(", and ")}.`;
  if (was.log !== is.log) return told(say, "check", "log: merge(state, prevLogIndex, entries),");
  if (was.commitIndex < is.commitIndex)
    return told(say, "check", "commitIndex: Math.max(state.commitIndex, known),");
  return told(say, "follow", 'role: "follower",');
}

/** What has become of a follower's log. */
function logWords(was: State, is: State): readonly string[] {
  if (was.log === is.log) return [];
  const first = is.log.findIndex((entry, at) => entry !== was.log[at]) + 1;
  const gone = was.log.length - first + 1;
  const stores = `stores ${entryWords(entryAt(is, first))} at index ${first}`;
  if (gone <= 0) return [stores];
  const lost = was.log.slice(first - 1).map((entry) => entryWords(entry));
  return [`${stores} in place of ${lost.join(", ")}`];
}

function commitWords(was: State, is: State): readonly string[] {
  const [from, to] = [was.commitIndex + 1, is.commitIndex];
  if (to < from) return [];
  return [`knows ${from === to ? `index ${to}` : `indexes ${from} to ${to}`} to be committed`];
}

export function commandOf(entry: Entry): string {
  return entry.kind === "command" ? String(entry.command) : "no-op";
}

function entryWords(entry: Entry | null): string {
  return entry ? `${commandOf(entry)} of term ${entry.term}` : "nothing";
}

function onReply({ is, was, run }: Happened, from: NodeId, reply: AppendReply): Told | null {
  const { id, leading, currentTerm: term } = is;
  if (term > was.currentTerm) return stepsDown(is, from, reply.term);
  if (leading === null || was.leading === null || reply.term !== term) return null;
  if (!reply.success)
    return told(
      `${id} hears that ${from} refused, and goes back: next it sends index ${leading.nextIndex[from]}.`,
      "learn",
      "const nextIndex = Math.max(matchIndex + 1, reply.nextIndex);",
    );
  const index = leading.matchIndex[from] ?? 0;
  if (index === (was.leading.matchIndex[from] ?? 0)) return null;
  const has = Object.values(leading.matchIndex).filter((match) => match >= index).length + 1;
  const count = `${from} stores index ${index}: ${has} of ${run.ids.length} do`;
  if (is.commitIndex > was.commitIndex) return commits(is, count);
  if (index <= is.commitIndex) return null;
  const own = termAt(is, index) ?? 0;
  const isOld = has > run.ids.length / 2 && own < term;
  const say = isOld
    ? `${count}, but it is of term ${own}, and ${id} leads term ${term}: not committed.`
    : `${count}.`;
  const line = isOld
    ? "if (termAt(state, stored) !== state.currentTerm) return state;"
    : "if (stored <= state.commitIndex) return state;";
  return told(`${id} hears that ${say}`, "advance-commit", line);
}

function commits(is: State, count: string): Told {
  const isOld = termAt(is, is.commitIndex) !== is.currentTerm;
  const say = `${is.id} hears that ${count}. It takes ${is.commitIndex} for committed.`;
  if (isOld)
    return told(say, "counting", "const commitIndex = Math.max(next.commitIndex, stored);");
  return told(say, "advance-commit", "return { ...state, commitIndex: stored };");
}
