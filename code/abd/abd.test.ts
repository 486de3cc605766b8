/** The register, judged by the checker of linearizability. */
import { describe, expect, test } from "vitest";
import { type ClientState, scriptedClient } from "../kernel/client.ts";
import type { Fault } from "../kernel/faults.ts";
import { historyOf } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import type { Body, Json, Node } from "../kernel/node.ts";
import { seeds } from "../seeds.ts";
import { abd } from "./abd.ts";
import { forgetful, noQuery, noWriteBack } from "./broken.ts";
import {
  clients,
  cluster,
  five,
  registers,
  type Storm,
  storm,
  three,
} from "./cluster.scenario.ts";
import { inversion } from "./inversion.scenario.ts";
import { paperOptions, type State } from "./state.ts";

const paper = abd(paperOptions);
const thrifty = abd({ ...paperOptions, writeBack: "when-needed" });

const read = { type: "read", key: "x" };
const write = (value: Json) => ({ type: "write", key: "x", value });

function demandAll({ history, calm }: Storm): void {
  expect(checkLinearizable(registers, history)).toEqual({
    verdict: "ok",
  });
  const done = calm.filter(({ outcome }) => outcome === "ok");
  const answered = new Set(done.map(({ op }) => op));
  expect([...answered]).toEqual(["write", "read"]);
}

describe("linearizable, and alive again in the calm", () => {
  // In 5291 the last answer was on its way for a second, in calm weather:
  // the run ended before the client could ask again.
  test.each([...seeds(10), 5291])("three replicas, seed %i", (seed) => {
    demandAll(storm(seed, three, paper));
  });

  test.each(seeds(10))("five replicas, seed %i", (seed) => {
    demandAll(storm(seed, five, paper));
  });

  test.each(seeds(10))("write-back when needed, seed %i", (seed) => {
    demandAll(storm(seed, three, thrifty));
  });
});

describe("2F + 1 replicas of which F are down", () => {
  const questions = [write(1), read, write(2), read];
  const c1 = () =>
    scriptedClient(questions, {
      targets: ["n1"],
      timeoutMs: 900,
      startMs: 10,
    });
  const down = (nodes: readonly string[]) =>
    nodes.map((node): Fault => ({ atMs: 1, kind: "crash", node }));

  function outcomes(replicas: readonly string[], dead: string[]) {
    const faults = down(dead);
    const sim = cluster(replicas, paper, {
      nodes: { c1: c1() },
      faults,
    });
    sim.runUntil(5000);
    return historyOf(sim.trace, ["c1"]).map(({ result }) => result);
  }

  test("answer all that they are asked", () => {
    const answers = outcomes(five, ["n2", "n4"]);
    expect(answers).toMatchObject([
      { type: "write_ok", tag: { count: 1, node: "n1" } },
      { type: "read_ok", value: 1 },
      { type: "write_ok", tag: { count: 2, node: "n1" } },
      { type: "read_ok", value: 2 },
    ]);
  });

  test("answer nothing if one more is down, and say so", () => {
    const answers = outcomes(five, ["n2", "n4", "n5"]);
    expect(answers.map((answer) => answer?.code)).toEqual([
      11, 11, 11, 11,
    ]);
  });

  test("a single replica is a majority of one", () => {
    const answers = outcomes(["n1"], []);
    expect(answers.map((answer) => answer?.type)).toEqual([
      "write_ok",
      "read_ok",
      "write_ok",
      "read_ok",
    ]);
  });
});

describe("the write-back of reads", () => {
  const verdictOn = (node: Node<State>) =>
    checkLinearizable(registers, inversion(node, 1).history).verdict;
  const valuesRead = (node: Node<State>) =>
    inversion(node, 1)
      .history.filter(({ op }) => op === "read")
      .map(({ result }) => result?.value);

  test("without it R + W > N lets an old value follow a new one", () => {
    expect(valuesRead(noWriteBack(paperOptions))).toEqual([2, 1]);
    expect(verdictOn(noWriteBack(paperOptions))).toBe("illegal");
  });

  test.each([
    ["always", paper],
    ["when needed", thrifty],
  ])("%s, it keeps what one reader saw for the next", (_, node) => {
    expect(valuesRead(node)).toEqual([2, 2]);
    expect(verdictOn(node)).toBe("ok");
  });

  test("is spared where a majority is known to hold the value", () => {
    const rounds = (node: Node<State>) => {
      const c1 = scriptedClient([write(1), read], {
        targets: ["n1"],
        timeoutMs: 500,
        thinkMsMax: 50,
      });
      const sim = cluster(three, node, { nodes: { c1 } });
      sim.runUntil(400);
      const [, second] = historyOf(sim.trace, ["c1"]);
      return (second?.returnMs ?? 0) - (second?.invokeMs ?? 0);
    };
    // To the replica and back, and to the others and back, 5 ms each.
    expect(rounds(paper)).toBeCloseTo(30);
    expect(rounds(thrifty)).toBeCloseTo(20);
    expect(rounds(noWriteBack(paperOptions))).toBeCloseTo(20);
  });
});

