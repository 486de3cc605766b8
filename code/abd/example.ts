/** Two readers and a slow write: with the write-back and without it. */
import { checkLinearizable } from "../kernel/linearizable.ts";
import type { Node } from "../kernel/node.ts";
import { formatHistory } from "../kernel/picture.ts";
import { seedFrom } from "../kernel/sample.ts";
import { abd } from "./abd.ts";
import { noWriteBack } from "./broken.ts";
import { registers } from "./cluster.scenario.ts";
import { inversion } from "./inversion.scenario.ts";
import { paperOptions, type State } from "./state.ts";

export const defaultSeed = 7;

const held = ["n1", "n2", "n3"] as const;

export function run(seed: number): string {
  return [
    "c1 writes 2 through n1, whose updates are slow; c2 and c3 read.",
    "",
    "Majorities overlap (R + W > N), a read keeps what it found:",
    ...told(noWriteBack(paperOptions), seed),
    "",
    "A read has a majority hold what it found, then answers (ABD):",
    ...told(abd(paperOptions), seed),
  ].join("\n");
}

function told(node: Node<State>, seed: number): readonly string[] {
  const { history, between } = inversion(node, seed);
  const found = checkLinearizable(registers, history);
  const marked =
    found.verdict === "illegal" ? found.counterExample.unplaced : [];
  const cells = held.map((id) => `${id} ${between[id]}`);
  return [
    formatHistory(history, marked),
    `  between the two reads: ${cells.join(", ")}`,
    `  linearizable: ${found.verdict}`,
  ];
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
