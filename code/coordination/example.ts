/** A lock holder sleeps past its session; the next one takes over. */
import { seedFrom } from "../kernel/sample.ts";
import type { Client } from "./client.ts";
import { lockRun, phaseOf } from "./cluster.scenario.ts";
import type { LockMemo } from "./recipes.ts";
import type { Storage } from "./storage.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    ...story(seed, true),
    "",
    "The same with a disk that looks at no token:",
    ...story(seed, false).slice(-2),
  ].join("\n");
}

function story(seed: number, isFenced: boolean): readonly string[] {
  const lines: string[] = [];
  const { sim, contenders } = lockRun(seed, 2, {
    isFenced,
    holdMs: 100,
  });
  const say = (text: string) => {
    lines.push(`${sim.nowMs.toFixed(0).padStart(5)} ms  ${text}`);
  };
  const isLooking = () =>
    contenders.find((id) => phaseOf(sim, id) === "look");
  while (isLooking() === undefined) sim.runOne();
  const sleeper = isLooking() ?? "";
  const memo = () => sim.state<Client>(sleeper).memo as LockMemo;
  say(
    `${sleeper} has ${memo().path}, token ${memo().token}, and sleeps`,
  );
  sim.apply({ kind: "pause", node: sleeper, forMs: 1500 });
  const next = contenders.find((id) => id !== sleeper) ?? "";
  while (phaseOf(sim, next) !== "hold") sim.runOne();
  const heir = sim.state<Client>(next).memo as LockMemo;
  say(`its session ends, its node vanishes, ${next} is told`);
  say(`${next} holds the lock, token ${heir.token}`);
  while (!sim.state<Client>(sleeper).isLost) sim.runOne();
  say(
    `${sleeper} woke, thought that it held, and learns that it does not`,
  );
  sim.runFor(100);
  const { writes, refused } = sim.state<Storage>("disk");
  const order = writes.map(({ by, token }) => `${by} with ${token}`);
  return [
    ...lines,
    `the disk took writes of ${order.join(", then ")}`,
    refused.length > 0
      ? `and refused token ${refused.join(", ")}`
      : "and refused nothing",
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
