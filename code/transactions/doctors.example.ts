/** Two doctors go off call at once: one rule, three levels. */
import type { Json } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import {
  serializable,
  snapshotIsolation,
  twoPhaseLocking,
} from "./levels.ts";
import { type Event, runSchedule, type Schedule } from "./schedule.ts";
import { type Rules, storeOf } from "./store.ts";

export const defaultSeed = 7;

const onCall = { do: "scan", from: "doctor/", to: "doctor0" } as const;
const goOff = (name: string) =>
  ({ do: "write", key: `doctor/${name}`, value: "off" }) as const;

/** Each counts two on call, so each may go: every check passes. */
const schedule: Schedule = [
  ["Alice", onCall],
  ["Bob", onCall],
  ["Alice", goOff("alice")],
  ["Bob", goOff("bob")],
  ["Alice", { do: "commit" }],
  ["Bob", { do: "commit" }],
];

/** The story is a schedule; the seed changes nothing. */
export function run(_seed: number): string {
  return [snapshotIsolation, serializable, twoPhaseLocking]
    .map(tell)
    .join("\n\n");
}

function tell(rules: Rules): string {
  const start = { "doctor/alice": "on", "doctor/bob": "on" };
  const { store, events } = runSchedule(
    schedule,
    rules,
    storeOf(start),
    "detect",
  );
  const last = Object.values(store.versions).map((v) => v.at(-1));
  const left = last.filter((version) => version?.value === "on").length;
  const end = `doctors on call at the end: ${left}`;
  return [`${rules.name}`, ...events.map(line), `  ${end}`].join("\n");
}

function line({ txn, statement, outcome }: Event): string {
  const { do: what } = statement;
  const asked = what === "write" ? `writes ${statement.key} off` : what;
  const did = what === "scan" ? "counts those on call" : asked;
  const told = {
    ok: () => ("value" in outcome ? count(outcome.value) : ""),
    wait: () => ("on" in outcome ? `waits for ${outcome.on}` : ""),
    aborted: () => ("why" in outcome ? `aborted: ${outcome.why}` : ""),
  }[outcome.kind]();
  return `  ${txn.padEnd(6)} ${did.padEnd(24)} ${told}`.trimEnd();
}

function count(rows: Json): string {
  return Array.isArray(rows) ? `${rows.length}` : "";
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
