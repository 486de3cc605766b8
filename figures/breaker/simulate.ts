/** The run of the chapter: a client with one breaker before ten hosts, some of which fall sick at second 5. */
import { simulate as start } from "../../code/kernel/simulator.ts";
import { breakerOptions, settings, totals } from "../../code/timeouts/breaker.scenario.ts";
import { type Breaker, type Bucket, closedBreaker } from "../../code/timeouts/breaker.ts";
import { type GuardedState, guarded } from "../../code/timeouts/guarded.ts";
import { host, type Sickness } from "../../code/timeouts/host.ts";
import type { Step } from "../../scripts/widget/contract.ts";

export type Params = {
  readonly sick: number;
  readonly how: string;
  readonly sickS: number;
  readonly threshold: number;
  readonly window: number;
  readonly openS: number;
  readonly probes: number;
  readonly seed: number;
};

export type Kind = Breaker["state"]["kind"];
export type Counts = { readonly good: number; readonly failed: number; readonly refused: number };

export type Guard = {
  readonly params: Params;
  readonly nowMs: number;
  readonly kind: Kind;
  /** Results that count now: of the last calls, or of the probes. */
  readonly window: readonly Bucket[];
  /** The window of the closed breaker; once it is open, as it was one call before. */
  readonly closedWindow: readonly Bucket[];
  /** Permits that a half-open breaker still has. */
  readonly permitsLeft: number;
  readonly untilMs: number;
  /** Calls by the second in which they ended, up to now. */
  readonly seconds: readonly Counts[];
  readonly changes: readonly { readonly atMs: number; readonly to: Kind }[];
  /** Refused since all hosts are well. */
  readonly refusedInVain: number;
};

export const endS = 20;
export const sickFromS = 5;

const nothing: Omit<Guard, "params"> = {
  nowMs: 0,
  kind: "closed",
  window: [],
  closedWindow: [],
  permitsLeft: 0,
  untilMs: 0,
  seconds: [],
  changes: [],
  refusedInVain: 0,
};

export function simulate(params: Params): readonly Step<Guard>[] {
  const sim = begin(params);
  const steps: Step<Guard>[] = [];
  const marks = marksOf(params);
  let now: Guard = { ...nothing, params };
  while (sim.runOne() && sim.nowMs < endS * 1000) {
    while (marks[0] && marks[0].atS * 1000 <= sim.nowMs) {
      const mark = marks.shift();
      now = { ...now, nowMs: (mark?.atS ?? 0) * 1000 };
      const say = mark?.words(now);
      if (say) steps.push(told(now, say, null));
    }
    const before = now;
    now = guardOf(sim, before);
    const news = newsOf(before, now);
    if (news) steps.push(told(now, ...news));
  }
  const last = { ...now, nowMs: endS * 1000 };
  return [...steps, told(last, summary(last), null)];
}

type Code = Step<Guard>["code"];

function told(state: Guard, words: string, code: Code): Step<Guard> {
  return { say: `${(state.nowMs / 1000).toFixed(2)} s: ${words}`, state, code };
}

type Sim = ReturnType<typeof begin>;

/** The client stands second, as in the scenario of one host: so it draws the same calls. */
function begin({ threshold, window, openS, probes, seed, ...health }: Params) {
  const ids = Array.from({ length: 10 }, (_, at) => `host${at}`);
  const breaker = {
    ...breakerOptions,
    window: { kind: "count", calls: window } as const,
    failurePercent: threshold,
    openMs: openS * 1000,
    probes,
  };
  const sickness = sicknessOf(health.how, health.sickS);
  const hosts = ids.map(
    (id, at) => [id, host({ workMs: 10, sick: at < health.sick ? sickness : null })] as const,
  );
  return start({
    seed,
    nodes: {
      ...Object.fromEntries(hosts.slice(0, 1)),
      client: guarded({ ...settings, hosts: ids, breaker }),
      ...Object.fromEntries(hosts.slice(1)),
    },
    clients: ["client"],
    network: { delayMs: { kind: "constant", ms: 1 } },
    keepTrace: false,
  });
}

function sicknessOf(how: string, forS: number): Sickness {
  return {
    fromMs: sickFromS * 1000,
    untilMs: (sickFromS + forS) * 1000,
    says: how === "err" ? "failed" : "done",
    afterMs: how === "err" ? 10 : how === "slow" ? 300 : 60_000,
  };
}

/** What is seen after an event of the run. */
function guardOf(sim: Sim, before: Guard): Guard {
  const { breakers, changes } = sim.state<GuardedState>("client");
  const { state } = breakers.service ?? closedBreaker;
  const counts = countsOf(sim);
  const sum = total(before.seconds);
  const second = Math.floor(sim.nowMs / 1000);
  const refused = counts.refused - sum.refused;
  const { sick, sickS } = before.params;
  const allWell = sick === 0 || sim.nowMs >= (sickFromS + sickS) * 1000;
  return {
    params: before.params,
    nowMs: sim.nowMs,
    kind: state.kind,
    window: state.kind === "open" ? [] : state.window,
    closedWindow:
      state.kind === "closed" ? state.window : state.kind === "open" ? before.closedWindow : [],
    permitsLeft: state.kind === "half-open" ? state.permitsLeft : 0,
    untilMs: state.kind === "open" ? state.untilMs : before.untilMs,
    seconds: withMore(before.seconds, second, {
      good: counts.good - sum.good,
      failed: counts.failed - sum.failed,
      refused,
    }),
    changes,
    refusedInVain: before.refusedInVain + (allWell ? refused : 0),
  };
}

