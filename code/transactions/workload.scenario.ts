/**
 * Random transactions on lists, interleaved by a seed and run at a level;
 * and what a client saw of them, for a checker that sees no versions.
 */
// unprinted: for the chapter on transactions
import { intBetween, stream } from "../kernel/random.ts";
import type { ListOp, Transaction } from "../kernel/serializable.ts";
import { edgesOf, readsOf, worstCycle } from "./graph.ts";
import {
  type Policy,
  type Run,
  runSchedule,
  type Schedule,
  type StepOf,
} from "./schedule.ts";
import { type Rules, type Statement, storeOf } from "./store.ts";

const keys = ["a1", "a2", "b1"];

/** Some transactions at a time take turns, two or three statements each. */
export function workload(seed: number): Schedule {
  const left = Array.from({ length: 12 }, (_, at) =>
    statementsOf(`T${at + 1}`, stream(seed, at)),
  );
  const schedule: StepOf[] = [];
  for (let turn = 0; left.some((steps) => steps.length > 0); turn++) {
    const open = left.filter((steps) => steps.length > 0).slice(0, 4);
    const dice = stream(stream(seed, 99), turn);
    const step = open[intBetween(dice, 0, open.length - 1)]?.shift();
    if (step) schedule.push(step);
  }
  return schedule;
}

function statementsOf(id: string, dice: number): StepOf[] {
  const count = intBetween(stream(dice, 9), 1, 3);
  const steps = Array.from({ length: count }, (_, at): Statement => {
    const key = keys[intBetween(stream(dice, 10 + at), 0, 2)] ?? "";
    const kind = intBetween(stream(dice, 20 + at), 0, 5);
    if (kind === 0) return { do: "scan", from: "a", to: "b" };
    return kind <= 2
      ? { do: "read", key }
      : { do: "append", key, element: `${id}.${at}` };
  });
  return [...steps, { do: "commit" } as const].map((s) => [id, s]);
}

export function runWorkload(
  seed: number,
  rules: Rules,
  policy: Policy,
): Run {
  return runSchedule(workload(seed), rules, storeOf({}), policy);
}

/** The worst cycle, as one sees it who knows all versions. */
export function cycleIn(run: Run, rules: Rules) {
  return worstCycle(edgesOf(run.store.versions, readsOf(run, rules)));
}

/** The same run as its clients saw it: lists read, elements appended. */
export function clientHistory(run: Run): readonly Transaction[] {
  return Object.values(run.store.txns).map(({ id, status }) => {
    const own = run.events.flatMap((event, at) =>
      event.txn === id ? [{ ...event, at }] : [],
    );
    const ops = own.flatMap(({ statement, outcome }): ListOp[] => {
      if (outcome.kind !== "ok") return [];
      if (statement.do === "append")
        return [["append", statement.key, statement.element]];
      const isList = Array.isArray(outcome.value);
      return statement.do === "read"
        ? [["r", statement.key, isList ? outcome.value : []]]
        : [];
    });
    return {
      process: id,
      invokeMs: own[0]?.at ?? 0,
      returnMs: own.at(-1)?.at ?? 0,
      ops,
      outcome: status === "committed" ? "ok" : "fail",
    };
  });
}
