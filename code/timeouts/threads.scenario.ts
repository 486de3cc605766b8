/**
 * AWS, 21 April 2011, by its mechanism: one API fleet serves four
 * zones; the storage of one of them stops answering, and requests for
 * it have a long timeout. The summary (aws.amazon.com/message/65648)
 * names long timeouts and starved threads; all numbers here are ours.
 */
import { simulate } from "../kernel/simulator.ts";
import { type CallerState, caller } from "./caller.ts";
import { type ServiceState, service } from "./service.ts";

// #region threads
const zones = ["zone1", "zone2", "zone3", "zone4"];
export const threads = 100;
export const perSecond = 40;
export const stuckAtMs = 10_000;

const zone = service({
  threads: 100,
  queueMax: 10_000,
  workMs: 50,
  next: {},
  timeoutMs: 1,
  deadlines: { kind: "ignored" },
  cancels: false,
});

// #region api
/** Every thread may wait for any zone, and for so long. */
function apiFleet(timeoutMs: number) {
  return service({
    threads,
    queueMax: 1000,
    workMs: 5,
    next: Object.fromEntries(zones.map((id) => [id, id])),
    timeoutMs,
    deadlines: { kind: "ignored" },
    cancels: false,
  });
}
// #endregion api

/** The API fleet, four zones, and users who wait five seconds. */
export function region(seed: number, timeoutMs: number) {
  const users = caller({
    dest: "api",
    perSecond,
    routes: zones,
    patienceMs: 5000,
    reserveMs: 0,
    cancels: false,
  });
  const each = Object.fromEntries(zones.map((id) => [id, zone]));
  return simulate({
    seed,
    nodes: { api: apiFleet(timeoutMs), users, ...each },
    clients: ["users"],
    network: { delayMs: { kind: "constant", ms: 1 } },
    faults: [
      { kind: "pause", node: "zone1", atMs: stuckAtMs, forMs: 1e6 },
    ],
    keepTrace: false,
  });
}
// #endregion threads

// #region threads-reading
export type Reading = {
  readonly second: number;
  /** Threads that wait for the zone that is stuck. */
  readonly stuck: number;
  readonly queue: number;
  /** Calls to the three zones that are well, and those answered. */
  readonly calls: number;
  readonly good: number;
};

/** Run on, and read every so many seconds. */
export function watch(
  sim: ReturnType<typeof region>,
  everySeconds: number,
  times: number,
): readonly Reading[] {
  const readings: Reading[] = [];
  let before = wellOf(sim);
  for (let n = 0; n < times; n += 1) {
    sim.runFor(everySeconds * 1000);
    const { jobs, queue } = sim.state<ServiceState>("api");
    const now = wellOf(sim);
    readings.push({
      second: Math.round(sim.nowMs / 1000),
      stuck: jobs.filter((j) => j.route === "zone1").length,
      queue: queue.length,
      calls: now.calls - before.calls,
      good: now.good - before.good,
    });
    before = now;
  }
  return readings;
}
// #endregion threads-reading

function wellOf(sim: ReturnType<typeof region>) {
  const sum = { calls: 0, good: 0 };
  const { routes } = sim.state<CallerState>("users");
  for (const zone of zones.slice(1)) {
    sum.calls += routes[zone]?.calls ?? 0;
    sum.good += routes[zone]?.good ?? 0;
  }
  return sum;
}
