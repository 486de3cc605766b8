/** A client talks to one echo over a network that loses messages. */
import { scriptedClient } from "../kernel/client.ts";
import { seedFrom } from "../kernel/sample.ts";
import { simulate } from "../kernel/simulator.ts";
import { formatTrace } from "../kernel/trace.ts";
import { echo } from "./echo.ts";

export const defaultSeed = 7;

// #region story
export function run(seed: number): string {
  const words = ["hello", "is anybody there?", "goodbye"];
  const questions = words.map((echo) => ({ type: "echo", echo }));
  const options = { targets: ["n1"], timeoutMs: 40, attemptsMax: 3 };
  const sim = simulate({
    seed,
    nodes: { n1: echo, c1: scriptedClient(questions, options) },
    clients: ["c1"],
    network: {
      delayMs: { kind: "uniform", min: 2, max: 12 },
      messageLossProbability: 0.25,
    },
  });
  sim.runUntil(500);
  return formatTrace(sim.trace, { kinds: ["send", "deliver", "drop"] });
}
// #endregion story

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
