/** The storm of the chapter at a fifth of its size, second by second, with an operator who may do something at each step. */
import { simulate as start } from "../../code/kernel/simulator.ts";
import { newBudget } from "../../code/retries/budget.ts";
import {
  type ClientOptions,
  type ClientState,
  client,
  type Phase,
} from "../../code/retries/client.ts";
import { type ServerState, server } from "../../code/retries/server.ts";
import { clientCount, type Reading, timeoutMs, watch } from "../../code/retries/storm.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";

export type Params = {
  /** Calls, in percent of what the server can do. */
  readonly load: number;
  readonly attempts: number;
  readonly pauseS: number;
  readonly budget: boolean;
  readonly jitter: boolean;
  readonly shed: boolean;
  readonly seed: number;
  readonly deeds: readonly Deed[];
};

export type Mark = { readonly second: number; readonly words: string };

/** What the sentence of a step, its picture and its code go by. */
type Regime = "well" | "still" | "storm" | "drains" | "overload";

export type Storm = {
  /** Of the whole run; what is shown of them ends at `second`. */
  readonly readings: readonly Reading[];
  readonly second: number;
  /** Of the axis of time: more than the run takes where an operator is at work. */
  readonly untilSecond: number;
  readonly pauses: readonly { readonly from: number; readonly until: number }[];
  readonly marks: readonly Mark[];
  readonly load: number;
  readonly attempts: number;
  /** Load below which the failed state ends by itself, in percent. */
  readonly safe: number;
  /** The queue, next to be served first: is the request still waited for? */
  readonly queue: readonly boolean[];
  readonly places: number;
  /** Sent to it while it stands still: in no queue yet, since nobody takes them in. */
  readonly unread: number;
  readonly server: "idle" | "for one who waits" | "for one who has left" | "stands still";
  readonly regime: Regime;
};

export const perSecond = 20;
const secondsMax = 120;
const pauseSecond = 20;
const deedPauseS = 10;
const ids = Array.from({ length: clientCount }, (_, index) => `client${index}`);

type Code = Step<Storm>["code"];

/** One run under way. The two levers of the operator, phases and attempts, are only ever changed for what is still to come. */
type Run = {
  readonly params: Params;
  readonly sim: ReturnType<typeof start>;
  readonly phases: Phase[];
  readonly clients: { attemptsMax: number };
  readonly readings: Reading[];
  readonly pauses: { from: number; until: number }[];
  readonly marks: Mark[];
  readonly steps: Step<Storm>[];
  load: number;
  regime: Regime;
  endSecond: number;
};

export function simulate(params: Params): readonly Step<Storm>[] {
  const run = begin(params);
  while (run.readings.length < run.endSecond) {
    const second = run.readings.length;
    if (second === pauseSecond && params.pauseS > 0) {
      stand(run, params.pauseS);
      run.regime = regimeOf(run);
      tell(run, `The server stands still, for ${params.pauseS} s.`, null);
    }
    run.readings.push(...watch(run.sim, 1));
    look(run);
  }
  return run.steps;
}

function begin(params: Params): Run {
  const { load, attempts, budget, jitter, shed, seed } = params;
  const phases = [{ fromMs: 0, perSecond: share(load) }];
  const clients: ClientOptions & { attemptsMax: number } = {
    server: "server",
    load: { kind: "open", phases },
    timeoutMs,
    attemptsMax: attempts,
    backoff: jitter ? { kind: "full", baseMs: 100, capMs: 10_000 } : { kind: "none" },
    budget: budget ? newBudget(10, 2) : null,
    throttle: null,
  };
  const queueMax = shed ? perSecond / 2 : 5 * perSecond;
  const discipline = { kind: "fifo" } as const;
  const nodes = {
    server: server({ serviceMs: 1000 / perSecond, queueMax, discipline }),
    ...Object.fromEntries(ids.map((id) => [id, client(clients)])),
  };
  const sim = start({ seed, nodes, clients: ids, keepTrace: false });
  const lists = { readings: [], pauses: [], marks: [], steps: [] };
  return { params, sim, phases, clients, ...lists, load, regime: "well", endSecond: 80 };
}

