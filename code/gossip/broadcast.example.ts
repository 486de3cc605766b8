/** A tree that gossip finds, and repairs when it breaks. */
import { seedFrom } from "../kernel/sample.ts";
import { broadcasts } from "./broadcast.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const dead = ["n07", "n19", "n28"];
  const faults = dead.map((node) => ({
    atMs: 11_000,
    kind: "crash" as const,
    node,
  }));
  const { sent } = broadcasts(seed, 7, faults);
  const lines = sent.map((one, nth) => {
    const { payloads, control, reached, live } = one;
    const got = `${reached}`.padStart(7);
    const cells = [payloads, control].map((n) => `${n}`.padStart(10));
    const remark =
      nth === 4 ? `   ${dead.join(", ")} have crashed` : "";
    return `  m${nth}${cells.join("")}${got} of ${live}${remark}`;
  });
  return [
    "32 nodes, each knows four others. n01 sends seven messages.",
    "",
    "       payloads   control  live that have it",
    ...lines,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
