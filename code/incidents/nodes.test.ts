/** The small nodes of this folder, at their edges. */
import { expect, test } from "vitest";
import type { Body, Node, Step } from "../kernel/node.ts";
import { cache } from "./cache.ts";
import { gate, holder } from "./certificate.ts";
import { customers } from "./customers.ts";
import { orderedQueue, worker } from "./queue.ts";
import { type Knobs, loadOf, service } from "./service.ts";

/** A node by hand: what it is told, what it says. */
function driven<S>(node: Node<S>, disk = {}) {
  const setup = { id: "n", peers: [], disk, nowMs: 0, dice: 1 };
  const step0: Step<S> = node.init(setup);
  let [state] = step0;
  const after = ([next, effects]: Step<S>) => {
    state = next;
    return effects;
  };
  const sent = (step: Step<S>) =>
    after(step).flatMap((e) =>
      e.kind === "send" ? [[e.dest, e.body] as const] : [],
    );
  return {
    state: () => state,
    hear: (src: string, body: Body, nowMs = 0, dice = 1) => {
      const message = { src, dest: "n", body };
      const event = { kind: "message", message } as const;
      return sent(node.step(state, { event, nowMs, dice }));
    },
    fire: (name: string, nowMs = 0, dice = 1) => {
      const event = { kind: "timer", name } as const;
      return sent(node.step(state, { event, nowMs, dice }));
    },
  };
}

const knobs: Knobs = {
  workers: 1,
  workMs: 10,
  queueMax: 1,
  shed: 0,
  routes: { order: ["even", "odd"] },
  timeoutMs: 100,
  attemptsMax: 2,
};
const order = (msg_id: number, key = "1") => ({
  type: "order",
  key,
  msg_id,
});

test("a busy worker, a full queue, and the third is refused", () => {
  const node = driven(service(knobs));
  expect(node.hear("c", order(1))).toEqual([]);
  expect(node.hear("c", order(2))).toEqual([]);
  expect(loadOf(node.state())).toEqual({ saturation: 1, queue: 1 });
  const [refusal] = node.hear("c", order(3));
  expect(refusal?.[1]).toMatchObject({ code: 11, in_reply_to: 3 });
  // Another hand takes what waits.
  node.hear("op", { type: "set", change: { workers: 2 } });
  expect(loadOf(node.state())).toEqual({ saturation: 1, queue: 0 });
});

test("the key says which server is asked; an answer goes back", () => {
  const node = driven(service(knobs));
  node.hear("c", order(7));
  const [asked] = node.fire("work 1");
  expect(asked).toEqual(["odd", { ...order(1), msg_id: 1 }]);
  const back = node.hear("odd", { type: "ok", in_reply_to: 1 });
  expect(back).toEqual([["c", { type: "ok", in_reply_to: 7 }]]);
  expect(node.hear("odd", { type: "ok", in_reply_to: 1 })).toEqual([]);
  expect(node.fire("timeout 1")).toEqual([]);
});

test("two attempts are one retry, after a timeout or a refusal", () => {
  const node = driven(service(knobs));
  node.hear("c", order(7, "2"));
  node.fire("work 1");
  expect(node.fire("timeout 1")[0]?.[0]).toBe("even");
  const refusal = { type: "error", code: 11, in_reply_to: 1 };
  const [end] = node.hear("even", refusal);
  expect(end?.[0]).toBe("c");
  expect(end?.[1]).toMatchObject({ type: "error", in_reply_to: 7 });
  expect(loadOf(node.state()).saturation).toBe(0);
});

test("a service that is told to shed all refuses at the door", () => {
  const node = driven(service({ ...knobs, shed: 1 }));
  expect(node.hear("c", order(1))[0]?.[1].code).toBe(11);
  node.hear("op", { type: "set", change: { shed: 0 } });
  expect(node.hear("c", order(2))).toEqual([]);
});

test("knobs survive a restart, and old answers are not taken", () => {
  const saved = { ...knobs, workers: 3 };
  const node = driven(service(knobs), { knobs: saved, calls: 500 });
  node.hear("c", order(1));
  expect(loadOf(node.state()).saturation).toBeCloseTo(1 / 3, 9);
  expect(node.fire("work 501")[0]?.[1].msg_id).toBe(501);
});

test("a cache that coalesces asks once a key", () => {
  const cold = { store: "db", lookUpMs: 50, warmKeys: 1 };
  const once = driven(cache({ ...cold, coalesces: true }));
  const many = driven(cache({ ...cold, coalesces: false }));
  expect(once.hear("c", order(1, "0"))[0]?.[1].type).toBe("ok");
  for (const [node, count] of [
    [once, 0],
    [many, 1],
  ] as const) {
    expect(node.hear("c", order(1))).toHaveLength(1);
    expect(node.hear("d", order(2))).toHaveLength(count);
  }
  const found = once.hear("db", { type: "ok", in_reply_to: 1 });
  expect(found.map(([dest]) => dest)).toEqual(["c", "d"]);
  expect(once.hear("e", order(3))[0]?.[1].in_reply_to).toBe(3);
});

