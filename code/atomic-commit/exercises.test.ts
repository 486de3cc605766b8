import { describe, expect, test } from "vitest";
import { deafLeader, tellBeforeWriting } from "./broken.ts";
import {
  broken,
  countMessages,
  runCommit,
} from "./cluster.scenario.ts";
import { diskLoss } from "./disk-loss.scenario.ts";
import {
  allUp,
  inDoubtMs,
  lockedMs,
  mayMove,
  messages,
  poolLastsS,
  twoOfThreeUp,
} from "./exercises.ts";
import { cases, onePhaseCluster } from "./one-phase.example.ts";
import { doer, teller } from "./one-phase.ts";
import { isInDoubt, type Phase } from "./phases.ts";
import {
  allCrashes,
  coLocated,
  named,
  paxosCluster,
  twoPhaseCluster,
  withNodes,
} from "./protocols.scenario.ts";

describe("one phase", () => {
  test("keeps twelve dollars only if nothing fails", () => {
    const ends = cases.map(({ canJoe, faults }) =>
      runCommit(onePhaseCluster(canJoe), {
        seed: 1,
        untilMs: 100,
        faults,
      }).watched.map(({ phase }) => phase),
    );
    expect(ends).toEqual([
      ["committed", "committed"],
      ["committed", "aborted"],
      ["committed", "idle"],
      ["working", "committed"],
    ]);
  });

  test("begins with nothing said and nothing done", () => {
    const setup = { id: "x", peers: [], disk: {}, nowMs: 0, dice: 0 };
    expect(teller(["joe"]).init(setup)).toEqual([null, []]);
    expect(doer(true).init(setup)).toEqual([{ phase: "idle" }, []]);
  });

  const at = (type: string) => ({
    event: {
      kind: "message" as const,
      message: { src: "c", dest: "p1", body: { type } },
    },
    nowMs: 0,
    dice: 0,
  });
  const late = {
    event: { kind: "timer" as const, name: "x" },
    nowMs: 0,
    dice: 0,
  };

  test("tells when it is asked, and at nothing else", () => {
    const node = teller(["p1", "p2"]);
    const body = { type: "commit" };
    expect(node.step(null, at("begin"))).toEqual([
      null,
      [
        { kind: "send", dest: "p1", body },
        { kind: "send", dest: "p2", body },
      ],
    ]);
    expect(node.step(null, at("hello"))).toEqual([null, []]);
    expect(node.step(null, late)).toEqual([null, []]);
  });

  test("does it if it has work, and writes what it did", () => {
    const working = { phase: "working" } as const;
    const write = (value: string) => [
      { kind: "persist", key: "log", value },
    ];
    expect(doer(true).step({ phase: "idle" }, at("work"))).toEqual([
      working,
      [],
    ]);
    expect(doer(true).step(working, at("commit"))).toEqual([
      { phase: "committed" },
      write("committed"),
    ]);
    expect(doer(false).step(working, at("commit"))).toEqual([
      { phase: "aborted" },
      write("aborted"),
    ]);
    const idle = { phase: "idle" } as const;
    expect(doer(true).step(idle, at("commit"))).toEqual([idle, []]);
    expect(doer(true).step(working, at("hello"))).toEqual([
      working,
      [],
    ]);
    expect(doer(true).step(working, late)).toEqual([working, []]);
  });
});

