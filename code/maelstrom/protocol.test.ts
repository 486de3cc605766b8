import { describe, expect, it, test } from "vitest";
import type { Body, Json, Message, Node } from "../kernel/node.ts";
import { errors, failed } from "./errors.ts";
import { nodeOf } from "./nodes.ts";
import { mannered } from "./protocol.ts";
import {
  any,
  either,
  exactly,
  flag,
  integer,
  isDeeperThan,
  listOf,
  mapOf,
  misfit,
  natural,
  nothing,
  object,
  own,
  text,
  tuple,
} from "./shapes.ts";
import { contracts, workloads } from "./workloads.ts";

describe("shapes", () => {
  test.each([
    [any, [null, 0, "", [], {}], [undefined]],
    [nothing, [null], [undefined, 0, "", false]],
    [text, ["", "x"], [null, 1, undefined, ["x"]]],
    [flag, [true, false], [0, null, undefined]],
    [
      integer,
      [0, -7, 2 ** 53 - 1],
      [0.5, "1", 2 ** 53, null, undefined],
    ],
    [natural, [0, 9], [-1, 1.5, "1", undefined]],
    [exactly("r"), ["r"], ["R", "", null]],
    [listOf(text), [[], ["a", "b"]], [["a", 1], "a", {}, null]],
    [tuple(text, any), [["a", null]], [["a"], ["a", 1, 2], [1, 1], {}]],
    [either(text, nothing), ["a", null], [1, undefined]],
    [mapOf(natural), [{}, { a: 1 }], [{ a: -1 }, [], null, 5]],
    [
      object({ a: text }),
      [{ a: "x" }, { a: "x", b: 1 }],
      [{}, [], null],
    ],
  ] as const)(
    "take what fits and nothing else, %#",
    (shape, yes, no) => {
      for (const value of yes) expect(shape(value as Json)).toBe(true);
      for (const value of no) expect(shape(value as Json)).toBe(false);
    },
  );

  it("tell the first field that does not fit", () => {
    const fields = { a: text, b: natural };
    expect(misfit(fields, { a: "x", b: 1 })).toBeUndefined();
    expect(misfit(fields, { a: "x", b: -1 })).toBe("b");
    expect(misfit(fields, { b: 1 })).toBe("a");
  });

  it("do not find what every object has", () => {
    expect(own({}, "constructor")).toBeUndefined();
    expect(misfit({ constructor: any }, {})).toBe("constructor");
    expect(own(JSON.parse('{"__proto__":1}'), "__proto__")).toBe(1);
  });

  it("count levels", () => {
    expect(isDeeperThan(0, 5)).toBe(false);
    expect(isDeeperThan(0, [])).toBe(true);
    expect(isDeeperThan(1, [1, {}])).toBe(true);
    expect(isDeeperThan(2, [1, { a: 1 }])).toBe(false);
    expect(isDeeperThan(0, null)).toBe(false);
  });
});

describe("errors", () => {
  it("carry Maelstrom's codes (doc/protocol.md)", () => {
    const definite = Object.values(errors)
      .filter(({ isDefinite }) => isDefinite)
      .map(({ code }) => code);
    expect(definite).toEqual([1, 10, 11, 12, 14, 20, 21, 22, 30]);
    expect(failed("timeout", "why")).toEqual({
      type: "error",
      code: 0,
      text: "why",
    });
  });
});

/** Remembers what it was given, and says nothing. */
const recorder: Node<readonly Message[]> = {
  init: () => [[], []],
  step: (heard, { event }) =>
    event.kind === "message"
      ? [[...heard, event.message], []]
      : [heard, [{ kind: "set-timer", name: "x", afterMs: 1 }]],
};