/** Calls a second of one client. */
function share(load: number): number {
  return (load * perSecond) / 100 / clientCount;
}

function stand(run: Run, forS: number): void {
  run.sim.apply({ kind: "pause", node: "server", forMs: forS * 1000 });
  const from = run.readings.length;
  run.pauses.push({ from, until: from + forS });
}

/** After each second: has anything happened that is worth a sentence? */
function look(run: Run): void {
  const second = run.readings.length;
  const before = run.regime;
  run.regime = regimeOf(run);
  const pause = run.pauses.at(-1);
  const last = run.steps.at(-1)?.state.second ?? 0;
  if (pause && second === pause.from + 2 && pause.until > second)
    tell(run, "The calls of a second have timed out, and are sent again.", failure);
  else if (pause && second - 1 < pause.until && pause.until <= second)
    tell(run, `The server goes on, as fast as ever. ${queueWords(run)}`, entering);
  else if (before !== run.regime && run.regime === "well" && second > 3)
    tell(run, "The queue is shorter than the patience of the clients: answers are in time.", good);
  else if (before === "well" && run.regime !== "well" && run.regime !== "still")
    tell(run, `The queue is longer than the clients wait. ${queueWords(run)}`, entering);
  else if (second - last >= 10) tell(run, ...report(run));
}

/** What holds at the end of this second. */
function regimeOf(run: Run): Regime {
  const second = run.readings.length;
  const pause = run.pauses.at(-1);
  if (pause && second < pause.until) return "still";
  const { queue = 0 } = run.readings.at(-1) ?? {};
  if (queue <= (perSecond * timeoutMs) / 1000) return "well";
  if (run.load > 100) return "overload";
  return run.load < safeLoad(run) ? "drains" : "storm";
}

/** C / A; with a budget C / 1.1; and the capacity where no dead work is done. */
function safeLoad({ params, clients }: Run): number {
  if (params.shed) return 100;
  const amplification = params.budget ? Math.min(1.1, clients.attemptsMax) : clients.attemptsMax;
  return 100 / amplification;
}

const failure = {
  listing: "failure",
  line: "const next = { ...state, budget, open: replace(state.open, waiting) };",
};
const giveUp = { listing: "failure", line: "if (call.attempt >= options.attemptsMax) {" };
const entering = {
  listing: "request",
  line: "const queue = [...state.queue, waiting];",
};
const good = {
  listing: "answer",
  line: 'return end(options, next, call, "succeeded", input.dice);',
};
const late = {
  listing: "answer",
  line: "if (!call?.sent || call.attempt !== body.attempt) return [state, []];",
};
const phase = {
  listing: "arrivals",
  line: "const phase = phases.findLast((p) => p.fromMs <= nowMs);",
};

function report(run: Run): readonly [string, Code] {
  const of = (column: "attempts" | "good" | "calls") => percent(run.readings.slice(-5), column);
  switch (run.regime) {
    case "well":
      return [
        `${of("calls")}% of the server’s capacity is asked, ${of("good")}% is answered in time.`,
        good,
      ];
    case "still":
      return [
        `The server still stands; ${of("attempts")}% of its capacity is sent to it.`,
        failure,
      ];
    case "drains":
      return [`${of("attempts")}% of the server’s capacity arrives. ${queueWords(run)}`, late];
    default:
      return [
        `${of("attempts")}% of the server’s capacity arrives, it never rests, and ${of("good")}% is answered in time.`,
        late,
      ];
  }
}

/** Mean rate of these readings in percent of the capacity. */
export function percent(
  readings: readonly Reading[],
  column: "attempts" | "good" | "calls",
): number {
  const sum = readings.reduce((total, reading) => total + reading[column], 0);
  return Math.round((100 * sum) / (perSecond * Math.max(readings.length, 1)));
}

