/** The shop of the chapter: one route's dependency hangs, and the front has the walls that the reader gives it. */
import type { Node } from "../../code/kernel/node.ts";
import { simulate as start } from "../../code/kernel/simulator.ts";
import { type GateState, gate } from "../../code/overload/gate.ts";
import { front } from "../../code/overload/hull.scenario.ts";
import { type HullState, hull } from "../../code/overload/hull.ts";
import { type CallerState, caller } from "../../code/timeouts/caller.ts";
import { type ServiceState, service } from "../../code/timeouts/service.ts";
import type { Step } from "../../scripts/widget/contract.ts";

export type Params = {
  readonly wall: string;
  /** Of recommendations: permits, or threads of their own. */
  readonly size: number;
  readonly queueMax: number;
  readonly timeoutS: number;
  readonly perSecond: number;
  readonly hangS: number;
  readonly seed: number;
};

export type Route = "recs" | "checkout";

/** Threads and a queue that share no place with others. */
export type Compartment = {
  readonly threads: number;
  readonly places: number;
  readonly jobs: readonly Route[];
  readonly queue: readonly Route[];
};

/** Of one route in one second: calls, and those answered in time. */
export type Served = {
  readonly calls: number;
  readonly good: number;
};

export type Shop = {
  readonly params: Params;
  readonly nowMs: number;
  readonly compartments: readonly Compartment[];
  /** Permits in use; null where there are none. */
  readonly held: number | null;
  readonly hangs: boolean;
  /** How many wait at B for C. */
  readonly below: number;
  readonly refused: number;
  readonly seconds: readonly { readonly [route in Route]: Served }[];
  /** The same seconds of a front without walls; empty where it has none. */
  readonly unwalled: Shop["seconds"];
};

export const [hangFromS, endS, threads] = [10, 25, 50];
type Sim = ReturnType<typeof begin>;
type Code = Step<Shop>["code"];

export function simulate(params: Params): readonly Step<Shop>[] {
  const sim = begin(params);
  const unwalled = params.wall === "none" ? [] : secondsOf(begin({ ...params, wall: "none" }));
  const steps: Step<Shop>[] = [];
  const open = newsOf(params);
  let seconds: Shop["seconds"] = [];
  let before = tallies(sim);
  for (let atMs = 50; atMs <= endS * 1000; atMs += 50) {
    sim.runUntil(atMs);
    if (atMs % 1000 === 0) {
      seconds = [...seconds, servedBetween(before, tallies(sim))];
      before = tallies(sim);
    }
    const now = shopOf(params, sim, seconds, unwalled.slice(0, seconds.length));
    const at = open.findIndex(({ isNow }) => isNow(now));
    const [news] = at < 0 ? [] : open.splice(at, 1);
    if (news)
      steps.push({ say: `${clock(atMs)} s: ${news.say(now)}`, state: now, code: news.code });
  }
  return steps;
}

function secondsOf(sim: Sim): Shop["seconds"] {
  return Array.from({ length: endS }, (_, at) => {
    const before = tallies(sim);
    sim.runUntil((at + 1) * 1000);
    return servedBetween(before, tallies(sim));
  });
}

function tallies(sim: Sim): Tallies {
  return sim.state<CallerState>("users").routes;
}

function clock(ms: number): string {
  return (ms / 1000).toFixed(ms % 1000 === 0 ? 0 : 2);
}

function begin(params: Params) {
  const { perSecond, hangS, seed } = params;
  const users = caller({
    dest: "A",
    perSecond,
    routes: ["checkout", "recs"],
    patienceMs: 2000,
    reserveMs: 0,
    cancels: false,
  });
  const below = { ...front, timeoutMs: 10_000, next: {} };
  const B = service({ ...below, queueMax: 5000, next: { recs: "C" } });
  const nodes = { A: frontOf(params), B, C: service(below), P: service(below), users };
  const hang = { kind: "pause", node: "C", atMs: hangFromS * 1000, forMs: hangS * 1000 } as const;
  return start({
    seed,
    nodes: nodes as { [id: string]: Node<unknown> },
    clients: ["users"],
    network: { delayMs: { kind: "constant", ms: 1 } },
    faults: hangS > 0 ? [hang] : [],
    keepTrace: false,
  });
}

