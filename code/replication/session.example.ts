/** Read your writes at a follower that is late: with a token, or not. */
import { seedFrom } from "../kernel/sample.ts";
import { session } from "./session.scenario.ts";

export const defaultSeed = 7;

const ways = [
  ["no token", false, 0],
  ["a token, or ask n1", true, 0],
  ["a token, n2 waits", true, 200],
] as const;

/** The seed has no part in it: nothing here is drawn. */
export function run(_seed: number): string {
  const rows = ways.map(([name, isCarrying, waitMs]) => {
    const { reads, stale, refused, meanReadMs } = session(
      isCarrying,
      waitMs,
    );
    const time = `${meanReadMs.toFixed(0)} ms`;
    return row([name, reads, stale, refused, time]);
  });
  return [
    "A client writes at n1, then reads at n2, ten times.",
    "The log takes 60 ms to n2, each other message 5 ms.",
    "",
    row(["", "reads", "stale", "refused", "mean time"]),
    ...rows,
  ].join("\n");
}

function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, at) =>
      at === 0 ? String(cell).padEnd(20) : String(cell).padStart(10),
    )
    .join("");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
