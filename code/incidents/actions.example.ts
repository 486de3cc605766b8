/** Seven ideas for one cascade; then seven ways in which it could not be. */
import { seedFrom } from "../kernel/sample.ts";
import {
  badCalls,
  type Choice,
  cascadeWith,
  factors,
  ideas,
} from "./actions.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "At minute 8 one thing is done. Bad calls in minutes 9 to 20:",
    "",
    "                                 browse  order",
    ...ideas.map((choice) => row(choice, seed, 8)),
    "",
    "From the beginning one thing is otherwise. Bad calls in all:",
    "",
    "                                 browse  order",
    ...factors.map((choice) => row(choice, seed, 0)),
  ].join("\n");
}

function row([name, actions]: Choice, seed: number, fromMin: number) {
  const bad = badCalls(cascadeWith(name), actions, seed, fromMin);
  return [
    name.padEnd(31),
    String(bad.browse).padStart(8),
    String(bad.order).padStart(7),
  ].join("");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
