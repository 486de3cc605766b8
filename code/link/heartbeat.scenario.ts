/** A primary, a spare that watches it, and links that fail in part. */
import type { Fault } from "../kernel/faults.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { type CallerState, caller } from "./call.ts";
import { primary, type SpareState, spare } from "./heartbeat.ts";

const cut = (from: string, to: string): Fault => ({
  atMs: 1000,
  kind: "cut",
  from,
  to,
});

// #region worlds
/** From second 1 on a link, or a direction of it, carries nothing. */
export const worlds: { readonly [name: string]: readonly Fault[] } = {
  "all is well": [],
  "primary is deaf": [
    cut("client", "primary"),
    cut("spare", "primary"),
  ],
  "spare is cut off": [
    cut("primary", "spare"),
    cut("spare", "primary"),
  ],
};
// #endregion worlds

/** Two more, for an exercise: only answers are lost. */
export const exerciseWorlds: typeof worlds = {
  "spare hears nothing": [cut("primary", "spare")],
  "clients hear nothing": [cut("primary", "client")],
};

export type Watch = {
  readonly tookOverMs: number | null;
  /** Calls that reached the primary, which does what it is asked. */
  readonly done: number;
  readonly answered: number;
};

export function watched(
  world: string,
  sign: "beat" | "pong",
): Simulation {
  const sim = simulate({
    seed: 1,
    network: { delayMs: { kind: "constant", ms: 5 } },
    faults: worlds[world] ?? exerciseWorlds[world] ?? [],
    nodes: {
      client: caller({
        to: "primary",
        calls: 40,
        everyMs: 100,
        timeoutMs: 50,
        attemptsMax: 1,
      }),
      primary: primary("spare"),
      spare: spare("primary", sign),
    },
  });
  sim.runUntil(5000);
  return sim;
}

export function watch(world: string, sign: "beat" | "pong"): Watch {
  const sim = watched(world, sign);
  const calls = sim.trace.filter(
    (event) =>
      event.kind === "deliver" && event.message.body.type === "call",
  );
  return {
    tookOverMs: sim.state<SpareState>("spare").tookOverMs,
    done: calls.length,
    answered: sim.state<CallerState>("client").answered.length,
  };
}
