import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { seeds } from "../seeds.ts";
import { commitByCounting, skipCheck } from "./broken.ts";
import { keepProposing } from "./cluster.scenario.ts";
import { figure8, figure8Raft } from "./figure-8.ts";
import { look, nothingSeen } from "./invariants.ts";
import { paperOptions } from "./options.ts";
import { raft } from "./raft.ts";
import { type Entry, entryAt, lastIndex, type State } from "./state.ts";
import {
  drawBreach,
  formatBreach,
  judgedRun,
} from "./verdict.scenario.ts";
import { checkRaft } from "./verdict.ts";

const ids = ["n1", "n2", "n3"];
const setup = { peers: [], disk: {}, nowMs: 0, dice: 1 };

/** Entries of these terms: "1a" is the command a of term 1. */
function logOf(...entries: readonly string[]): readonly Entry[] {
  return entries.map((entry) => ({
    kind: "command",
    term: Number(entry[0]),
    command: entry.slice(1),
  }));
}

function server(id: string, more: Partial<State> = {}): State {
  const [state] = raft(paperOptions(ids)).init({ ...setup, id });
  return { ...state, currentTerm: 1, ...more };
}

function leader(id: string, currentTerm: number, more = {}): State {
  return server(id, { role: "leader", currentTerm, ...more });
}

function breach(seen: readonly State[]) {
  const found = checkRaft(seen);
  if (found.verdict !== "illegal") throw new Error(found.verdict);
  return found;
}

/** Innocent states of a third server, to be left out. */
const bystander = server("n3", { log: logOf("1a"), commitIndex: 1 });

describe("the verdict on logs made by hand (Figure 3)", () => {
  it("ok: leaders of two terms, logs that match", () => {
    const log = logOf("1a", "2b");
    const seen = [
      leader("n1", 1, { log: logOf("1a"), commitIndex: 1 }),
      server("n1", { currentTerm: 2, log: logOf("1a") }),
      leader("n2", 2, { log, commitIndex: 2 }),
    ];
    expect(checkRaft(seen)).toEqual({ verdict: "ok" });
  });

  it("election safety: two lead one term (§5.2)", () => {
    const states = [leader("n1", 2), leader("n2", 2)];
    const [one, other] = states as [State, State];
    expect(breach([one, server("n3"), other, bystander])).toEqual({
      verdict: "illegal",
      property: "election-safety",
      where: { at: 2, servers: ["n1", "n2"], index: null },
      explanation: "Election safety: n1 and n2 both lead term 2.",
      states,
    });
    expect(checkRaft([one, leader("n2", 3)]).verdict).toBe("ok");
  });

  it("leader append-only: it drops an entry of its own (§5.3)", () => {
    const before = leader("n1", 2, { log: logOf("1a", "2b", "2c") });
    for (const log of [logOf("1a", "2b"), logOf("1a", "2b", "2x")]) {
      const after = leader("n1", 2, { log });
      expect(breach([before, bystander, after])).toMatchObject({
        property: "leader-append-only",
        where: { at: 2, servers: ["n1"], index: 3 },
        states: [before, after],
      });
    }
    const follower = server("n1", { currentTerm: 2, log: logOf("1a") });
    expect(checkRaft([before, follower]).verdict).toBe("ok");
  });

  it("log matching: one term, two commands (§5.3)", () => {
    const one = server("n1", { log: logOf("1a", "1b") });
    const other = server("n2", { log: logOf("1a", "1c") });
    expect(breach([bystander, one, other])).toMatchObject({
      property: "log-matching",
      where: { at: 2, servers: ["n1", "n2"], index: 2 },
      states: [one, other],
    });
    const below = server("n2", { log: logOf("2x", "1b") });
    expect(breach([one, below]).where.index).toBe(1);
    const later = server("n2", { log: logOf("1a", "2c") });
    expect(checkRaft([one, later]).verdict).toBe("ok");
  });

  it("leader completeness: a leader without what is committed (§5.4)", () => {
    const log = logOf("1a", "1b");
    const one = leader("n1", 1, { log, commitIndex: 2 });
    const other = leader("n2", 2, { log: logOf("1a") });
    for (const states of [
      [one, other],
      [other, one],
    ]) {
      expect(breach([bystander, ...states])).toMatchObject({
        property: "leader-completeness",
        where: { servers: states.map(({ id }) => id), index: 2 },
        states,
      });
    }
    const committed = { ...one, commitIndex: 1 };
    expect(checkRaft([committed, other]).verdict).toBe("ok");
  });

  it("state machine safety: two entries committed at one index (§5.4.3)", () => {
    const one = server("n1", {
      log: logOf("1a", "1b"),
      commitIndex: 2,
    });
    const log = logOf("1a", "2c");
    const other = server("n2", { log, commitIndex: 2 });
    expect(breach([bystander, one, other])).toMatchObject({
      property: "state-machine-safety",
      where: { at: 2, servers: ["n1", "n2"], index: 2 },
      states: [one, other],
    });
    expect(checkRaft([one, { ...other, commitIndex: 1 }]).verdict).toBe(
      "ok",
    );
    const nothing = server("n2", { commitIndex: 1 });
    expect(breach([bystander, nothing])).toMatchObject({
      property: "state-machine-safety",
      where: { index: 1 },
      states: [nothing],
    });
  });

  it("unknown: nothing was seen, or a snapshot hides it", () => {
    expect(checkRaft([]).verdict).toBe("unknown");
    const { snapshot } = server("n1");
    const short = { ...snapshot, lastIndex: 2, lastTerm: 1 };
    const hidden = server("n1", { snapshot: short, commitIndex: 2 });
    expect(checkRaft([hidden])).toEqual({
      verdict: "unknown",
      why: "Nobody showed entry 1 before it was compacted",
    });
    const log = logOf("1a", "1b");
    const before = server("n1", { log, commitIndex: 2 });
    expect(checkRaft([before, hidden]).verdict).toBe("ok");
  });

  it("state machine safety: a snapshot in place of another entry", () => {
    const data = { members: ids, data: null };
    const compacted = server("n2", {
      commitIndex: 1,
      snapshot: { lastIndex: 1, lastTerm: 2, ...data },
    });
    const found = breach([bystander, compacted]);
    expect(found.property).toBe("state-machine-safety");
    expect(found.where).toMatchObject({ at: 1, index: 1 });
    const right = { lastIndex: 1, lastTerm: 1, ...data };
    const same = server("n2", { commitIndex: 1, snapshot: right });
    expect(checkRaft([bystander, same]).verdict).toBe("ok");
  });

  it("throws what is no breach", () => {
    const none = null as unknown as State;
    expect(() => checkRaft([none])).toThrow();
  });
});

