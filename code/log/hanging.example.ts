/** One late request, and readers of committed records stand still. */
import { seedFrom } from "../kernel/sample.ts";
import { lateWrite } from "./hanging.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    heading("one producer epoch for many transactions:"),
    ...lateWrite(seed, true).lines,
    "",
    heading("an epoch for each transaction (KIP-890):"),
    ...lateWrite(seed, false).lines,
  ].join("\n");
}

function heading(text: string): string {
  return `${text.padEnd(58)} stable`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
