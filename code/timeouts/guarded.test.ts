import { describe, expect, test } from "vitest";
import { seeds } from "../seeds.ts";
import {
  breakerOptions,
  changesOf,
  guardedRun,
  received,
  settings,
  totals,
} from "./breaker.scenario.ts";
import { type GuardedOptions, guarded } from "./guarded.ts";
import type { Sickness } from "./host.ts";

const all = () => true;
const erring: Sickness = {
  fromMs: 5000,
  untilMs: 15_000,
  says: "failed",
  afterMs: 10,
};

function ran(
  seed: number,
  options: Partial<GuardedOptions>,
  sick: Sickness,
  untilMs: number,
) {
  const sim = guardedRun(
    seed,
    { ...settings, ...options },
    { host0: sick },
  );
  sim.runUntil(untilMs);
  return sim;
}

describe("a breaker in front of a host that errs", () => {
  test.each(seeds(3))("opens, probes and closes (seed %i)", (seed) => {
    const sim = ran(seed, {}, erring, 25_000);
    const kinds = changesOf(sim).map(({ to }) => to);
    expect(kinds[0]).toBe("open");
    expect(kinds.slice(-2)).toEqual(["half-open", "closed"]);
    const closedMs = changesOf(sim).at(-1)?.atMs ?? 0;
    expect(closedMs).toBeGreaterThan(15_000);
    expect(closedMs).toBeLessThan(15_000 + 3000 + 1000);
    const { calls, good, failed, refused } = totals(sim, all);
    expect(calls - good - failed - refused).toBeLessThan(3);
    expect(failed).toBeLessThan(60);
    expect(refused).toBeGreaterThan(400);
  });

  test("does not open on the caller's own mistakes", () => {
    const sim = ran(1, {}, { ...erring, says: "rejected" }, 25_000);
    expect(changesOf(sim)).toEqual([]);
    expect(totals(sim, all).failed).toBeGreaterThan(400);
  });

  test("opens on answers that are good but slow", () => {
    const slow: Sickness = { ...erring, says: "done", afterMs: 300 };
    const sim = ran(1, {}, slow, 14_000);
    expect(changesOf(sim)[0]?.to).toBe("open");
    expect(totals(sim, all).failed).toBe(0);
  });

  test("every node is pure", () => {
    const options = { ...settings, attemptsMax: 3 };
    const run = (checkPurity: boolean) => {
      const sick = { host0: { ...erring, fromMs: 500 } };
      const sim = guardedRun(1, options, sick, { checkPurity });
      sim.runUntil(5000);
      return totals(sim, all);
    };
    expect(run(true)).toEqual(run(false));
    expect(run(false).refused).toBeGreaterThan(0);
  });
});

/** A client whose first call is sent at 100 ms and never answered. */
function firstCall(options: Partial<GuardedOptions>) {
  const node = guarded({ ...settings, attemptsMax: 2, ...options });
  const setup = { id: "c", peers: [], disk: {}, nowMs: 0, dice: 0 };
  const arrive = { kind: "timer", name: "arrive" } as const;
  const timeout = { kind: "timer", name: "timeout 1 1" } as const;
  const dice = 5;
  const [fresh] = node.init(setup);
  const sent = node.step(fresh, { event: arrive, nowMs: 100, dice });
  const again = node.step(sent[0], {
    event: timeout,
    nowMs: 600,
    dice,
  });
  return { sent, again };
}

describe("one call, step by step", () => {
  const effectsOf = (attempt: number) => [
    {
      kind: "send",
      dest: "host0",
      body: { type: "call", id: 1, attempt },
    },
    { kind: "set-timer", name: `timeout 1 ${attempt}`, afterMs: 500 },
  ];
  const touchy = {
    ...breakerOptions,
    minimumCalls: 1,
    failurePercent: 1,
  };

  test("the first attempt asks the breaker, and waits its time", () => {
    for (const order of ["retry-outside", "breaker-outside"] as const) {
      const [state, effects] = firstCall({ order }).sent;
      expect(effects.slice(0, 2)).toEqual(effectsOf(1));
      expect(state.open).toEqual([
        { id: 1, host: "host0", attempt: 1, beganMs: 100, permit: 0 },
      ]);
      expect(state.hosts.host0).toEqual({
        calls: 1,
        attempts: 1,
        good: 0,
        failed: 0,
        refused: 0,
      });
    }
  });

  test("with the retries outside, each attempt is judged", () => {
    const [state, effects] = firstCall({
      order: "retry-outside",
    }).again;
    expect(effects).toEqual(effectsOf(2));
    expect(state.open).toMatchObject([{ attempt: 2, beganMs: 600 }]);
    expect(state.breakers.service?.state).toMatchObject({
      window: [{ calls: 1, failed: 1, slow: 1 }],
    });
  });

  test("with the breaker outside, the call began with its first", () => {
    const [state, effects] = firstCall({
      order: "breaker-outside",
    }).again;
    expect(effects).toEqual(effectsOf(2));
    expect(state.open).toMatchObject([{ attempt: 2, beganMs: 100 }]);
    expect(state.breakers.service?.state).toMatchObject({ window: [] });
  });

  test("a refused retry ends the call, without an attempt", () => {
    const [inside, none] = firstCall({
      order: "retry-outside",
      breaker: touchy,
    }).again;
    expect(none).toEqual([]);
    expect(inside.open).toEqual([]);
    expect(inside.hosts.host0).toMatchObject({
      attempts: 1,
      refused: 1,
    });
    const [outside, sent] = firstCall({
      order: "breaker-outside",
      breaker: touchy,
    }).again;
    expect(sent).toEqual(effectsOf(2));
    expect(outside.hosts.host0).toMatchObject({
      attempts: 2,
      refused: 0,
    });
  });
});