describe("the verdict on runs", () => {
  test.each(seeds(3))("of the right Raft is ok, seed %i", (seed) => {
    const { sim, verdict } = judgedRun(ids, raft(paperOptions(ids)), {
      seed,
      network: { messageLossProbability: 0.1 },
    });
    keepProposing(sim, ids, 40, 1200);
    expect(verdict()).toEqual({ verdict: "ok" });
  });

  it("of Figure 8 is that the old entry is overwritten (§5.4.2)", () => {
    const { a, b, c, d } = figure8(commitByCounting(figure8Raft()));
    const seen = [a, b, c, d].flatMap(({ up }) => Object.values(up));
    const found = breach(seen);
    expect(found.property).toBe("state-machine-safety");
    expect(formatBreach(found)).toBe(
      [
        "State machine safety: S5 commits another entry at 2.",
        "index            1        2           3",
        "S1 leads term 4  1:no-op  2:no-op! |  4:no-op",
        "S5 leads term 5  1:no-op  3:no-op! |  5:no-op",
      ].join("\n"),
    );
    const svg = drawBreach(found);
    expect(svg.match(/stroke-accent/g)).toHaveLength(2);
    expect(svg.match(/<rect/g)).toHaveLength(6);
  });

  it("of a Raft that skips the check of its log shows two states", () => {
    const found = untilBroken();
    expect(found.states).toHaveLength(2);
    expect(checkRaft(found.states)).toMatchObject({
      property: found.property,
      explanation: found.explanation,
    });
    expect(formatBreach(found)).toContain(found.explanation);
  });

  function untilBroken() {
    for (let seed = 1; seed <= 40; seed++) {
      const node = skipCheck(raft(paperOptions(ids)));
      const faults = ids.flatMap((id, nth) =>
        Array.from(
          { length: 12 },
          (_, turn) =>
            [
              {
                atMs: 150 + turn * 200 + nth * 61,
                kind: "crash",
                node: id,
              },
              {
                atMs: 170 + turn * 200 + nth * 61,
                kind: "restart",
                node: id,
              },
            ] as const,
        ).flat(),
      );
      const network = { messageLossProbability: 0.2 };
      const options = { seed, faults, network };
      const { sim, verdict } = judgedRun(ids, node, options);
      keepProposing(sim, ids, 20, 2500);
      const found = verdict();
      if (found.verdict === "illegal") return found;
    }
    throw new Error("No run was broken.");
  }
});

