/** The card was charged and the reply was lost: at every line. */
import { seedFrom } from "../kernel/sample.ts";
import {
  everyCrash,
  setups,
  type Verdict,
} from "./payment.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const rows = setups.map((setup) => {
    const runs = everyCrash(seed, setup);
    const count = (is: (run: Verdict) => boolean) =>
      `${runs.filter(is).length || "-"}`.padStart(7);
    return [
      setup.name.padEnd(39),
      `${runs.length}`.padStart(5),
      count(({ charged }) => charged === 0),
      count(({ charged }) => charged === 1),
      count(({ charged }) => charged > 1),
      count(({ outcome }) => outcome === "ASK_A_HUMAN"),
    ].join("");
  });
  const columns = ["never", "once", "twice", "unsure"];
  const head = columns.map((name) => name.padStart(7)).join("");
  return [
    "one charge; a crash at every line of server, database, provider",
    "",
    `${"".padEnd(39)} runs${head}`,
    ...rows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