/** The front with its walls; a pool of its own has its share of the places in the queue too. */
function frontOf({ wall, size, queueMax, timeoutS }: Params): Node<unknown> {
  const options = { ...front, queueMax, timeoutMs: timeoutS * 1000 };
  const part = (share: number) => ({
    ...options,
    threads: share,
    queueMax: placesOf(queueMax, share),
  });
  const nodes = {
    none: () => service(options),
    permits: () => gate({ kind: "bulkheads", permits: { recs: size } }, service(options)),
    pools: () => hull({ recs: part(size), checkout: part(threads - size) }),
  };
  return nodes[wall as keyof typeof nodes]() as Node<unknown>;
}

function placesOf(queueMax: number, share: number): number {
  return Math.round((queueMax * share) / threads);
}

type Tallies = CallerState["routes"];

function servedBetween(before: Tallies, after: Tallies): Shop["seconds"][number] {
  const of = (route: Route): Served => ({
    calls: (after[route]?.calls ?? 0) - (before[route]?.calls ?? 0),
    good: (after[route]?.good ?? 0) - (before[route]?.good ?? 0),
  });
  return { recs: of("recs"), checkout: of("checkout") };
}

function shopOf(
  params: Params,
  sim: Sim,
  seconds: Shop["seconds"],
  unwalled: Shop["seconds"],
): Shop {
  const hangEndMs = (hangFromS + params.hangS) * 1000;
  const gated = params.wall === "permits" ? sim.state<GateState<ServiceState>>("A") : null;
  const compartments = compartmentsOf(params, sim);
  const parts =
    params.wall === "pools" ? Object.values(sim.state<HullState>("A")) : [serviceOf(params, sim)];
  const full = parts.reduce((sum, { tally }) => sum + tally.refused, 0);
  return {
    params,
    nowMs: sim.nowMs,
    compartments,
    held: gated?.bulkheads.recs?.holders.length ?? null,
    hangs:
      sim.nowMs >= hangFromS * 1000 &&
      (sim.nowMs < hangEndMs || hangEndMs >= endS * 1000) &&
      params.hangS > 0,
    below: sim.state<ServiceState>("B").jobs.length + sim.state<ServiceState>("B").queue.length,
    refused: full + (gated?.refused ?? 0),
    seconds,
    unwalled,
  };
}

function serviceOf({ wall }: Params, sim: Sim): ServiceState {
  return wall === "permits"
    ? sim.state<GateState<ServiceState>>("A").inner
    : sim.state<ServiceState>("A");
}

function compartmentsOf(params: Params, sim: Sim): readonly Compartment[] {
  const of = ({ jobs, queue }: ServiceState, size: number): Compartment => ({
    threads: size,
    places: placesOf(params.queueMax, size),
    jobs: jobs.map(({ route }) => route as Route),
    queue: queue.map(({ route }) => route as Route),
  });
  if (params.wall !== "pools") return [of(serviceOf(params, sim), threads)];
  const { recs, checkout } = sim.state<HullState>("A");
  return [
    ...(recs ? [of(recs, params.size)] : []),
    ...(checkout ? [of(checkout, threads - params.size)] : []),
  ];
}

type News = {
  readonly isNow: (shop: Shop) => boolean;
  readonly say: (shop: Shop) => string;
  readonly code: Code;
};

