/** Named schedules: each shows one thing that R + W > N does not give. */
import { scriptedClient } from "../kernel/client.ts";
import type { Fault } from "../kernel/faults.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Body, Json, Message, Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { cluster } from "./cluster.scenario.ts";
import { quorumStore } from "./quorum-store.ts";
import { dynamoOptions, type Options, type State } from "./state.ts";
import { homes, others } from "./table.scenario.ts";

const [first = "", second = "", third = ""] = homes;
const [one = "", two = ""] = others;

function write(
  value: Json,
  more: { [field: string]: Json } = {},
): Body {
  return { type: "write", key: "x", value, ...more };
}
const read: Body = { type: "read", key: "x" };

function asks(target: string, startMs: number, questions: Body[]) {
  const times = { timeoutMs: 900, startMs };
  return scriptedClient(questions, { ...times, targets: [target] });
}

export type Story = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
};

// #region partial-write
/**
 * N = 3, W = 3, R = 2: the write of 2 has reached the third home alone.
 * a reads from second and third, and afterward b from first and second
 * (after Kleppmann, Designing Data-Intensive Applications, 2017, ch. 9).
 */
export function partialWrite(seed: number, untilMs = 1500): Story {
  const context = { [one]: 1 };
  const nodes = {
    w: asks(one, 0, [write(1), write(2, { context })]),
    a: asks(two, 50, [read]),
    b: asks(two, 100, [read]),
  };
  const fate = ({ dest, body }: Message, nowMs: number) => {
    if (body.type === "store" && nowMs > 20)
      return dest === third ? 5 : 400;
    const isSlow = nowMs < 90 ? dest === first : dest === third;
    return body.type === "get" && isSlow ? 400 : undefined;
  };
  const options = { ...dynamoOptions, r: 2, w: 3, giveUpMs: 900 };
  const quiet = { retryMs: 1000, antiEntropyMs: 5000 };
  const node = quorumStore({ ...options, ...quiet });
  const sim = cluster(node, { seed, nodes, network: { fate } });
  sim.runUntil(untilMs);
  const history = historyOf(sim.trace, ["w", "a", "b"]).map(single);
  return { sim, history };
}

/** As a register: the one value that is there, or null. */
function single(operation: Operation): Operation {
  const values = (operation.result?.values ?? []) as readonly Json[];
  const { result } = operation;
  if (result === null) return operation;
  return {
    ...operation,
    result: { ...result, value: values[0] ?? null },
  };
}
// #endregion partial-write

// #region sloppy
/**
 * Two of the three homes cannot be reached by the writer; stand-ins take
 * the write, and the reader's majority of homes knows nothing of it.
 */
export function sloppy(
  node: Node<State>,
  untilMs: number,
  more: readonly Fault[] = [],
): Story {
  const groups = [
    [first, one, two, "w"],
    [second, third, "r"],
  ];
  const nodes = {
    w: asks(first, 20, [write("new")]),
    r: asks(second, 200, [read]),
  };
  const faults: readonly Fault[] = [
    { atMs: 10, kind: "partition", groups },
    ...more,
    { atMs: 500, kind: "heal" },
  ];
  const sim = cluster(node, { nodes, faults });
  sim.runUntil(untilMs);
  return { sim, history: historyOf(sim.trace, ["w", "r"]) };
}
// #endregion sloppy

// #region resurrection
/**
 * The third home sleeps through a delete. What does a read find when it
 * is awake again, and the others may have dropped their tombstones?
 */
export function resurrection(graceMs: number | null): Story {
  const options: Options = { ...dynamoOptions, graceMs };
  const context = { [first]: 1 };
  const nodes = {
    w: asks(first, 0, [
      write("old", { w: 3 }),
      { type: "delete", key: "x", context },
    ]),
    r: asks(second, 2500, [{ ...read, r: 3 }]),
  };
  const faults: readonly Fault[] = [
    { atMs: 20, kind: "crash", node: third },
    { atMs: 1000, kind: "restart", node: third },
  ];
  const sim = cluster(quorumStore(options), { nodes, faults });
  sim.runUntil(3000);
  return { sim, history: historyOf(sim.trace, ["w", "r"]) };
}
// #endregion resurrection
