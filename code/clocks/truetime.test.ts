import { describe, expect, it } from "vitest";
import { fraction, stream } from "../kernel/random.ts";
import { run, spans, twoCommits } from "./truetime.example.ts";
import { after as hasPassed, now, server } from "./truetime.ts";

const seeds = Array.from({ length: 100 }, (_, i) => i + 1);

/** Does t2, asked for after t1 was answered, get the greater timestamp? */
function holds(seed: number, commitWait: boolean, errorMsMax: number) {
  const error = (n: number) =>
    (2 * fraction(stream(seed, n)) - 1) * errorMsMax;
  const errors = { n1: error(100), n2: error(101) };
  const options = { epsilonMs: 4, commitWait };
  const [t1, t2] = spans(twoCommits(seed, options, errors));
  if (t1 === undefined || t2 === undefined)
    throw new Error("no commit");
  expect(t1.toMs).toBeLessThan(t2.fromMs);
  return t1.s < t2.s;
}

describe("TrueTime interval (Corbett et al. 2012, section 3)", () => {
  it("holds true time while the error is within epsilon", () => {
    for (const error of [-4, -1, 0, 4]) {
      const { earliest, latest } = now(100 + error, 4);
      expect(earliest <= 100 && 100 <= latest).toBe(true);
    }
  });

  it("says after only when t has passed on every clock", () => {
    expect(hasPassed(95, now(100, 4))).toBe(true);
    expect(hasPassed(96, now(100, 4))).toBe(false);
  });
});

describe("commit wait (section 4.1.2)", () => {
  it("orders timestamps as real time does, while the bound holds", () => {
    for (const seed of seeds) {
      expect(holds(seed, true, 4), `seed ${seed}`).toBe(true);
    }
  });

  it("is needed: without it the order is lost within the bound", () => {
    const broken = seeds.filter((seed) => !holds(seed, false, 4));
    expect(broken.length).toBeGreaterThan(0);
  });

  it("rests on the bound: with errors up to 20 ms it is lost", () => {
    const broken = seeds.filter((seed) => !holds(seed, true, 20));
    expect(broken.length).toBeGreaterThan(0);
  });

  it("costs twice epsilon, whichever way the clock errs", () => {
    for (const error of [-4, 0, 4]) {
      const options = { epsilonMs: 4, commitWait: true };
      const sim = twoCommits(7, options, { n1: error, n2: 0 });
      const sent = sim.trace.find(
        (e) => e.kind === "send" && e.message.body.type === "committed",
      );
      const [t1] = spans(sim);
      expect((sent?.atMs ?? 0) - (t1?.fromMs ?? 0)).toBeCloseTo(8, 1);
    }
  });

  it("gives two commits of one instant two timestamps, in order", () => {
    const { state } = twoAtOnce();
    const [first, second] = state.waiting;
    expect(first?.s).toBe(104);
    expect(second?.s).toBeGreaterThan(104);
    expect(second?.s).toBeLessThan(104.01);
  });

  it("has one timer, for the commit that waits longest", () => {
    const { effects } = twoAtOnce();
    expect(effects).toMatchObject([
      { kind: "set-timer", name: "commit-wait" },
    ]);
    const [timer] = effects;
    const afterMs = timer?.kind === "set-timer" ? timer.afterMs : 0;
    expect(afterMs).toBeGreaterThan(8);
    expect(afterMs).toBeLessThan(8.01);
  });

  it("tells the printed story", () => {
    const verdicts = run(7).match(/s1 < s2: \w+/g);
    expect(verdicts).toEqual([
      "s1 < s2: NO",
      "s1 < s2: yes",
      "s1 < s2: NO",
    ]);
  });
});

/** A server with epsilon 4 ms that two commits reach at 100 ms. */
function twoAtOnce() {
  const node = server({ epsilonMs: 4, commitWait: true });
  const setup = { id: "n1", peers: [], disk: {}, nowMs: 0, dice: 1 };
  const commit = (txn: string) => {
    const body = { type: "commit", txn };
    const message = { src: "c1", dest: "n1", body };
    const event = { kind: "message" as const, message };
    return { event, nowMs: 100, dice: 1 };
  };
  const [idle] = node.init(setup);
  const [one] = node.step(idle, commit("t1"));
  const [state, effects] = node.step(one, commit("t2"));
  return { state, effects };
}
