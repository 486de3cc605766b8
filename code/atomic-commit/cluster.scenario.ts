/**
 * One distributed transaction on the simulator: work is handed out, the
 * commit is asked for, a node crashes before one chosen effect, and
 * somebody who sees all nodes writes down what became of it.
 */
import type { Fault } from "../kernel/faults.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Effect, Node, NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { isDecided, isInDoubt, type Phase } from "./phases.ts";

export type Cluster = {
  readonly nodes: { readonly [id: NodeId]: Node<unknown> };
  readonly participants: readonly NodeId[];
  /** Who is asked to commit. */
  readonly chief: NodeId;
};

/** The step of a node, from 0, and how many of its effects happen. */
export type CrashPoint = {
  readonly node: NodeId;
  readonly step: number;
  readonly effect: number;
};

export type RunOptions = {
  readonly seed: number;
  readonly untilMs: number;
  readonly crash?: CrashPoint;
  /** Null: it stays down. */
  readonly restartAfterMs?: number | null;
  readonly faults?: readonly Fault[];
  readonly network?: NetworkOptions;
};

export type Watched = {
  readonly id: NodeId;
  readonly isUp: boolean;
  /** Each phase it was ever in, in this order, and since when. */
  readonly phases: readonly {
    readonly phase: Phase;
    readonly atMs: number;
  }[];
  readonly phase: Phase;
  /** How long it held its locks in doubt, until the end of the run. */
  readonly heldMs: number;
};

export type Outcome = {
  readonly sim: Simulation;
  readonly watched: readonly Watched[];
  /** What each step of each node asked for, in order. */
  readonly effects: ReadonlyMap<NodeId, readonly (readonly Effect[])[]>;
  readonly crashed: boolean;
};

export const startMs = 10;

export function runCommit(
  cluster: Cluster,
  options: RunOptions,
): Outcome {
  const { crash, restartAfterMs = null, untilMs } = options;
  const effects = new Map<NodeId, (readonly Effect[])[]>();
  const phases = new Map<NodeId, { phase: Phase; atMs: number }[]>();
  const nodes = Object.entries(cluster.nodes).map(([id, node]) => {
    const seen: (readonly Effect[])[] = [];
    effects.set(id, seen);
    return [id, noting(node, seen)] as const;
  });
  let crashed = false;
  const look = (sim: Simulation) => {
    for (const id of cluster.participants) {
      const { phase } = sim.state<{ phase: Phase }>(id);
      const past = phases.get(id) ?? [];
      if (past.at(-1)?.phase !== phase)
        phases.set(id, [...past, { phase, atMs: sim.nowMs }]);
    }
    if (crash === undefined || crashed) return;
    if (effects.get(crash.node)?.length !== crash.step) return;
    crashed = true;
    const { node, effect: beforeEffect } = crash;
    sim.apply({ kind: "crash", node, beforeEffect });
  };
  const sim = simulate({
    seed: options.seed,
    nodes: Object.fromEntries(nodes),
    faults: options.faults ?? [],
    network: options.network ?? {},
    onStep: look,
  });
  look(sim);
  for (const id of cluster.participants)
    inject(sim, id, { type: "work" });
  sim.runUntil(startMs);
  inject(sim, cluster.chief, { type: "begin" });
  if (crash !== undefined && restartAfterMs !== null) {
    while (sim.isUp(crash.node) && sim.nowMs < untilMs) sim.runFor(1);
    sim.runFor(restartAfterMs);
    sim.apply({ kind: "restart", node: crash.node });
  }
  sim.runUntil(untilMs);
  look(sim);
  const watched = cluster.participants.map((id) =>
    watchedOf(sim, id, phases.get(id) ?? []),
  );
  return { sim, watched, effects, crashed };
}

function inject(
  sim: Simulation,
  dest: NodeId,
  body: { type: string },
): void {
  sim.inject({ src: "client", dest, body });
}

/** The same node, and a note of what each step asked for. */
function noting(
  node: Node<unknown>,
  seen: (readonly Effect[])[],
): Node<unknown> {
  return {
    init: (setup) => node.init(setup),
    step: (state, input) => {
      const [next, effects] = node.step(state, input);
      seen.push(effects);
      return [next, effects];
    },
  };
}

function watchedOf(
  sim: Simulation,
  id: NodeId,
  phases: Watched["phases"],
): Watched {
  const heldMs = phases.reduce((sum, { phase, atMs }, at) => {
    const endMs = phases[at + 1]?.atMs ?? sim.nowMs;
    return isInDoubt(phase) ? sum + endMs - atMs : sum;
  }, 0);
  const phase = phases.at(-1)?.phase ?? "idle";
  return { id, isUp: sim.isUp(id), phases, phase, heldMs };
}

/**
 * Every place at which a node of this run could have stopped: before each
 * effect of each step, and after the last.
 */
export function crashPoints(cluster: Cluster, seed: number) {
  const { effects } = runCommit(cluster, { seed, untilMs: 300 });
  return [...effects].flatMap(([node, steps]) =>
    steps.flatMap((list, step) =>
      [...list, null].map((next, effect) => ({
        point: { node, step, effect },
        next,
      })),
    ),
  );
}

/**
 * What atomic commit must never do, as Bernstein, Hadzilacos and Goodman
 * number it (1987, section 7.3): AC1 all that decide decide alike, AC2 a
 * decision stands, AC3 commit takes every vote. The list of what is
 * broken; empty is well.
 */
export function broken(
  outcome: Outcome,
  votedNo: readonly NodeId[],
): readonly string[] {
  const decisions = outcome.watched.flatMap(({ id, phases }) =>
    phases
      .filter(({ phase }) => isDecided(phase))
      .map(({ phase }) => ({ id, phase })),
  );
  const has = (phase: Phase) =>
    decisions.some((d) => d.phase === phase);
  const turned = outcome.watched.filter(({ phases }) => {
    const own = phases.filter(({ phase }) => isDecided(phase));
    return new Set(own.map(({ phase }) => phase)).size > 1;
  });
  // A yes that was forgotten in a crash is as good as a broken word.
  const forgot = outcome.watched.filter(
    ({ phases, phase }) =>
      phase === "idle" && phases.some((p) => isInDoubt(p.phase)),
  );
  return [
    ...(has("committed") && has("aborted")
      ? ["AC1 split decision"]
      : []),
    ...turned.map(({ id }) => `AC2 ${id} changed its decision`),
    ...(has("committed") && forgot.length > 0
      ? ["AC1 a prepared part was lost"]
      : []),
    ...(has("committed") && votedNo.length > 0
      ? ["AC3 committed against a no"]
      : []),
  ];
}

/** Who is up and still in doubt at the end. */
export function blocked(outcome: Outcome): readonly NodeId[] {
  return outcome.watched
    .filter(({ isUp, phase }) => isUp && isInDoubt(phase))
    .map(({ id }) => id);
}

/** Messages of these types between nodes on different hosts. */
export function countMessages(
  { sim }: Outcome,
  types: readonly string[],
  hostOf: (id: NodeId) => string,
): number {
  return sim.trace.filter(
    (event) =>
      event.kind === "send" &&
      event.message.src !== "client" &&
      types.includes(event.message.body.type) &&
      hostOf(event.message.src) !== hostOf(event.message.dest),
  ).length;
}

/** Forced writes of a node; of all nodes if none is named. */
export function countForced({ sim }: Outcome, node?: NodeId): number {
  return sim.trace.filter(
    (event) =>
      event.kind === "persist" &&
      event.key !== "started" &&
      (node === undefined || event.node === node),
  ).length;
}
