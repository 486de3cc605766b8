/** One payment, a coordinator and two participants: whoever is to die dies between any two effects, and comes back later or never. */

import { type TwoPhaseOptions, twoPhase } from "../../code/atomic-commit/two-phase.ts";
import type { Body, NodeId } from "../../code/kernel/node.ts";
import { type Simulation, simulate as start } from "../../code/kernel/simulator.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";
import { crashesIn, type Death, deathAt, type Happened, returns, watched } from "../deaths.ts";

export type Params = {
  readonly away: string;
  readonly asks: string;
  readonly refuses: boolean;
  readonly deeds: readonly Deed[];
};

type Kind =
  | "work"
  | "send"
  | "hear"
  | "write"
  | "ask"
  | "vain"
  | "fold"
  | "drop"
  | "crash"
  | "back";

/** One thing that happened. `starts` and `ends` are messages, by number. */
export type Moment = {
  readonly kind: Kind;
  readonly atMs: number;
  readonly node: NodeId;
  /** To whom, or from whom; several with a space between. */
  readonly to: string;
  /** The type of the message, or what was written. */
  readonly word: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Which event of the run it belongs to, and how many effects of it are done then. */
  readonly event: number;
  readonly done: number;
  /** Of a fold: how many questions it stands for. */
  readonly times: number;
  readonly after: { readonly [id: NodeId]: Standing };
};

/** How a node stands: what it believes, and what its disk would tell it. */
export type Standing = {
  readonly isUp: boolean;
  readonly phase: string;
  readonly log: string;
  readonly locks: "none" | "free to go" | "in doubt";
};

export type Commit = {
  readonly moments: readonly Moment[];
  readonly now: number;
};

type Phases = { readonly [id: NodeId]: string };

const participants = ["p1", "p2"];
export const nodeIds = ["p1", "c", "p2"];
const crashesMax = 12;

export function simulate(params: Params): readonly Step<Commit>[] {
  const plans: Death[] = [];
  let moments = momentsOf(run(params, plans));
  for (const { step, target } of params.deeds) {
    const present = moments[step];
    if (!present?.after[target]?.isUp || plans.length === crashesMax) continue;
    plans.push(
      deathAt(present, moments, target, params.away === "never" ? null : Number(params.away)),
    );
    moments = momentsOf(run(params, plans));
  }
  return moments.map((moment, now) => ({
    say: sentence(moment, moments.slice(0, now)),
    code: codeOf(moment, moments.slice(0, now)),
    state: { moments, now },
  }));
}

/** The printed program under these crashes, one event of the simulator after the other. */
function run(
  { away, asks, refuses }: Params,
  plans: readonly Death[],
): readonly Happened<Phases>[] {
  const options: TwoPhaseOptions = {
    coordinator: "c",
    participants,
    presume: "abort",
    isCooperative: asks === "all",
    voteMsMax: 50,
    retryMs: 40,
  };
  const faults = returns(plans);
  const sim = start({ seed: 7, nodes: twoPhase(options, refuses ? { p2: "no" } : {}), faults });
  for (const dest of participants) sim.inject({ src: "client", dest, body: { type: "work" } });
  sim.runUntil(10);
  sim.inject({ src: "client", dest: "c", body: { type: "begin" } });
  return watched(sim, plans, away === "never" ? 1000 : 1600, () => phasesOf(sim));
}

function phasesOf(sim: Simulation): Phases {
  return Object.fromEntries(
    nodeIds.map((id) => [id, sim.state<{ phase: string }>(id).phase] as const),
  );
}

// --- From events to moments ----------------------------------------------------------------------

type Standings = Moment["after"];
type Told = Omit<Moment, "event" | "after">;

const plain = { to: "", word: "", starts: [], ends: [], done: 0, times: 1 };
const worked: Told = { ...plain, kind: "work", atMs: 5, node: "p1" };

function momentsOf(happened: readonly Happened<Phases>[]): readonly Moment[] {
  const idle: Standing = { isUp: true, phase: "idle", log: "empty", locks: "none" };
  let standings: Standings = Object.fromEntries(nodeIds.map((id) => [id, idle]));
  const moments = happened.flatMap((one, event) => {
    const told = event === 0 ? [worked, ...crashes(one)] : tell(one);
    return told.map((each) => {
      standings = stood(standings, each, one.seen);
      return { ...each, event, after: standings };
    });
  });
  return folded(merged(moments));
}

