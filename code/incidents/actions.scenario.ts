/**
 * The same cascade, and one thing done about it: at minute 8, when the
 * room has an idea, or before it began, when it was designed.
 */

import type { Simulation } from "../kernel/simulator.ts";
import type { CustomersState, Outcome } from "./customers.ts";
import { minuteMs } from "./customers.ts";
import {
  type Action,
  at,
  type Incident,
  minutes,
  play,
  restart,
  set,
} from "./room.scenario.ts";
import type { Knobs } from "./service.ts";
import { cascade } from "./shop.scenario.ts";

// #region ideas
/** One change of the knobs of one service, at minute 8. */
function turn(service: string, change: Partial<Knobs>) {
  return [at(8, "turn", set(service, change))];
}

/** What each team proposes from its own dashboard. */
export const ideas: readonly Choice[] = [
  ["nothing", []],
  ["front: restart", restart(8, "front")],
  ["front: 16 workers, not 8", turn("front", { workers: 16 })],
  ["orders: restart", restart(8, "orders")],
  ["orders: three attempts", turn("orders", { attemptsMax: 3 })],
  ["payments: restart", restart(8, "payments")],
  ["payments: 8 workers, not 4", turn("payments", { workers: 8 })],
  ["orders: without payments", turn("orders", { routes: {} })],
];
// #endregion ideas

export type Choice = readonly [
  name: string,
  actions: readonly Action[],
];

function design(service: string, change: Partial<Knobs>) {
  return [at(0, "design", set(service, change))];
}

// #region factors
/** What had to be so for the outage to be what it was. */
export const factors: readonly Choice[] = [
  ["as it was", []],
  // Nothing to design: the trouble of minute 3 does not come.
  ["payments stays fast", []],
  ["orders can do without payments", design("orders", { routes: {} })],
  ["orders waits 3 s, not 12", design("orders", { timeoutMs: 3000 })],
  ["front waits 3 s, not 13", design("front", { timeoutMs: 3000 })],
  ["front has 16 workers, not 8", design("front", { workers: 16 })],
  ["orders queues 2, not 100", design("orders", { queueMax: 2 })],
];
// #endregion factors

/** Bad calls by what was wanted, from `fromMin` to the end. */
export function badCalls(
  incident: Incident,
  actions: readonly Action[],
  seed: number,
  fromMin: number,
) {
  const ended: Outcome[] = [];
  const note = (sim: Simulation) => {
    const { recent } = sim.state<CustomersState>("users");
    const start = Math.max(fromMin * minuteMs, sim.nowMs - minuteMs);
    ended.push(...recent.filter((one) => one.endedMs > start));
  };
  const looks = Array.from({ length: minutes - 1 }, (_, n) =>
    at(n + 1, "look", {
      kind: "look",
      next: (sim) => {
        note(sim);
        return [];
      },
    }),
  );
  // Looks first: they see the minute before anything is done in the next.
  note(play(incident, seed, [...looks, ...actions]).sim);
  const bad = ended.filter(({ verdict }) => verdict !== "good");
  const browse = bad.filter(({ what }) => what === "browse").length;
  return { browse, order: bad.length - browse };
}

/** The cascade with payments as slow as it became, unless told not to. */
export function cascadeWith(name: string): Incident {
  return name === "payments stays fast"
    ? { ...cascade, trouble: [] }
    : cascade;
}
