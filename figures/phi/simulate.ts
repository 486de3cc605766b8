/** n1 watches n2, which stands still for a while and crashes later: when is it suspected, and when wrongly? */
import { deviation, mean, phi, phiExponential, type Window } from "../../code/detectors/accrual.ts";
import { detector, type Judge, type State } from "../../code/detectors/detector.ts";
import type { DelayMs } from "../../code/kernel/network.ts";
import { type Simulation, simulate as start } from "../../code/kernel/simulator.ts";
import type { Step } from "../../scripts/widget/contract.ts";

export type Params = {
  readonly curve: string;
  readonly threshold: number;
  readonly delays: string;
  readonly delayMs: number;
  readonly lossPercent: number;
  readonly pauseMs: number;
  readonly crashes: boolean;
  readonly remembers: boolean;
  readonly seed: number;
};

type Kind = "start" | "pause" | "resume" | "suspect" | "trust" | "crash" | "end";

export type Moment = {
  readonly kind: Kind;
  readonly atMs: number;
  /** What n1 remembers of n2 then. */
  readonly window: Window;
  readonly level: number;
};

/** How suspicious n1 is, at each of its looks. */
export type Look = { readonly atMs: number; readonly level: number };

export type Watch = {
  readonly params: Params;
  readonly moments: readonly Moment[];
  readonly now: number;
  readonly looks: readonly Look[];
  /** When heartbeats came. */
  readonly beats: readonly number[];
};

export const heartbeatMs = 200;
export const deviationMsMin = 20;
export const [pauseAtMs, crashAtMs, endMs] = [4000, 9000, 13_500];
const lookMs = 10;

export function simulate(params: Params): readonly Step<Watch>[] {
  const { moments, looks, beats } = watch(params);
  return moments.map((moment, now) => ({
    say: `${(moment.atMs / 1000).toFixed(2)} s: ${words(moment, moments.slice(0, now), params)}.`,
    code: codeOf(moment, params),
    state: { params, moments, now, looks, beats },
  }));
}

export function levelOf(params: Params, window: Window, atMs: number): number {
  return params.curve === "normal"
    ? phi(window, atMs, deviationMsMin)
    : phiExponential(window, atMs);
}

/** The printed detector, and a note of whatever changes. */
function watch(params: Params): Omit<Watch, "params" | "now"> {
  const sim = watching(params);
  const moments: Moment[] = [];
  const looks: Look[] = [];
  const note = (kind: Kind) => {
    const { window } = beliefOf(sim);
    moments.push({ kind, atMs: sim.nowMs, window, level: levelOf(params, window, sim.nowMs) });
  };
  note("start");
  const { pauseMs, crashes } = params;
  let wasSuspected = false;
  for (let atMs = lookMs; atMs <= endMs; atMs += lookMs) {
    sim.runUntil(atMs);
    const { window, isSuspected } = beliefOf(sim);
    looks.push({ atMs, level: levelOf(params, window, atMs) });
    if (isSuspected !== wasSuspected) note(isSuspected ? "suspect" : "trust");
    wasSuspected = isSuspected;
    if (pauseMs > 0 && atMs === pauseAtMs) note("pause");
    if (pauseMs > 0 && atMs === pauseAtMs + pauseMs) note("resume");
    if (crashes && atMs === crashAtMs) {
      sim.apply({ kind: "crash", node: "n2" });
      note("crash");
    }
  }
  note("end");
  return { moments, looks, beats: beatsOf(sim) };
}

function watching(params: Params): Simulation {
  const { curve, threshold, lossPercent, pauseMs, remembers, seed } = params;
  const window = { sizeMax: 40, firstIntervalMs: 200, intervalMsMax: remembers ? 10_000 : 1000 };
  const judge: Judge =
    curve === "normal"
      ? { kind: "phi", threshold, deviationMsMin, window }
      : { kind: "phi-exponential", threshold, window };
  return start({
    seed,
    nodes: {
      n1: detector({ heartbeatMs, checkMs: lookMs, judge }),
      n2: detector({ heartbeatMs, checkMs: 1000, judge }),
    },
    network: {
      delayMs: delayOf(params),
      messageLossProbability: lossPercent / 100,
    },
    faults: pauseMs > 0 ? [{ atMs: pauseAtMs, kind: "pause", node: "n2", forMs: pauseMs }] : [],
  });
}

