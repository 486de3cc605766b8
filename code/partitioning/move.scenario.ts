/** A partition moves from n1 to n2 while clients use it, in any weather. */

import { kvClient } from "../kernel/client.ts";
import type { Fault } from "../kernel/faults.ts";
import { historyOf } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Node } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { type MoveState, mover } from "./move.ts";

// #region moving
export const clients = ["c1", "c2", "c3"];
const keys = ["a", "b", "c"];

export type Weather = {
  readonly network?: NetworkOptions;
  readonly faults?: readonly Fault[];
};

/** The move is asked for again and again, for whoever was down. */
export function moveUnderLoad(
  seed: number,
  change: (node: Node<MoveState>) => Node<MoveState> = (node) => node,
  weather: Weather = {},
): Simulation {
  const node = change(
    mover({
      owner: "n1",
      data: { '"a"': 1, '"b"': 2, '"c"': 3 },
      batchMax: 2,
      resendMs: 40,
    }),
  );
  const user = kvClient({
    targets: ["n1", "n2"],
    keys,
    operations: 25,
    timeoutMs: 60,
    thinkMsMax: 15,
    attemptsMax: 6,
  });
  const sim = simulate({
    seed,
    nodes: { n1: node, n2: node, c1: user, c2: user, c3: user },
    clients,
    ...weather,
    onStep: onlyOneServes,
  });
  for (let ms = 50; ms <= 2000; ms += 50) {
    sim.runUntil(ms);
    const body = { type: "move", to: "n2" };
    sim.inject({ src: "admin", dest: "n1", body });
  }
  sim.runUntil(6000);
  return sim;
}

// #endregion moving

// #region move-verdict
/** Of the two that were started, at most one answers. */
function onlyOneServes(sim: Simulation): void {
  const serving = ["n1", "n2"].filter((id) =>
    ["owner", "moving"].includes(sim.state<MoveState>(id)?.role),
  );
  if (serving.length > 1) throw new Error("Both n1 and n2 serve.");
}

/** The clients' history, with what was there at first written by it. */
export function verdictOf(sim: Simulation) {
  const history = historyOf(sim.trace, clients);
  const first = keys.map((key, at) => ({
    process: "start",
    op: "write",
    args: { key, value: at + 1 },
    invokeMs: -2,
    returnMs: -1,
    result: { type: "write_ok" },
    outcome: "ok" as const,
  }));
  return checkLinearizable(kv, [...first, ...history]);
}
// #endregion move-verdict
