/** Ten numbers over a bad link, by three receivers. */
import { seedFrom } from "../kernel/sample.ts";
import { sendOnce, takeAll } from "./broken.ts";
import {
  itemsOn,
  type LinkOptions,
  overTheLink,
} from "./link.scenario.ts";
import type { ListenerState } from "./link.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const bad = {
    delayMs: { kind: "uniform", min: 2, max: 40 },
    messageLossProbability: 0.25,
    messageDuplicateProbability: 0.1,
  } as const;
  const options = { seed, items: itemsOn(["s"], 10), network: bad };
  return [
    "Ten numbers; a quarter of all messages is lost, a tenth doubled.",
    "",
    line("sent once, taken as it comes", {
      ...options,
      sender: sendOnce,
      receiver: takeAll,
    }),
    line("sent again, taken as it comes", {
      ...options,
      receiver: takeAll,
    }),
    line("sent again, in order, once", options),
  ].join("\n");
}

function line(name: string, options: LinkOptions): string {
  const sim = overTheLink(options);
  sim.runUntil(3000);
  const { heard } = sim.state<ListenerState>("b");
  const numbers = heard.map(({ data }) => String(data)).join(" ");
  return `${name}:\n  ${numbers}`;
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