describe("against the properties as the paper words them (Figure 3)", () => {
  const anyState = fc.record({
    id: fc.constantFrom(...ids),
    isLeader: fc.boolean(),
    currentTerm: fc.integer({ min: 1, max: 3 }),
    terms: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    twist: fc.nat(12),
    commitIndex: fc.nat(2),
  });

  /** Terms rise along a log; a leader changes its term by an election. */
  const anySeen = fc
    .array(anyState, { minLength: 1, maxLength: 5 })
    .map((drawn) => {
      const last = new Map<string, State>();
      return drawn.map(({ id, isLeader, terms, twist, ...rest }) => {
        const before = last.get(id);
        const isOther = before?.currentTerm !== rest.currentTerm;
        const mayLead = before?.role !== "leader" || !isOther;
        const log = logOf(
          ...terms
            .toSorted((one, next) => one - next)
            .map((term, at) => `${term}${twist === at ? "x" : "a"}`),
        );
        const role = isLeader && mayLead ? "leader" : "follower";
        const state = server(id, { ...rest, role, log });
        last.set(id, state);
        return state;
      });
    });

  it("gives the verdict of the words", () => {
    const count = new Map<string, number>();
    fc.assert(
      fc.property(anySeen, (seen) => {
        const found = checkRaft(seen);
        const at = seen.findIndex(
          (_, place) => broken(seen.slice(0, place + 1)).length > 0,
        );
        if (at === -1) expect(found.verdict).toBe("ok");
        else {
          const { property, where, states } = breach(seen);
          expect(where.at).toBe(at);
          expect(broken(seen.slice(0, at + 1))).toContain(property);
          // One-minimal: without any of them it is another thing.
          for (const one of states) {
            const fewer = states.filter((other) => other !== one);
            const rest = checkRaft(fewer);
            if (rest.verdict !== "illegal") continue;
            expect(rest.property).not.toBe(property);
          }
        }
        const name =
          found.verdict === "illegal" ? found.property : "ok";
        count.set(name, (count.get(name) ?? 0) + 1);
      }),
      { numRuns: 3000, seed: 8 },
    );
    expect(count.size).toBe(6);
    expect(Math.min(...count.values())).toBeGreaterThan(20);
  });

  /** All that is broken in what was seen, by its last state. */
  function broken(seen: readonly State[]): readonly string[] {
    const now = new Map(seen.map((state) => [state.id, state]));
    const last = seen.at(-1);
    const before = seen
      .slice(0, -1)
      .findLast(({ id }) => id === last?.id);
    const some = (holds: boolean, name: string) =>
      holds ? [name] : [];
    const pairs = seen.flatMap((a) => seen.map((b) => [a, b] as const));
    return [
      ...some(pairs.some(bothLead), "election-safety"),
      ...some(
        !!before && !!last && overwrites(before, last),
        "leader-append-only",
      ),
      ...some(
        [...now.values()].some((a) =>
          [...now.values()].some((b) => differsBelow(a, b)),
        ),
        "log-matching",
      ),
      ...some(
        seen.some((a) => a.commitIndex > lastIndex(a)) ||
          pairs.some(([a, b]) => {
            const end = Math.min(a.commitIndex, b.commitIndex);
            return firstDifference(a, b) <= end;
          }),
        "state-machine-safety",
      ),
      ...some(
        [...now.values()].some(
          (one) => one.role === "leader" && lacks(one, seen),
        ),
        "leader-completeness",
      ),
    ];
  }

  function bothLead([a, b]: readonly [State, State]): boolean {
    const areLeaders = a.role === "leader" && b.role === "leader";
    return (
      areLeaders && a.currentTerm === b.currentTerm && a.id !== b.id
    );
  }

  function overwrites(before: State, after: State): boolean {
    const isReign = before.role === "leader" && after.role === "leader";
    if (!isReign || before.currentTerm !== after.currentTerm)
      return false;
    return firstDifference(before, after) <= lastIndex(before);
  }

  function differsBelow(a: State, b: State): boolean {
    const end = Math.min(lastIndex(a), lastIndex(b));
    for (let index = end; index >= 1; index--) {
      if (entryAt(a, index)?.term !== entryAt(b, index)?.term) continue;
      return firstDifference(a, b) <= index;
    }
    return false;
  }

  function firstDifference(a: State, b: State): number {
    const end = Math.max(lastIndex(a), lastIndex(b));
    for (let index = 1; index <= end; index++) {
      const [one, other] = [entryAt(a, index), entryAt(b, index)];
      if (JSON.stringify(one) !== JSON.stringify(other)) return index;
    }
    return end + 1;
  }

  /** "Committed in a given term": in that of who first said so. */
  function lacks(one: State, seen: readonly State[]): boolean {
    return [1, 2].some((index) => {
      const first = seen.find(
        ({ commitIndex }) => commitIndex >= index,
      );
      if (!first || first.currentTerm >= one.currentTerm) return false;
      const [mine, its] = [entryAt(one, index), entryAt(first, index)];
      return JSON.stringify(mine) !== JSON.stringify(its);
    });
  }
});

it("leaves what `look` throws as it is", () => {
  const seen = [leader("n1", 2), leader("n2", 2)];
  expect(() => seen.reduce(look, nothingSeen)).toThrow(
    "Election safety: n1 and n2 both lead term 2",
  );
});