test("what comes after the look-up was given up is not kept", () => {
  const cold = { store: "db", lookUpMs: 50, warmKeys: 0 };
  const node = driven(cache({ ...cold, coalesces: false }));
  node.hear("c", order(1));
  expect(node.fire("1")[0]?.[1].type).toBe("error");
  expect(node.hear("db", { type: "ok", in_reply_to: 1 })).toEqual([]);
  expect(node.state().held).toEqual({});
  node.hear("c", order(2));
  const refused = { type: "error", in_reply_to: 2 };
  expect(node.hear("db", refused)[0]?.[1].type).toBe("error");
  expect(node.state().held).toEqual({});
});

test("a certificate holds at its last instant, and not after", () => {
  for (const [nowMs, isGood] of [
    [100, true],
    [101, false],
  ] as const) {
    const node = driven(gate({ server: "s", sessionMs: 1000 }));
    expect(node.hear("c", order(5), nowMs)[0]?.[1].type).toBe("hello");
    const shown = { type: "certificate", notAfterMs: 100 };
    const told = { ...shown, in_reply_to: 1 };
    const [next] = node.hear("s", told, nowMs);
    expect(next?.[0]).toBe(isGood ? "s" : "c");
    expect(next?.[1].type).toBe(isGood ? "order" : "error");
  }
});

test("a session lasts nine tenths of its time at least", () => {
  const node = driven(gate({ server: "s", sessionMs: 1000 }));
  node.hear("c", order(5));
  const told = { type: "certificate", notAfterMs: 9, in_reply_to: 1 };
  node.hear("s", told);
  const done = node.hear("s", { type: "ok", in_reply_to: 1 });
  expect(done).toEqual([["c", { type: "ok", in_reply_to: 5 }]]);
  expect(node.hear("c", order(6), 899)[0]?.[1].type).toBe("order");
  expect(node.hear("c", order(7), 1000)[0]?.[1].type).toBe("hello");
  expect(node.hear("s", { type: "ok", in_reply_to: 99 })).toEqual([]);
});

test("a holder shows the certificate that it was given last", () => {
  const node = driven(holder({ notAfterMs: 1 }));
  node.hear("op", { type: "set", change: { notAfterMs: 2 } });
  const [shown] = node.hear("g", { type: "hello", msg_id: 3 });
  expect(shown?.[1]).toEqual({
    type: "certificate",
    notAfterMs: 2,
    in_reply_to: 3,
  });
});

test("the queue parks after so many deliveries, not before", () => {
  const options = { workers: ["w"], redeliverMs: 9, parkAfter: 2 };
  const node = driven(orderedQueue(options));
  expect(node.hear("c", order(1))).toHaveLength(1);
  expect(node.hear("c", order(2))).toEqual([]);
  expect(node.fire("0")[0]?.[0]).toBe("w");
  const [parked, next] = node.fire("0");
  expect(parked?.[1]).toMatchObject({ type: "error", in_reply_to: 1 });
  expect(next).toEqual(["w", { ...order(2), type: "job", at: 0 }]);
  expect(node.state().parked).toHaveLength(1);
  // A confirmation of something else is not one of this.
  expect(node.hear("w", { type: "done", at: 0, msg_id: 1 })).toEqual(
    [],
  );
  const done = node.hear("w", { type: "done", at: 0, msg_id: 2 });
  expect(done).toEqual([["c", { type: "ok", in_reply_to: 2 }]]);
  expect(node.fire("0")).toEqual([]);
});

test("a worker dies of poison, loses what waits, and lives again", () => {
  const node = driven(worker({ workMs: 5, rebootMs: 100 }));
  const job = { type: "job", at: 0, msg_id: 1 };
  node.hear("q", { ...job, poison: true });
  node.hear("q", { ...job, msg_id: 2 });
  expect(node.fire("work", 10)).toEqual([]);
  expect(node.state()).toEqual({
    jobs: [],
    deadUntilMs: 110,
    deaths: 1,
  });
  node.hear("q", { ...job, msg_id: 3 }, 109);
  expect(node.state().jobs).toEqual([]);
  node.hear("q", { ...job, msg_id: 4 }, 110);
  expect(node.fire("work", 115)[0]?.[1]).toMatchObject({ msg_id: 4 });
});

test("customers call an answer older than the truth wrong", () => {
  const wish = { keys: 1, weight: 1 };
  const node = driven(
    customers({
      everyMs: 10,
      wishes: [{ what: "write", ...wish }],
      targets: { write: ["s"], read: ["s"] },
      timeoutMs: 100,
    }),
  );
  expect(node.fire("ask")[0]?.[1]).toMatchObject({
    msg_id: 1,
    value: 1,
  });
  node.hear("s", { type: "write_ok", in_reply_to: 1 });
  const reading = { wishes: [{ what: "read", ...wish }] };
  node.hear("op", { type: "set", change: reading });
  const verdicts = [
    { type: "read_ok", value: 1 },
    { type: "read_ok", value: 2 },
    { type: "read_ok", value: 0 },
    { type: "error", code: 20 },
    { type: "error", code: 11 },
  ].map((body, n) => {
    node.fire("ask");
    node.hear("s", { ...body, in_reply_to: n + 2 });
    return node.state().recent.at(-1)?.verdict;
  });
  expect(verdicts).toEqual([
    "good",
    "good",
    "wrong",
    "wrong",
    "failed",
  ]);
  node.fire("ask", 5);
  node.fire("7", 105);
  const last = node.state().recent.at(-1);
  expect(last).toMatchObject({ verdict: "failed", tookMs: 100 });
  expect(node.hear("s", { type: "ok", in_reply_to: 7 })).toEqual([]);
});
