/** 43 s without a link, two histories: GitHub's failover by mechanism. */
import { seedFrom } from "../kernel/sample.ts";
import type { Controller } from "./controller.ts";
import {
  cutMs,
  healMs,
  type Orchestrated,
  orchestrated,
} from "./orchestrator.scenario.ts";
import type { Entry, State } from "./state.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  return [
    `${s(cutMs)}  the primary's data center is cut off`,
    `${s(healMs)}  43 s later the link is mended`,
    "",
    "The watchers give the primary 5 s before they promote another:",
    ...told(orchestrated(seed, 5000)),
    "",
    "They give it a minute:",
    ...told(orchestrated(seed, 60_000)),
  ].join("\n");
}

function told({ sim, eastLog }: Orchestrated): readonly string[] {
  const { leader } = sim.state<Controller>("op");
  const { log } = sim.state<State>(leader);
  const mark = log.find(({ key }) => key === null);
  const eastAlone = eastLog.filter((entry) => !has(log, entry));
  const westAlone = log.filter(({ client }) => client === "heir");
  const { discarded } = sim.state<State>("east1");
  return [
    mark
      ? `${s(mark.atMs)}  ${leader} leads epoch ${mark.epoch}`
      : `  nobody is promoted; ${leader} goes on`,
    `  acknowledged in the east, unknown in the west: ${eastAlone.length}`,
    `  acknowledged in the west, unknown in the east: ${westAlone.length}`,
    `  set aside when the east follows the west:      ${discarded.length}`,
  ];
}

function has(log: readonly Entry[], { client, msgId }: Entry): boolean {
  return log.some(
    (one) => one.client === client && one.msgId === msgId,
  );
}

function s(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(6)} s`;
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