/** Evenly up to the limit; or with a tail beyond it, which one in a hundred reaches. */
function delayOf({ delays, delayMs: ms }: Params): DelayMs {
  return delays === "tail"
    ? { kind: "long-tailed", median: Math.min(5, ms / 2), p99: ms }
    : { kind: "uniform", min: 1, max: ms };
}

function beliefOf(sim: Simulation) {
  const belief = sim.state<State>("n1").beliefs.n2;
  if (belief === undefined) throw new Error("n1 does not watch n2");
  return belief;
}

function beatsOf(sim: Simulation): readonly number[] {
  return sim.trace.flatMap((event) =>
    event.kind === "deliver" && event.message.dest === "n1" ? [event.atMs] : [],
  );
}

// --- In words ------------------------------------------------------------------------------------

function words({ kind, atMs, window, level }: Moment, before: readonly Moment[], params: Params) {
  const silentMs = Math.round(atMs - window.lastMs);
  const isDead = before.some((moment) => moment.kind === "crash");
  switch (kind) {
    case "start":
      return "n1 has heard nothing yet and expects a heartbeat every 200 ms";
    case "pause":
      return `n2 stands still for ${params.pauseMs} ms; it has not crashed`;
    case "resume":
      return `n2 goes on; phi is ${level.toFixed(1)}`;
    case "suspect":
      return `after ${silentMs} ms of silence phi passes ${params.threshold}; n1 suspects n2, ${isDead ? "and is right" : "wrongly"}`;
    case "trust":
      return `a heartbeat: n1 takes it back; its window now says ${windowWords(window)}`;
    case "crash":
      return `n2 crashes; the window of n1 says ${windowWords(window)}`;
    case "end":
      return `the end: ${wrongs(before)} wrong ${wrongs(before) === 1 ? "suspicion" : "suspicions"}${found(before, params)}`;
  }
}

export function windowWords({ intervalsMs }: Window): string {
  return `${Math.round(mean(intervalsMs))} ms ± ${Math.round(deviation(intervalsMs))}`;
}

/** Suspicions of the living. */
export function wrongs(moments: readonly Moment[]): number {
  const crash = moments.findIndex(({ kind }) => kind === "crash");
  const alive = crash < 0 ? moments : moments.slice(0, crash);
  return alive.filter(({ kind }) => kind === "suspect").length;
}

/** From the crash to the suspicion that stays; null where there is none yet. */
export function foundMs(moments: readonly Moment[]): number | null {
  const crash = moments.find(({ kind }) => kind === "crash");
  const last = moments.findLast(({ kind }) => kind === "suspect" || kind === "trust");
  if (!crash || last?.kind !== "suspect") return null;
  return Math.max(0, last.atMs - crash.atMs);
}

function found(moments: readonly Moment[], { crashes }: Params): string {
  const afterMs = foundMs(moments);
  if (!crashes) return "";
  return afterMs === null
    ? ", and the crash is not found"
    : `; the crash was found after ${Math.round(afterMs)} ms`;
}

function codeOf({ kind }: Moment, { curve }: Params): Step<Watch>["code"] {
  if (kind === "trust")
    return { listing: "heard", line: "const intervalsMs = [...window.intervalsMs, intervalMs];" };
  if (kind === "start" || kind === "end") return null;
  if (kind === "suspect" && curve === "normal")
    return {
      listing: "late",
      line: "return phi(window, nowMs, judge.deviationMsMin) > judge.threshold;",
    };
  if (kind === "suspect")
    return { listing: "late", line: "return phiExponential(window, nowMs) > judge.threshold;" };
  return curve === "normal"
    ? { listing: "phi", line: "const z = (nowMs - lastMs - mean(intervalsMs)) / spreadMs;" }
    : { listing: "exponential", line: "return (nowMs - lastMs) / mean(intervalsMs) / Math.LN10;" };
}