describe("manners", () => {
  const contract = { put: { request: { key: text }, reply: {} } };
  const node = mannered(contract, { talk: { n: natural } }, recorder);
  const setup = {
    id: "n1",
    peers: ["n2"],
    disk: {},
    nowMs: 0,
    dice: 1,
  };
  const [start] = node.init(setup);
  const hear = (src: string, body: Json) => {
    const message = { src, dest: "n1", body: body as Body };
    const event = { kind: "message", message } as const;
    const [next, effects] = node.step(start, {
      event,
      nowMs: 1,
      dice: 1,
    });
    const passed = next.inner.map((one) => one.body);
    const answers = effects.flatMap((effect) =>
      effect.kind === "send" ? [effect] : [],
    );
    return { passed, answers };
  };
  const silent = { passed: [], answers: [] };
  const put = { type: "put", msg_id: 3, key: "k" };

  it("pass a request on, without fields that nobody agreed on", () => {
    const { passed, answers } = hear("c1", { ...put, extra: 1 });
    expect(passed).toEqual([put]);
    expect(answers).toEqual([]);
  });

  it("pass timers on", () => {
    const event = { kind: "timer", name: "x" } as const;
    const [, effects] = node.step(start, { event, nowMs: 1, dice: 1 });
    expect(effects).toEqual([
      { kind: "set-timer", name: "x", afterMs: 1 },
    ]);
  });

  it("keep silent where there is no msg_id to answer to", () => {
    expect(hear("c1", { type: "put", key: "k" })).toEqual(silent);
    for (const msg_id of ["3", null, 0.5, 2 ** 53, [], {}]) {
      expect(hear("c1", { ...put, msg_id })).toEqual(silent);
    }
  });

  it("keep silent to what is an answer itself", () => {
    expect(hear("c1", { ...put, in_reply_to: 1 })).toEqual(silent);
    expect(hear("c1", { ...put, in_reply_to: null })).toEqual(silent);
    const echo = { type: "error", code: 10, in_reply_to: 5, msg_id: 1 };
    expect(hear("n2", echo)).toEqual(silent);
  });

  it("answer error 10 to what the workload does not have", () => {
    for (const type of [
      "get",
      "",
      "constructor",
      "__proto__",
      "talk",
    ]) {
      const { passed, answers } = hear("c1", { type, msg_id: 7, n: 1 });
      expect(passed).toEqual([]);
      expect(answers).toMatchObject([
        {
          dest: "c1",
          body: { type: "error", code: 10, in_reply_to: 7 },
        },
      ]);
    }
  });

  it("answer error 12 to wrong or missing fields", () => {
    const bodies: Json[] = [
      { type: "put", msg_id: 7 },
      { type: "put", msg_id: 7, key: 5 },
      { type: "put", msg_id: 7, key: null },
    ];
    for (const body of bodies) {
      const { passed, answers } = hear("c1", body);
      expect(passed).toEqual([]);
      expect(answers).toMatchObject([
        {
          dest: "c1",
          body: { type: "error", code: 12, in_reply_to: 7 },
        },
      ]);
    }
  });

  it("let only peers talk as peers, and only as agreed", () => {
    expect(hear("n2", { type: "talk", n: 1 }).passed).toHaveLength(1);
    expect(hear("n2", { type: "talk", n: -1 })).toEqual(silent);
    expect(hear("c1", { type: "talk", n: 1 })).toEqual(silent);
    expect(hear("n2", put).passed).toEqual([put]);
  });

  it("take nothing that is nested too deep", () => {
    const nested = (levels: number): Json =>
      levels === 0 ? 1 : [nested(levels - 1)];
    const echo = mannered(
      contracts.echo,
      { talk: { n: any } },
      recorder,
    );
    const [state] = echo.init(setup);
    const said = (src: string, body: Body) => {
      const message = { src, dest: "n1", body };
      const event = { kind: "message", message } as const;
      return echo.step(state, { event, nowMs: 0, dice: 1 });
    };
    const ask = (levels: number): Body => {
      return { type: "echo", msg_id: 1, echo: nested(levels) };
    };
    expect(said("c1", ask(99))[0].inner).toHaveLength(1);
    const [next, effects] = said("c1", ask(100));
    expect(next.inner).toHaveLength(0);
    expect(effects).toMatchObject([{ body: { code: 12 } }]);
    const talk = { type: "talk", n: nested(100) };
    expect(said("n2", talk)).toEqual([state, []]);
  });

  it("answer a second init of the same node, and change nothing", () => {
    const init = { type: "init", msg_id: 9, node_id: "n1" };
    const { passed, answers } = hear("c0", init);
    expect(passed).toEqual([]);
    expect(answers).toEqual([
      {
        kind: "send",
        dest: "c0",
        body: { type: "init_ok", in_reply_to: 9 },
      },
    ]);
    const other = hear("c0", { ...init, node_id: "n2" });
    expect(other.answers).toMatchObject([{ body: { code: 12 } }]);
  });
});

describe("no line makes a node throw", () => {
  const odd: Json[] = [
    null,
    -1,
    0.5,
    "x",
    [],
    [[]],
    [null],
    {},
    { a: null },
    [["r"]],
    [["r", 1, 2]],
    [["append", { a: [1] }, null]],
    [["w", null, null]],
    JSON.parse('{"__proto__":[1],"constructor":-1,"toString":5}'),
  ];
  const types = [
    ...new Set(
      workloads.flatMap((name) => Object.keys(contracts[name])),
    ),
    "gossip gossip_ok counts counts_ok forward answer append_entries",
    "append_entries_reply request_vote request_vote_reply pre_vote",
    "pre_vote_reply install_snapshot propose timeout_now change_members",
  ].flatMap((names) => names.split(" "));
  const names =
    "key value from to echo message element delta topology txn msg " +
    "offsets keys start end values counts term entries snapshot round " +
    "request client via reply command members";

  test.each(workloads)("of %s, whoever sends it", (workload) => {
    const node = nodeOf(workload);
    const peers = ["n2", "n3"];
    let [state] = node.init({
      id: "n1",
      peers,
      disk: {},
      nowMs: 0,
      dice: 1,
    });
    let nowMs = 0;
    for (const type of types) {
      for (const value of odd) {
        for (const src of ["c1", "n2", "__proto__"]) {
          nowMs += 1;
          const all = names.split(" ").map((name) => [name, value]);
          const body = {
            ...Object.fromEntries(all),
            type,
            msg_id: nowMs,
          };
          const message = { src, dest: "n1", body };
          const event = { kind: "message", message } as const;
          const input = { event, nowMs, dice: nowMs };
          const [next, effects] = node.step(state, input);
          state = next;
          for (const effect of effects) {
            if (effect.kind !== "send" || effect.dest !== "c1")
              continue;
            expect(effect.body.in_reply_to).toBe(nowMs);
          }
        }
      }
    }
    const event = { kind: "timer", name: "gossip" } as const;
    node.step(state, { event, nowMs, dice: 1 });
  });
});
