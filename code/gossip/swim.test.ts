/** SWIM: who finds the dead, and how the living defend themselves. */
import { describe, expect, test } from "vitest";
import { chaos, oneWay } from "../kernel/faults.ts";
import type { Body, Effect, Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import {
  forEver,
  forgetful,
  noIncarnation,
  noSuspicion,
  vouch,
} from "./broken.ts";
import {
  type Change,
  group,
  names,
  recorder,
  rightViews,
  views,
} from "./group.scenario.ts";
import { checkMembers, nothingSeen } from "./invariants.ts";
import type { Update } from "./members.ts";
import {
  type Options,
  paperOptions,
  practicalOptions,
} from "./options.ts";
import { type State, swim } from "./swim.ts";

const eight = names(8);
const loss = { messageLossProbability: 0.1 };

function confirmed(changes: readonly Change[], member?: string) {
  return changes.filter(
    ({ update }) =>
      update.status === "confirm" &&
      (member === undefined || update.member === member),
  );
}

/** One member alone, driven by hand. */
function alone(change: Partial<Options> = {}) {
  const options = { ...paperOptions, ...change };
  const node = swim(options);
  let [state, effects] = node.init({
    id: "a",
    peers: ["b", "c", "d", "e", "f"],
    disk: {},
    nowMs: 0,
    dice: 3,
  });
  const input = (event: Parameters<typeof node.step>[1]["event"]) => {
    [state, effects] = node.step(state, { event, nowMs: 0, dice: 5 });
    return effects;
  };
  return {
    state: () => state,
    effects: () => effects,
    fire: (name: string) => input({ kind: "timer", name }),
    hear: (src: string, body: Body) =>
      input({ kind: "message", message: { src, dest: "a", body } }),
  };
}

function sent(effects: readonly Effect[], type: string) {
  return effects.flatMap((effect) =>
    effect.kind === "send" && effect.body.type === type
      ? [{ dest: effect.dest, ...effect.body }]
      : [],
  );
}

function updatesOf(body: Partial<Body> = {}): readonly Update[] {
  return (body.updates ?? []) as readonly Update[];
}

const news = (
  member: string,
  status: Update["status"],
  incarnation: number,
) => ({
  type: "news",
  updates: [{ member, status, incarnation }],
});

describe("one member", () => {
  test("pings one other in a period (§3.1)", () => {
    const a = alone();
    const effects = a.fire("period");
    const { target } = a.state().probe;
    expect(sent(effects, "ping")).toMatchObject([
      { dest: target, seq: 1, for: null },
    ]);
    expect(effects.slice(1)).toEqual([
      { kind: "set-timer", name: "ack-timeout", afterMs: 300 },
      { kind: "set-timer", name: "period", afterMs: 1000 },
    ]);
  });

  test("asks k others when no ack came in time, and none if one did (§3.1)", () => {
    const a = alone();
    a.fire("period");
    const { target } = a.state().probe;
    const requests = sent(a.fire("ack-timeout"), "ping_req");
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ dest }) => dest)).size).toBe(3);
    expect(requests.map(({ dest }) => dest)).not.toContain(target);
    expect(requests[0]).toMatchObject({ seq: 1, target });
    a.hear(target, ack(target, 1));
    expect(a.fire("ack-timeout")).toEqual([]);
  });

  const ack = (
    member: string,
    seq: number,
    other: string | null = null,
  ) => ({
    type: "ack",
    seq,
    member,
    for: other,
    updates: [],
  });

  test("helps: pings the target, and hands back its ack (§3.1)", () => {
    const a = alone();
    const request = {
      type: "ping_req",
      seq: 7,
      target: "c",
      updates: [],
    };
    expect(sent(a.hear("b", request), "ping")).toMatchObject([
      { dest: "c", seq: 7, for: "b" },
    ]);
    expect(sent(a.hear("c", ack("c", 7, "b")), "ack")).toMatchObject([
      { dest: "b", seq: 7, member: "c", for: "b" },
    ]);
  });

  test("answers a ping, to whomever it was sent for", () => {
    const a = alone();
    const ping = { type: "ping", seq: 4, for: "c", updates: [] };
    expect(sent(a.hear("b", ping), "ack")).toMatchObject([
      { dest: "b", seq: 4, member: "a", for: "c" },
    ]);
  });

  test("suspects who answered neither it nor a helper (§4.2)", () => {
    const a = alone();
    a.fire("period");
    const { target } = a.state().probe;
    a.fire("period");
    expect(a.state().members[target]?.status).toBe("suspect");
  });

  test.each(["directly", "through a helper"])(
    "does not suspect who answered %s",
    (way) => {
      const a = alone();
      a.fire("period");
      const { target } = a.state().probe;
      a.hear(target, ack(target, 1, way === "directly" ? null : "a"));
      a.fire("period");
      expect(a.state().members[target]?.status).toBe("alive");
    },
  );

  test.each([
    ["an earlier ping", 0, false],
    ["another member", 1, true],
  ])("does not take the ack of %s for an answer", (_, seq, isOther) => {
    const a = alone();
    a.fire("period");
    const { target } = a.state().probe;
    const other = target === "b" ? "c" : "b";
    a.hear(target, ack(isOther ? other : target, seq));
    a.fire("period");
    expect(a.state().members[target]?.status).toBe("suspect");
  });

  test("confirms after so many whole periods of its own, not one earlier (§4.2)", () => {
    const a = alone({ suspicionPeriods: 3 });
    a.fire("period");
    a.hear("b", news("c", "suspect", 0));
    const status = () => a.state().members.c?.status;
    // Nobody answers, so others are suspected too; only c matters here.
    for (const expected of [
      "suspect",
      "suspect",
      "suspect",
      "suspect",
      "confirm",
    ]) {
      expect(status()).toBe(expected);
      a.fire("period");
    }
  });

  test("drops a suspicion that was answered, and its time with it", () => {
    const a = alone({ suspicionPeriods: 1 });
    a.hear("b", news("c", "suspect", 0));
    a.hear("b", news("c", "alive", 1));
    expect(a.state().suspectedIn).toEqual({});
    expect(a.state().members.c).toMatchObject({
      status: "alive",
      incarnation: 1,
    });
  });

  test("answers a suspicion of itself by a higher incarnation, on disk first (§4.2)", () => {
    const a = alone();
    const effects = a.hear("b", {
      type: "ping",
      seq: 1,
      for: null,
      updates: news("a", "suspect", 2).updates,
    });
    expect(a.state().incarnation).toBe(3);
    expect(effects[0]).toEqual({
      kind: "persist",
      key: "incarnation",
      value: 3,
    });
    const alive = { member: "a", status: "alive", incarnation: 3 };
    expect(sent(effects, "ack")).toMatchObject([{ updates: [alive] }]);
  });

  test("answers an old suspicion by the number it has, and again", () => {
    const a = alone({ lambda: 0.5, healthMax: 5 });
    const ping = { type: "ping", seq: 1, for: null };
    const { updates } = news("a", "suspect", 0);
    const answers = [1, 2].map(() => a.hear("b", { ...ping, updates }));
    // The number goes to disk when it is new.
    const kinds = answers.map((all) => all.map(({ kind }) => kind));
    expect(kinds).toEqual([["persist", "send"], ["send"]]);
    const alive = { member: "a", status: "alive", incarnation: 1 };
    expect(answers.map((all) => sent(all, "ack"))).toMatchObject([
      [{ updates: [alive] }],
      [{ updates: [alive] }],
    ]);
    expect(a.state()).toMatchObject({ incarnation: 1, health: 1 });
  });

  test("need not answer that it is alive", () => {
    const a = alone();
    const before = a.state();
    expect(a.hear("b", news("a", "alive", 9))).toEqual([]);
    expect(a.state()).toEqual(before);
  });

  test("is another incarnation after a crash", () => {
    const node = swim(paperOptions);
    const setup = { id: "a", peers: [], nowMs: 0, dice: 1 };
    const born = node.init({ ...setup, disk: {} })[0];
    const reborn = node.init({ ...setup, disk: { incarnation: 0 } })[0];
    expect([born.incarnation, reborn.incarnation]).toEqual([0, 1]);
    expect(reborn.rumors[0]?.update.incarnation).toBe(1);
  });

  test("with nobody else pings nobody, and blames nobody", () => {
    const node = swim(paperOptions);
    const setup = { id: "a", peers: [], disk: {}, nowMs: 0, dice: 1 };
    const [born] = node.init(setup);
    const event = { kind: "timer", name: "period" } as const;
    const [state, effects] = node.step(born, {
      event,
      nowMs: 0,
      dice: 1,
    });
    expect(effects).toEqual([
      { kind: "set-timer", name: "period", afterMs: 1000 },
    ]);
    expect(state.probe.isAcked).toBe(true);
  });

  test("slows down when its pings fail, and recovers (Lifeguard, IV-A)", () => {
    const a = alone({ healthMax: 2 });
    a.fire("period");
    const periods = [1, 2, 3].map(() => a.fire("period").slice(-2));
    expect(periods).toEqual(
      [2, 3, 3].map((times) => [
        {
          kind: "set-timer",
          name: "ack-timeout",
          afterMs: 300 * times,
        },
        { kind: "set-timer", name: "period", afterMs: 1000 * times },
      ]),
    );
    const { probe, period } = a.state();
    a.hear(probe.target, ack(probe.target, period));
    a.fire("period");
    expect(a.state().health).toBe(1);
  });

  test("is in worse health, too, when it must answer a suspicion", () => {
    const a = alone({ healthMax: 2 });
    a.hear("b", news("a", "suspect", 0));
    expect(a.state().health).toBe(1);
  });

  test("tells a suspect of the suspicion first (Lifeguard, IV-C)", () => {
    const a = alone({ tellsSuspect: true });
    a.hear("b", news("c", "suspect", 0));
    const ping = { type: "ping", seq: 1, for: null, updates: [] };
    const [first] = sent(a.hear("c", ping), "ack");
    expect(first).toMatchObject({
      updates: [{ member: "c", status: "suspect" }, {}, {}],
    });
    const [other] = sent(a.hear("d", ping), "ack");
    expect(other).toMatchObject({ updates: [{}, {}] });
  });

  test("leaves by confirming itself to k others, and is silent", () => {
    const a = alone();
    const effects = a.hear("op", { type: "leave" });
    expect(sent(effects, "news")).toHaveLength(3);
    expect(sent(effects, "news")[0]).toMatchObject({
      updates: [{ member: "a", status: "confirm", incarnation: 0 }],
    });
    expect(a.fire("period")).toEqual([]);
  });

  test("asks contacts in turn for all they know, until one answers", () => {
    const a = alone({ contacts: ["a", "b"] });
    expect(a.state().members).toEqual({});
    const me = { member: "a", status: "alive", incarnation: 0 };
    const asked = [{ dest: "b", type: "sync", updates: [me] }];
    expect(sent(a.fire("period"), "sync")).toEqual(asked);
    expect(sent(a.fire("period"), "sync")).toEqual(asked);
    const { updates } = news("c", "alive", 2);
    a.hear("b", { type: "sync_ok", updates });
    expect(a.state().members).toEqual({ c: updates[0] });
    expect(sent(a.fire("period"), "sync")).toEqual([]);
    expect(a.state().probe.target).toBe("c");
  });

  test("answers with all it knows, the gone too", () => {
    const a = alone();
    a.hear("b", news("c", "confirm", 0));
    const body = {
      type: "sync",
      updates: news("x", "alive", 1).updates,
    };
    const [ok] = sent(a.hear("x", body), "sync_ok");
    const told = updatesOf(ok);
    expect(told).toContainEqual(news("c", "confirm", 0).updates[0]);
    expect(told.map(({ member }) => member).join(" ")).toBe(
      "b c d e f x a",
    );
  });

  test("exchanges all it knows each so many periods, with the gone too", () => {
    const node = swim({ ...practicalOptions, syncPeriods: 3 });
    const peers = ["b"];
    const setup = { id: "a", peers, disk: {}, nowMs: 0, dice: 1 };
    let [state] = node.init(setup);
    const counts = [1, 2, 3, 4, 5, 6].map((period) => {
      const event = { kind: "timer", name: "period" } as const;
      const [next, effects] = node.step(state, {
        event,
        nowMs: 0,
        dice: period,
      });
      state = next;
      return sent(effects, "sync").length;
    });
    expect(counts).toEqual([0, 0, 1, 0, 0, 1]);
    expect(state.members.b?.status).toBe("suspect");
  });
});