/** What an event amounts to: its cause, its effects one by one, and crashes where they fall. */
function tell(happened: Happened<Phases>): readonly Told[] {
  const [first] = happened.events;
  if (first === undefined) return [];
  const own = happened.events.filter(({ kind }) => kind === "send" || kind === "persist");
  const isRound = first.kind === "restart" || (first.kind === "timer" && first.name !== "votes");
  const effects = isRound ? question(own) : own.map(effect);
  const [one, ...rest] = effects;
  const isAlone = first.kind === "deliver" && first.message.body.type === "vote";
  const told =
    one && first.kind === "deliver" && !isAlone
      ? [{ ...one, ends: [first.id] }, ...rest]
      : [...caused(first), ...effects];
  const all = [...told, ...crashes(happened)];
  return all.sort((before, after) => before.done - after.done);
}

/** An arrival that is told by itself: a vote, what has no effect, what finds nobody; or a restart. */
function caused(event: TraceEvent): readonly Told[] {
  const { atMs } = event;
  if (event.kind === "restart") return [{ ...plain, kind: "back", atMs, node: event.node }];
  if (event.kind !== "deliver" && event.kind !== "drop") return [];
  const { src, dest } = event.message;
  const word = wordOf(event.message.body);
  const told = { ...plain, atMs, node: dest, to: src, word, ends: [event.id] };
  if (word !== "ask") return [{ ...told, kind: event.kind === "drop" ? "drop" : "hear" }];
  return [{ ...told, kind: "vain", to: event.kind === "drop" ? "" : dest }];
}

function effect(event: TraceEvent, at: number): Told {
  const { atMs } = event;
  const done = at + 1;
  if (event.kind === "persist")
    return { ...plain, kind: "write", atMs, node: event.node, word: `${event.value}`, done };
  if (event.kind !== "send") throw new Error("An effect is a write or a message.");
  const { src: node, dest: to, body } = event.message;
  return { ...plain, kind: "send", atMs, node, to, word: wordOf(body), starts: [event.id], done };
}

function wordOf(body: Body): string {
  return body.type === "vote" ? String(body.vote) : body.type;
}

/** What is asked of several at once is one moment. */
function question(own: readonly TraceEvent[]): readonly Told[] {
  const told = own.map(effect);
  const [first] = told;
  if (first === undefined) return [];
  const starts = told.flatMap((one) => one.starts);
  const to = told.map((one) => one.to).join(" ");
  return [{ ...first, kind: "ask", to, starts, done: told.length }];
}

function crashes(happened: Happened<Phases>): readonly Told[] {
  return crashesIn(happened).map((crash) => ({ ...plain, ...crash }));
}

function stood(before: Standings, told: Told, phases: Phases): Standings {
  const next = nodeIds.map((id) => {
    const { isUp: wasUp = true, log: old = "empty" } = before[id] ?? {};
    const isOwn = told.node === id;
    const isUp = isOwn && told.kind === "crash" ? false : wasUp || (isOwn && told.kind === "back");
    const log = isOwn && told.kind === "write" ? told.word : old;
    const isUnwritten = id === "c" && phases.c === "committed" && log !== "committed";
    const phase = isUnwritten ? "voting" : (phases[id] ?? "idle");
    return [id, { isUp, phase, log, locks: locksOf(id, isUp, phase, log) }] as const;
  });
  return Object.fromEntries(next);
}

/** While a participant is down, its log keeps the locks for it. */
function locksOf(id: NodeId, isUp: boolean, phase: string, log: string): Standing["locks"] {
  if (id === "c") return "none";
  if (isUp ? phase === "prepared" : log === "prepared") return "in doubt";
  return isUp && phase === "working" ? "free to go" : "none";
}

/** Questions that end at one time without an answer are one moment. */
function merged(moments: readonly Moment[]): readonly Moment[] {
  const all: Moment[] = [];
  for (const moment of moments) {
    const last = all.at(-1);
    if (moment.kind === "vain" && last?.kind === "vain" && last.atMs === moment.atMs)
      all[all.length - 1] = joined(last, moment);
    else all.push(moment);
  }
  return all;
}

/** Of what is in vain, `to` is who was there to hear it. */
function joined(last: Moment, moment: Moment): Moment {
  const to = [...new Set(`${last.to} ${moment.to}`.split(" "))].filter((id) => id !== "");
  return { ...moment, to: to.join(" "), ends: [...last.ends, ...moment.ends] };
}

