/**
 * New, then old: a write on its way has reached one replica. One reader's
 * majority has that replica in it and the next one's has not.
 */
import { scriptedClient } from "../kernel/client.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Json, Message, Node, NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { cluster, three } from "./cluster.scenario.ts";
import { cellOf, type State } from "./state.ts";

export type Inversion = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
  /** What each replica holds after the first read, by its name. */
  readonly between: { readonly [node: NodeId]: Json };
};

// #region inversion
/**
 * c1 writes 2 through n1, whose updates are slow. c2 reads at n2 with
 * n1's help, and afterwards c3 at n3 with n2's.
 */
export function inversion(node: Node<State>, seed: number): Inversion {
  const at = (target: string, startMs: number) => ({
    targets: [target],
    timeoutMs: 1000,
    startMs,
  });
  const write = { type: "write", key: "x" };
  const read = { type: "read", key: "x" };
  const c1 = scriptedClient(
    [
      { ...write, value: 1 },
      { ...write, value: 2 },
    ],
    at("n1", 0),
  );
  const c2 = scriptedClient([read], at("n2", 60));
  const c3 = scriptedClient([read], at("n3", 120));
  const fate = ({ src, dest, body }: Message, nowMs: number) => {
    const isLate = nowMs > 30 && src === "n1";
    if (isLate && body.type === "update") return 300;
    const isFar = dest === "n1" || src === "n1";
    const other = src === "n1" ? dest : src;
    return nowMs > 30 && isFar && other === "n3" ? 300 : undefined;
  };
  const network = {
    fate,
    delayMs: { kind: "constant", ms: 5 },
  } as const;
  const nodes = { c1, c2, c3 };
  const sim = cluster(three, node, { seed, network, nodes });
  sim.runUntil(100);
  const between = Object.fromEntries(
    three.map((id) => [id, cellOf(sim.state<State>(id), '"x"').value]),
  );
  sim.runUntil(900);
  const history = historyOf(sim.trace, ["c1", "c2", "c3"]);
  return { sim, history, between };
}
// #endregion inversion
