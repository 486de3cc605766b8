/** The life of an idempotency key. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../kernel/node.ts";
import {
  addMember,
  increment,
  put,
  putIfMatch,
  windowMsMin,
} from "./conditional.ts";
import { inbox } from "./inbox.ts";
import {
  claim,
  fingerprint,
  forget,
  type Keys,
  progress,
} from "./keys.ts";

const options = { lockMs: 10, keepMs: 100 };

function first(nowMs = 0) {
  const [keys] = claim({}, "k", "f", nowMs, options);
  return keys;
}
function finished(nowMs = 0): Keys {
  const keys = progress(first(nowMs), "k", 1, "finished", { ok: 1 });
  return keys ?? {};
}

describe("a claim", () => {
  test("takes a key that nobody has", () => {
    const [keys, mine] = claim({}, "k", "f", 7, options);
    const record = {
      fingerprint: "f",
      startedMs: 7,
      lockedUntilMs: 17,
      attempt: 1,
      recoveryPoint: "started",
      response: null,
    };
    expect(mine).toEqual({ kind: "mine", record });
    expect(keys).toEqual({ k: record });
  });

  test("finds it in progress while the lock holds, to the millisecond", () => {
    const keys = first();
    expect(claim(keys, "k", "f", 9, options)).toEqual([
      keys,
      { kind: "in-progress" },
    ]);
    const [taken, mine] = claim(keys, "k", "f", 10, options);
    expect(mine.kind).toBe("mine");
    expect(taken.k).toMatchObject({
      attempt: 2,
      startedMs: 0,
      lockedUntilMs: 20,
    });
  });

  test("goes on from the recovery point that was reached", () => {
    const paying = progress(first(), "k", 1, "paying", null) ?? {};
    const [, mine] = claim(paying, "k", "f", 50, options);
    expect(mine).toMatchObject({ record: { recoveryPoint: "paying" } });
  });

  test("is refused for another payload, finished or not", () => {
    for (const keys of [first(), finished()]) {
      const answer = claim(keys, "k", "other", 50, options);
      expect(answer).toEqual([keys, { kind: "mismatch" }]);
    }
  });

  test("of a finished key gets the stored response, for ever the same", () => {
    const keys = finished();
    for (const nowMs of [1, 50, 1000]) {
      expect(claim(keys, "k", "f", nowMs, options)).toEqual([
        keys,
        { kind: "done", response: { ok: 1 } },
      ]);
    }
  });
});

describe("progress", () => {
  test("is the holder's alone: a lower attempt was overtaken", () => {
    const [keys] = claim(first(), "k", "f", 10, options);
    expect(progress(keys, "k", 1, "finished", 1)).toBe(null);
    expect(progress(keys, "k", 2, "finished", 1)).not.toBe(null);
  });

  test("ends with the first response", () => {
    expect(progress(finished(), "k", 1, "finished", 2)).toBe(null);
    expect(progress({}, "k", 1, "finished", 2)).toBe(null);
  });
});

describe("forgetting", () => {
  test("takes finished keys past their time, and no others", () => {
    const keys = finished(5);
    expect(forget(keys, 105, options)).toBe(keys);
    expect(forget(keys, 106, options)).toEqual({});
    const open = first();
    expect(forget(open, 10_000, options)).toBe(open);
  });
});

describe("a fingerprint", () => {
  test("does not depend on the order of fields", () => {
    expect(fingerprint({ b: 1, a: [1, { d: null, c: "x" }] })).toBe(
      '{"a":[1,{"c":"x","d":null}],"b":1}',
    );
  });

  test("is the same only for the same payload", () => {
    const json = fc.jsonValue() as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(json, json, (one, other) => {
        const isSame = fingerprint(one) === fingerprint(other);
        const normal = (value: Json) => JSON.parse(fingerprint(value));
        expect(normal(one)).toEqual(JSON.parse(JSON.stringify(one)));
        if (isSame) expect(normal(one)).toEqual(normal(other));
      }),
      { seed: 5 },
    );
  });
});

describe("what needs no key", () => {
  test("a PUT of the whole value and a set may be done twice", () => {
    const once = put({ value: 1, etag: 1 }, 5);
    expect(put(once, 5).value).toBe(once.value);
    const set = addMember(["a"], "b");
    expect(set).toEqual(["a", "b"]);
    expect(addMember(set, "b")).toBe(set);
    const added = increment({ value: 1, etag: 1 }, 5);
    expect(added).toEqual({ value: 6, etag: 2 });
    expect(increment(added, 5).value).not.toBe(added.value);
  });

  test("If-Match does once what is asked twice (RFC 9110, 13.1.1)", () => {
    const start = { value: 1, etag: 4 };
    const [next, answer] = putIfMatch(start, 6, 4);
    expect([next, answer]).toEqual([
      { value: 6, etag: 5 },
      { status: 200, etag: 5 },
    ]);
    // The retry of a write that was done is refused, as one that lost.
    expect(putIfMatch(next, 6, 4)).toEqual([
      next,
      { status: 412, etag: 5 },
    ]);
  });
});

test("the dedup window spans all retries and the last one's way", () => {
  expect(windowMsMin(1, 40, 7)).toBe(7);
  expect(windowMsMin(11, 40, 7)).toBe(407);
});

test("an inbox has nothing to do with timers", () => {
  const node = inbox({ windowMs: 100 });
  const state = { seen: { m1: 5 }, shipped: ["m1"] };
  const event = { kind: "timer", name: "tick" } as const;
  const input = { event, nowMs: 9, dice: 0 };
  expect(node.step(state, input)).toEqual([state, []]);
});

test("an inbox remembers to the millisecond, and stores before it says", () => {
  const node = inbox({ windowMs: 100 });
  const message = {
    src: "q1",
    dest: "i1",
    body: { type: "deliver", id: "m1" },
  };
  const event = { kind: "message", message } as const;
  const state = { seen: { m1: 5 }, shipped: ["m1"] };
  const body = { type: "handled", id: "m1" };
  const ack = { kind: "send", dest: "q1", body };
  const at = (nowMs: number) =>
    node.step(state, { event, nowMs, dice: 0 });
  expect(at(105)).toEqual([state, [ack]]);
  const value = { seen: { m1: 106 }, shipped: ["m1", "m1"] };
  const persist = { kind: "persist", key: "inbox", value };
  expect(at(106)).toEqual([value, [persist, ack]]);
});