/** The second and later questions of a node that nobody answers become one moment, with their number. */
function folded(moments: readonly Moment[]): readonly Moment[] {
  const isVain = ({ kind }: Moment) => kind === "vain" || kind === "drop";
  const vain = new Set(moments.filter(isVain).flatMap(({ ends }) => ends));
  const [hidden, lost] = [new Set<number>(), new Set<number>()];
  const asked = new Set<NodeId>();
  const shown: Moment[] = [];
  for (const moment of moments) {
    const { kind, node, starts, ends } = moment;
    if (kind === "crash" || kind === "back") asked.clear();
    const isLost = kind === "ask" && starts.every((id) => vain.has(id));
    const isAgain = isLost && asked.has(node);
    if (isLost) asked.add(node);
    if (isLost) for (const id of starts) lost.add(id);
    if (isAgain) for (const id of starts) hidden.add(id);
    const isHidden = isAgain || (isVain(moment) && ends.every((id) => hidden.has(id)));
    const last = shown.at(-1);
    if (isHidden) fold(shown, moment);
    else if (kind === "vain" && last && !ends.some((id) => lost.has(id)))
      shown[shown.length - 1] = { ...last, ends: [...last.ends, ...ends] };
    else shown.push(moment);
  }
  return shown;
}

function fold(shown: Moment[], moment: Moment): void {
  const last = shown.at(-1);
  const folds = last?.kind === "fold" ? shown.pop() : undefined;
  const isAsk = moment.kind === "ask";
  const who = new Set([...(folds?.to.split(" ") ?? []), ...(isAsk ? [moment.node] : [])]);
  const to = [...who].filter((id) => id !== "").join(" ");
  const times = (folds?.times ?? 0) + (isAsk ? 1 : 0);
  shown.push({ ...moment, kind: "fold", to, starts: [], ends: [], times });
}

// --- In words ------------------------------------------------------------------------------------

const names: { readonly [id: NodeId]: string } = { c: "the coordinator", client: "the client" };

function named(id: NodeId): string {
  return names[id] ?? id;
}

function listed(ids: string): string {
  return ids.split(" ").map(named).join(" and ");
}

function sentence(moment: Moment, before: readonly Moment[]): string {
  const end = moment.word === "prepare" && moment.kind === "send" ? "?" : ".";
  return `${Math.round(moment.atMs)} ms: ${words(moment, before)}${end}`;
}

function words(moment: Moment, before: readonly Moment[]): string {
  const { kind, node, to, times, after, word } = moment;
  const who = named(node);
  switch (kind) {
    case "work":
      return "p1 has taken seven dollars from Bob, p2 has given them to Joe; both hold locks and may still abort";
    case "send":
      return sent(moment);
    case "hear":
      return heard(moment, before);
    case "write":
      return written(moment);
    case "ask":
      return word === "ask"
        ? `${who} is in doubt and asks ${listed(to)}`
        : `${who} tells ${listed(to)} again: ${word}`;
    case "vain":
      return vainly(to, after);
    case "fold":
      return `${listed(to)} ${to.includes(" ") ? "go" : "goes"} on asking every 40 ms, ${Math.ceil(times / to.split(" ").length)} times more, in vain`;
    case "drop":
      return `${who} is down; “${word}” from ${named(to)} finds nobody`;
    case "crash":
      return died(moment);
    case "back":
      return returned(moment);
  }
}

function sent({ node, to, word, after }: Moment): string {
  const who = named(node);
  if (word === "prepare") return `${who} asks ${to}: can you commit`;
  if (word === "yes") return `${who} says yes; from now on it may not decide alone`;
  if (word === "no") return `${who} says no, aborts, and lets its locks go`;
  if (word === "ack") return `${who} acknowledges`;
  if (node === "c" && after.c?.phase === "idle")
    return `${who} has no record of a commit and tells ${to}: ${word}`;
  if (node !== "c" && word === "aborted")
    return `${who} has not voted yes, so nobody can have committed; it tells ${to}: aborted`;
  return `${who} tells ${named(to)}: ${word}`;
}

function heard({ node, to, word }: Moment, before: readonly Moment[]): string {
  const who = named(node);
  if (word === "yes") {
    const isSecond = before.some(({ kind, word: other }) => kind === "hear" && other === "yes");
    return isSecond
      ? `${who} has both votes, and has written nothing yet`
      : `${to} has said yes to ${who}`;
  }
  if (word === "no") return `${who} hears no from ${to}; one is enough`;
  if (word === "ack") return `${who} hears that ${to} is done`;
  const isFirst = before.at(-1)?.after[node]?.locks !== "none";
  return `${who} hears “${word}”${isFirst ? " and lets its locks go" : " once more"}`;
}

