/**
 * Links that fail in part: what they do to Raft as the paper has it, and
 * to Raft with pre-vote and check-quorum.
 */
import { seedFrom } from "../kernel/sample.ts";
import {
  brokenPair,
  deafFollower,
  deafLeader,
  type Report,
  withFault,
} from "./one-way-link.scenario.ts";
import { calmOptions, paperOptions } from "./options.ts";

export const defaultSeed = 7;

const faults = [
  ["B hears nobody, all hear B", deafFollower],
  ["no link between L and B", brokenPair],
  ["L hears nobody, all hear L", deafLeader],
] as const;

export function run(seed: number): string {
  const stories = faults.flatMap(([text, cuts]) => [
    "",
    text,
    row("as in the paper", withFault(paperOptions, cuts, seed)),
    row("with both rules", withFault(calmOptions, cuts, seed)),
  ]);
  return [
    "Leader L, followers A and B. 10 s with links gone, 200 writes.",
    "Both rules: pre-vote and check-quorum.",
    "",
    "                       elections won   last term   writes committed",
    ...stories.slice(1),
  ].join("\n");
}

function row(name: string, report: Report): string {
  const { elections, acknowledged, terms } = report;
  const last = Math.max(...Object.values(terms.at(-1) ?? {}));
  const cells = [
    String(elections).padStart(13),
    String(last).padStart(12),
    String(acknowledged).padStart(19),
  ];
  return `  ${name}    ${cells.join("")}`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
