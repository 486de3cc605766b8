/**
 * Histories of a store that keeps snapshot isolation, in which write skew
 * is common: every verdict at every level is that of the brute force.
 */
import { describe, expect, test } from "vitest";
import { seeds } from "../seeds.ts";
import {
  readCommitted,
  snapshotIsolation,
  twoPhaseLocking,
} from "../transactions/levels.ts";
import {
  type Run,
  runSchedule,
  type StepOf,
} from "../transactions/schedule.ts";
import {
  type Rules,
  type Statement,
  storeOf,
} from "../transactions/store.ts";
import { clientHistory } from "../transactions/workload.scenario.ts";
import { intBetween, stream } from "./random.ts";
import { checkListAppend } from "./serializable.ts";
import { someOrderExplains } from "./serializable-brute.scenario.ts";
import type { Level } from "./serializable-cycles.ts";
import type {
  RegisterOp,
  Transaction,
} from "./serializable-history.ts";
import { checkRwRegister } from "./serializable-register.ts";

const levels: readonly Level[] = [
  "read-committed",
  "snapshot-isolation",
  "serializable",
  "strict-serializable",
];

type Kind = "append" | "write";

/** Reads two keys, changes one; several at a time, in turns. */
function schedule(seed: number, kind: Kind): readonly StepOf[] {
  const left = Array.from({ length: 5 }, (_, at) => {
    const dice = stream(seed, at);
    const own = intBetween(dice, 0, 1) === 0 ? "x" : "y";
    const isReader = intBetween(stream(dice, 1), 0, 3) === 0;
    const change: Statement =
      kind === "append"
        ? { do: "append", key: own, element: at + 1 }
        : { do: "write", key: own, value: at + 1 };
    const statements: readonly Statement[] = [
      { do: "read", key: "x" },
      { do: "read", key: "y" },
      ...(isReader ? [] : [change]),
      { do: "commit" },
    ];
    return statements.map((one): StepOf => [`T${at + 1}`, one]);
  });
  const steps: StepOf[] = [];
  for (let turn = 0; left.some(({ length }) => length > 0); turn++) {
    const open = left.filter(({ length }) => length > 0).slice(0, 3);
    const dice = stream(stream(seed, 77), turn);
    const next = open[intBetween(dice, 0, open.length - 1)]?.shift();
    if (next) steps.push(next);
  }
  return steps;
}

function runOf(seed: number, rules: Rules, kind: Kind): Run {
  return runSchedule(
    schedule(seed, kind),
    rules,
    storeOf({}),
    "detect",
  );
}

/** The run as its clients saw it, over registers. */
function registerHistory(run: Run): readonly Transaction<RegisterOp>[] {
  return clientHistory(run).map((one) => {
    const own = run.events.filter(({ txn }) => txn === one.process);
    const ops = own.flatMap(({ statement, outcome }): RegisterOp[] => {
      if (outcome.kind !== "ok") return [];
      if (statement.do === "write")
        return [["w", statement.key, statement.value]];
      return statement.do === "read"
        ? [["r", statement.key, outcome.value ?? null]]
        : [];
    });
    return { ...one, ops };
  });
}

const executors = [
  ["read committed", readCommitted],
  ["snapshot isolation", snapshotIsolation],
  ["locking", twoPhaseLocking],
] as const;

describe.each(executors)("a store with %s", (_, rules) => {
  test.each(seeds(12))("lists: as by brute force, seed %i", (seed) => {
    const history = clientHistory(runOf(seed, rules, "append"));
    for (const level of levels) {
      const found = checkListAppend(history, { level }).verdict;
      const expected = someOrderExplains(level, history);
      expect([level, found]).toEqual([
        level,
        expected ? "ok" : "illegal",
      ]);
    }
  });

  test.each(seeds(12))(
    "registers: as by brute force, seed %i",
    (seed) => {
      const history = registerHistory(runOf(seed, rules, "write"));
      for (const level of levels) {
        const found = checkRwRegister(history, { level }).verdict;
        const expected = someOrderExplains(level, history);
        expect([level, found]).toEqual([
          level,
          expected ? "ok" : "illegal",
        ]);
      }
    },
  );
});

test("under snapshot isolation write skew is common, and nothing worse", () => {
  const count = new Map<string, number>();
  for (let seed = 1; seed <= 100; seed++) {
    const run = runOf(seed, snapshotIsolation, "append");
    const history = clientHistory(run);
    const level = "snapshot-isolation";
    expect(checkListAppend(history, { level }).verdict).toBe("ok");
    const found = checkListAppend(history, { level: "serializable" });
    const name = found.verdict === "illegal" ? found.anomaly : "ok";
    count.set(name, (count.get(name) ?? 0) + 1);
  }
  expect([...count.keys()].sort((a, b) => (a < b ? -1 : 1))).toEqual([
    "G2-item",
    "ok",
  ]);
  expect(Math.min(...count.values())).toBeGreaterThan(20);
});

test("read committed loses updates; the level above notices", () => {
  const found = Array.from({ length: 60 }, (_, seed) => {
    const history = clientHistory(runOf(seed, readCommitted, "append"));
    const level = "snapshot-isolation";
    const verdict = checkListAppend(history, { level });
    expect(
      checkListAppend(history, { level: "read-committed" }),
    ).toEqual({
      verdict: "ok",
    });
    return verdict.verdict === "illegal" ? verdict.anomaly : "ok";
  });
  expect(new Set(found)).toContain("lost-update");
});
