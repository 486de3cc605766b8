/** The protocols side by side, with the same participants and delays. */
import type { Effect, Node, NodeId } from "../kernel/node.ts";
import { bodyText } from "../kernel/trace.ts";
import {
  blocked,
  type Cluster,
  crashPoints,
  type Outcome,
  runCommit,
} from "./cluster.scenario.ts";
import { paxosCommit } from "./paxos-commit.ts";
import { threePhase } from "./three-phase.ts";
import { type TwoPhaseOptions, twoPhase } from "./two-phase.ts";

type Nodes = { readonly [id: NodeId]: Node<unknown> };

export const three = ["p1", "p2", "p3"];

/** The names p1, p2 … of so many participants; or a1 … of acceptors. */
export function named(
  letter: string,
  count: number,
): readonly NodeId[] {
  return Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
}

export function twoPhaseCluster(
  change: Partial<TwoPhaseOptions>,
  votedNo: readonly NodeId[],
): Cluster {
  const options: TwoPhaseOptions = {
    coordinator: "c",
    participants: three,
    presume: "abort",
    isCooperative: true,
    voteMsMax: 50,
    retryMs: 40,
    ...change,
  };
  const votes = Object.fromEntries(
    votedNo.map((id) => [id, "no" as const]),
  );
  const nodes = twoPhase(options, votes);
  return { nodes, participants: options.participants, chief: "c" };
}

export function threePhaseCluster(votedNo: readonly NodeId[]): Cluster {
  const options = {
    coordinator: "c",
    participants: three,
    roundMs: 30,
    silenceMs: 100,
  };
  const votes = Object.fromEntries(
    votedNo.map((id) => [id, "no" as const]),
  );
  const nodes = threePhase(options, votes);
  return { nodes, participants: three, chief: "c" };
}

/** N participants, 2F + 1 acceptors, two leaders. */
export function paxosCluster(
  n: number,
  f: number,
  isFaster: boolean,
  votedNo: readonly NodeId[],
): Cluster {
  const participants = named("p", n);
  const options = {
    participants,
    acceptors: named("a", 2 * f + 1),
    leaders: ["l1", "l2"],
    isFaster,
    roundMs: 40,
    askMsMin: 60,
    askMsMax: 120,
  };
  return {
    nodes: paxosCommit(options, votedNo),
    participants,
    chief: "l1",
  };
}

/** The same cluster with some of its nodes changed. */
export function withNodes(
  cluster: Cluster,
  ids: readonly NodeId[],
  change: (node: Node<unknown>) => Node<unknown>,
): Cluster {
  const entries = Object.entries<Node<unknown>>(cluster.nodes);
  const nodes: Nodes = Object.fromEntries(
    entries.map(([id, node]) => [
      id,
      ids.includes(id) ? change(node) : node,
    ]),
  );
  return { ...cluster, nodes };
}

/** A run for every crash point: without the node, or until it is back. */
export function allCrashes(
  cluster: Cluster,
  seed: number,
  restartAfterMs: number | null,
  untilMs: number,
) {
  return crashPoints(cluster, seed).map(({ point, next }) => {
    const crash = point;
    const options = { seed, untilMs, crash, restartAfterMs };
    return { point, next, outcome: runCommit(cluster, options) };
  });
}

/** Where acceptors and leader stand beside participants (section 5). */
export function coLocated(id: NodeId): string {
  return id === "c" || id === "l1" ? "host 1" : `host ${id.slice(1)}`;
}

export type Liability = {
  readonly who: string;
  readonly before: string;
  readonly outcomes: readonly string[];
  /** The most that are in doubt for ever if it stays down. */
  readonly blocked: number;
  /** Locks held in doubt by those who live, if it is back in 300 ms. */
  readonly heldMsMax: number;
};

/** Who crashes and when: what is decided, who waits, for how long. */
export function liabilities(cluster: Cluster): readonly Liability[] {
  const rows = new Map<string, Liability>();
  const forEver = allCrashes(cluster, 1, null, 2000);
  const back = allCrashes(cluster, 1, 300, 2000);
  for (const [at, { point, next, outcome }] of forEver.entries()) {
    if (next === null || next.kind === "set-timer") continue;
    const isChief = point.node === cluster.chief;
    const who = isChief ? "coordinator" : "participant";
    const before = textOf(next);
    const other = back[at]?.outcome ?? outcome;
    const key = `${who} ${before}`;
    const row = rows.get(key) ?? {
      ...{ who, before, outcomes: [], blocked: 0, heldMsMax: 0 },
    };
    const outcomes = new Set([...row.outcomes, decisionOf(other)]);
    const held = other.watched
      .filter(({ id }) => id !== point.node)
      .map(({ heldMs }) => heldMs);
    rows.set(key, {
      ...row,
      outcomes: [...outcomes].sort((a, b) => (a < b ? -1 : 1)),
      blocked: Math.max(row.blocked, blocked(outcome).length),
      heldMsMax: Math.max(row.heldMsMax, ...held),
    });
  }
  return [...rows.values()];
}

/** What those decide in the end who decide at all. */
export function decisionOf({ watched }: Outcome): string {
  const phases = watched.map(({ phase }) => phase);
  const isBoth =
    phases.includes("committed") && phases.includes("aborted");
  if (isBoth) return "SPLIT";
  if (phases.includes("committed")) return "commit";
  return phases.includes("aborted") ? "abort" : "nothing";
}

function textOf(effect: Effect): string {
  if (effect.kind === "persist") return `write ${effect.value}`;
  if (effect.kind === "set-timer") return "set a timer";
  return `send ${bodyText(effect.body)}`;
}
