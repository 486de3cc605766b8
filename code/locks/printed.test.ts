/** The printed programs, effect by effect, at both sides of each edge. */
import { expect, test } from "vitest";
import type { Body, Input, Node } from "../kernel/node.ts";
import { tokenAfterReply } from "./broken.ts";
import { type LockState, lockService } from "./lock-service.ts";
import type { Locker } from "./locker.ts";
import { redis } from "./redis.ts";
import { type Fence, type Store, store } from "./store.ts";
import { worker } from "./worker.ts";

const setup = { id: "n1", peers: [], disk: {}, nowMs: 0, dice: 1 };

function told<S>(node: Node<S>, state: S, body: Body, nowMs: number) {
  const message = { src: "a", dest: "n1", body };
  const input: Input = {
    event: { kind: "message", message } as Input["event"],
    nowMs,
    dice: 1,
  };
  return node.step(state, input);
}

const acquire = { type: "acquire", msg_id: 7 };
const granted = {
  kind: "send",
  dest: "a",
  body: { type: "acquire_ok", token: 33, ttl_ms: 100, in_reply_to: 7 },
};

test("a grant: saved, then told; the end belongs to the next", () => {
  const service = lockService({ ttlMs: 100, firstToken: 33 });
  const [free] = service.init(setup);
  expect(free).toEqual({ token: 32, holder: null, expiresMs: 0 });
  const [held, effects] = told(service, free, acquire, 5);
  const lock = { token: 33, holder: "a", expiresMs: 105 };
  expect(held).toEqual(lock);
  const saved = { kind: "persist", key: "lock", value: lock };
  expect(effects).toEqual([saved, granted]);
  const [same, refusal] = told(service, held, acquire, 104);
  expect(same).toBe(held);
  expect(refusal).toEqual([
    {
      kind: "send",
      dest: "a",
      body: { type: "error", code: 11, text: "HELD", in_reply_to: 7 },
    },
  ]);
  expect(told(service, held, acquire, 105)[0].token).toBe(34);
});

test("a release: of this token only, and saved", () => {
  const service = lockService({ ttlMs: 100, firstToken: 33 });
  const held: LockState = { token: 33, holder: "a", expiresMs: 105 };
  for (const token of [32, 34]) {
    const late = { type: "release", token };
    expect(told(service, held, late, 5)).toEqual([held, []]);
  }
  const free = { ...held, holder: null };
  const saved = { kind: "persist", key: "lock", value: free };
  expect(
    told(service, held, { type: "release", token: 33 }, 5),
  ).toEqual([free, [saved]]);
});

test("the shortcut tells first, and saves the same", () => {
  const service = lockService({ ttlMs: 100, firstToken: 33 });
  const [free] = service.init(setup);
  const [, effects] = told(tokenAfterReply(service), free, acquire, 5);
  const value = { token: 33, holder: "a", expiresMs: 105 };
  const saved = { kind: "persist", key: "lock", value };
  expect(effects).toEqual([granted, saved]);
});

const lease: Locker = {
  ask: (id, askedMs) => {
    const outcome = { token: 33, untilMs: 100 };
    return [{ id, askedMs, outcome, memo: null }, []];
  },
  hear: (attempt) => [attempt, []],
  giveUp: (attempt) => [attempt, []],
  free: () => [],
};

/** A worker that has read 4 at version 9, and whose work is over now. */
function writing(isLeaseChecked: boolean, nowMs: number) {
  const node = worker({
    store: "s1",
    locker: lease,
    update: "cas",
    isLeaseChecked,
    operations: 1,
    workMs: 12,
    timeoutMs: 50,
    restMsMax: 12,
    startMs: 1,
  });
  const timer = (name: string) => ({ kind: "timer", name }) as const;
  const at = (event: Input["event"], ms: number): Input => {
    return { event, nowMs: ms, dice: 1 };
  };
  const [first] = node.init(setup);
  const [asking] = node.step(first, at(timer("rest"), 1));
  const in_reply_to = asking.asking;
  const body = { type: "read_ok", value: 4, version: 9, in_reply_to };
  const [working, effects] = told(node, asking, body, 2);
  expect(effects).toEqual([
    { kind: "set-timer", name: "work", afterMs: 12 },
  ]);
  return node.step(working, at(timer("work"), nowMs));
}