/** Each is told once, at the first moment at which it holds. */
function newsOf(params: Params): News[] {
  const { hangS, timeoutS } = params;
  const well = hangFromS + hangS;
  return [
    { isNow: at(9), say: (shop) => `A good day. ${busyWords(shop)}`, code: lines.started },
    ...when(hangS > 0, {
      isNow: at(hangFromS),
      say: () => "C hangs. Nobody has told A.",
      code: null,
    }),
    ...floods(params),
    ...when(hangS >= timeoutS, {
      isNow: at(hangFromS + timeoutS + 0.5),
      say: (shop) => `A gives up on the first calls, after ${timeoutS} s. ${busyWords(shop)}`,
      code: lines.gone,
    }),
    { isNow: at(hangFromS + 5), say: sharesWords, code: null },
    ...when(hangS > 0 && well < endS, {
      isNow: at(well + 0.05),
      say: () => "C goes on, and works off what waits.",
      code: null,
    }),
    { isNow: at(20), say: sharesWords, code: null },
    { isNow: at(endS), say: sharesWords, code: null },
  ];
}

function at(seconds: number): News["isNow"] {
  return ({ nowMs }) => nowMs >= seconds * 1000;
}

function when(condition: boolean, news: News): readonly News[] {
  return condition ? [news] : [];
}

const lines = {
  started: { listing: "start", line: "const jobs = [...state.jobs, job];" },
  asked: { listing: "worked", line: 'const waiting: Job = { ...job, phase: "waiting" };' },
  full: {
    listing: "start",
    line: "if (state.jobs.length >= options.threads) return [state, []];",
  },
  refusing: { listing: "call", line: 'return [refused, [answer("overloaded", request)]];' },
  denied: { listing: "permit", line: "if (s.holders.length >= s.permits) return null;" },
  gone: { listing: "gone", line: 'finish(options, state, job, "failed", nowMs)' },
};

/** What fills up: threads, permits, compartments, queues. */
function floods({ wall, size }: Params): readonly News[] {
  return [
    {
      isNow: (shop) => shop.hangs && held(shop) >= 10,
      say: () => "Ten threads of A wait for B, which waits for C. They do nothing.",
      code: lines.asked,
    },
    {
      isNow: (shop) => shop.held === size && shop.refused > 0,
      say: () => `All ${size} permits are out: the next recommendation is refused at once.`,
      code: lines.denied,
    },
    {
      isNow: ({ compartments: [first] }) => isFull(first),
      say: (shop) =>
        wall === "pools"
          ? `The compartment of recommendations is flooded: ${size} of ${size} threads.`
          : `All ${threads} threads of A are taken, ${held(shop)} by recommendations.`,
      code: lines.full,
    },
    {
      isNow: ({ compartments }) => waits(compartments.at(-1), "checkout") >= 5,
      say: () => "Checkouts wait in the queue, though the payments have nothing to do.",
      code: lines.full,
    },
    {
      isNow: ({ compartments }) => compartments.some(({ queue, places }) => queue.length >= places),
      say: () => "A queue is full. From now on calls are refused at once.",
      code: lines.refusing,
    },
  ];
}

export function held({ compartments }: Shop): number {
  return compartments.reduce(
    (sum, { jobs }) => sum + jobs.filter((route) => route === "recs").length,
    0,
  );
}

function isFull(part: Compartment | undefined): boolean {
  return part !== undefined && part.jobs.length >= part.threads;
}

function waits(part: Compartment | undefined, route: Route): number {
  return part?.queue.filter((own) => own === route).length ?? 0;
}

function busyWords({ compartments }: Shop): string {
  const busy = compartments.reduce((sum, { jobs }) => sum + jobs.length, 0);
  return busy === 1
    ? `One of ${threads} threads is busy.`
    : `${busy} of ${threads} threads are busy.`;
}

function sharesWords(shop: Shop): string {
  const [checkout, recs] = [lastShare(shop.seconds, "checkout"), lastShare(shop.seconds, "recs")];
  return `Of the last five seconds’ checkouts ${checkout}% were answered, of recommendations ${recs}%.`;
}

/** Of the calls of the last five seconds, the percentage that was answered. */
export function lastShare(seconds: Shop["seconds"], route: Route): number {
  const last = seconds.slice(-5).map((second) => second[route]);
  const calls = last.reduce((sum, second) => sum + second.calls, 0);
  const good = last.reduce((sum, second) => sum + second.good, 0);
  return calls === 0 ? 0 : Math.min(100, Math.round((100 * good) / calls));
}