describe("a group", () => {
  test.each(seeds(6))(
    "finds the dead: every live member, whatever is lost, seed %i",
    (seed) => {
      const sim = group(eight, swim(paperOptions), {
        seed,
        network: loss,
      });
      sim.runUntil(3000);
      sim.apply({ kind: "crash", node: "n03" });
      // 2n - 1 periods until it is pinged, 5 of suspicion, and the way.
      sim.runFor(27_000);
      const held = Object.values(views(sim, eight)).flat();
      expect(held).not.toContain("n03");
    },
  );

  /** n02 stands still for three and a half periods; who buries it? */
  function pause(seed: number, suspicionPeriods: number) {
    const { changes, hear } = recorder();
    const node = swim({
      ...paperOptions,
      tellsSuspect: true,
      suspicionPeriods,
    });
    const sim = group(eight, node, {
      seed,
      onStep: hear,
      faults: [{ atMs: 5000, kind: "pause", node: "n02", forMs: 3500 }],
    });
    sim.runUntil(30_000);
    return confirmed(changes).length;
  }

  // In 2n - 1 periods every member pings the suspect, and tells it.
  test.each(seeds(4))(
    "a member that stands still comes back, if suspicion lasts 2n periods, seed %i",
    (seed) => {
      expect(pause(seed, 16)).toBe(0);
    },
  );

  // The answer to the suspicion had been passed on as often as news is,
  // but one had not heard it, went on to suspect, and confirmed. Since
  // then an old suspicion is answered again.
  test.each([877, 1415])("seed %i", (seed) => {
    expect(pause(seed, 5)).toBe(0);
  });

  test("in seed 985 five periods of suspicion are too short for n02", () => {
    expect(pause(985, 5)).toBe(7);
    expect(pause(985, 16)).toBe(0);
  });

  test("without suspicion, the same pause is a death", () => {
    const { changes, hear } = recorder();
    for (const seed of [1, 2, 3, 4]) {
      const sim = group(eight, swim(noSuspicion), {
        seed,
        onStep: hear,
        faults: [
          { atMs: 5000, kind: "pause", node: "n02", forMs: 3500 },
        ],
      });
      sim.runUntil(20_000);
    }
    expect(confirmed(changes, "n02").length).toBeGreaterThan(7);
  });

  test("helpers reach what a cut link hides (§3.1)", () => {
    const run = (helpers: number) => {
      const { changes, hear } = recorder();
      const node = swim({ ...paperOptions, helpers });
      const sim = group(eight, node, {
        seed: 1,
        onStep: hear,
        faults: [
          { atMs: 0, kind: "cut", from: "n01", to: "n02" },
          { atMs: 0, kind: "cut", from: "n04", to: "n03" },
        ],
      });
      sim.runUntil(60_000);
      return changes.filter(({ update }) => update.status !== "alive");
    };
    expect(run(3)).toEqual([]);
    expect(run(0).length).toBeGreaterThan(10);
  });

  test("who hears all but is heard by none is dead to all (gray failure)", () => {
    const sim = group(eight, swim(paperOptions), {
      seed: 1,
      faults: oneWay("n05", eight, 2000),
    });
    sim.runUntil(40_000);
    const others = eight.filter((id) => id !== "n05");
    for (const id of others)
      expect(views(sim, eight)[id]).not.toContain("n05");
  });

  test("helpers that vouch without asking hide a death (§3.1)", () => {
    const sim = group(eight, vouch(swim(paperOptions)), { seed: 1 });
    sim.runUntil(3000);
    sim.apply({ kind: "crash", node: "n03" });
    sim.runFor(27_000);
    expect(views(sim, eight).n01).toContain("n03");
  });

  test("tells all in a number of periods that grows with the logarithm (§4.1)", () => {
    const periods = [8, 64].map((count) => {
      const ids = names(count);
      const { changes, hear } = recorder();
      const sim = group(ids, swim(paperOptions), {
        seed: 1,
        onStep: hear,
      });
      sim.runUntil(3000);
      sim.apply({ kind: "crash", node: "n03" });
      sim.runFor(25_000);
      const heard = confirmed(changes, "n03");
      expect(heard).toHaveLength(count - 1);
      return ((heard.at(-1)?.atMs ?? 0) - (heard[0]?.atMs ?? 0)) / 1000;
    });
    expect(periods[0]).toBeLessThan(3);
    expect(periods[1]).toBeLessThan(6);
  });

  test("sends as many messages a member in a large group as in a small one", () => {
    const perMember = [8, 64].map((count) => {
      const ids = names(count);
      const sim = group(ids, swim(paperOptions), {
        seed: 1,
        keepTrace: true,
      });
      sim.runUntil(10_000);
      const sends = sim.trace.filter(({ kind }) => kind === "send");
      return sends.length / count / 10;
    });
    for (const messages of perMember) {
      expect(messages).toBeGreaterThan(1.8);
      expect(messages).toBeLessThan(2.2);
    }
  });

  test("is silent about news once all have it; one that never stops is not", () => {
    const rumors = (node: Node<State>) => {
      const sim = group(eight, node, { seed: 1 });
      sim.runUntil(3000);
      sim.apply({ kind: "crash", node: "n03" });
      sim.runFor(40_000);
      return eight
        .filter((id) => sim.isUp(id))
        .flatMap((id) => sim.state<State>(id).rumors);
    };
    expect(rumors(swim(paperOptions))).toEqual([]);
    expect(rumors(forEver(swim(paperOptions))).length).toBe(14);
  });

  test("joins through a contact, and all hear of the newcomer", () => {
    const node = swim({
      ...practicalOptions,
      contacts: ["n01", "n02"],
    });
    const sim = group(eight, node, { seed: 1, network: loss });
    sim.runUntil(10_000);
    expect(views(sim, eight)).toEqual(rightViews(sim, eight));
    sim.apply({ kind: "crash", node: "n07" });
    sim.runFor(25_000);
    expect(views(sim, eight).n01).not.toContain("n07");
    sim.apply({ kind: "restart", node: "n07" });
    sim.runFor(10_000);
    expect(views(sim, eight)).toEqual(rightViews(sim, eight));
  });

  test("knows at once who leaves, without suspicion", () => {
    const { changes, hear } = recorder();
    const sim = group(eight, swim(paperOptions), {
      seed: 1,
      onStep: hear,
    });
    sim.runUntil(3000);
    sim.inject({ src: "op", dest: "n06", body: { type: "leave" } });
    sim.runFor(5000);
    expect(confirmed(changes, "n06")).toHaveLength(7);
    expect(
      changes.filter(({ update }) => update.status === "suspect"),
    ).toEqual([]);
  });

  test("takes back who was confirmed, where that is not final", () => {
    const faults = [
      { atMs: 3000, kind: "crash", node: "n03" },
      { atMs: 30_000, kind: "restart", node: "n03" },
    ] as const;
    const view = (node: Node<State>) => {
      const sim = group(eight, node, { seed: 1, faults });
      sim.runUntil(60_000);
      return views(sim, eight).n01;
    };
    expect(view(swim(practicalOptions))).toContain("n03");
    expect(view(swim(paperOptions))).not.toContain("n03");
    // It has its old number, so its word is no news ... until it is told.
    const slow = {
      ...practicalOptions,
      tellsSuspect: false,
      syncPeriods: 0,
    };
    expect(view(swim(slow))).toContain("n03");
    expect(view(forgetful(swim(slow)))).not.toContain("n03");
  });

  test("grows together again after a partition", () => {
    const node = swim(practicalOptions);
    const halves = [eight.slice(0, 4), eight.slice(4)];
    const sim = group(eight, node, {
      seed: 1,
      faults: [
        { atMs: 3000, kind: "partition", groups: halves },
        { atMs: 60_000, kind: "heal" },
      ],
    });
    sim.runUntil(60_000);
    expect(views(sim, eight).n01).toEqual(["n02", "n03", "n04"]);
    sim.runFor(40_000);
    expect(views(sim, eight)).toEqual(rightViews(sim, eight));
  });

  test("a slow prober wrongs the others less if it doubts itself (Lifeguard)", () => {
    const suspicions = (healthMax: number) => {
      const { changes, hear } = recorder();
      const node = swim({ ...practicalOptions, healthMax });
      const sim = group(eight, node, {
        seed: 1,
        onStep: hear,
        faults: [
          { atMs: 2000, kind: "slow", node: "n04", extraMs: 1500 },
        ],
      });
      sim.runUntil(120_000);
      return changes.filter(
        ({ by, update }) => by === "n04" && update.status === "suspect",
      ).length;
    };
    expect(suspicions(0)).toBeGreaterThan(4 * suspicions(8));
  });

  test("whose doubt costs the healthy some of their probes too", () => {
    const sixteen = names(16);
    const options = { ...practicalOptions, helpers: 3 };
    const sim = group(sixteen, swim(options), {
      seed: 7,
      network: { delayMs: { kind: "uniform", min: 1, max: 20 } },
      faults: [
        { atMs: 2000, kind: "slow", node: "n04", extraMs: 1200 },
      ],
    });
    sim.runUntil(120_000);
    const periods = (id: string) => sim.state<State>(id).period;
    const healthy = sixteen.filter((id) => id !== "n04").map(periods);
    expect(periods("n04")).toBe(68);
    expect(Math.min(...healthy)).toBe(110);
    expect(Math.max(...healthy)).toBe(113);
  });
});

