/** A writer, a reader, N = 3 on five nodes, one fault: what R and W do. */
import type { Dot } from "../clocks/dotted.ts";
import { type ClientState, client } from "../kernel/client.ts";
import type { Fault } from "../kernel/faults.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import { preferenceList, ringOf } from "../placement/ring.ts";
import { cluster, missed, servers } from "./cluster.scenario.ts";
import { quorumStore } from "./quorum-store.ts";
import { dynamoOptions, type Options } from "./state.ts";

export const faultNames = ["calm", "slow", "crash", "cut"] as const;
export type FaultName = (typeof faultNames)[number];

const members = servers.map((id) => ({ id }));
const all = preferenceList(ringOf(members, 4), '"x"', servers.length);
/** The three homes of x, and the two that follow on the ring. */
export const homes: readonly NodeId[] = all.slice(0, 3);
export const others: readonly NodeId[] = all.slice(3);
const [first = "", second = "", third = ""] = homes;

// #region table
/** What happens from 200 ms on; all is well again at 1200 ms. */
function faultsOf(name: FaultName): readonly Fault[] {
  const [from, to] = [{ atMs: 200 }, { atMs: 1200 }];
  const groups = [
    [first, ...others, "writer"],
    [second, third, "reader"],
  ];
  switch (name) {
    case "calm":
      return [];
    case "slow":
      return [
        { ...from, kind: "slow", node: third, extraMs: 60 },
        { ...to, kind: "slow", node: third, extraMs: 0 },
      ];
    case "crash":
      return [
        { ...from, kind: "crash", node: third },
        { ...to, kind: "restart", node: third },
      ];
    case "cut":
      return [
        { ...from, kind: "partition", groups },
        { ...to, kind: "heal" },
      ];
  }
}

/** The writer asks the first home, the reader the second. */
export function writeAndRead(
  options: Partial<Options>,
  fault: FaultName,
  seed: number,
): readonly Operation[] {
  const times = { timeoutMs: 400, thinkMsMax: 20 };
  const node = quorumStore({ ...dynamoOptions, ...options });
  const nodes = {
    writer: writing({ ...times, targets: [first] }),
    reader: client({ ...times, targets: [second] }, () => ({
      type: "read",
      key: "x",
    })),
  };
  const delayMs = { kind: "long-tailed", median: 5, p99: 40 } as const;
  const faults = faultsOf(fault);
  const sim = cluster(node, {
    seed,
    nodes,
    faults,
    network: { delayMs },
  });
  sim.runUntil(1500);
  return historyOf(sim.trace, ["writer", "reader"]);
}
// #endregion table

/** Each write replaces those that were acknowledged before it. */
function writing(
  options: Parameters<typeof client>[0],
): Node<ClientState> {
  return client(options, ({ begun, answers }) => {
    const dots = answers.flatMap(
      (answer) => (answer?.dot ?? []) as Dot,
    );
    const counts = dots.map(
      ({ node, count }) => [node, count] as const,
    );
    const context = Object.fromEntries(counts);
    return { type: "write", key: "x", value: begun + 1, context };
  });
}

export type Cell = {
  readonly reads: number;
  readonly stale: number;
  readonly refused: number;
};

/** Of the reads, the stale ones; of all, the refused ones. */
export function tally(history: readonly Operation[]): Cell {
  const ended = history.filter(({ result }) => result !== null);
  const refused = ended.filter(
    ({ outcome }) => outcome !== "ok",
  ).length;
  const reads = ended.filter(
    ({ op, outcome }) => op === "read" && outcome === "ok",
  ).length;
  return { reads, stale: missed(history).length, refused };
}
