import { expect, test } from "vitest";
import type { Effect, Input } from "../kernel/node.ts";
import { type Discipline, type ServerState, server } from "./server.ts";

const setup = { id: "server", peers: [], disk: {}, nowMs: 0, dice: 1 };

function request(id: number, nowMs: number): Input {
  const body = { type: "call", id, attempt: 1 };
  const message = { src: "c1", dest: "server", body };
  return { event: { kind: "message", message }, nowMs, dice: 1 };
}

function served(nowMs: number): Input {
  return { event: { kind: "timer", name: "served" }, nowMs, dice: 1 };
}

/** What the server answers to these inputs, as "type id". */
function answers(
  discipline: Discipline,
  queueMax: number,
  inputs: readonly Input[],
): readonly string[] {
  const node = server({ serviceMs: 10, queueMax, discipline });
  let [state] = node.init(setup);
  const sent: Effect[] = [];
  for (const input of inputs) {
    const [next, effects] = node.step(state, input);
    state = next;
    sent.push(...effects);
  }
  return sent.flatMap((effect) =>
    effect.kind === "send"
      ? [`${effect.body.type} ${effect.body.id}`]
      : [],
  );
}

const burst = [request(1, 0), request(2, 1), request(3, 2)];

test("FIFO serves the oldest first", () => {
  const inputs = [...burst, served(10), served(20), served(30)];
  const fifo = answers({ kind: "fifo" }, 9, inputs);
  expect(fifo).toEqual(["done 1", "done 2", "done 3"]);
});

test("LIFO serves the newest first", () => {
  const inputs = [...burst, served(10), served(20), served(30)];
  const lifo = answers({ kind: "lifo" }, 9, inputs);
  expect(lifo).toEqual(["done 1", "done 3", "done 2"]);
});

test("a full queue turns the next request away at once", () => {
  expect(answers({ kind: "fifo" }, 1, burst)).toEqual(["overloaded 3"]);
});

test("CoDel drops the late, and only while the queue is standing", () => {
  const codel = { kind: "codel", targetMs: 5, intervalMs: 50 } as const;
  const brief = [...burst, served(20), served(30), served(40)];
  expect(answers(codel, 9, brief)).toEqual([
    "done 1",
    "done 2",
    "done 3",
  ]);
  const standing = [...burst, request(4, 58), served(60), served(70)];
  expect(answers(codel, 9, standing)).toEqual([
    "done 1",
    "overloaded 2",
    "overloaded 3",
    "done 4",
  ]);
});

test("a queue that was empty in between is not standing", () => {
  const codel = { kind: "codel", targetMs: 5, intervalMs: 50 } as const;
  const later = [request(1, 0), served(10), request(2, 500)];
  const inputs = [...later, request(3, 501), served(510), served(520)];
  expect(answers(codel, 9, inputs)).toEqual([
    "done 1",
    "done 2",
    "done 3",
  ]);
});

test("the server ignores what it cannot read", () => {
  const body = { type: "hello" };
  const message = { src: "c1", dest: "server", body };
  const hello = { kind: "message" as const, message };
  const inputs = [{ event: hello, nowMs: 0, dice: 1 }, served(1)];
  expect(answers({ kind: "fifo" }, 9, inputs)).toEqual([]);
});

const codel = { kind: "codel", targetMs: 5, intervalMs: 50 } as const;

/** The last state, and what the last input made the server do. */
function played(
  discipline: Discipline,
  queueMax: number,
  inputs: readonly Input[],
): readonly [ServerState, readonly Effect[]] {
  const node = server({ serviceMs: 10, queueMax, discipline });
  let last = node.init(setup);
  for (const input of inputs) last = node.step(last[0], input);
  return last;
}

test.each([{ id: 1 }, { attempt: 1 }, {}])(
  "a request without id or attempt changes nothing: %o",
  (rest) => {
    const node = server({
      serviceMs: 10,
      queueMax: 9,
      discipline: { kind: "fifo" },
    });
    const [idle] = node.init(setup);
    const body = { type: "call", ...rest };
    const message = { src: "c1", dest: "server", body };
    const event = { kind: "message" as const, message };
    const input = { event, nowMs: 0, dice: 1 };
    expect(node.step(idle, input)).toEqual([idle, []]);
  },
);

test("a request that arrives while another is served only waits", () => {
  const [state, effects] = played({ kind: "fifo" }, 9, [
    request(1, 0),
    request(2, 1),
  ]);
  expect(effects).toEqual([]);
  expect(state.serving?.id).toBe(1);
  expect(state.queue.map(({ id }) => id)).toEqual([2]);
});

test("the server counts whom a full queue turned away", () => {
  const [state] = played({ kind: "fifo" }, 1, [
    ...burst,
    request(4, 3),
  ]);
  expect(state.rejected).toBe(2);
});

test("CoDel measures from when the queue last was empty", () => {
  // 2 finds the queue empty at 1; 3 comes when it already stands.
  const inputs = [request(1, 0), request(2, 1), request(3, 30)];
  const [, effects] = played(codel, 9, [...inputs, served(60)]);
  expect(effects.slice(1)).toMatchObject([
    { body: { type: "overloaded", id: 2 } },
    { body: { type: "overloaded", id: 3 } },
  ]);
});

test("CoDel is patient up to the interval, that instant included", () => {
  const inputs = [request(1, 0), request(2, 1), request(3, 30)];
  const [at, effects] = played(codel, 9, [...inputs, served(51)]);
  expect(at.serving?.id).toBe(2);
  expect(at.rejected).toBe(0);
  expect(effects.map(({ kind }) => kind)).toEqual([
    "send",
    "set-timer",
  ]);
});

test("CoDel keeps whom it has made wait just the target", () => {
  const inputs = [request(1, 0), request(2, 1), request(3, 55)];
  const [state] = played(codel, 9, [...inputs, served(60)]);
  expect(state.serving?.id).toBe(3);
  expect(state.rejected).toBe(1);
});

test("when all are late CoDel refuses all, and the server rests", () => {
  const [state, effects] = played(codel, 9, [...burst, served(60)]);
  expect(effects).toMatchObject([
    { body: { type: "done", id: 1 } },
    { body: { type: "overloaded", id: 2 } },
    { body: { type: "overloaded", id: 3 } },
  ]);
  expect(effects).toHaveLength(3);
  expect(state).toMatchObject({
    serving: null,
    queue: [],
    rejected: 2,
  });
});