function written({ node, word }: Moment): string {
  if (word === "prepared") return `${node} writes its promise to disk: prepared`;
  if (node === "c") return `the coordinator writes “${word}”: this is the commit point`;
  return `${node} writes “${word}” and lets its locks go`;
}

function vainly(listeners: string, after: Standings): string {
  const down = nodeIds.filter((id) => !after[id]?.isUp);
  const silent = down.length > 0 ? `${listed(down.join(" "))} ${are(down.length)} down` : "";
  const unsure = listeners.split(" ").filter((id) => participants.includes(id));
  const alike =
    unsure.length > 0 ? `${listed(unsure.join(" "))} ${are(unsure.length)} in doubt too` : "";
  const why = [silent, alike].filter((part) => part !== "").join("; ");
  return `no answer: ${why || "nothing is decided yet"}`;
}

function are(count: number): string {
  return count > 1 ? "are" : "is";
}

function died({ node, after }: Moment): string {
  const log = after[node]?.log ?? "empty";
  const left = log === "empty" ? "its log is empty" : `its log says “${log}”`;
  return `${named(node)} crashes; ${left}`;
}

function returned({ node, after }: Moment): string {
  const { log = "empty", phase = "idle" } = after[node] ?? {};
  const found = log === "empty" ? "finds an empty log" : `finds “${log}” in its log`;
  const means =
    node === "c"
      ? log === "empty"
        ? ", so it has committed nothing"
        : ", so that is the decision"
      : phase === "prepared"
        ? " and takes its locks again"
        : log === "empty"
          ? ": its part is lost, and it can only abort"
          : "";
  return `${named(node)} is back, ${found}${means}`;
}

function codeOf(moment: Moment, before: readonly Moment[]): Step<Commit>["code"] {
  const { kind, node, word, to } = moment;
  const isPeer = participants.some((id) => to.includes(id));
  if (kind === "vain")
    return isPeer ? at("termination", 'if (state.phase === "prepared") return [state, []];') : null;
  if (kind === "ask")
    return word === "ask"
      ? at("termination", 'return [state, [...sendAll(asked, { type: "ask" }), again]];')
      : at("acknowledged", "const told = sendAll(left, { type: state.phase });");
  if (kind === "hear" && word === "ack") return at("acknowledged", "const acked = [...");
  if (kind === "hear" && node === "c") return heardVote(moment, before);
  if (kind === "hear" && word === "aborted") return heardAbort(moment, before);
  if (kind !== "send" && kind !== "write") return null;
  return node === "c" ? chiefCode(moment, before) : participantCode(moment);
}

function at(listing: string, line: string): Step<Commit>["code"] {
  return { listing, line };
}

function chiefCode(moment: Moment, before: readonly Moment[]): Step<Commit>["code"] {
  const { word, after, event } = moment;
  if (word === "prepare") return at("prepare", "...sendAll(options.participants");
  const earlier = before.findLast((other) => other.event !== event)?.after.c?.phase;
  if (after.c?.phase === "idle" || after.c?.phase === earlier)
    return at("answer", "return [state, [send(to, { type: decision })]];");
  return word === "aborted"
    ? at("decide", "? [next, told]")
    : at("decide", '[force(decision), ...told, timer("acks", options.retryMs)],');
}

function participantCode({ kind, word }: Moment): Step<Commit>["code"] {
  if (word === "prepared" || word === "yes")
    return at("vote", 'return [prepared, [force("prepared"), ballot("yes"), ask]];');
  if (word === "no") return at("vote", 'return [{ ...state, phase: "aborted" }, [ballot("no")]];');
  if (kind === "send" && word !== "ack")
    return at("termination", "return [next, [send(from, { type: decision })]];");
  return at("on-decision", "return [next, isWritten ? [force(decision), ...ack] : ack];");
}

/** Without a write: what is presumed needs none. */
function heardAbort({ node }: Moment, before: readonly Moment[]): Step<Commit>["code"] {
  const isFirst = before.at(-1)?.after[node]?.locks !== "none";
  return at(
    "on-decision",
    isFirst
      ? "return [next, isWritten ? [force(decision), ...ack] : ack];"
      : "if (hasNothing || isDecided(state.phase)) return [state, ack];",
  );
}

function heardVote({ word }: Moment, before: readonly Moment[]): Step<Commit>["code"] {
  const listing = "on-vote";
  if (word === "no") return { listing, line: 'if (vote === "no") {' };
  const isSecond = before.some(({ kind, word: other }) => kind === "hear" && other === "yes");
  const line = isSecond
    ? "return yes.length === options.participants.length"
    : "const yes = [...state.yes.filter((id) => id !== from), from];";
  return { listing, line };
}
