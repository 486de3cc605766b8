/** Completeness and accuracy, and what they cost. */
import { describe, expect, test } from "vitest";
import { chaos } from "../kernel/faults.ts";
import type { Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import { paranoid, trustful, unforgiving } from "./broken.ts";
import {
  detector,
  isLate,
  type Judge,
  onCheck,
  onHeartbeat,
  type State,
  suspectedBy,
} from "./detector.ts";
import {
  five,
  measure,
  phiJudge,
  phiWindow,
  recorder,
} from "./measure.scenario.ts";
import { detectionMs, phiNow, watching } from "./pause.scenario.ts";

const growing: Judge = { kind: "growing", timeoutMs: 60, growMs: 100 };
const fixed: Judge = { kind: "fixed", timeoutMs: 60 };
const exponential: Judge = {
  kind: "phi-exponential",
  threshold: 8,
  window: phiWindow,
};
const setup = { id: "n1", peers: ["n2", "n3"], disk: {}, dice: 1 };

function started(judge: Judge): State {
  const node = detector({ heartbeatMs: 50, checkMs: 10, judge });
  return node.init({ ...setup, nowMs: 100 })[0];
}

describe("the node", () => {
  test("sends heartbeats to all, and checks on its own time", () => {
    const options = { heartbeatMs: 50, checkMs: 10, judge: fixed };
    const node = detector(options);
    const [state, effects] = node.init({ ...setup, nowMs: 0 });
    const body = { type: "heartbeat" };
    const sends = [
      { kind: "send", dest: "n2", body },
      { kind: "send", dest: "n3", body },
      { kind: "set-timer", name: "heartbeat", afterMs: 50 },
    ];
    const check = { kind: "set-timer", name: "check", afterMs: 10 };
    expect(effects).toEqual([...sends, check]);
    const fire = (name: string) =>
      node.step(state, {
        event: { kind: "timer", name },
        nowMs: 50,
        dice: 1,
      });
    expect(fire("heartbeat")).toEqual([state, sends]);
    expect(fire("check")[1]).toEqual([check]);
  });

  test("suspects after the timeout, not at it", () => {
    const state = started(fixed);
    expect(suspectedBy(onCheck(state, 160, fixed))).toEqual([]);
    const late = onCheck(state, 161, fixed);
    expect(suspectedBy(late)).toEqual(["n2", "n3"]);
    const heard = onHeartbeat(late, "n3", 162, fixed);
    expect(suspectedBy(heard)).toEqual(["n2"]);
    expect(suspectedBy(onCheck(heard, 222, fixed))).toEqual(["n2"]);
    expect(heard.beliefs.n3?.timeoutMs).toBe(60);
  });

  test("does not know strangers", () => {
    const state = started(fixed);
    expect(onHeartbeat(state, "x9", 110, fixed)).toBe(state);
  });

  test("takes a longer timeout for a node it wronged (CT96, Figure 10)", () => {
    const state = started(growing);
    const heardInTime = onHeartbeat(state, "n2", 150, growing);
    expect(heardInTime.beliefs.n2?.timeoutMs).toBe(60);
    const wronged = onHeartbeat(
      onCheck(state, 200, growing),
      "n2",
      201,
      growing,
    );
    expect(wronged.beliefs.n2).toMatchObject({
      timeoutMs: 160,
      isSuspected: false,
    });
    expect(wronged.beliefs.n3?.timeoutMs).toBe(60);
  });

  test("asks phi, where phi is the judge", () => {
    const belief = { timeoutMs: 0, isSuspected: false };
    const window = { lastMs: 0, intervalsMs: [180, 220] };
    const late = (ms: number, judge: Judge) =>
      isLate({ ...belief, window }, ms, judge);
    // Threshold 1: 1.28 deviations of 20 ms after 200 ms.
    expect(late(225, phiJudge(1))).toBe(false);
    expect(late(227, phiJudge(1))).toBe(true);
    // Threshold 8: 8 ln 10 means of 200 ms.
    expect(late(3684, exponential)).toBe(false);
    expect(late(3685, exponential)).toBe(true);
  });

  test("suspects above the threshold, not at it", () => {
    const belief = { timeoutMs: 0, isSuspected: false };
    const window = { lastMs: 0, intervalsMs: [180, 220] };
    const late = (ms: number, judge: Judge) =>
      isLate({ ...belief, window }, ms, judge);
    // At the mean of 200 ms a heartbeat comes as often later as before.
    expect(late(200, phiJudge(Math.log10(2)))).toBe(false);
    expect(late(201, phiJudge(Math.log10(2)))).toBe(true);
    const none = { ...exponential, threshold: 0 };
    expect(late(0, none)).toBe(false);
    expect(late(1, none)).toBe(true);
  });

  test("remembers intervals, where phi is the judge", () => {
    const judge = phiJudge(8);
    const heard = onHeartbeat(started(judge), "n2", 250, judge);
    expect(heard.beliefs.n2?.window).toEqual({
      lastMs: 250,
      intervalsMs: [150, 250, 150],
    });
    const plain = onHeartbeat(started(fixed), "n2", 250, fixed);
    expect(plain.beliefs.n2?.window).toEqual({
      lastMs: 250,
      intervalsMs: [],
    });
  });
});

/** Storm until the network becomes stable, then calm without n5. */
function beforeAndAfterGst(node: Node<State>, seed: number) {
  const gstMs = 3000;
  const endMs = 9000;
  const { changes, hear } = recorder();
  const sim = simulate({
    seed,
    nodes: Object.fromEntries(five.map((id) => [id, node])),
    network: {
      delayMs: { kind: "uniform", min: 1, max: 1500 },
      messageLossProbability: 0.3,
    },
    clocks: { driftPpmMax: 10_000, skewMsMax: 500 },
    faults: [
      ...chaos(seed, {
        nodes: five,
        untilMs: gstMs,
        kinds: ["crash", "pause", "halves", "one-way", "slow"],
      }),
      {
        atMs: gstMs,
        kind: "network",
        change: { delayMs: { kind: "uniform", min: 1, max: 100 } },
      },
      { atMs: gstMs + 500, kind: "crash", node: "n5" },
    ],
    onStep: hear,
    keepTrace: false,
  });
  sim.runUntil(endMs);
  const late = changes.filter(({ atMs }) => atMs > endMs - 2000);
  const live = five.slice(0, -1);
  const suspected = live.map((id) => suspectedBy(sim.state<State>(id)));
  return { late, suspected };
}

const perfect = { late: [], suspected: Array(4).fill(["n5"]) };

describe("after the network has become stable (CT96, §9.1; DLS88)", () => {
  const options = { heartbeatMs: 50, checkMs: 10 };

  test.each(seeds(6))(
    "timeouts that grow: all that crashed, and nobody else, seed %i",
    (seed) => {
      const node = detector({ ...options, judge: growing });
      expect(beforeAndAfterGst(node, seed)).toEqual(perfect);
    },
  );

  test("a fixed timeout that is too short errs forever", () => {
    const node = detector({ ...options, judge: fixed });
    const { late } = beforeAndAfterGst(node, 1);
    expect(late.length).toBeGreaterThan(10);
  });

  test("one that suspects nobody is not complete", () => {
    const node = trustful(detector({ ...options, judge: growing }));
    const { late, suspected } = beforeAndAfterGst(node, 1);
    expect(late).toEqual([]);
    expect(suspected).toEqual([[], [], [], []]);
  });

  test("one that suspects everybody is not accurate", () => {
    const node = paranoid(detector({ ...options, judge: growing }));
    const { suspected } = beforeAndAfterGst(node, 1);
    expect(suspected[0]).toEqual(["n2", "n3", "n4", "n5"]);
  });

  test("one that takes nothing back is not accurate either", () => {
    const node = unforgiving(detector({ ...options, judge: growing }));
    const { suspected } = beforeAndAfterGst(node, 1);
    expect(suspected.flat().length).toBeGreaterThan(4);
  });

  test("no step changes what it was given, or hides anything", () => {
    const node = detector({ ...options, judge: phiJudge(8) });
    const nodes = { n1: node, n2: node, n3: node };
    const sim = simulate({ seed: 1, nodes, checkPurity: true });
    sim.runUntil(1000);
    expect(sim.steps).toBeGreaterThan(200);
  });
});

describe("the trilemma", () => {
  const of = (heartbeatMs: number, judge: Judge) =>
    measure(detector({ heartbeatMs, checkMs: 40, judge }), [1]);

  test("longer timeouts: slower, and more accurate", () => {
    const short = of(200, { kind: "fixed", timeoutMs: 300 });
    const long = of(200, { kind: "fixed", timeoutMs: 2000 });
    expect(long.messagesASecond).toBe(short.messagesASecond);
    expect(long.detectionMs).toBeGreaterThan(5 * short.detectionMs);
    expect(long.detectionMsMax).toBeGreaterThan(long.detectionMs);
    expect(short.falseAnHour).toBeGreaterThan(100);
    expect(long.falseAnHour).toBe(0);
  });

  test("both, for eight times the messages", () => {
    const dear = of(25, { kind: "fixed", timeoutMs: 700 });
    expect(dear.falseAnHour).toBe(0);
    expect(dear.detectionMs).toBeLessThan(800);
    expect(dear.messagesASecond).toBeGreaterThan(750);
  });

  test("a higher threshold of phi: slower, and more accurate", () => {
    const [low, high] = [of(200, phiJudge(1)), of(200, phiJudge(8))];
    expect(high.detectionMs).toBeGreaterThan(low.detectionMs);
    expect(high.falseAnHour).toBeLessThan(low.falseAnHour / 2);
  });
});

describe("a pause of one and a half seconds", () => {
  const forgets = {
    sizeMax: 40,
    firstIntervalMs: 200,
    intervalMsMax: 1000,
  };
  const remembers = { ...forgets, intervalMsMax: 10_000 };

  test("looks like a crash while it lasts, and then not", () => {
    const sim = watching(1, forgets);
    sim.runUntil(3900);
    expect(phiNow(sim)).toBeLessThan(3);
    sim.runUntil(5400);
    expect(phiNow(sim)).toBeGreaterThan(100);
    expect(suspectedBy(sim.state<State>("n1"))).toEqual(["n2"]);
    sim.runUntil(5800);
    expect(suspectedBy(sim.state<State>("n1"))).toEqual([]);
  });

  test("dulls a window that remembers it", () => {
    const dull = detectionMs(watching(1, remembers), 9000);
    const sharp = detectionMs(watching(1, forgets), 9000);
    expect(sharp).toBeLessThan(500);
    expect(dull).toBeGreaterThan(1000);
  });
});
