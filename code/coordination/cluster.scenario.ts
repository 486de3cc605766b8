/** Runs of the coordination service that tests and samples share. */
import type { Operation } from "../kernel/history.ts";
import type { Model } from "../kernel/linearizable.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { look as lookAtRaft, nothingSeen } from "../raft/invariants.ts";
import { calmOptions } from "../raft/options.ts";
import {
  type Client,
  type ClientOptions,
  type Plan,
  sessionClient,
} from "./client.ts";
import { coordination, type Service } from "./coordination.ts";
import {
  type LockMemo,
  type LockOptions,
  lockPlan,
} from "./recipes.ts";
import { storage } from "./storage.ts";
import type { Tree } from "./tree.ts";

export const servers = ["n1", "n2", "n3"];

export const clientOptions: ClientOptions = {
  servers,
  timeoutMs: 600,
  retryMs: 120,
  startMs: 500,
};

/** Three servers and these clients; Raft's properties, and equal trees. */
export function serving(
  clients: { readonly [id: NodeId]: Node<unknown> },
  options: Omit<SimulationOptions, "nodes">,
  node: Node<Service>,
): Simulation {
  let memory = nothingSeen;
  const trees = new Map<number, string>();
  const seen = new Map<NodeId, Service>();
  return simulate({
    ...options,
    nodes: {
      ...Object.fromEntries(servers.map((id) => [id, node])),
      ...clients,
    },
    clients: Object.keys(clients),
    onStep: (sim, id) => {
      if (servers.includes(id) && sim.isUp(id)) {
        const state = sim.state<Service>(id);
        const { raft, applied, tree } = state;
        const before = seen.get(id);
        const isOld =
          before?.applied === applied && before.tree === tree;
        seen.set(id, state);
        memory = lookAtRaft(memory, raft);
        if (!isOld) demandSame(trees, applied, tree);
      }
      options.onStep?.(sim, id);
    },
  });
}

/** What entries make of nothing is the same on every server. */
function demandSame(
  trees: Map<number, string>,
  at: number,
  tree: Tree,
) {
  const text = JSON.stringify([
    Object.entries(tree.nodes).toSorted(byName),
    Object.keys(tree.sessions).toSorted((a, b) => (a < b ? -1 : 1)),
  ]);
  const known = trees.get(at) ?? text;
  trees.set(at, known);
  if (known !== text) throw new Error(`Two trees at index ${at}`);
}

function byName(
  [a]: readonly [string, unknown],
  [b]: readonly [string, unknown],
) {
  return a < b ? -1 : 1;
}

export const service = coordination(calmOptions);

export function client(plan: Plan): Node<Client> {
  return sessionClient(clientOptions, plan);
}

export function leaderOf(sim: Simulation): NodeId {
  const found = servers.find(
    (id) =>
      sim.isUp(id) && sim.state<Service>(id).raft.role === "leader",
  );
  if (found === undefined) throw new Error("Nobody leads.");
  return found;
}

/** So many operations on these paths, drawn from the dice. */
export function loadPlan(
  paths: readonly string[],
  operations: number,
): Plan {
  return (state, { dice, event }, answer) => {
    const done = (state.memo as number | null) ?? 0;
    const isThinking = event.kind === "timer" && event.name === "think";
    const think = { kind: "set-timer", name: "think" } as const;
    if (answer !== null || !isThinking) {
      const memo = answer === null ? done : done + 1;
      const afterMs = intBetween(dice, 5, 40);
      return { memo, ask: null, effects: [{ ...think, afterMs }] };
    }
    if (done >= operations)
      return { memo: done, ask: null, effects: [] };
    const at = intBetween(stream(dice, 1), 0, paths.length - 1);
    const path = paths[at] ?? "/";
    const value = `${state.id}-${done}`;
    const version = intBetween(stream(dice, 2), 0, 3);
    const luck = fraction(stream(dice, 3));
    const ask =
      luck < 0.35
        ? { type: "get", path, watch: luck < 0.1 }
        : luck < 0.6
          ? { type: "set", path, value }
          : luck < 0.75
            ? { type: "set", path, value, version }
            : luck < 0.9
              ? { type: "create", path, value }
              : { type: "delete", path };
    return { memo: done, ask, effects: [] };
  };
}

type Held = { readonly value: string; readonly version: number } | null;

/** One node of the tree, for the checker: each path by itself. */
export const znode: Model<Held> = {
  init: null,
  partOf: ({ args }) => String(args.path),
  isIdle: ({ op, outcome, result }) => {
    if (!["get", "set", "create", "delete"].includes(op)) return true;
    if (outcome === "info") return op === "get";
    return (
      outcome === "fail" && ![20, 21, 22].includes(Number(result?.code))
    );
  },
  step(held, operation) {
    const { outcome } = operation;
    const next = expected(held, operation);
    if (outcome === "info") return { state: next.state };
    const { result } = operation;
    const isSame = Object.entries(next.answer).every(
      ([name, value]) => result?.[name] === value,
    );
    return isSame ? { state: next.state } : null;
  },
};

function expected(held: Held, { op, args }: Operation) {
  const isOther =
    args.version !== undefined && args.version !== held?.version;
  if (op === "create") {
    return held === null
      ? {
          state: { value: String(args.value), version: 0 },
          answer: { type: "create_ok" },
        }
      : { state: held, answer: { code: 21 } };
  }
  if (held === null) return { state: held, answer: { code: 20 } };
  if (op === "get")
    return { state: held, answer: { type: "get_ok", ...held } };
  if (isOther) return { state: held, answer: { code: 22 } };
  if (op === "delete")
    return { state: null, answer: { type: "delete_ok" } };
  const version = held.version + 1;
  const state = { value: String(args.value), version };
  return { state, answer: { type: "set_ok", version } };
}

export type LockRun = {
  readonly sim: Simulation;
  readonly contenders: readonly NodeId[];
};

/** So many contenders for one lock, each of which holds it once. */
export function lockRun(
  seed: number,
  count: number,
  change: {
    readonly watchAll?: boolean;
    readonly isFenced?: boolean;
    readonly holdMs?: number;
    readonly timeoutMs?: number;
    readonly planOf?: (options: LockOptions) => Plan;
  } & Partial<SimulationOptions>,
): LockRun {
  const {
    watchAll = false,
    isFenced = true,
    holdMs = 30,
    planOf = lockPlan,
    ...rest
  } = change;
  const { timeoutMs = clientOptions.timeoutMs, ...options } = rest;
  const contenders = Array.from(
    { length: count },
    (_, at) => `c${at + 1}`,
  );
  const plan = planOf({ holdMs, storage: "disk", watchAll });
  const contender = sessionClient(
    { ...clientOptions, timeoutMs, startMs: 800 },
    plan,
  );
  const admin = client((state, _input, answer) => {
    const isDone = answer !== null || state.memo === "made";
    const ask = isDone ? null : { type: "create", path: "/lock" };
    return { memo: isDone ? "made" : null, ask, effects: [] };
  });
  const sim = serving(
    {
      admin,
      disk: storage(isFenced),
      ...Object.fromEntries(contenders.map((id) => [id, contender])),
    },
    { seed, ...options },
    service,
  );
  return { sim, contenders };
}

export function phaseOf(
  sim: Simulation,
  id: NodeId,
): LockMemo["phase"] {
  const memo = sim.state<Client>(id).memo as LockMemo | null;
  return memo?.phase ?? "enter";
}