describe("in any storm, and after it", () => {
  function storm(seed: number, node: Node<State>): Simulation {
    const seen = nothingSeen();
    const ids = names(5);
    const sim = group(ids, node, {
      seed,
      onStep: (now, id) => checkMembers(now, id, seen),
      network: { messageDuplicateProbability: 0.1, ...loss },
      clocks: { driftPpmMax: 10_000, skewMsMax: 500 },
      faults: chaos(seed, {
        nodes: ids,
        untilMs: 30_000,
        faultMsMax: 9000,
        pauseMsMax: 2000,
      }),
    });
    // After the storm some need nine periods for one, and get better.
    sim.runUntil(120_000);
    return sim;
  }

  test.each(seeds(8))(
    "the rules hold, and all find each other again, seed %i",
    (seed) => {
      const sim = storm(seed, swim(practicalOptions));
      const ids = names(5);
      expect(views(sim, ids)).toEqual(rightViews(sim, ids));
    },
  );

  // It crashed in a step that raised its incarnation, before it could
  // store that, and took the same one again: the checker was wrong.
  test("seed 322", () => {
    const sim = storm(322, swim(practicalOptions));
    expect(views(sim, names(5))).toEqual(rightViews(sim, names(5)));
  });

  test("the invariants catch one that speaks for others", () => {
    expect(() =>
      storm(1, noIncarnation(swim(practicalOptions))),
    ).toThrow("Own incarnation");
  });

  test("no step changes what it was given, or hides anything", () => {
    const sim = group(eight, swim(practicalOptions), {
      seed: 1,
      network: loss,
      checkPurity: true,
      faults: [{ atMs: 2000, kind: "pause", node: "n01", forMs: 4000 }],
    });
    sim.runUntil(10_000);
    expect(sim.steps).toBeGreaterThan(200);
  });
});
