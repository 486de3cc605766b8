/** The receiver crashes: with its place on disk, and without. */
import { crashAndRestart } from "../kernel/faults.ts";
import { seedFrom } from "../kernel/sample.ts";
import { forget } from "./broken.ts";
import { itemsOn, overTheLink } from "./link.scenario.ts";
import { type ListenerState, listener } from "./link.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const row = (
    name: string,
    receiver: typeof listener,
    rowSeed = seed,
  ) => {
    const sim = overTheLink({
      seed: rowSeed,
      items: itemsOn(["s"], 10),
      network: {
        delayMs: { kind: "uniform", min: 2, max: 40 },
        messageLossProbability: 0.25,
        messageDuplicateProbability: 0.1,
      },
      faults: crashAndRestart("b", 90, 30),
      receiver,
    });
    sim.runUntil(10_000);
    const { heard } = sim.state<ListenerState>("b");
    const text = heard.map(({ data }) => String(data)).join(" ");
    return `${name}:\n  ${text}`;
  };
  return [
    "The same link; the receiver is down from 90 ms to 120 ms.",
    "",
    row("it has its place on disk", listener),
    row("it begins again at number 1", forget(listener)),
    row(
      "it begins again at number 1, with seed 31",
      forget(listener),
      31,
    ),
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
