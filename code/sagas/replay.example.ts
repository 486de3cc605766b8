/** A workflow dies, runs again on its journal, and meets its new code. */
import { seedFrom } from "../kernel/sample.ts";
import {
  commandText,
  crashPoints,
  done,
  everybody,
  journalOf,
  play,
  working,
} from "./durable.scenario.ts";
import { type Line, replay, type Workflow } from "./durable.ts";
import {
  checkedWorkflow,
  orderWorkflow,
  plainWorkflow,
  versionedWorkflow,
} from "./order-workflow.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const order = working(seed, orderWorkflow, ["ship"]);
  const crashed = crashPoints(order, everybody).map((point) =>
    done(play(order, point).sim).join(", "),
  );
  const ends = [...new Set(crashed)];
  const journal = journalOf(play(order, null).sim);
  const sim = play(working(seed, plainWorkflow, []), null).sim;
  const old = journalOf(sim)
    .slice(0, 2)
    .map((line, at) => (at === 1 ? { ...line, answer: null } : line));
  return [
    "the journal of an order whose parcel is refused:",
    ...journal.map(lineText),
    `after a crash at each of ${crashed.length} lines was done:`,
    ...ends.map((end) => `  ${end}`),
    "",
    "a run that has come so far:",
    ...old.map(lineText),
    "is replayed",
    `  by the same code: ${verdict(plainWorkflow, old)}`,
    `  by changed code:  ${verdict(checkedWorkflow, old)}`,
    `  by versions:      ${verdict(versionedWorkflow, old)}`,
    `  a new run there:  ${verdict(versionedWorkflow, old.slice(0, 1))}`,
  ].join("\n");
}

function lineText({ command, answer }: Line, at: number): string {
  const told =
    answer === null ? "asked" : "ok" in answer ? "done" : "refused";
  return `  ${at}  ${commandText(command).padEnd(15)} ${told}`;
}

function verdict(workflow: Workflow, journal: readonly Line[]): string {
  const now = replay(workflow, "order-17", journal);
  if (now.kind === "waiting")
    return `next is ${commandText(now.command)}`;
  if (now.kind !== "non-determinism") return now.kind;
  const asked = now.code === null ? "the end" : commandText(now.code);
  return `line ${now.at} is ${commandText(now.journal)}, not ${asked}`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
