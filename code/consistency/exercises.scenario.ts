/** Histories and runs of the exercises. */
import type { Operation } from "../kernel/history.ts";
import { type Line, operation } from "./histories.scenario.ts";
import type { Level } from "./levels.ts";
import {
  promises,
  servers,
  staleReads,
  workload,
} from "./workload.scenario.ts";

const lines = {
  overlap: [
    ["a", "write x 1", 0, 50],
    ["b", "read x 1", 5, 10],
    ["c", "read x 0", 8, 20],
  ],
  late: [
    ["a", "write x 1", 0, 10],
    ["b", "read x 1", 20, 30],
    ["c", "read x 0", 25, 40],
  ],
  "two keys": [
    ["a", "write x 1", 0, 10],
    ["a", "write y 1", 20, 30],
    ["b", "read y 1", 40, 50],
    ["b", "read x 0", 60, 70],
  ],
} as const satisfies { readonly [name: string]: readonly Line[] };

export function exercise(
  name: keyof typeof lines,
): readonly Operation[] {
  return lines[name].map(operation);
}

/** What of a history is about one key. */
export function onlyKey(
  history: readonly Operation[],
  key: string,
): readonly Operation[] {
  return history.filter(({ args }) => args.key === key);
}

export type Mixed = {
  readonly reads: number;
  readonly stale: number;
  /** Of 20 runs, those that are not linearizable; or lose own writes. */
  readonly notLinearizable: number;
  readonly withoutOwnWrites: number;
};

// #region mixed
/** The workload of the dial with reads and writes set apart. */
export function mixed(read: Level, write: Level): Mixed {
  const clients = { c1: servers, c2: servers, c3: servers };
  const histories = Array.from(
    { length: 20 },
    (_, nth) =>
      workload({
        seed: 7 + nth,
        clients,
        operations: 15,
        levelOf: ({ type }) => (type === "read" ? read : write),
      }).history,
  );
  const broken = (name: "linearizable" | "read-your-writes") =>
    histories.filter((one) => promises[name](one).verdict !== "ok")
      .length;
  const reads = histories.flat().filter(({ op }) => op === "read");
  return {
    reads: reads.length,
    stale: histories.flatMap(staleReads).length,
    notLinearizable: broken("linearizable"),
    withoutOwnWrites: broken("read-your-writes"),
  };
}
// #endregion mixed