/** c1 writes 1 and c2 later 2; each by its own replica, then c3 reads. */
function threeInTurn(node: Node<State>, faults: readonly Fault[]) {
  const at = (target: string, startMs: number) => ({
    targets: [target],
    timeoutMs: 300,
    startMs,
  });
  const nodes = {
    c1: scriptedClient([write(1), write(2)], at("n2", 10)),
    c2: scriptedClient([write(3)], at("n1", 200)),
    c3: scriptedClient([read], at("n3", 400)),
  };
  const sim = cluster(three, node, { nodes, faults });
  sim.runUntil(1000);
  return historyOf(sim.trace, clients);
}

describe("a write without its query phase", () => {
  const faults = [
    { atMs: 5, kind: "crash", node: "n1" },
    { atMs: 150, kind: "restart", node: "n1" },
  ] as const;

  test("is overtaken by an older one with a higher tag", () => {
    const history = threeInTurn(noQuery(paperOptions), faults);
    expect(history.at(-1)?.result).toMatchObject({ value: 2 });
    expect(checkLinearizable(registers, history).verdict).toBe(
      "illegal",
    );
  });

  test("with it, a replica that was down learns the tag first", () => {
    const history = threeInTurn(paper, faults);
    expect(history.at(-1)?.result).toMatchObject({
      value: 3,
      tag: { count: 3, node: "n1" },
    });
    expect(checkLinearizable(registers, history).verdict).toBe("ok");
  });
});

describe("tags that are not persisted", () => {
  const faults: readonly Fault[] = [
    { atMs: 10, kind: "crash", node: "n3" },
    { atMs: 100, kind: "crash", node: "n2" },
    { atMs: 110, kind: "restart", node: "n2" },
    { atMs: 120, kind: "crash", node: "n1" },
    { atMs: 130, kind: "restart", node: "n3" },
  ];
  const c1 = () =>
    scriptedClient([write(1)], {
      targets: ["n1"],
      timeoutMs: 500,
      startMs: 20,
    });
  const c2 = () =>
    scriptedClient([read], {
      targets: ["n2"],
      timeoutMs: 500,
      startMs: 200,
    });
  const readAfter = (node: Node<State>) => {
    const nodes = { c1: c1(), c2: c2() };
    const sim = cluster(three, node, { nodes, faults });
    sim.runUntil(900);
    return historyOf(sim.trace, clients);
  };

  test("lose a write that a majority had acknowledged", () => {
    const history = readAfter(forgetful(paperOptions));
    expect(history[0]?.outcome).toBe("ok");
    expect(history[1]?.result?.value).toBeNull();
    expect(checkLinearizable(registers, history).verdict).toBe(
      "illegal",
    );
  });

  test("on the disk, they are there after the restart", () => {
    expect(readAfter(paper)[1]?.result?.value).toBe(1);
  });
});

