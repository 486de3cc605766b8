/** Stale reads of eventual clients, with the link cut and without. */
import { seedFrom } from "../kernel/sample.ts";
import { agesMs, eventual, seenAcross } from "./eventual.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    "Eventual reads and writes, five replicas, two seconds:",
    "",
    "           asked  stale  stalest  told of the other side",
    ...[false, true].map((isCut) => line(seed, isCut)),
  ].join("\n");
}

function line(seed: number, isCut: boolean): string {
  const history = eventual(seed, isCut);
  const during = history.filter(
    ({ invokeMs }) => invokeMs >= 1000 && invokeMs < 3000,
  );
  const ages = agesMs(history);
  return [
    (isCut ? "link cut" : "no cut").padEnd(9),
    String(during.length).padStart(7),
    String(ages.length).padStart(7),
    `${Math.round(ages.at(-1) ?? 0)} ms`.padStart(9),
    String(seenAcross(history)).padStart(24),
  ].join("");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
