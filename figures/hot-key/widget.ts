/** Hot-key triage: what each remedy makes of the hottest partition, and of the whole fleet. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const number = (label: string, min: number, max: number, step: number, value: number) =>
  ({ kind: "number", label, min, max, step, value }) as const;

export default widget({
  name: "hot-key",
  title: "Hot-key triage",
  controls: {
    exponent: number("Zipf exponent", 0, 1.4, 0.1, 1.2),
    partitions: number("Partitions", 4, 64, 1, 16),
    readPercent: { ...number("Reads of each key", 0, 100, 1, 97), unit: "%" },
    treated: number("Hottest keys that get the remedy", 1, 20, 1, 3),
    services: number("Services that coalesce", 1, 300, 1, 3),
    pieces: number("Pieces of a salted key", 2, 32, 1, 10),
    names: number("Draw of the keys’ names", 0, 99, 1, 7),
  },
  presets: [
    { label: "A key that is read", params: {}, step: 2 },
    { label: "A key that is written", params: { readPercent: 3 }, step: 4 },
    { label: "Hot all over", params: { exponent: 0.4, partitions: 8 }, step: 1 },
    { label: "300 services coalesce", params: { services: 300 }, step: 2 },
  ],
  prediction: {
    question:
      "Now the hottest key is 97% writes instead of 97% reads, and its partition still has more than twice what it can do. What brings it under its limit?",
    choices: [
      "one read of a key at a time (coalescing)",
      "a copy in each router (a cache)",
      "ten pieces (a salt)",
    ],
    answer: 2,
    because:
      "Coalescing and a cache take reads away, and there are hardly any: 4,526 and 4,466 of 4,553 are left. The salt gives each piece a tenth of the writes, and 1,791 are left. With 97% reads it is the other way around, as every read asks every piece.",
  },
  code: {
    load: { file: "code/partitioning/hot-key.ts", region: "load" },
    coalesce: { file: "code/partitioning/hot-key.ts", region: "coalesce" },
    cache: { file: "code/partitioning/hot-key.ts", region: "cache" },
    salt: { file: "code/partitioning/hot-key.ts", region: "salt" },
  },
  simulate,
  view,
  table,
});
