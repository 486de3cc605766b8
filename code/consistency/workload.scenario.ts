/**
 * One workload and one seed for all positions of the dial: clients that
 * read and write two keys, each time at a replica drawn by lot.
 */
import { drawing, five, registers } from "../abd/cluster.scenario.ts";
import type { Tag } from "../abd/tag.ts";
import type { ClientState } from "../kernel/client.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import type { Body, Message, Node, NodeId } from "../kernel/node.ts";
import { intBetween, stream } from "../kernel/random.ts";
import { checkSession, type VersionOf } from "../kernel/sessions.ts";
import { checkCausal } from "../kernel/sessions-causal.ts";
import { checkSequential } from "../kernel/sessions-sequential.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { dial } from "./dial.ts";
import type { Level } from "./levels.ts";
import { type Dialled, withSession } from "./session.ts";
import type { Options, State } from "./state.ts";

export const servers = five;
export const options: Options = {
  leader: "n1",
  gossipMs: 100,
  waitMsMax: 300,
};

/** A client that turns to another of these replicas each time. */
export function roaming<S>(
  client: Node<S>,
  replicas: readonly NodeId[],
): Node<S> {
  return {
    init: (setup) => client.init(setup),
    step: (state, input) => {
      const [next, effects] = client.step(state, input);
      const lot = stream(input.dice, 7);
      const at = intBetween(lot, 0, replicas.length - 1);
      const dest = replicas[at] ?? "";
      const turned = effects.map((effect) =>
        effect.kind === "send" ? { ...effect, dest } : effect,
      );
      return [next, turned];
    },
  };
}

/** Clients are near every replica; replicas are far from each other. */
export const farApart = {
  delayMs: { kind: "long-tailed", median: 20, p99: 120 },
  fate: ({ src, dest }: Message) =>
    servers.includes(src) && servers.includes(dest) ? undefined : 1,
} as const;

export type Setup = {
  readonly seed: number;
  readonly levelOf: (request: Body) => Level;
  /** The replicas that each client may turn to. */
  readonly clients: { readonly [client: NodeId]: readonly NodeId[] };
  readonly operations: number;
  /** Stop then; by default when all was asked. */
  readonly untilMs?: number;
  /** The weather; far apart and calm by default. */
  readonly more?: Partial<SimulationOptions>;
  /** What each replica runs; the dial as it should be by default. */
  readonly node?: Node<State>;
};

export type Run = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
};

// #region workload
/** Let the clients ask all that they have to ask; the history of it. */
export function workload(setup: Setup): Run {
  const { seed, levelOf, operations, more = {} } = setup;
  const { node = dial(options) } = setup;
  const asking = Object.entries(setup.clients).map(([id, replicas]) => {
    const times = { timeoutMs: 500, thinkMsMax: 30 };
    const drawn = drawing(
      { ...times, targets: replicas },
      ["x", "y"],
      operations,
    );
    return [
      id,
      withSession(roaming(drawn, replicas), levelOf),
    ] as const;
  });
  const sim = simulate({
    seed,
    network: farApart,
    ...more,
    nodes: {
      ...Object.fromEntries(servers.map((id) => [id, node])),
      ...Object.fromEntries(asking),
    },
    clients: Object.keys(setup.clients),
  });
  const isAsking = ([id]: (typeof asking)[number]) =>
    sim.state<Dialled<ClientState>>(id).client.answers.length <
    operations;
  if (setup.untilMs !== undefined) sim.runUntil(setup.untilMs);
  else while (asking.some(isAsking)) sim.runFor(100);
  const history = historyOf(sim.trace, Object.keys(setup.clients));
  return { sim, history: history.map(plain).map(asItsClientKnew) };
}
// #endregion workload

/** Without what the dial has added to the request. */
export function plain(operation: Operation): Operation {
  const { path: _, atLeast: __, ...args } = operation.args;
  return { ...operation, args };
}

/** Tags as numbers: a count, and the replicas in their order. */
const versionOf: VersionOf = ({ result }) => {
  const tag = result?.tag as Tag | undefined;
  if (tag === undefined) return null;
  return tag.count * 10 + servers.indexOf(tag.node) + 1;
};

// #region anomalies
/** What a history may lack, from the strongest promise to the weakest. */
export const promises = {
  linearizable: (history) => checkLinearizable(registers, history),
  sequential: (history) =>
    checkSequential(registers, withoutUnseen(history), 100_000),
  causal: (history) => checkCausal(history),
  "read-your-writes": (history) =>
    checkSession("read-your-writes", history, versionOf),
  "monotonic-reads": (history) =>
    checkSession("monotonic-reads", history, versionOf),
  "monotonic-writes": (history) =>
    checkSession("monotonic-writes", history, versionOf),
  "writes-follow-reads": (history) =>
    checkSession("writes-follow-reads", history, versionOf),
} as const satisfies {
  readonly [promise: string]: (history: readonly Operation[]) => {
    readonly verdict: "ok" | "illegal" | "unknown";
  };
};
export type Promised = keyof typeof promises;
// #endregion anomalies

/**
 * A session does one thing at a time: what came after its client had
 * asked for the next thing was given up, and is an answer no more.
 */
function asItsClientKnew(
  one: Operation,
  _at: number,
  history: readonly Operation[],
): Operation {
  const isGivenUp = history.some(
    ({ process, invokeMs }) =>
      process === one.process &&
      invokeMs > one.invokeMs &&
      invokeMs < (one.returnMs ?? 0),
  );
  return isGivenUp
    ? { ...one, returnMs: null, result: null, outcome: "info" }
    : one;
}

/**
 * A write that perhaps was done, and whose value nobody read, fits into
 * no order or into all: without it the search is much shorter.
 */
function withoutUnseen(history: readonly Operation[]) {
  const read = history.map(({ result }) => result?.value);
  return history.filter(
    ({ outcome, args }) =>
      outcome !== "info" || read.includes(args.value),
  );
}

// #region stale
/**
 * Reads that returned what had been overwritten before they were asked:
 * the write they saw was over before another write began, and that one
 * was over before the read began.
 */
export function staleReads(
  history: readonly Operation[],
): readonly Operation[] {
  const writes = history.filter(({ op }) => op === "write");
  const done = history.filter(({ outcome }) => outcome === "ok");
  const endMs = (one: Operation | undefined) =>
    one === undefined ? -1 : (one.returnMs ?? Infinity);
  return done.filter((read) => {
    const value = read.result?.value ?? null;
    const seen = writes.find(({ args }) => args.value === value);
    if (read.op !== "read" || (value !== null && !seen)) return false;
    return writes.some(
      (write) =>
        write.args.key === read.args.key &&
        write.outcome === "ok" &&
        write.invokeMs > endMs(seen) &&
        endMs(write) < read.invokeMs,
    );
  });
}
// #endregion stale

// #region latency
/** The median and the worst of what was answered, in ms. */
export function latencies(history: readonly Operation[]): {
  readonly medianMs: number;
  readonly worstMs: number;
} {
  const times = history
    .filter(({ outcome }) => outcome === "ok")
    .map(({ invokeMs, returnMs }) => (returnMs ?? 0) - invokeMs)
    .sort((one, other) => one - other);
  const medianMs = times[Math.floor((times.length - 1) / 2)] ?? 0;
  return { medianMs, worstMs: times.at(-1) ?? 0 };
}
// #endregion latency