describe("a replica", () => {
  const setup = { id: "n1", peers: ["n2", "n3"], nowMs: 0, dice: 1 };
  const start = (disk: { [key: string]: Json } = {}) => {
    let [state, effects] = paper.init({ ...setup, disk });
    return {
      effects,
      state: () => state,
      take(src: string, body: Body, nowMs = 0) {
        const message = { src, dest: "n1", body };
        const event = { kind: "message", message } as const;
        const [next, effects] = paper.step(state, {
          event,
          nowMs,
          dice: 1,
        });
        state = next;
        return effects;
      },
      fire(name: string, nowMs: number) {
        const event = { kind: "timer", name } as const;
        const [next, effects] = paper.step(state, {
          event,
          nowMs,
          dice: 1,
        });
        state = next;
        return effects;
      },
    };
  };
  const sendsOf = (effects: ReturnType<typeof paper.step>[1]) =>
    effects.flatMap((one) => (one.kind === "send" ? [one] : []));
  const held = (count: number, value: Json, node = "n2") => ({
    tag: { count, node },
    value,
  });
  const update = (of: ReturnType<typeof held>) => ({
    type: "update",
    work: "w",
    key: '"x"',
    held: of,
  });

  test("holds the newer, on its disk before it says so", () => {
    const it = start();
    const effects = it.take("n2", update(held(2, "b")));
    expect(effects).toEqual([
      { kind: "persist", key: "cells", value: { '"x"': held(2, "b") } },
      {
        kind: "send",
        dest: "n2",
        body: { type: "updated", work: "w", held: held(2, "b") },
      },
    ]);
  });

  test("keeps what is newer than an update, and says ok all the same", () => {
    const it = start();
    it.take("n2", update(held(2, "b")));
    const effects = it.take("n3", update(held(1, "a")));
    expect(effects).toMatchObject([
      { kind: "send", dest: "n3", body: { held: held(2, "b") } },
    ]);
    expect(it.take("n3", update(held(2, "b", "n1")))).toHaveLength(1);
  });

  test("tells what it holds, and changes nothing", () => {
    const it = start({ cells: { '"x"': held(1, "a") } });
    const query = { type: "query", work: "w", key: '"x"' };
    expect(it.take("n3", query)).toMatchObject([
      { dest: "n3", body: { type: "queried", held: held(1, "a") } },
    ]);
  });

  test("counts its starts, so that no name is used again", () => {
    expect(start().effects).toEqual([
      { kind: "persist", key: "starts", value: 1 },
    ]);
    const again = start({ starts: 1 });
    again.take("c1", { ...read, msg_id: 1 });
    expect(again.state().works[0]?.name).toBe("n1.2.1");
  });

  test("gives two writes at one time different tags", () => {
    const it = start();
    it.take("c1", { ...write("a"), msg_id: 1 });
    it.take("c2", { ...write("b"), msg_id: 1 });
    const none = held(0, null, "");
    const queried = { type: "queried", held: none };
    const one = it.take("n2", { ...queried, work: "n1.1.1" });
    const two = it.take("n2", { ...queried, work: "n1.1.2" });
    const tagOf = (effects: typeof one) =>
      sendsOf(effects)[0]?.body.held;
    expect(tagOf(one)).toEqual(held(1, "a", "n1"));
    expect(tagOf(two)).toEqual(held(2, "b", "n1"));
  });

  test("does a doubled write once, also after a crash", () => {
    const it = start();
    const asked = { ...write("a"), msg_id: 3 };
    expect(it.take("c1", asked)[0]).toEqual({
      kind: "persist",
      key: "served",
      value: { c1: 3 },
    });
    expect(it.take("c1", asked)).toEqual([]);
    const later = start({ served: { c1: 3 } });
    expect(later.take("c1", asked)).toEqual([]);
    expect(later.take("c1", { ...asked, msg_id: 4 })).not.toEqual([]);
  });

  test("repeats a phase to those that have not answered in it", () => {
    const it = start();
    it.take("c1", { ...write("a"), msg_id: 1 });
    const fired = it.fire("n1.1.1", 40);
    expect(sendsOf(fired).map(({ dest }) => dest)).toEqual([
      "n2",
      "n3",
    ]);
    expect(fired.at(-1)).toEqual({
      kind: "set-timer",
      name: "n1.1.1",
      afterMs: 40,
    });
    const none = held(0, null, "");
    it.take("n2", { type: "queried", work: "n1.1.1", held: none });
    expect(sendsOf(it.fire("n1.1.1", 80))).toMatchObject([
      { dest: "n2", body: { type: "update" } },
      { dest: "n3", body: { type: "update" } },
    ]);
  });

  test("takes no answer of the first phase for one of the second", () => {
    const it = start();
    it.take("c1", { ...write("a"), msg_id: 1 });
    const none = held(0, null, "");
    const queried = { type: "queried", work: "n1.1.1", held: none };
    const updated = { ...queried, type: "updated" };
    expect(it.take("n2", updated)).toEqual([]);
    it.take("n2", queried);
    expect(it.take("n3", queried)).toEqual([]);
    expect(it.take("n3", updated)).toMatchObject([
      { dest: "c1", body: { type: "write_ok", in_reply_to: 1 } },
    ]);
    expect(it.take("n2", updated)).toEqual([]);
    expect(it.fire("n1.1.1", 500)).toEqual([]);
  });

  test("gives up in time, and says whether it may have happened", () => {
    const it = start();
    it.take("c1", { ...write("a"), msg_id: 1 });
    expect(sendsOf(it.fire("n1.1.1", 399))).toHaveLength(2);
    expect(it.fire("n1.1.1", 400)).toMatchObject([
      { dest: "c1", body: { type: "error", code: 11, in_reply_to: 1 } },
    ]);
    const none = held(0, null, "");
    it.take("c1", { ...write("b"), msg_id: 2 }, 400);
    it.take("n2", { type: "queried", work: "n1.1.2", held: none });
    expect(it.fire("n1.1.2", 800)).toMatchObject([
      { dest: "c1", body: { type: "error", code: 0, in_reply_to: 2 } },
    ]);
    it.take("c1", { ...read, msg_id: 3 }, 800);
    it.take("n2", { type: "queried", work: "n1.1.3", held: none });
    expect(it.fire("n1.1.3", 1200)).toMatchObject([
      { body: { code: 11 } },
    ]);
  });

  test("does not answer without msg_id, nor what it does not know", () => {
    const it = start();
    expect(it.take("c1", read)).toEqual([]);
    expect(it.take("c1", { type: "hello", msg_id: 1 })).toEqual([]);
    expect(it.state().works).toEqual([]);
  });
});

test("no step changes what it was given, or hides anything", () => {
  const c1 = scriptedClient([write(1), read, write(2), read], {
    targets: three,
    timeoutMs: 200,
  });
  const sim = cluster(three, paper, {
    nodes: { c1 },
    checkPurity: true,
  });
  sim.runUntil(900);
  const { answers } = sim.state<ClientState>("c1");
  expect(answers.at(-1)).toMatchObject({ value: 2 });
});
