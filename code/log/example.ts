/** What did the ack mean? Lost and doubled values for each setting. */
import { seedFrom } from "../kernel/sample.ts";
import { runEach, settings, troubles } from "./acks.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const head = ["fault", ...settings.map(({ name }) => name)];
  const rows = troubles.map((trouble) => [
    trouble.name,
    ...settings.map((setting) => {
      const { lost, duplicated } = runEach(seed, setting, trouble);
      const words = [
        lost > 0 ? `${lost} lost` : "",
        duplicated > 0 ? `${duplicated} twice` : "",
      ].filter((word) => word !== "");
      return words.length === 0 ? "-" : words.join(", ");
    }),
  ]);
  const line = (cells: readonly string[]) => {
    const [first = "", ...others] = cells;
    const columns = others.map((cell) => cell.padEnd(10));
    return `${first.padEnd(23)}${columns.join(" ")}`.trimEnd();
  };
  return [
    "40 values, five runs: of those that the producer holds written",
    "",
    ...[head, ...rows].map(line),
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
