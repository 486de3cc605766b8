/** The chapter's numbers, and answers to its exercises. */
import { describe, expect, test } from "vitest";
import type { Input, Json, Node } from "../kernel/node.ts";
import { crowd } from "./contention.example.ts";
import {
  admit,
  consensusPrice,
  driftBoundOf,
  flipPerSecond,
  tripsUnderLease,
} from "./exercises.ts";
import { usableMs } from "./lease-lock.ts";
import { type Store, store } from "./store.ts";
import { strategies } from "./strategies.scenario.ts";

describe("a lease in numbers", () => {
  test("Kubernetes: stops after 10 s, taken after 15 s: clocks within 20%", () => {
    expect(driftBoundOf(10, 15)).toBeCloseTo(0.2, 12);
    expect(usableMs(15_000, driftBoundOf(10, 15), 0)).toBeCloseTo(
      10_000,
    );
    expect(driftBoundOf(30, 60)).toBeCloseTo(1 / 3, 12);
  });

  test("30 s, clocks within 1% and messages within 50 ms: 29.356 s; 60 s and 2 s: 56.8 s", () => {
    expect(usableMs(30_000, 0.01, 50)).toBeCloseTo(29_355.94, 2);
    expect(usableMs(60_000, 0.01, 2000)).toBeCloseTo(56_811.88, 2);
  });

  test("the flip: 18 updates a second for 12 ms of work, one in 10 days for a minute", () => {
    expect(flipPerSecond(12, 16, 4)).toBeCloseTo(17.98, 2);
    expect(flipPerSecond(60_000, 60_000, 4) * 86_400 * 10).toBeCloseTo(
      0.96,
      2,
    );
  });

  test("at 200 operations a second a lease renewed every 3 s costs 1.003 trips", () => {
    expect(tripsUnderLease(200, 3, 2)).toBeCloseTo(1.00333, 5);
    expect(tripsUnderLease(1, 3, 2)).toBeCloseTo(1.667, 3);
  });

  test("consensus: 6 messages with three members, 10 with five", () => {
    expect(consensusPrice(3)).toEqual({ messages: 6, roundTrips: 2 });
    expect(consensusPrice(5)).toEqual({ messages: 10, roundTrips: 2 });
  });
});

/** What a store says to [token, op], one after the other. */
function answers(questions: readonly (readonly [number, string])[]) {
  const node: Node<Store> = store("reads and writes");
  let [state] = node.init({
    id: "s",
    peers: [],
    disk: {},
    nowMs: 0,
    dice: 1,
  });
  return questions.map(([token, type], msg_id) => {
    const body = { type, token, value: token, msg_id };
    const message = { src: `w${token}`, dest: "s", body };
    const event = { kind: "message", message } as Input["event"];
    const [next, effects] = node.step(state, {
      event,
      nowMs: 0,
      dice: 1,
    });
    state = next;
    const sent = effects.flatMap((one): Json[] =>
      one.kind === "send" ? [one.body.text ?? one.body.type] : [],
    );
    return sent[0];
  });
}

describe("exercises", () => {
  test("two stores: the fence stands only where the new holder has been", () => {
    expect(
      answers([
        [33, "read"],
        [34, "read"],
        [34, "write"],
        [33, "write"],
      ]),
    ).toEqual(["read_ok", "read_ok", "write_ok", "STALE"]);
    expect(
      answers([
        [33, "read"],
        [33, "write"],
      ]),
    ).toEqual(["read_ok", "write_ok"]);
  });

  test("one fence for a semaphore of two refuses a holder in good standing", () => {
    expect(
      answers([
        [34, "write"],
        [33, "write"],
      ]),
    ).toEqual(["write_ok", "STALE"]);
  });

  test("a fence for each permit admits both, and refuses a former holder", () => {
    const a = admit({}, "a", 33);
    expect(a).toEqual({ a: 33 });
    const both = admit(a ?? {}, "b", 34);
    expect(both).toEqual({ a: 33, b: 34 });
    expect(admit(both ?? {}, "a", 33)).toEqual({ a: 33, b: 34 });
    expect(admit(both ?? {}, "a", 32)).toBeNull();
    expect(admit(both ?? {}, "a", 35)).toEqual({ a: 35, b: 34 });
  });

  test("twenty workers: the lock saves work and sends messages, CAS the reverse", () => {
    const lock = crowd(strategies.fenced, 7, 20);
    const cas = crowd(strategies.cas, 7, 20);
    expect(lock.works).toBe(1);
    expect(cas.works).toBeGreaterThan(10);
    expect(lock.messages).toBeGreaterThan(80);
    expect(cas.messages).toBeLessThan(45);
    expect(cas.ms).toBeLessThan(lock.ms);
  });
});
