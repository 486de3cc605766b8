/** Who has the key on five nodes, at the moment when the second client takes the lock. */
import { duel, duels, type Outcome } from "../code/locks/redlock.scenario.ts";
import { element, label, rect, svg } from "./draw.ts";

export const program = "locks/redlock";
export const seed = 7;

const rowPx = 46;
const cellPx = 42;
const left = 8;

export function draw(): string {
  return svg(
    456,
    18 + rowPx * duels.length,
    ...["r1", "r2", "r3", "r4", "r5"].map((id, at) =>
      label(left + cellPx * (at + 0.5), 12, id, {
        class: "label-quiet",
        "text-anchor": "middle",
      }),
    ),
    ...duels.map((one, at) => row(one.name, duel(seed, one), 20 + at * rowPx)),
  );
}

function row(name: string, outcome: Outcome, top: number): string {
  const right = left + cellPx * 5 + 14;
  const { isShared, value, writes } = outcome;
  const verdict = `${isShared ? "two holders" : "one holder"}; raised ${writes} times, shows ${value}`;
  return element(
    "g",
    {},
    ...outcome.keys.map((owner, at) => cell(owner, left + cellPx * at, top)),
    label(right, top + 11, short(name)),
    label(right, top + 26, verdict, { class: isShared ? "label-strong" : "label-quiet" }),
  );
}

function short(name: string): string {
  return name
    .replace("after its last look at the clock", "after its last look")
    .replace(
      "the same, and r3 keeps silent for longer than the ttl",
      "r3 restarts, and stays silent",
    )
    .replace("the same, and r3 flushes each write (fsync=always)", "r3 restarts, and had flushed");
}

function cell(owner: string, x: number, top: number): string {
  const tone = owner === "w1" ? "blue" : "accent";
  const place = [x + 2, top, cellPx - 4, 28] as const;
  return element(
    "g",
    {},
    rect(...place, { class: `fill-${tone}`, "fill-opacity": 0.18 }),
    rect(...place, {
      class: `fill-none stroke-${tone}${owner === "w1" ? "" : " dashed"}`,
      "stroke-width": 1.2,
    }),
    label(x + cellPx / 2, top + 18, owner, { class: "label-strong", "text-anchor": "middle" }),
  );
}