describe("the arithmetic", () => {
  test("availability multiplies", () => {
    expect(allUp(0.999, 10)).toBeCloseTo(0.99004, 5);
    expect(allUp(0.999, 5)).toBeGreaterThan(0.995);
    expect(allUp(0.999, 6)).toBeLessThan(0.995);
    expect(twoOfThreeUp(0.999)).toBeCloseTo(0.999997, 6);
    expect(allUp(twoOfThreeUp(0.999), 10)).toBeCloseTo(0.99997, 5);
    expect(twoOfThreeUp(0.9)).toBeCloseTo(0.972, 9);
  });

  test("the time in doubt is what the simulation says", () => {
    const cluster = twoPhaseCluster({ participants: ["p1", "p2"] }, []);
    const { watched } = runCommit(cluster, { seed: 1, untilMs: 100 });
    for (const { heldMs } of watched)
      expect(heldMs).toBeCloseTo(inDoubtMs(10, 0), 6);
  });

  test("locks last one and a half round trips and two writes", () => {
    expect(inDoubtMs(60, 1)).toBe(61);
    expect(lockedMs(60, 1)).toBe(92);
    expect(lockedMs(1, 1)).toBe(3.5);
    expect(Math.floor(1000 / lockedMs(60, 1))).toBe(10);
  });

  test("a pool lasts so long", () => {
    expect(poolLastsS(100, 500, 0.02)).toBe(10);
    expect(poolLastsS(100, 500, 0.001)).toBe(200);
  });

  test.each([
    [5, 0, false, 12],
    [5, 1, false, 17],
    [5, 1, true, 20],
    [8, 3, false, 45],
    [8, 3, true, 63],
    [20, 0, false, 57],
    [20, 2, false, 97],
    [20, 2, true, 133],
  ])(
    "N = %i, F = %i, faster %s: %i messages",
    (n, f, isFaster, sent) => {
      expect(messages(n, f, isFaster)).toBe(sent);
      const participants = named("p", n);
      const cluster =
        f === 0
          ? twoPhaseCluster({ participants }, [])
          : paxosCluster(n, f, isFaster, []);
      const types = ["prepare", "vote", "accepted", "committed"];
      const outcome = runCommit(cluster, { seed: 1, untilMs: 55 });
      expect(countMessages(outcome, types, coLocated)).toBe(sent);
    },
  );
});

describe("who may move", () => {
  test.each<[readonly Phase[], string]>([
    [["prepared", "committed"], "committed"],
    [["prepared", "aborted"], "aborted"],
    [["prepared", "working"], "aborted"],
    [["prepared", "idle"], "aborted"],
    [["working", "aborted"], "aborted"],
    [["prepared", "prepared"], "wait"],
    [["prepared"], "wait"],
    [[], "wait"],
  ])("%j: %s", (phases, answer) => {
    expect(mayMove(phases)).toBe(answer);
  });

  test("is what cooperative termination does, at every crash point", () => {
    // Locks held at the moment of the crash tell where they stood.
    const cluster = twoPhaseCluster({ isCooperative: true }, []);
    for (const { point, outcome } of allCrashes(
      cluster,
      1,
      null,
      2000,
    )) {
      if (point.node !== "c") continue;
      const crash = outcome.sim.trace.find((e) => e.kind === "crash");
      const crashMs = crash?.atMs ?? 0;
      const began = outcome.watched.some(({ phases }) =>
        phases.some(({ phase }) => isInDoubt(phase)),
      );
      if (!began) continue;
      // What was on its way arrives within 5 ms.
      const then = outcome.watched.map(
        ({ phases }) =>
          phases.filter(({ atMs }) => atMs <= crashMs + 5).at(-1)
            ?.phase ?? "idle",
      );
      const decided = outcome.watched.map(({ phase }) => phase);
      const answer = mayMove(then);
      if (answer === "wait")
        expect(new Set(decided)).toEqual(new Set(["prepared"]));
      else expect(decided).toContain(answer);
    }
  });
});

describe("the two to break", () => {
  test("a coordinator that tells p1 and dies before it writes", () => {
    const right = twoPhaseCluster({ isCooperative: false }, []);
    const cluster = withNodes(right, ["c"], tellBeforeWriting);
    // Its step 3 is the last vote; one effect is out: p1 has been told.
    const crash = { node: "c", step: 3, effect: 1 };
    const options = { seed: 1, untilMs: 1000, restartAfterMs: 100 };
    const wrong = runCommit(cluster, { ...options, crash });
    expect(wrong.watched.map(({ phase }) => phase)).toEqual([
      "committed",
      "aborted",
      "aborted",
    ]);
    expect(broken(wrong, [])).toContain("AC1 split decision");
    const fine = runCommit(right, { ...options, crash });
    expect(broken(fine, [])).toEqual([]);
  });

  test("a leader that does not adopt splits what was chosen", () => {
    const right = paxosCluster(3, 1, false, []);
    const cluster = withNodes(right, ["l2"], deafLeader);
    const wrong = allCrashes(cluster, 1, null, 1000).filter(
      ({ outcome }) => broken(outcome, []).length > 0,
    );
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.every(({ point }) => point.node === "l1")).toBe(true);
  });

  test("asking the others saves what the disk lost", () => {
    const phases = (isDiskLost: boolean, isCooperative: boolean) =>
      diskLoss(isDiskLost, isCooperative).watched.map(
        ({ phase }) => phase,
      );
    expect(phases(true, false)).toEqual([
      "committed",
      "aborted",
      "aborted",
    ]);
    expect(phases(true, true)).toEqual([
      "committed",
      "committed",
      "committed",
    ]);
  });
});
