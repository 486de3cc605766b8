import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crashAndRestart, swarm } from "../kernel/faults.ts";
import type { Body, Input } from "../kernel/node.ts";
import { seeds } from "../seeds.ts";
import {
  forget,
  sendOnce,
  silentAboutCopies,
  takeAll,
} from "./broken.ts";
import {
  acknowledged,
  newReceiver,
  newSender,
  offer,
  receive,
} from "./endpoint.ts";
import {
  itemsOn,
  type LinkOptions,
  overTheLink,
} from "./link.scenario.ts";
import {
  type ListenerState,
  listener,
  type TalkerState,
  talker,
} from "./link.ts";
import { run as streams } from "./streams.example.ts";

const bad = {
  delayMs: { kind: "uniform", min: 1, max: 60 },
  messageLossProbability: 0.3,
  messageDuplicateProbability: 0.2,
} as const;

function heardIn(options: LinkOptions): readonly unknown[] {
  const sim = overTheLink(options);
  sim.runUntil(10_000);
  return sim.state<ListenerState>("b").heard.map(({ data }) => data);
}

const twenty = itemsOn(["s"], 20);
const inOrder = twenty.map(({ data }) => data);

describe("the sender", () => {
  test("numbers from 1 and keeps what is not acknowledged", () => {
    const [one, first] = offer(newSender, "x");
    const [two, second] = offer(one, "y");
    expect([first, second]).toEqual([
      { seq: 1, data: "x" },
      { seq: 2, data: "y" },
    ]);
    expect(acknowledged(two, 1).unacked).toEqual([second]);
    expect(acknowledged(two, 0)).toEqual(two);
    expect(acknowledged(two, 2).unacked).toEqual([]);
    expect(acknowledged(two, 2).nextSeq).toBe(3);
  });
});

