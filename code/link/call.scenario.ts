/** Many calls over a link that loses, counted by what became of each. */
import { simulate } from "../kernel/simulator.ts";
import {
  type CalleeState,
  type CallerState,
  callee,
  caller,
} from "./call.ts";

export type CallPolicy = {
  readonly attemptsMax: number;
  readonly remembers: boolean;
};
export type CallCounts = {
  /** By how often the work was done: never, once, more than once. */
  readonly answered: readonly [number, number, number];
  readonly unknown: readonly [number, number, number];
};

export function countCalls(
  seed: number,
  calls: number,
  lossProbability: number,
  { attemptsMax, remembers }: CallPolicy,
): CallCounts {
  const sim = simulate({
    seed,
    keepTrace: false,
    network: {
      delayMs: { kind: "constant", ms: 10 },
      messageLossProbability: lossProbability,
    },
    nodes: {
      client: caller({
        to: "server",
        calls,
        everyMs: 50,
        timeoutMs: 30,
        attemptsMax,
      }),
      server: callee(remembers),
    },
  });
  sim.runUntil(50 * calls + 1000);
  const { answered, unknown } = sim.state<CallerState>("client");
  const { done } = sim.state<CalleeState>("server");
  const tally = (ids: readonly string[]) => {
    const times = ids.map((id) => Math.min(2, done[id] ?? 0));
    const count = (n: number) => times.filter((t) => t === n).length;
    return [count(0), count(1), count(2)] as const;
  };
  return { answered: tally(answered), unknown: tally(unknown) };
}
