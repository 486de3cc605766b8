/** Two systems, one order: what a crash at every line leaves behind. */
import { seedFrom } from "../kernel/sample.ts";
import {
  consequences,
  silenceMs,
  ways,
  withWindow,
} from "./outbox.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const kinds = ["right", "lost", "invented", "twice"] as const;
  const rows = ways.map((way) => {
    const all = consequences(seed, way);
    const counts = kinds.map((kind) => {
      const count = all.filter((other) => other === kind).length;
      return `${count || "-"}`.padStart(10);
    });
    const runs = `${all.length}`.padStart(6);
    return `${way.name.padEnd(22)}${runs}${counts.join("")}`;
  });
  const head = kinds.map((kind) => kind.padStart(10)).join("");
  const windows = [50, 100, 200, 400, 800].map((windowMs) => {
    const times = withWindow(seed, windowMs);
    return `  ids kept for ${`${windowMs}`.padStart(3)} ms: ${times} x`;
  });
  return [
    "one order, one parcel; a crash at every line",
    "",
    `${"".padEnd(22)}  runs${head}`,
    ...rows,
    "",
    `one message, delivered again for ${silenceMs} ms; how many parcels?`,
    ...windows,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
