/** The replicated store in storms, and what each mode promises there. */
import { describe, expect, test } from "vitest";
import type { Operation } from "../kernel/history.ts";
import { checkSession } from "../kernel/sessions.ts";
import { seeds } from "../seeds.ts";
import {
  leaderOf,
  losslessOptions,
  lostOn,
  type Storm,
  servers,
  storm,
  watchful,
} from "./cluster.scenario.ts";
import { replica } from "./replication.ts";
import {
  asyncOptions,
  type Options,
  type State,
  type Token,
} from "./state.ts";

/** Every server holds the same log, and some leader writes to it. */
function demandCalm({ sim, history }: Storm) {
  const leader = leaderOf(sim);
  if (leader === null) throw new Error("Nobody leads.");
  const { log, data } = sim.state<State>(leader);
  for (const id of servers) {
    expect(sim.state<State>(id).log).toEqual(log);
    expect(sim.state<State>(id).data).toEqual(data);
  }
  const late = history.filter(({ invokeMs }) => invokeMs > 5000);
  const isDone = ({ outcome }: Operation) => outcome === "ok";
  if (late.length > 0) expect(late.some(isDone)).toBe(true);
  return leader;
}

/**
 * Reads at any server, with tokens: no session goes back, as far as the
 * log of the end can tell. Whoever was told 14 has begun a new session.
 */
function demandSessions({ sim, history }: Storm, leader: string) {
  const { log } = sim.state<State>(leader);
  // A client that asks again may have written its value twice.
  const placeOf = ({ args, result }: Operation) => {
    const token = result?.token as Token | undefined;
    const position = token?.position ?? 0;
    const written = result?.value ?? args.value;
    return log
      .slice(0, position)
      .findLastIndex(({ value }) => value === written);
  };
  const isCut = ({ process }: Operation) =>
    history.some(
      (one) => one.process === process && one.result?.code === 14,
    );
  // An answer after the client's timeout is none to the session.
  const isLate = ({ process, invokeMs, returnMs }: Operation) =>
    history.some(
      (next) =>
        next.process === process &&
        next.invokeMs > invokeMs &&
        next.invokeMs < (returnMs ?? 0),
    );
  const known = history.filter(
    (one) =>
      one.outcome === "ok" &&
      !isCut(one) &&
      !isLate(one) &&
      placeOf(one) >= 0,
  );
  for (const guarantee of [
    "read-your-writes",
    "monotonic-reads",
  ] as const) {
    const verdict = checkSession(guarantee, known, placeOf);
    expect(verdict).toEqual({ verdict: "ok" });
  }
}

describe("no acknowledged write is lost", () => {
  test.each(seeds(8))(
    "semi-sync, two of three fenced before a promotion, seed %i",
    (seed) => {
      const run = storm(seed, replica(losslessOptions));
      const leader = demandCalm(run);
      expect(lostOn(run.sim, leader, run.history)).toEqual([]);
      demandSessions(run, leader);
    },
  );

  test.each(seeds(8))(
    "sync, one fenced before a promotion, seed %i",
    (seed) => {
      const options: Options = { ...asyncOptions, mode: "sync" };
      const watch = { ...watchful, fencedMin: 1 };
      const run = storm(seed, replica(options), watch);
      const leader = demandCalm(run);
      expect(lostOn(run.sim, leader, run.history)).toEqual([]);
    },
  );
});

test.each(seeds(8))("async converges all the same, seed %i", (seed) => {
  demandCalm(storm(seed, replica(asyncOptions)));
});

test("a fenced leader's sign of life is none, seed 8", () => {
  // The controller, restarted in the middle of a failover, heard the old
  // leader's pongs and was content; but that leader was fenced.
  demandCalm(storm(8, replica(losslessOptions)));
});