test.each([
  [true, 99],
  [false, 100],
])("the worker writes one more, checked %s at %i ms", (checked, ms) => {
  const [state, effects] = writing(checked, ms);
  expect(state.phase).toBe("write");
  const msg_id = state.asking;
  const asked = { value: 5, version: 9, token: 33, msg_id };
  expect(effects).toEqual([
    { kind: "send", dest: "s1", body: { type: "cas", ...asked } },
    { kind: "set-timer", name: `ask ${msg_id}`, afterMs: 50 },
  ]);
});

test("the worker that looks writes nothing from the end on", () => {
  const [state, effects] = writing(true, 100);
  expect(state.phase).toBe("rest");
  expect(effects.map(({ kind }) => kind)).toEqual(["set-timer"]);
});

test("a key: set once, told and saved; deleted by its value only", () => {
  const node = redis({ ttlMs: 100, isPersistent: true, silentMs: 0 });
  const [empty] = node.init(setup);
  const set = { type: "set-nx", value: 77, msg_id: "77/1" };
  const [held, effects] = told(node, empty, set, 5);
  const answer = (isLocked: boolean) => ({
    kind: "send",
    dest: "a",
    body: { type: "set_ok", isLocked, in_reply_to: "77/1" },
  });
  const key = { value: 77, expiresMs: 105 };
  expect(held).toEqual({ key, silentUntilMs: 0 });
  expect(effects).toEqual([
    { kind: "persist", key: "key", value: key },
    answer(true),
  ]);
  expect(told(node, held, set, 104)).toEqual([held, [answer(false)]]);
  expect(told(node, held, set, 105)[0].key?.expiresMs).toBe(205);
  const del = (value: number) => ({ type: "delete-if", value });
  expect(told(node, held, del(76), 6)).toEqual([held, []]);
  expect(told(node, held, del(77), 6)).toEqual([
    { key: null, silentUntilMs: 0 },
    [{ kind: "persist", key: "key", value: null }],
  ]);
  const unnamed = { type: "set-nx", value: 77 };
  expect(told(node, empty, unnamed, 5)[1][1]).toMatchObject({
    body: { in_reply_to: null },
  });
});

const full: Store = {
  value: 1,
  version: 1,
  highest: 33,
  writes: [{ by: "b", id: 1, token: 33, value: 1 }],
};

function asked(fence: Fence, body: Body) {
  const [state, effects] = told(store(fence), full, body, 0);
  const sent = effects.flatMap((one) =>
    one.kind === "send" ? [one.body] : [],
  );
  const saved = effects.flatMap((one) =>
    one.kind === "persist" ? [one.value] : [],
  );
  return { state, sent, saved };
}

test("a fenced read: lower refused, equal and higher kept and answered", () => {
  const read = (token: number) => ({ type: "read", token, msg_id: 9 });
  const found = {
    type: "read_ok",
    value: 1,
    version: 1,
    in_reply_to: 9,
  };
  const stale = {
    type: "error",
    code: 22,
    text: "STALE",
    in_reply_to: 9,
  };
  expect(asked("reads and writes", read(32))).toEqual({
    state: full,
    sent: [stale],
    saved: [],
  });
  for (const token of [33, 34]) {
    const state = { ...full, highest: token };
    const expected = { state, sent: [found], saved: [state] };
    expect(asked("reads and writes", read(token))).toEqual(expected);
  }
  for (const fence of ["none", "writes"] as const) {
    expect(asked(fence, read(32))).toEqual({
      state: full,
      sent: [found],
      saved: [],
    });
  }
});

test.each([
  ["write", { value: 8 }, 8],
  ["cas", { value: 8, version: 1 }, 8],
  ["cas", { value: 8, version: 0 }, null],
  ["cas", { value: 8, version: 2 }, null],
  ["insert", { value: 1 }, null],
  ["insert", { value: 2 }, 2],
  ["increment", { value: 50 }, 2],
])("%s of %o leaves %s", (type, change, value) => {
  const body = { type, token: 33, msg_id: 4, ...change };
  const { state, sent } = asked("none", body);
  expect(state.value).toBe(value ?? 1);
  expect(state.version).toBe(value === null ? 1 : 2);
  expect(sent[0]).toEqual(
    value === null
      ? { type: "error", code: 22, text: "CONFLICT", in_reply_to: 4 }
      : { type: "write_ok", in_reply_to: 4 },
  );
});
