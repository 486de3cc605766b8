/** Two workers, one lock service, one store: w1 stands still between its read and its write, for as long as one likes. */
import type { NodeId } from "../../code/kernel/node.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import type { Store } from "../../code/locks/store.ts";
import { running, strategies, ttlMs } from "../../code/locks/strategies.scenario.ts";
import type { Worker } from "../../code/locks/worker.ts";
import type { Step } from "../../scripts/widget/contract.ts";

export type Params = { readonly strategy: string; readonly pauseMs: number };

/** One thing that happened: an arrow from a node to another, or a mark on one. */
export type Moment = {
  readonly atMs: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly words: string;
  readonly kind: "grant" | "read" | "write" | "answer" | "refusal" | "pause" | "resume";
  readonly token: number | null;
};

export type Lease = {
  readonly token: number;
  readonly untilMs: number;
  readonly isReleased: boolean;
};

export type Fencing = {
  /** Of the whole run; what is shown of them ends at `now`. */
  readonly moments: readonly Moment[];
  readonly now: number;
  /** Of each token, from its grant on: until its time is over, or until its holder has given it back. */
  readonly leases: readonly Lease[];
  readonly store: Pick<Store, "value" | "highest"> & { readonly tokens: readonly number[] };
};

const cast = { ids: ["w1", "w2"], staggerMs: 30, change: { operations: 1 } };
const endMs = 700;

export function simulate({ strategy, pauseMs }: Params): readonly Step<Fencing>[] {
  const chosen = strategies[strategy as keyof typeof strategies];
  const sim = running(chosen, { seed: 7 }, cast);
  while (sim.state<Worker>("w1").phase !== "work") sim.runOne();
  if (pauseMs > 0) sim.apply({ kind: "pause", node: "w1", forMs: pauseMs });
  const stores = new Map<number, Fencing["store"]>();
  while (sim.nowMs < endMs && sim.runOne()) stores.set(sim.trace.length, storeOf(sim.state("s1")));
  const told = sim.trace.flatMap((event, at) => tell(event).map((moment) => ({ moment, at })));
  const moments = told.map(({ moment }) => moment);
  const leases = moments
    .filter(({ kind }) => kind === "grant")
    .map(({ token, atMs }) => leaseOf(token ?? 0, atMs + ttlMs, sim.trace));
  return told.map(({ moment, at }, now) => ({
    say: sentence(moment),
    code: codeOf(moment),
    state: { moments, now, leases, store: storeAt(stores, at) },
  }));
}

/** A release that comes when the lease is over frees nothing. */
function leaseOf(token: number, endMs: number, trace: readonly TraceEvent[]): Lease {
  const released = trace.find(
    (event) =>
      event.kind === "deliver" &&
      event.message.body.type === "release" &&
      event.message.body.token === token,
  );
  const isReleased = released !== undefined && released.atMs < endMs;
  return { token, untilMs: isReleased ? released.atMs : endMs, isReleased };
}

function storeOf({ value, highest, writes }: Store): Fencing["store"] {
  return { value, highest, tokens: writes.map(({ token }) => token) };
}

/** The store after the event at this place of the trace. */
function storeAt(stores: ReadonlyMap<number, Fencing["store"]>, at: number): Fencing["store"] {
  const later = [...stores].find(([length]) => length > at);
  return later?.[1] ?? { value: 0, highest: 0, tokens: [] };
}

function tell(event: TraceEvent): readonly Moment[] {
  const { atMs } = event;
  if (event.kind === "pause" || event.kind === "resume") {
    const words = event.kind === "pause" ? "stands still" : "goes on";
    return [{ atMs, from: event.node, to: event.node, words, kind: event.kind, token: null }];
  }
  if (event.kind !== "deliver") return [];
  const { src: from, dest: to, body } = event.message;
  const token = typeof body.token === "number" ? body.token : null;
  const moment = (kind: Moment["kind"], words: string): readonly Moment[] => [
    { atMs, from, to, words, kind, token },
  ];
  if (body.type === "acquire_ok") return moment("grant", `token ${token}`);
  if (body.type === "read_ok") return moment("read", `value ${body.value}`);
  if (body.type === "write") return moment("write", `write ${body.value}, token ${token}`);
  if (body.type === "write_ok") return moment("answer", "ok");
  return body.text === "STALE" ? moment("refusal", "refused") : [];
}

const names: { readonly [id: NodeId]: string } = { l1: "the lock service", s1: "the store" };

function sentence({ from, to, words, kind, token, atMs }: Moment): string {
  const who = (id: NodeId) => names[id] ?? id;
  const at = `${Math.round(atMs)} ms: `;
  switch (kind) {
    case "grant":
      return `${at}${who(to)} is granted token ${token}.`;
    case "read":
      return `${at}${who(to)} has read ${words}.`;
    case "write":
      return `${at}${who(from)} writes; ${words} reaches the store.`;
    case "answer":
      return `${at}${who(to)} hears that its write is done.`;
    case "refusal":
      return `${at}${who(to)} is refused: the store has seen a higher token.`;
    default:
      return `${at}${who(from)} ${words}.`;
  }
}

function codeOf({ kind }: Moment): Step<Fencing>["code"] {
  switch (kind) {
    case "grant":
      return { listing: "grant", line: "const token = state.token + 1;" };
    case "read":
      return { listing: "fence", line: 'const found = { type: "read_ok", value, version };' };
    case "write":
      return { listing: "write", line: 'if (fence !== "none" && isStale(state, Number(token)))' };
    case "answer":
      return { listing: "write", line: "const writes = [...state.writes, write];" };
    case "refusal":
      return { listing: "fence", line: "return token < state.highest;" };
    default:
      return null;
  }
}
