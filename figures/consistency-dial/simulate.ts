/** One workload and one seed at any position of the dial: what is read, what a promise loses by it, and what it takes. */
import type { Level } from "../../code/consistency/levels.ts";
import {
  farApart,
  latencies,
  type Promised,
  promises,
  servers,
  staleReads,
  workload,
} from "../../code/consistency/workload.scenario.ts";
import type { Operation } from "../../code/kernel/history.ts";
import type { Body, NodeId } from "../../code/kernel/node.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import type { Step } from "../../scripts/widget/contract.ts";
import { dialLine } from "../dial-lines.ts";
import type { Answer } from "../request-marks.ts";

export type Params = {
  readonly read: string;
  readonly write: string;
  readonly apartMs: number;
  readonly seed: number;
};

export type Request = {
  readonly client: NodeId;
  readonly replica: NodeId;
  readonly op: "read" | "write";
  readonly key: string;
  readonly value: string;
  readonly tookMs: number;
  readonly endMs: number;
  readonly answer: Answer;
};

/** What became of a promise until now. */
export type Fate = "kept by the setting" | "kept so far" | "broken";

export type Run = {
  readonly read: Level;
  readonly write: Level;
  /** Of the whole run, by their ends; what is shown of them ends before `now`. */
  readonly requests: readonly Request[];
  readonly now: number;
  readonly fates: { readonly [promise in Promised]: Fate };
  /** Of what has ended by now. */
  readonly stale: number;
  readonly reads: number;
  readonly readMs: number;
  readonly writeMs: number;
};

const clients = { c1: servers, c2: servers, c3: servers };
const operations = 10;
const giveUpMs = 500;
export const names = Object.keys(promises) as readonly Promised[];
const sessions = names.slice(3);

/** What a setting promises, where reads and writes are set alike. */
const promised: { readonly [level in Level]: readonly Promised[] } = {
  linearizable: names,
  sequential: names.slice(1),
  "consistent-prefix": [],
  causal: ["causal", ...sessions],
  "read-your-writes": ["read-your-writes"],
  "monotonic-reads": ["monotonic-reads"],
  eventual: [],
};

export function simulate({ read, write, apartMs, seed }: Params): readonly Step<Run>[] {
  const levelOf = ({ type }: Body) => (type === "read" ? read : write) as Level;
  const delayMs = { kind: "long-tailed", median: apartMs, p99: 6 * apartMs } as const;
  const more = { network: { ...farApart, delayMs } };
  const { sim, history } = workload({ seed, levelOf, clients, operations, more });
  const ended = history.toSorted((one, other) => endMsOf(one) - endMsOf(other));
  const stale = new Set(staleReads(history));
  const requests = ended.map((one) => told(one, stale.has(one), sim.trace));
  const breaches = names.map((name) => breachOf(name, ended));
  return Array.from({ length: ended.length + 1 }, (_, now) => {
    const fates = Object.fromEntries(
      names.map((name, at) => [name, fateOf(name, breaches[at] ?? 0, now, read, write)]),
    ) as Run["fates"];
    const levels = { read: read as Level, write: write as Level };
    const state = { ...levels, requests, now, fates, ...sums(ended.slice(0, now), stale) };
    const request = requests[now - 1];
    const broken = names.filter((_, at) => breaches[at] === now);
    const code = request
      ? dialLine(levels[request.op], request)
      : { listing: "settings", line: lines[levels.read] };
    return { say: sentence(request, broken, state), state, code };
  });
}

function endMsOf({ invokeMs, returnMs }: Operation): number {
  return returnMs ?? invokeMs + giveUpMs;
}

function told(one: Operation, isStale: boolean, trace: readonly TraceEvent[]): Request {
  const { process: client, invokeMs, args, result, outcome } = one;
  const sent = trace.find(
    (event) => event.kind === "send" && event.message.src === client && event.atMs === invokeMs,
  );
  const value = one.op === "read" ? result?.value : args.value;
  return {
    client,
    replica: sent?.kind === "send" ? sent.message.dest : "nobody",
    op: one.op === "read" ? "read" : "write",
    key: String(args.key),
    value: typeof value === "string" ? value : "nothing",
    tookMs: endMsOf(one) - invokeMs,
    endMs: endMsOf(one),
    answer: outcome !== "ok" ? "refused" : isStale ? "stale" : "fresh",
  };
}

// --- Promises ------------------------------------------------------------------------------------

/** After how many ends a checker first says that the promise is broken; 0 if it never does. */
function breachOf(name: Promised, ended: readonly Operation[]): number {
  const isBroken = (count: number) => promises[name](beginning(ended, count)).verdict === "illegal";
  if (!isBroken(ended.length)) return 0;
  let [whole, broken] = [0, ended.length];
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2);
    if (isBroken(middle)) broken = middle;
    else whole = middle;
  }
  return broken;
}

/** The history as it stood when so many had ended: what was asked and not yet answered is open. */
function beginning(ended: readonly Operation[], count: number): readonly Operation[] {
  const last = ended[count - 1];
  const untilMs = last ? endMsOf(last) : 0;
  const open = { returnMs: null, result: null, outcome: "info" } as const;
  return ended
    .filter(({ invokeMs }, at) => at < count || invokeMs < untilMs)
    .map((one) => (ended.indexOf(one) < count ? one : { ...one, ...open }))
    .sort((one, other) => one.invokeMs - other.invokeMs);
}

function fateOf(name: Promised, breach: number, now: number, read: string, write: string): Fate {
  if (breach > 0 && breach <= now) return "broken";
  const isPromised = read === write && promised[read as Level].includes(name);
  return isPromised ? "kept by the setting" : "kept so far";
}

function sums(done: readonly Operation[], stale: ReadonlySet<Operation>) {
  const of = (op: string) => done.filter((one) => one.op === op);
  return {
    stale: done.filter((one) => stale.has(one)).length,
    reads: of("read").length,
    readMs: latencies(of("read")).medianMs,
    writeMs: latencies(of("write")).medianMs,
  };
}

// --- Words ---------------------------------------------------------------------------------------

export function wordsOf(name: string): string {
  return name.replaceAll("-", " ");
}

function sentence(
  request: Request | undefined,
  broken: readonly Promised[],
  { read, write }: Run,
): string {
  if (!request)
    return read === write
      ? `Reads and writes are set to ${wordsOf(read)}. Nothing has been asked.`
      : `Reads are set to ${wordsOf(read)}, writes to ${wordsOf(write)}.`;
  const { client, replica, op, key, value, tookMs, answer } = request;
  const took = `${Math.round(tookMs)} ms`;
  const what =
    answer === "refused"
      ? `${client}’s ${op} of ${key} at ${replica} is given up after ${took}.`
      : op === "write"
        ? `${client} writes ${value} to ${key} at ${replica}: ${took}.`
        : `${client} reads ${value} from ${key} at ${replica}: ${took}${answer === "stale" ? ", and stale" : ""}.`;
  if (broken.length === 0) return what;
  return `${what} Lost from here on: ${listed(broken.map(wordsOf))}.`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

const lines: { readonly [level in Level]: string } = {
  linearizable: "linearizable: {",
  sequential: "sequential: {",
  "consistent-prefix": '"consistent-prefix": {',
  causal: "causal: {",
  "read-your-writes": '"read-your-writes": {',
  "monotonic-reads": '"monotonic-reads": {',
  eventual: "eventual: {",
};
