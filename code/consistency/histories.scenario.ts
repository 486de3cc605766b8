/**
 * Small histories with a name, for the figures: each is just within one
 * model of consistency and just outside of another.
 */
import { registers } from "../abd/cluster.scenario.ts";
import type { Operation } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { checkSession, type VersionOf } from "../kernel/sessions.ts";
import { checkCausal } from "../kernel/sessions-causal.ts";
import { checkSequential } from "../kernel/sessions-sequential.ts";

// #region notation
/** Who, `write x 1` or `read x 1` (0: nothing yet), from and to, in ms. */
export type Line = readonly [string, string, number, number];

export function operation([process, words, from, to]: Line): Operation {
  const [op = "", key = "", digit = ""] = words.split(" ");
  const number = Number(digit);
  const isRead = op === "read";
  const value = number === 0 ? null : number;
  return {
    process,
    op,
    args: isRead ? { key } : { key, value },
    invokeMs: from,
    returnMs: to,
    result: isRead ? { type: "read_ok", value } : { type: "write_ok" },
    outcome: "ok",
  };
}

/** In these histories a greater value is a later version. */
const versionOf: VersionOf = ({ args, result }) =>
  Number(args.value ?? result?.value ?? 0);
// #endregion notation

// #region histories
const lines = {
  "a new value, seen by all": [
    ["a", "write x 1", 0, 10],
    ["b", "read x 1", 5, 15],
    ["c", "read x 1", 20, 30],
  ],
  "a stale read": [
    ["a", "write x 1", 0, 10],
    ["b", "read x 0", 20, 30],
    ["b", "read x 1", 40, 50],
  ],
  "new, then old": [
    ["a", "write x 1", 0, 60],
    ["b", "read x 1", 10, 20],
    ["c", "read x 0", 30, 40],
  ],
  "two notes that cross": [
    ["a", "write x 1", 0, 10],
    ["b", "write y 1", 0, 10],
    ["a", "read y 0", 20, 30],
    ["b", "read x 0", 20, 30],
  ],
  "an answer before its question": [
    ["a", "write x 1", 0, 10],
    ["b", "read x 1", 20, 30],
    ["b", "write y 1", 40, 50],
    ["c", "read y 1", 60, 70],
    ["c", "read x 0", 80, 90],
  ],
  "one's own post is gone": [
    ["a", "write x 1", 0, 10],
    ["a", "read x 0", 20, 30],
  ],
  "back in time": [
    ["a", "write x 1", 0, 10],
    ["b", "read x 1", 20, 30],
    ["b", "read x 0", 40, 50],
  ],
  "an edit undone": [
    ["a", "write x 2", 0, 10],
    ["a", "write x 1", 20, 30],
    ["b", "read x 1", 40, 50],
    ["b", "read x 2", 60, 70],
  ],
  "a reply filed before the post": [
    ["a", "write x 2", 0, 10],
    ["b", "read x 2", 20, 30],
    ["b", "write x 1", 40, 50],
    ["c", "read x 1", 60, 70],
    ["c", "read x 2", 80, 90],
  ],
} as const satisfies { readonly [name: string]: readonly Line[] };

export type HistoryName = keyof typeof lines;
export const historyNames = Object.keys(lines) as HistoryName[];

export function historyNamed(name: HistoryName): readonly Operation[] {
  return lines[name].map(operation);
}
// #endregion histories

// #region pram
/**
 * PRAM, or FIFO: each process may see the writes of the others in its own
 * order, but those of each of them in theirs (Lipton and Sandberg 1988).
 * So all writes and one process's reads must be explained by one order.
 */
export function checkPram(history: readonly Operation[]) {
  const processes = [...new Set(history.map(({ process }) => process))];
  const verdicts = processes.map((own) =>
    checkSequential(
      registers,
      history.filter(
        ({ op, process }) => op === "write" || process === own,
      ),
    ),
  );
  return (
    verdicts.find(({ verdict }) => verdict !== "ok") ?? verdicts[0]
  );
}
// #endregion pram

// #region verdicts
export const models = [
  "linearizable",
  "sequential",
  "causal",
  "PRAM",
  "read-your-writes",
  "monotonic-reads",
  "monotonic-writes",
  "writes-follow-reads",
] as const;

/** What each checker says. */
export function verdictOf(
  model: (typeof models)[number],
  history: readonly Operation[],
): string {
  switch (model) {
    case "linearizable":
      return checkLinearizable(registers, history).verdict;
    case "sequential":
      return checkSequential(registers, history).verdict;
    case "causal":
      return checkCausal(history).verdict;
    case "PRAM":
      return checkPram(history)?.verdict ?? "ok";
    default:
      return checkSession(model, history, versionOf).verdict;
  }
}
// #endregion verdicts
