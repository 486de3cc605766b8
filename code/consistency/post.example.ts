/** A user posts and looks; the post is there, and gone, and there. */
import { formatHistory } from "../kernel/picture.ts";
import { seedFrom } from "../kernel/sample.ts";
import { checkSession } from "../kernel/sessions.ts";
import type { Level } from "./levels.ts";
import { lagMs, tour, versionOf, visit } from "./post.scenario.ts";

export const defaultSeed = 7;

const settings: readonly Level[] = [
  "consistent-prefix",
  "monotonic-reads",
  "read-your-writes",
  "causal",
  "linearizable",
];
const promised = ["read-your-writes", "monotonic-reads"] as const;

export function run(seed: number): string {
  const { history } = visit("consistent-prefix", seed);
  const lines = formatHistory(history).split("\n");
  const looks = tour.slice(1).map((id) => id.padStart(10));
  return [
    `n1 is the primary, n2 follows at once, n3 is ${lagMs} ms late.`,
    "",
    ...lines.map((line, nth) => `${line.padEnd(46)}at ${tour[nth]}`),
    "",
    ...promised.map((name) => {
      const found = checkSession(name, history, versionOf);
      if (found.verdict !== "illegal") return `${name}: kept`;
      return `${name}: ${found.explanation}`;
    }),
    "",
    "The same visit, by setting: seen or not, and after how many ms.",
    `${"".padEnd(18)}${looks.join("")}`,
    ...settings.map((level) => row(level, seed)),
  ].join("\n");
}

function row(level: Level, seed: number): string {
  const cells = visit(level, seed)
    .history.slice(1)
    .map((read) => {
      const tookMs = (read.returnMs ?? Infinity) - read.invokeMs;
      const seen = read.result?.value === "post" ? "post" : "-";
      return `${seen} ${tookMs.toFixed(0).padStart(3)}`.padStart(10);
    });
  return `${level.padEnd(18)}${cells.join("")}`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
