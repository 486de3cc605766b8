/** What captions, presets and predictions of the widgets of clocks and replicas say, asked of their runs. */
import { expect, test } from "vitest";
import cap from "../../figures/cap/widget.ts";
import consistencyDial from "../../figures/consistency-dial/widget.ts";
import gossip from "../../figures/gossip/widget.ts";
import hotKey from "../../figures/hot-key/widget.ts";
import lag from "../../figures/lag/widget.ts";
import quorum from "../../figures/quorum/widget.ts";
import raft from "../../figures/raft/widget.ts";
import vectorClock from "../../figures/vector-clock/widget.ts";
import type { AnyWidget, Controls, ParamsOf, Step, Widget } from "../../scripts/widget/contract.ts";
import { presetState, readState } from "../../scripts/widget/state.ts";

type Raft = ReturnType<typeof raft.simulate>[number]["state"];

function raftPreset(label: string, change: object = {}) {
  const preset = raft.presets.find((one) => one.label === label);
  if (!preset) throw new Error(`raft has no preset "${label}"`);
  const { params, step } = presetState(raft as AnyWidget, preset as never);
  return { steps: raft.simulate({ ...params, ...change } as never), step };
}

/** The steps of a state as it stands in an address. */
function runOf<C extends Controls, S>(widget: Widget<C, S>, query: string): readonly Step<S>[] {
  return widget.simulate(readState(widget as AnyWidget, query).params as ParamsOf<C>);
}

function last<S>(steps: readonly Step<S>[]): S {
  const step = steps.at(-1);
  if (!step) throw new Error("a run without steps");
  return step.state;
}

/** The row of this name at the end of a run. */
function cell(widget: AnyWidget, query: string, name: string): string {
  const { rows } = widget.table(last(runOf(widget, query)));
  return String(rows.find(([first]) => first === name)?.[1]);
}

/** The terms of each log: "1136". */
function terms({ servers }: Raft): readonly string[] {
  return servers.map(({ log }) => log.map(({ term }) => term).join(""));
}

test("raft: a vote is split in term 1, and term 2 has a leader", () => {
  const { steps } = raftPreset("A split vote");
  const leads = steps.map(({ state }) => state.servers.filter(({ role }) => role === "leader"));
  expect(leads.flat().every(({ term }) => term === 2)).toBe(true);
  expect(leads.at(-1)).toHaveLength(1);
});

test("raft: the leader on the small side appends two entries that the others never commit", () => {
  const { steps } = raftPreset("The leader on the small side");
  const cut = steps[75]?.state as Raft;
  expect(terms(cut)).toEqual(["11111", "11122", "111222", "111222", "11111"]);
  expect(cut.servers.filter(({ role }) => role === "leader").map(({ id }) => id)).toEqual([
    "n3",
    "n5",
  ]);
  expect(cut.servers[4]?.commitIndex).toBe(3);
  expect(terms(last(steps))).toEqual(Array(5).fill("111222"));
});

test("raft: Figure 8 overwrites what three of five stored, and nothing is broken", () => {
  const { steps, step } = raftPreset("Figure 8 of the paper");
  expect(steps[step]?.say).toMatch(/3 of 5 do, but it is of term 1.*not committed/);
  const { servers, broken } = last(steps);
  expect(servers.map(({ log }) => log[1]?.term)).toEqual([2, 2, 2, 2, 2]);
  expect(broken).toBeNull();
});

test("raft: without the commit rule Figure 8 breaks leader completeness", () => {
  const { steps } = raftPreset("Figure 8 of the paper", { ownTerm: false });
  expect(last(steps).broken).toMatch(/^Leader completeness/);
});

test("quorum: the later reader goes back, with R + W > N, while the write is under way", () => {
  for (const query of ["", "n=5&r=1&w=5&reached=4"]) {
    const { history, isLinearizable, promise } = last(runOf(quorum, query));
    const reads = history.filter(({ isRead }) => isRead).map(({ value }) => value);
    expect([...reads, isLinearizable, promise.readsMeetWrites]).toEqual(["2", "1", false, true]);
  }
});

