/** A transfer by Percolator whose client may die at any point. */
import type { Effect, Node, NodeId } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import type { CrashPoint } from "./cluster.scenario.ts";
import {
  type Client,
  client,
  oracle,
  type Shard,
  shard,
} from "./shards.ts";

const shardOf = { bob: "s1", joe: "s2" };
const retryMs = 30;
const lockMsMax = 100;

export type TransferRun = {
  readonly sim: Simulation;
  /** The effects of each step of the client that may die. */
  readonly steps: readonly (readonly Effect[])[];
  /** What a reader who came later saw of bob and joe. */
  readonly seen: readonly number[];
};

export const asItIs = (node: Node<Shard>) => node;

/** Bob has 10 and Joe 2; 7 are moved, and the mover may crash. */
export function transfer(
  seed: number,
  crash: Omit<CrashPoint, "node"> | null,
  readAtMs: number,
  untilMs: number,
  change: (node: Node<Shard>) => Node<Shard>,
): TransferRun {
  const steps: (readonly Effect[])[] = [];
  const make = (keys: readonly string[], amount: number, at: number) =>
    client({
      plan: { keys, amount },
      shardOf,
      oracle: "oracle",
      startAfterMs: at,
      retryMs,
    });
  const mover = make(["bob", "joe"], 7, 1);
  const sim = simulate({
    seed,
    nodes: {
      oracle,
      s1: change(shard({ bob: 10 }, lockMsMax)),
      s2: change(shard({ joe: 2 }, lockMsMax)),
      mover: noting(mover, steps),
      reader: make(["bob", "joe"], 0, readAtMs),
    },
    onStep: (now) => {
      if (crash === null || steps.length !== crash.step) return;
      const { effect: beforeEffect } = crash;
      if (now.isUp("mover"))
        now.apply({ kind: "crash", node: "mover", beforeEffect });
    },
  });
  if (crash?.step === 0)
    sim.apply({
      kind: "crash",
      node: "mover",
      beforeEffect: crash.effect,
    });
  sim.runUntil(untilMs);
  const { phase, values } = sim.state<Client>("reader");
  return { sim, steps, seen: phase === "done" ? values : [] };
}

function noting(
  node: Node<Client>,
  steps: (readonly Effect[])[],
): Node<Client> {
  return {
    ...node,
    step: (state, input) => {
      const [next, effects] = node.step(state, input);
      steps.push(effects);
      return [next, effects];
    },
  };
}

/** How a row looks: its columns, as in the paper's Figure 4. */
export function columns(sim: Simulation, node: NodeId, key: string) {
  const row = sim.state<Shard>(node).rows[key];
  const list = (record: { readonly [ts: number]: number } = {}) =>
    Object.entries(record)
      .map(([ts, value]) => `${ts}:${value}`)
      .join(" ");
  const lock = row?.lock ?? null;
  const held =
    lock === null ? "-" : `${lock.startTs}:primary ${lock.primary}`;
  return { data: list(row?.data), lock: held, write: list(row?.write) };
}
