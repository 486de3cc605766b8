/** The world of the two nodes, with each fallacy on or off. */
import type { Fault } from "../kernel/faults.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Message, Node } from "../kernel/node.ts";
import { fraction, stream } from "../kernel/random.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import {
  type CarefulClientState,
  type CarefulOptions,
  carefulClient,
  carefulCounter,
  type Verdict,
} from "./careful.ts";
import { type ClientState, client, counter } from "./counter.ts";

// #region fallacies
/** Deutsch's and Gosling's eight, in their order. */
export const fallacies = [
  "the network is reliable",
  "latency is zero",
  "bandwidth is infinite",
  "the network is secure",
  "topology does not change",
  "there is one administrator",
  "transport cost is zero",
  "the network is homogeneous",
] as const;
export type Fallacy = (typeof fallacies)[number];
// #endregion fallacies

/** Who counts, and who asks. */
export type Parts = {
  readonly counter: (most: number) => Node<unknown>;
  readonly client: (options: CarefulOptions) => Node<unknown>;
};
export const naive: Parts = { counter, client };
export const careful: Parts = {
  counter: carefulCounter,
  client: carefulClient,
};

export const additions = 20;
const options: CarefulOptions = {
  server: "server",
  additions,
  timeoutMs: 100,
  attemptsMax: 10,
};

// #region switchboard
/** The client adds 20 times in a world where these are not true. */
export function play(
  seed: number,
  untrue: readonly Fallacy[],
  parts: Parts,
): Simulation {
  const is = (fallacy: Fallacy) => untrue.includes(fallacy);
  const faults: Fault[] = [];
  if (is("topology does not change"))
    faults.push({ atMs: 25, kind: "crash", node: "server" });
  if (is("there is one administrator"))
    faults.push(
      { atMs: 25, kind: "crash", node: "server" },
      { atMs: 26, kind: "restart", node: "server" },
    );
  const sim = simulate({
    seed,
    faults,
    network: networkOf(seed, untrue),
    nodes: {
      server: parts.counter(
        is("the network is homogeneous") ? 15 : 2 ** 31,
      ),
      successor: parts.counter(2 ** 31),
      client: parts.client(options),
    },
    clients: ["client"],
  });
  sim.runUntil(25);
  if (is("the network is secure")) {
    const body = { type: "add", amount: 1000, number: 1 };
    sim.inject({ src: "stranger", dest: "server", body });
  }
  sim.runUntil(10_000);
  return sim;
}
// #endregion switchboard

// #region network
/** One message after the other through a narrow line, some lost. */
function networkOf(
  seed: number,
  untrue: readonly Fallacy[],
): NetworkOptions {
  const is = (fallacy: Fallacy) => untrue.includes(fallacy);
  const underWayMs = is("latency is zero") ? 75 : 1;
  let sent = 0;
  let freeAtMs = 0;
  return {
    fate(message: Message, nowMs: number) {
      if (message.src === "stranger") return underWayMs;
      sent += 1;
      const isDropped = fraction(stream(seed, sent)) < 0.25;
      if (is("the network is reliable") && isDropped) return "lose";
      // Somebody pays for 24 messages and not for more.
      if (is("transport cost is zero") && sent > 24) return "lose";
      if (!is("bandwidth is infinite")) return underWayMs;
      freeAtMs = Math.max(freeAtMs, nowMs) + 60;
      return freeAtMs - nowMs + underWayMs;
    },
  };
}
// #endregion network

// #region report
export type Result = {
  readonly shown: number | null;
  readonly counted: number;
  readonly doneMs: number | null;
};

export function resultOf(sim: Simulation): Result {
  const { shown, doneMs } = sim.state<ClientState>("client");
  const { count } = sim.state<{ readonly count: number }>("server");
  return { shown, counted: count, doneMs };
}
// #endregion report

export type CarefulResult = Result & { readonly verdict: Verdict };

export function carefulResultOf(sim: Simulation): CarefulResult {
  const { verdict } = sim.state<CarefulClientState>("client");
  return { ...resultOf(sim), verdict };
}