function queueWords({ sim }: Run): string {
  const { queue } = sim.state<ServerState>("server");
  const seconds = queue.length / perSecond;
  return queue.length === 0 ? "Nobody waits." : `${seconds} s of work wait in front of it.`;
}

function tell(run: Run, words: string, code: Code): void {
  const second = run.readings.length;
  const state: Storm = {
    readings: run.readings,
    second,
    untilSecond: run.params.deeds.length > 0 ? secondsMax : 80,
    pauses: run.pauses.map((pause) => ({ ...pause })),
    marks: [...run.marks],
    load: run.load,
    attempts: run.clients.attemptsMax,
    safe: safeLoad(run),
    queue: waiting(run),
    server: serverOf(run),
    unread: run.regime === "still" ? unread(run.readings, stillFrom(run)) : 0,
    places: run.params.shed ? perSecond / 2 : 5 * perSecond,
    regime: run.regime,
  };
  run.steps.push({ say: `${second} s: ${words}`, state, code });
  const present = run.steps.length - 1;
  const done = run.params.deeds.filter(({ step }) => step === present);
  if (done.length === 0) return;
  const acts = done.map((deed) => act(run, deed));
  run.endSecond = Math.min(secondsMax, Math.max(run.endSecond, second + 30));
  run.regime = regimeOf(run);
  run.marks.push({ second, words: acts.map(({ mark }) => mark).join(", ") });
  tell(run, acts.map(({ say }) => say).join(" "), acts.at(-1)?.code ?? null);
}

type Act = { readonly say: string; readonly mark: string; readonly code: Code };

/** What a deed does to the run, and the words for it. */
function act(run: Run, { deed, target }: Deed): Act {
  const fromMs = run.sim.nowMs;
  switch (deed) {
    case "load":
      run.load = Number(target);
      run.phases.push({ fromMs, perSecond: share(run.load) });
      return { say: `From now on the load is ${target}%.`, mark: `load ${target}%`, code: phase };
    case "retries":
      run.clients.attemptsMax = target === "off" ? 1 : run.params.attempts;
      return { say: `Retries are ${target} now.`, mark: `retries ${target}`, code: giveUp };
    case "restart":
      run.sim.apply({ kind: "crash", node: "server" });
      run.sim.apply({ kind: "restart", node: "server" });
      run.pauses.splice(0, run.pauses.length, ...run.pauses.map((pause) => cutShort(pause, run)));
      return { say: "The server starts anew; its queue is lost.", mark: "restart", code: null };
    default:
      stand(run, deedPauseS);
      return { say: `The server stands still, for ${deedPauseS} s.`, mark: "", code: null };
  }
}

/** All attempts since it stopped: nothing is lost on the way to it. */
export function unread(readings: readonly Reading[], from: number): number {
  return readings.slice(from).reduce((sum, { attempts }) => sum + attempts, 0);
}

/** Since when it has stood still: a pause may begin in another one. */
function stillFrom({ readings, pauses }: Run): number {
  return pauses.reduceRight(
    (start, { from, until }) => (until >= start ? Math.min(from, start) : start),
    readings.length,
  );
}

function cutShort(pause: { from: number; until: number }, { readings }: Run) {
  return { ...pause, until: Math.min(pause.until, readings.length) };
}

function waiting({ sim }: Run): readonly boolean[] {
  return sim.state<ServerState>("server").queue.map((request) => isAwaited(sim, request));
}

function serverOf({ sim, regime }: Run): Storm["server"] {
  const { serving } = sim.state<ServerState>("server");
  if (regime === "still") return "stands still";
  if (serving === null) return "idle";
  return isAwaited(sim, serving) ? "for one who waits" : "for one who has left";
}

type Request = ServerState["queue"][number];

/** Does its client still wait for this very attempt? */
function isAwaited(sim: Run["sim"], { from, id, attempt }: Request): boolean {
  const { open } = sim.state<ClientState>(from);
  return open.some((call) => call.id === id && call.sent && call.attempt === attempt);
}
