/** A report that runs for long holds back the vacuum. */
import { seedFrom } from "../kernel/sample.ts";
import { snapshotIsolation } from "./levels.ts";
import {
  horizon,
  perform,
  type Store,
  storeOf,
  vacuum,
} from "./store.ts";

export const defaultSeed = 7;

/** A story without chance; the seed changes nothing. */
export function run(_seed: number): string {
  let store = storeOf({ x: 0, y: 0 });
  const lines = ["after commits   clock  horizon  versions"];
  const tell = (what: string) => {
    const kept = Object.values(store.versions).flat().length;
    const numbers = [store.clock, horizon(store), kept];
    const cells = numbers.map((n, at) =>
      `${n}`.padStart([7, 9, 10][at] ?? 0),
    );
    lines.push(`${what.padEnd(14)}${cells.join("")}`);
  };
  for (let n = 1; n <= 60; n++) {
    if (n === 21)
      store = ask(store, "report", { do: "read", key: "x" });
    if (n === 51) store = ask(store, "report", { do: "commit" });
    const key = n % 2 === 0 ? "x" : "y";
    store = ask(store, `w${n}`, { do: "write", key, value: n });
    store = ask(store, `w${n}`, { do: "commit" });
    if (n % 5 === 0) store = vacuum(store);
    if (n === 21 || n === 51)
      lines.push(
        n === 21 ? "  the report begins" : "  the report ends",
      );
    if (n % 10 === 0) tell(`${n}`);
  }
  return lines.join("\n");
}

function ask(
  store: Store,
  id: string,
  statement: Parameters<typeof perform>[3],
): Store {
  return perform(store, snapshotIsolation, id, statement)[0];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