function countsOf(sim: Sim): Counts {
  const { good, failed, refused } = totals(sim, () => true);
  return { good, failed, refused };
}

export function total(seconds: readonly Counts[]): Counts {
  return seconds.reduce(add, { good: 0, failed: 0, refused: 0 });
}

function add(one: Counts, other: Counts): Counts {
  return {
    good: one.good + other.good,
    failed: one.failed + other.failed,
    refused: one.refused + other.refused,
  };
}

function withMore(seconds: readonly Counts[], second: number, more: Counts): readonly Counts[] {
  if (more.good + more.failed + more.refused === 0) return seconds;
  const all = Array.from(
    { length: Math.max(seconds.length, second + 1) },
    (_, at) => seconds[at] ?? { good: 0, failed: 0, refused: 0 },
  );
  return all.map((counts, at) => (at === second ? add(counts, more) : counts));
}

type Mark = { readonly atS: number; readonly words: (now: Guard) => string | null };

/** Moments that no call makes, but the hosts or the clock. */
function marksOf({ sick, how, sickS }: Params): Mark[] {
  const does = { err: "err", hang: "do not answer any more", slow: "take 300 ms instead of 10" }[
    how
  ];
  const share = (now: Guard) => `${windowWords(now.window)} Not enough to open.`;
  const steady = (now: Guard) => (now.kind === "closed" ? share(now) : null);
  const falls = {
    atS: sickFromS,
    words: () => `From now on ${sick === 10 ? "all" : sick} of the ten hosts ${does}.`,
  };
  const wellWords = (now: Guard) =>
    `All hosts are well again${now.kind === "open" ? ", and the breaker does not know" : ""}.`;
  const calm = { atS: 4, words: () => "The breaker is closed, and all calls are answered." };
  if (sick === 0 || sickS === 0) return [calm];
  const marks = [calm, falls, { atS: 8, words: steady }, { atS: 12, words: steady }];
  return [...marks, { atS: sickFromS + sickS, words: wellWords }].sort((a, b) => a.atS - b.atS);
}

export function tally(window: readonly Bucket[]) {
  const of = (column: "calls" | "failed" | "slow") =>
    window.reduce((sum, bucket) => sum + bucket[column], 0);
  return { calls: of("calls"), failed: of("failed"), slow: of("slow") };
}

function windowWords(window: readonly Bucket[]): string {
  const { calls, failed, slow } = tally(window);
  const late = slow > 0 ? `, ${slow} were slow` : "";
  return `Of the last ${calls} calls ${failed} failed${late}.`;
}

/** What this event has changed that a reader should hear of. */
function newsOf(before: Guard, now: Guard): readonly [string, Code] | null {
  if (now.changes.length > before.changes.length) return changed(before, now);
  const [was, is] = [total(before.seconds), total(now.seconds)];
  if (was.failed === 0 && is.failed > 0)
    return ["The first call fails. A rate of one in one says nothing yet.", few];
  if (now.kind === "half-open" && before.permitsLeft > 0 && now.permitsLeft === 0)
    return ["All probes are under way. Until they are back, calls are refused.", out];
  if (was.refused === 0 && is.refused > 0)
    return ["A call is refused. It has not been sent, and took no time.", refuse];
  return null;
}

function changed(before: Guard, now: Guard): readonly [string, Code] {
  const { probes, threshold } = now.params;
  if (now.kind === "half-open")
    return ["The wait is over and a call comes: it passes, as a probe.", halfOpen];
  if (now.kind === "closed")
    return [`The ${probes === 1 ? "probe is" : "probes are"} good, and the breaker closes.`, close];
  const until = `The breaker is open until ${(now.untilMs / 1000).toFixed(2)} s`;
  if (before.kind === "half-open")
    return [`The ${probes === 1 ? "probe is" : "probes are"} bad. ${until}.`, open];
  const { failed, slow } = tally(now.closedWindow);
  const share = failed > 0 || slow === 0 ? `${threshold}% of the calls failed` : "80% were slow";
  return [`${share}. ${until}.`, open];
}

const few = { listing: "judge", line: 'if (calls < enough) return "unknown";' };
const refuse = { listing: "acquire", line: "if (nowMs <= state.untilMs) return [breaker, null];" };
const halfOpen = { listing: "acquire", line: 'kind: "half-open",' };
const out = { listing: "acquire", line: "if (state.permitsLeft === 0) return [breaker, null];" };
const open = { listing: "record", line: 'return change(breaker, { kind: "open", untilMs });' };
const close = {
  listing: "record",
  line: 'return change(breaker, { kind: "closed", window: [] });',
};

function summary({ seconds, refusedInVain }: Guard): string {
  const { good, failed, refused } = total(seconds);
  const calls = good + failed + refused;
  const inVain = refusedInVain > 0 ? `, ${refusedInVain} of them after all hosts were well` : "";
  return `Of ${calls} calls, ${good} were answered, ${failed} failed, ${refused} were refused${inVain}.`;
}
