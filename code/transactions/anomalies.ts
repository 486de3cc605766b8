/**
 * The anomalies of the literature as schedules, each with the test that
 * tells whether it happened. Names and histories: Berenson et al. 1995
 * (A5A, A5B, P4 …), Adya 1999 (G0, G1a, G1b …); the read-only anomaly:
 * Fekete, O'Neil, O'Neil, SIGMOD Record 33(3), 2004.
 */
// unprinted: for the chapter on transactions
import type { Json } from "../kernel/node.ts";
import {
  finalValue,
  isCommitted,
  type Policy,
  type Run,
  runSchedule,
  type Schedule,
  type StepOf,
  seenBy,
} from "./schedule.ts";
import { type Rules, storeOf } from "./store.ts";

// #region anomaly
export type Anomaly = {
  readonly name: string;
  /** Its names in Berenson et al. and in Adya. */
  readonly also: string;
  readonly start: { readonly [key: string]: Json };
  readonly schedule: Schedule;
  readonly happened: (run: Run) => boolean;
};
// #endregion anomaly

const read = (txn: string, key: string): StepOf => [
  txn,
  { do: "read", key },
];
const write = (txn: string, key: string, value: Json): StepOf => [
  txn,
  { do: "write", key, value },
];
const scan = (txn: string): StepOf => [
  txn,
  { do: "scan", from: "a", to: "b" },
];
const commit = (txn: string): StepOf => [txn, { do: "commit" }];
const abort = (txn: string): StepOf => [txn, { do: "abort" }];

const bothCommit = (run: Run) =>
  isCommitted(run, "T1") && isCommitted(run, "T2");
const sees = (run: Run, txn: string, values: readonly Json[]) =>
  isCommitted(run, txn) &&
  JSON.stringify(seenBy(run, txn)) === JSON.stringify(values);

export const anomalies: readonly Anomaly[] = [
  // #region dirty
  {
    name: "dirty write",
    also: "P0, G0",
    start: { x: 0, y: 0 },
    schedule: [
      write("T1", "x", 1),
      write("T2", "x", 2),
      write("T2", "y", 2),
      commit("T2"),
      write("T1", "y", 1),
      commit("T1"),
    ],
    happened: (run) => finalValue(run, "x") !== finalValue(run, "y"),
  },
  {
    name: "dirty read",
    also: "A1, G1a",
    start: { x: 0 },
    schedule: [
      write("T1", "x", 1),
      read("T2", "x"),
      abort("T1"),
      commit("T2"),
    ],
    happened: (run) => sees(run, "T2", [1]),
  },
  {
    name: "intermediate read",
    also: "P1, G1b",
    start: { x: 0 },
    schedule: [
      write("T1", "x", 1),
      read("T2", "x"),
      write("T1", "x", 2),
      commit("T1"),
      commit("T2"),
    ],
    happened: (run) => sees(run, "T2", [1]),
  },
  // #endregion dirty
  // #region skewed
  {
    name: "fuzzy read",
    also: "P2, G-single",
    start: { x: 0 },
    schedule: [
      read("T1", "x"),
      write("T2", "x", 1),
      commit("T2"),
      read("T1", "x"),
      commit("T1"),
    ],
    happened: (run) => sees(run, "T1", [0, 1]),
  },
  {
    name: "read skew",
    also: "A5A, G-single",
    start: { x: 50, y: 50 },
    schedule: [
      read("T1", "x"),
      write("T2", "x", 10),
      write("T2", "y", 90),
      commit("T2"),
      read("T1", "y"),
      commit("T1"),
    ],
    happened: (run) => sees(run, "T1", [50, 90]),
  },
  {
    name: "lost update",
    also: "P4, G-single",
    start: { x: 100 },
    schedule: [
      read("T1", "x"),
      read("T2", "x"),
      write("T2", "x", 120),
      commit("T2"),
      write("T1", "x", 130),
      commit("T1"),
    ],
    happened: bothCommit,
  },
  // #endregion skewed
  // #region phantom
  {
    name: "phantom",
    also: "A3, G-single",
    start: { a1: "on" },
    schedule: [
      scan("T1"),
      write("T2", "a2", "on"),
      commit("T2"),
      scan("T1"),
      commit("T1"),
    ],
    happened: (run) => {
      const [first, second] = seenBy(run, "T1");
      const isSame = JSON.stringify(first) === JSON.stringify(second);
      return isCommitted(run, "T1") && !isSame;
    },
  },
  {
    name: "predicate write skew",
    also: "P3, G2",
    start: { a1: "on" },
    schedule: [
      scan("T1"),
      scan("T2"),
      write("T1", "a2", "T1"),
      write("T2", "a3", "T2"),
      commit("T1"),
      commit("T2"),
    ],
    happened: bothCommit,
  },
  // #endregion phantom
  // #region write-skew
  {
    name: "write skew",
    also: "A5B, G2-item",
    start: { x: 50, y: 50 },
    schedule: [
      read("T1", "x"),
      read("T1", "y"),
      read("T2", "x"),
      read("T2", "y"),
      write("T1", "x", -40),
      write("T2", "y", -40),
      commit("T1"),
      commit("T2"),
    ],
    happened: bothCommit,
  },
  {
    // T2 takes 10 from x, with a fee of 1 as x + y gets below 0; T1 puts
    // 20 into y; T3 only looks, and sees 0 and 20: no fee was due then.
    name: "read-only anomaly",
    also: "Fekete 2004",
    start: { x: 0, y: 0 },
    schedule: [
      read("T2", "x"),
      read("T2", "y"),
      read("T1", "y"),
      write("T1", "y", 20),
      commit("T1"),
      read("T3", "x"),
      read("T3", "y"),
      commit("T3"),
      write("T2", "x", -11),
      commit("T2"),
    ],
    happened: (run) =>
      bothCommit(run) &&
      sees(run, "T3", [0, 20]) &&
      sees(run, "T2", [0, 0]),
  },
  // #endregion write-skew
];

// #region verdict
/** Did it happen? If not, what stood in its way? */
export type Verdict = "happens" | "aborts" | "waits" | "reads old";

export function tryAnomaly(
  anomaly: Anomaly,
  rules: Rules,
  policy: Policy,
): Verdict {
  const store = storeOf(anomaly.start);
  const run = runSchedule(anomaly.schedule, rules, store, policy);
  if (anomaly.happened(run)) return "happens";
  const asked = anomaly.schedule.filter(([, s]) => s.do === "abort");
  const aborted = Object.values(run.store.txns).filter(
    ({ status }) => status === "aborted",
  );
  if (aborted.length > asked.length) return "aborts";
  const waited = run.events.some(
    ({ outcome }) => outcome.kind === "wait",
  );
  return waited ? "waits" : "reads old";
}
// #endregion verdict
