/** What eventual clients read, with the link cut and without. */
import {
  fromMs,
  partitioned,
  untilMs,
} from "../consistency/partition.scenario.ts";
import {
  farApart,
  staleReads,
  workload,
} from "../consistency/workload.scenario.ts";
import type { Operation } from "../kernel/history.ts";

/** The clients of the partition lab, all reads and writes eventual. */
export function eventual(seed: number, isCut: boolean) {
  if (isCut)
    return partitioned({ read: "eventual", write: "eventual" }, seed)
      .history;
  return workload({
    seed,
    levelOf: () => "eventual",
    clients: {
      c1: ["n1", "n2"],
      c2: ["n1", "n2"],
      c3: ["n3", "n4", "n5"],
      c4: ["n3", "n4", "n5"],
    },
    operations: 1000,
    untilMs: untilMs + 500,
    more: { network: farApart },
  }).history;
}

/**
 * For each stale read of the two seconds: how long before it was asked
 * the value that it told had been overwritten; ascending, in ms.
 */
export function agesMs(
  history: readonly Operation[],
): readonly number[] {
  return staleReads(history)
    .filter(({ invokeMs }) => invokeMs >= fromMs && invokeMs < untilMs)
    .map((read) => read.invokeMs - overwrittenMs(read, history))
    .sort((one, other) => one - other);
}

function overwrittenMs(read: Operation, history: readonly Operation[]) {
  const writes = history.filter(
    ({ op, args, outcome }) =>
      op === "write" && args.key === read.args.key && outcome === "ok",
  );
  const value = read.result?.value ?? null;
  const seen = writes.find(({ args }) => args.value === value);
  const later = writes.filter(
    ({ invokeMs }) => invokeMs > (seen?.returnMs ?? -1),
  );
  return Math.min(...later.map(({ returnMs }) => returnMs ?? 0));
}

/** Reads of the two seconds that told what the other side had written. */
export function seenAcross(history: readonly Operation[]): number {
  const isSmall = (process: string) => ["c1", "c2"].includes(process);
  const during = history.filter(
    ({ invokeMs }) => invokeMs >= fromMs && invokeMs < untilMs,
  );
  const writes = during.filter(({ op }) => op === "write");
  return during.filter(({ op, process, result }) => {
    const seen = writes.find(
      ({ args }) => args.value === result?.value,
    );
    if (op !== "read" || seen === undefined) return false;
    return isSmall(seen.process) !== isSmall(process);
  }).length;
}
