/** Who answers how many reads, with chain replication and with CRAQ. */
import { type ClientState, scriptedClient } from "../kernel/client.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { cluster, servers } from "./cluster.scenario.ts";
import type { State } from "./state.ts";
import { numbered } from "./story.scenario.ts";

export type Reading = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
  /** How many reads each server answered, from head to tail. */
  readonly answered: readonly number[];
  /** How often the tail was asked for a version. */
  readonly questions: number;
};

/** A client at each server reads; one writes, with pauses up to this. */
export function reading(
  node: Node<State>,
  seed: number,
  writePauseMsMax: number,
): Reading {
  const readers = servers.map((id, at) => {
    const reads = Array(60).fill({ type: "read", key: "x" });
    const options = { targets: [id], timeoutMs: 200, startMs: 150 };
    const client = scriptedClient(reads, {
      ...options,
      thinkMsMax: 10,
    });
    return [`c${at + 1}`, client] as const;
  });
  const writer = scriptedClient(numbered(400), {
    targets: ["n1"],
    timeoutMs: 200,
    startMs: 100,
    thinkMsMax: writePauseMsMax,
  });
  const nodes = { ...Object.fromEntries(readers), w: writer };
  const network = {
    delayMs: { kind: "uniform", min: 1, max: 9 },
  } as const;
  const sim = cluster(node, { seed, nodes, network });
  const names = readers.map(([id]) => id);
  const isReading = (id: NodeId) =>
    sim.state<ClientState>(id).answers.length < 60;
  while (names.some(isReading)) sim.runFor(50);
  const sends = sim.trace.flatMap((event) =>
    event.kind === "send" ? [event.message] : [],
  );
  const answered = servers.map(
    (id) =>
      sends.filter(
        ({ src, body }) => src === id && body.type === "read_ok",
      ).length,
  );
  const questions = sends.filter(
    ({ body }) => body.type === "version",
  ).length;
  const history = historyOf(sim.trace, [...names, "w"]);
  return { sim, history, answered, questions };
}