describe("the receiver", () => {
  const packets = [1, 2, 3, 4].map((seq) => ({ seq, data: seq }));

  test("hands on each once and in order, whatever comes when", () => {
    const drawn = fc.array(fc.constantFrom(...packets), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(drawn, (arriving) => {
        const all = [...arriving, ...packets];
        const handed: unknown[] = [];
        let receiver = newReceiver;
        for (const packet of all) {
          const [next, ready] = receive(receiver, packet);
          receiver = next;
          handed.push(...ready);
          expect(receiver.expected).toBe(handed.length + 1);
        }
        expect(handed).toEqual([1, 2, 3, 4]);
        expect(receiver.early).toEqual([]);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("keeps an early one once, until those before it have come", () => {
    const [third = { seq: 0, data: 0 }] = packets.slice(2);
    const [once] = receive(newReceiver, third);
    const [twice, ready] = receive(once, third);
    expect(ready).toEqual([]);
    expect(twice).toEqual({ expected: 1, early: [third] });
  });
});

const setup = { id: "n", peers: [], disk: {}, nowMs: 0, dice: 1 };

function timerInput(name: string): Input {
  return { event: { kind: "timer", name }, nowMs: 0, dice: 1 };
}

function messageInput(body: Body, nowMs = 0): Input {
  const message = { src: "a", dest: "b", body };
  return { event: { kind: "message", message }, nowMs, dice: 1 };
}

describe("the talker", () => {
  const items = itemsOn(["x", "y"], 3);
  const node = talker({ to: "b", items, everyMs: 10, resendMs: 60 });
  const next = { kind: "set-timer", name: "next", afterMs: 10 };
  const resend = { kind: "set-timer", name: "resend", afterMs: 60 };
  const data = (stream: string, seq: number, data: number) => ({
    kind: "send",
    dest: "b",
    body: { type: "data", stream, seq, data },
  });

  test("sends an item, and all that are open when its timer fires", () => {
    const [start, first] = node.init(setup);
    expect(start).toEqual({ sent: 0, senders: {} });
    expect(first).toEqual([next, resend]);
    expect(node.step(start, timerInput("resend"))).toEqual([
      start,
      [resend],
    ]);
    const [one, effects] = node.step(start, timerInput("next"));
    expect(effects).toEqual([data("x", 1, 1), next]);
    const [two, more] = node.step(one, timerInput("next"));
    expect(more).toEqual([data("y", 1, 2), next]);
    const [three, last] = node.step(two, timerInput("next"));
    expect(last).toEqual([data("x", 2, 3), next]);
    expect(node.step(three, timerInput("next"))).toEqual([three, []]);
    expect(node.step(three, timerInput("resend"))).toEqual([
      three,
      [data("x", 1, 1), data("x", 2, 3), data("y", 1, 2), resend],
    ]);
    const ack = messageInput({ type: "ack", stream: "x", ack: 1 });
    const [told, none] = node.step(three, ack);
    expect(none).toEqual([]);
    expect(node.step(told, timerInput("resend"))[1]).toEqual([
      data("x", 2, 3),
      data("y", 1, 2),
      resend,
    ]);
  });
});

describe("the listener", () => {
  const number = (seq: number) =>
    messageInput({ type: "data", stream: "s", seq, data: seq * 10 }, 5);
  const ack = (ack: number) => ({
    kind: "send",
    dest: "a",
    body: { type: "ack", stream: "s", ack },
  });
  const heard = (seq: number) => ({
    stream: "s",
    data: seq * 10,
    atMs: 5,
  });

  test("hands on in order, persists, then acknowledges how far", () => {
    const [start] = listener.init(setup);
    expect(start).toEqual({ receivers: {}, heard: [] });
    const [early, first] = listener.step(start, number(2));
    expect(early).toEqual({
      receivers: {
        s: { expected: 1, early: [{ seq: 2, data: 20 }] },
      },
      heard: [],
    });
    const kept = (value: unknown) => ({
      kind: "persist",
      key: "listener",
      value,
    });
    expect(first).toEqual([kept(early), ack(0)]);
    const [both, second] = listener.step(early, number(1));
    expect(both).toEqual({
      receivers: { s: { expected: 3, early: [] } },
      heard: [heard(1), heard(2)],
    });
    expect(second).toEqual([kept(both), ack(2)]);
    const [again, third] = listener.step(both, number(1));
    expect(again).toEqual(both);
    expect(third).toEqual([kept(both), ack(2)]);
    expect(listener.step(both, timerInput("x"))).toEqual([both, []]);
  });

  test("silent about copies, it answers news and nothing else", () => {
    const [start] = listener.init(setup);
    const once = silentAboutCopies.step(start, number(1));
    expect(once).toEqual(listener.step(start, number(1)));
    const [state] = once;
    expect(silentAboutCopies.step(state, number(1))).toEqual([
      state,
      [],
    ]);
    const early = silentAboutCopies.step(start, number(2));
    expect(early[1].length).toBe(2);
  });

  test("begins where its disk says", () => {
    const stored = {
      receivers: { s: { expected: 4, early: [] } },
      heard: [heard(1)],
    };
    const disk = { listener: stored };
    expect(listener.init({ ...setup, disk })).toEqual([stored, []]);
    const [start] = forget(listener).init({ ...setup, disk });
    expect(start).toEqual({ receivers: {}, heard: [heard(1)] });
  });
});

describe("over a bad link", () => {
  test.each(seeds(20))(
    "all arrives once and in order, seed %i",
    (seed) => {
      const weather = swarm(seed, {
        nodes: ["b"],
        untilMs: 3000,
        kinds: [
          "crash",
          "crash-between-effects",
          "isolate",
          "one-way",
          "pause",
        ],
      });
      const options = {
        seed,
        items: twenty,
        network: { ...bad, ...weather.network },
        faults: weather.faults,
      };
      expect(heardIn(options)).toEqual(inOrder);
    },
  );

  test("nothing is sent any more when all is acknowledged", () => {
    const sim = overTheLink({ seed: 1, items: twenty, network: bad });
    sim.runUntil(10_000);
    const { senders } = sim.state<TalkerState>("a");
    expect(senders.s?.unacked).toEqual([]);
    const sent = sim.trace.filter(({ kind }) => kind === "send").length;
    sim.runFor(1000);
    expect(sim.trace.filter(({ kind }) => kind === "send").length).toBe(
      sent,
    );
  });

  test("each stream is in its own order", () => {
    const items = itemsOn(["x", "y"], 30);
    const sim = overTheLink({ seed: 3, items, network: bad });
    sim.runUntil(10_000);
    const { heard } = sim.state<ListenerState>("b");
    for (const name of ["x", "y"]) {
      const own = (stream: string) => stream === name;
      expect(
        heard
          .filter(({ stream }) => own(stream))
          .map(({ data }) => data),
      ).toEqual(
        items
          .filter(({ stream }) => own(stream))
          .map(({ data }) => data),
      );
    }
  });
});

describe("what is caught", () => {
  test("a sender that sends once loses", () => {
    const heard = heardIn({
      seed: 1,
      items: twenty,
      network: bad,
      sender: sendOnce,
    });
    expect(heard.length).toBeLessThan(20);
  });

  test("a receiver that takes all takes copies, and out of order", () => {
    const heard = heardIn({
      seed: 1,
      items: twenty,
      network: bad,
      receiver: takeAll,
    });
    expect(new Set(heard).size).toBeLessThan(heard.length);
    expect(heard).not.toEqual(
      heard.toSorted((a, b) => Number(a) - Number(b)),
    );
  });

  test("it makes the sender forget what has not come, in 613 of 1,000", () => {
    const numbers = itemsOn(["s"], 10);
    const network = {
      delayMs: { kind: "uniform", min: 2, max: 40 },
      messageLossProbability: 0.25,
      messageDuplicateProbability: 0.1,
    } as const;
    const missing = Array.from({ length: 1000 }, (_, n) => {
      const sim = overTheLink({
        seed: n + 1,
        items: numbers,
        network,
        receiver: takeAll,
      });
      sim.runUntil(3000);
      const { heard } = sim.state<ListenerState>("b");
      return new Set(heard.map(({ data }) => data)).size < 10;
    });
    expect(missing.filter(Boolean)).toHaveLength(613);
  });

  test("a receiver silent about copies is sent them for ever", () => {
    const restless = [1, 2, 3, 4, 5].filter((seed) => {
      const sim = overTheLink({
        seed,
        items: twenty,
        network: bad,
        receiver: silentAboutCopies,
      });
      sim.runUntil(10_000);
      const { heard } = sim.state<ListenerState>("b");
      expect(heard.map(({ data }) => data)).toEqual(inOrder);
      const before = sim.trace.length;
      sim.runFor(1000);
      return sim.trace
        .slice(before)
        .some((event) => event.kind === "send");
    });
    expect(restless.length).toBeGreaterThan(0);
  });

  test("a receiver that forgets in a crash is no longer in step", () => {
    const faults = crashAndRestart("b", 150, 50);
    const options = { seed: 1, items: twenty, network: bad, faults };
    const heard = heardIn({ ...options, receiver: forget(listener) });
    expect(heard).not.toEqual(inOrder);
    expect(heardIn(options)).toEqual(inOrder);
  });
});

describe("a lost packet on one stream of three", () => {
  test("keeps back its own stream and no other", () => {
    const rows = streams(7).split("\n").slice(-9);
    const kept = (column: number) =>
      rows.filter((row) => row.trim().split(/ {2,}/)[column] !== "-")
        .length;
    expect(kept(2)).toBe(4);
    expect(kept(3)).toBe(2);
  });
});
