/** Five replicas, a cut link, and a policy for each kind of request. */
import type { Fault } from "../kernel/faults.ts";
import type { Operation } from "../kernel/history.ts";
import type { Body } from "../kernel/node.ts";
import type { Level } from "./levels.ts";
import {
  farApart,
  type Run,
  staleReads,
  workload,
} from "./workload.scenario.ts";

export const fromMs = 1000;
export const untilMs = 3000;
/** The leader is on the smaller side. */
const small = ["n1", "n2"];
const large = ["n3", "n4", "n5"];
/** Clients turn to their own side only, so they need no cut of their own. */
const sides = { c1: small, c2: small, c3: large, c4: large };

/** What reads ask for, and what writes do. */
export type Policy = { readonly read: Level; readonly write: Level };

export type Side = {
  readonly asked: number;
  /** Not answered, or answered by an error. */
  readonly refused: number;
  readonly stale: number;
};
export type Cost = { readonly small: Side; readonly large: Side };

// #region partition-lab
/** The same clients, each on its side; what the cut costs them. */
export function partitioned(policy: Policy, seed: number): Run {
  const faults: readonly Fault[] = [
    { atMs: fromMs, kind: "partition", groups: [small, large] },
    { atMs: untilMs, kind: "heal" },
  ];
  return workload({
    seed,
    levelOf: ({ type }: Body) =>
      policy[type === "read" ? "read" : "write"],
    clients: sides,
    operations: 1000,
    untilMs: untilMs + 500,
    more: { network: farApart, faults },
  });
}
// #endregion partition-lab

// #region partition-cost
/** Of what was asked during the cut: refused and stale, by side. */
export function costOf({ history }: Run): Cost {
  const stale = staleReads(history);
  const during = history.filter(
    ({ invokeMs }) => invokeMs >= fromMs && invokeMs < untilMs,
  );
  const of = (...clients: readonly string[]): Side => {
    const own = during.filter(({ process }) =>
      clients.includes(process),
    );
    const count = (holds: (one: Operation) => boolean) =>
      own.filter(holds).length;
    return {
      asked: own.length,
      refused: count(({ outcome }) => outcome !== "ok"),
      stale: count((one) => stale.includes(one)),
    };
  };
  return { small: of("c1", "c2"), large: of("c3", "c4") };
}
// #endregion partition-cost