test("quorum: with R + W > N no read misses a write that is over, and with less one does", () => {
  for (const n of [1, 2, 3, 4, 5])
    for (let r = 1; r <= n; r++)
      for (let w = 1; w <= n; w++) {
        const steps = runOf(quorum, `n=${n}&r=${r}&w=${w}&reached=${w}`);
        const isStale = steps.some(({ say }) => say.includes("stale"));
        expect(isStale, `${n} ${r} ${w}`).toBe(r + w <= n);
      }
});

test("lag: tokens of writes keep the own writes in view, those of reads keep time going forward", () => {
  const says = (query: string) => runOf(lag, query).at(-1)?.say;
  expect(says("")).toMatch(/^Of 10 reads 5 missed .* and 2 showed less/);
  expect(says("token=writes")).toMatch(/ none missed .* and 1 showed less/);
  expect(says("token=reads")).toMatch(/ [1-9] missed .* and none showed less/);
  expect(says("token=both")).toMatch(/ none missed .* and none showed less/);
  expect(says("token=both&waits=0")).toMatch(/ none missed .* and none showed less/);
});

test("quorum: of the three changes of the prediction only R = 3 keeps time going forward", () => {
  const holds = (query: string) => last(runOf(quorum, query)).isLinearizable;
  expect(["", "w=2", "n=5", "r=3"].map(holds)).toEqual([false, false, false, true]);
});

test("cap: set to linearizable, the cut is paid for by the smaller side", () => {
  const both = "read=linearizable&write=linearizable";
  expect(cell(cap, both, "Of c1 and c2, during the cut")).toBe("4 asked, 0 stale, 3 refused");
  expect(cell(cap, both, "Of c3 and c4, during the cut")).toBe("10 asked, 0 stale, 0 refused");
});

test("consistency-dial: own writes are missed in two of twenty runs, and turned around in all", () => {
  const missed = (query: string) =>
    Array.from({ length: 20 }, (_, at) => last(runOf(consistencyDial, `${query}&seed=${at + 1}`)))
      .map(({ fates }) => fates["read-your-writes"])
      .filter((fate) => fate === "broken").length;
  expect(missed("read=linearizable&write=eventual")).toBe(2);
  expect(missed("read=eventual&write=linearizable")).toBe(20);
});

test("hot-key: a key that is written is cooled by a salt, and not by what spares reads", () => {
  const says = runOf(hotKey, "readPercent=3").map(({ say }) => say);
  expect(says[2]).toContain("from 4,553 to 4,526, over its limit");
  expect(says[3]).toContain("from 4,553 to 4,466, over its limit");
  expect(says[4]).toContain("from 4,553 to 1,791, within its limit");
});

test("vector-clock: hybrid stamps keep the order that clocks far apart lose", () => {
  const far = "stamps=hybrid&skewMsMax=200";
  expect(cell(vectorClock, far, "Pairs, by wall clock")).toMatch(/^56 of 71/);
  expect(cell(vectorClock, far, "Pairs, by hybrid")).toMatch(/^71 of 71/);
  const { head, rows } = vectorClock.table(last(runOf(vectorClock, far)));
  expect([...head, ...rows.flat()].join(" ")).toContain("49 of 49 concurrent pairs with an order");
});

test("gossip: push takes twice the rounds where half of the messages are lost", () => {
  expect(runOf(gossip, "")).toHaveLength(17 + 1);
  expect(runOf(gossip, "loss=50")).toHaveLength(34 + 1);
});

test("cap: each request ends in the lines of its own path", () => {
  const codes = (query: string, say: RegExp) => [
    ...new Set(
      runOf(cap, query)
        .filter((step) => say.test(step.say))
        .map(({ code }) => code?.listing),
    ),
  ];
  expect(codes("", / reads /)).toEqual(["here"]);
  expect(codes("", /write of .* is done/)).toEqual(["leader"]);
  expect(codes("", /is refused/)).toEqual(["late"]);
  expect(codes("read=linearizable&write=linearizable", / reads |write of/)).toEqual(["quorum"]);
});
