/** Two orders of the steps, every refusal, and what was seen meanwhile. */
import { seedFrom } from "../kernel/sample.ts";
import { board, orders, refusals } from "./board.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return orders
    .flatMap((saga) => [
      saga.map(({ name }) => name).join(", "),
      ...refusals.map((refusing) => {
        const { spans, asked } = board(seed, saga, refusing);
        const cells = spans.map(({ service, fromMs, toMs }) =>
          toMs === null
            ? `${service} from ${fromMs.toFixed(0)}`
            : `${service} ${fromMs.toFixed(0)} to ${toMs.toFixed(0)}`,
        );
        const no = (refusing ?? "nobody").padEnd(7);
        return `  ${no} ${asked} asked: ${cells.join(", ") || "nothing"}`;
      }),
    ])
    .join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