describe("breaker and retries", () => {
  const retrying = { attemptsMax: 3 };
  const silent = { ...erring, untilMs: 1e6, afterMs: 1e6 };

  test.each(seeds(3))(
    "a breaker inside the retries opens after fewer attempts (seed %i)",
    (seed) => {
      const firstOpen = (order: GuardedOptions["order"]) => {
        const sim = ran(seed, { ...retrying, order }, silent, 12_000);
        const at = changesOf(sim)[0]?.atMs ?? 1e6;
        return { atMs: at, attempts: totals(sim, all).attempts };
      };
      const inside = firstOpen("retry-outside");
      const outside = firstOpen("breaker-outside");
      expect(inside.atMs + 900).toBeLessThan(outside.atMs);
      expect(inside.attempts).toBeLessThan(outside.attempts);
    },
  );

  test("outside, it sees one failure where the host saw three", () => {
    const failing = { ...erring, fromMs: 0 };
    const quiet = { ...breakerOptions, minimumCalls: 50 };
    const sim = ran(
      1,
      { ...retrying, breaker: quiet, order: "breaker-outside" },
      failing,
      5000,
    );
    const openMs = changesOf(sim)[0]?.atMs ?? 0;
    const again = ran(
      1,
      { ...retrying, breaker: quiet, order: "breaker-outside" },
      failing,
      openMs,
    );
    expect(received(again, "host0")).toBeGreaterThanOrEqual(147);
    expect(totals(again, all).failed).toBe(50);
  });

  test("an open breaker stops the retries too", () => {
    const sim = ran(1, retrying, silent, 8000);
    const openMs = changesOf(sim)[0]?.atMs ?? 0;
    const early = ran(1, retrying, silent, openMs + 1);
    const late = ran(1, retrying, silent, openMs + 2900);
    expect(received(late, "host0") - received(early, "host0")).toBe(0);
    expect(totals(late, all).refused).toBeGreaterThan(100);
  });
});

describe("one host of ten never answers (Brooker 2022)", () => {
  const hosts = Array.from({ length: 10 }, (_, n) => `host${n}`);
  const silent = { ...erring, fromMs: 0, untilMs: 1e6, afterMs: 1e6 };
  const well = (id: string) => id !== "host3";

  function shareOfTheWell(
    seed: number,
    options: Partial<GuardedOptions>,
  ) {
    const base = { ...settings, hosts, perSecond: 100, attemptsMax: 3 };
    const sim = guardedRun(
      seed,
      { ...base, ...options },
      { host3: silent },
    );
    sim.runUntil(20_000);
    const { calls, good } = totals(sim, well);
    const { attempts } = totals(sim, (id) => !well(id));
    return { share: good / calls, attempts };
  }

  test.each(seeds(3))(
    "a shared breaker takes the nine good ones along (seed %i)",
    (seed) => {
      const touchy = { ...breakerOptions, failurePercent: 20 };
      const none = shareOfTheWell(seed, { breaker: null });
      const one = shareOfTheWell(seed, { breaker: touchy });
      const each = shareOfTheWell(seed, { breakerPer: "host" });
      expect(none.share).toBeGreaterThan(0.99);
      expect(one.share).toBeLessThan(0.5);
      expect(each.share).toBeGreaterThan(0.99);
      expect(each.attempts).toBeLessThan(none.attempts / 3);
    },
  );

  test("at 50% a shared breaker never opens, and saves nothing", () => {
    const none = shareOfTheWell(1, { breaker: null });
    const one = shareOfTheWell(1, {});
    expect(one).toEqual(none);
  });
});
