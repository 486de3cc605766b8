/** A node on streams, as Maelstrom speaks to it. */
import { PassThrough } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { echo } from "../echo/echo.ts";
import type { Body, Effect, Message, Node } from "../kernel/node.ts";
import { memoryDisk } from "./disk.ts";
import { lineOf } from "./lines.ts";
import { overStdio } from "./stdio.ts";

/** A node between two streams, its clock standing still. */
function between<S>(node: Node<S>) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const logged: string[] = [];
  const said: string[] = [];
  const timers = new Set<() => void>();
  output.setEncoding("utf8").on("data", (text) => said.push(text));
  const log = (text: string) => logged.push(text);
  const around = () => ({
    nowMs: () => 0,
    dice: () => 1,
    disk: memoryDisk(),
    wait(_: number, then: () => void) {
      timers.add(then);
      return () => timers.delete(then);
    },
    log,
  });
  const stop = overStdio(node, { input, output, around, log });
  return {
    input,
    logged,
    timers,
    stop,
    tell: (src: string, body: Body) =>
      input.write(lineOf({ src, dest: "n1", body })),
    async answers(count: number): Promise<Message[]> {
      const lines = () => said.join("").split("\n").slice(0, -1);
      await vi.waitFor(() => expect(lines().length).toBe(count));
      return lines().map((line) => JSON.parse(line) as Message);
    },
  };
}

const init = (ids: readonly string[]): Body => ({
  type: "init",
  msg_id: 1,
  node_id: "n1",
  node_ids: ids,
});
const initOk = {
  src: "n1",
  dest: "c0",
  body: { type: "init_ok", in_reply_to: 1 },
};

/** Says what it was told of its place, and answers with a timer. */
const placed: Node<null> = {
  init: ({ id, peers }) => [
    null,
    [
      { kind: "send", dest: id, body: { type: "to-self" } },
      { kind: "send", dest: peers.join(), body: { type: "peers" } },
    ],
  ],
  step(state, { event }) {
    if (event.kind === "timer") return [state, []];
    const { src, body } = event.message;
    const effects: Effect[] = [
      { kind: "send", dest: src, body: { type: `heard-${body.type}` } },
      { kind: "set-timer", name: "t", afterMs: 5 },
    ];
    return [state, body.type.startsWith("heard") ? [] : effects];
  },
};

describe("init", () => {
  test("is answered, and then the node answers", async () => {
    const node = between(echo);
    node.tell("c0", init(["n1"]));
    node.tell("c1", { type: "echo", msg_id: 9, echo: "hi" });
    const body = { type: "echo_ok", in_reply_to: 9, echo: "hi" };
    expect(await node.answers(2)).toEqual([
      initOk,
      { src: "n1", dest: "c1", body },
    ]);
  });

  test("tells who the others are: in order, without the node", async () => {
    const node = between(placed);
    node.tell("c0", init(["n3", "n1", "n10", "n2"]));
    const body = { type: "peers" };
    expect(await node.answers(2)).toEqual([
      { src: "n1", dest: "n10,n2,n3", body },
      initOk,
    ]);
  });

  test("comes first: what came before it waits", async () => {
    const node = between(echo);
    node.tell("n2", { type: "echo", msg_id: 9, echo: "early" });
    node.tell("c0", init(["n1", "n2"]));
    const body = { type: "echo_ok", in_reply_to: 9, echo: "early" };
    expect(await node.answers(2)).toEqual([
      initOk,
      { src: "n1", dest: "n2", body },
    ]);
  });

  test.each([
    { type: "init", msg_id: 1, node_ids: ["n1"] },
    { type: "init", msg_id: 1, node_id: "n1" },
    { type: "init", msg_id: 1, node_id: "n1", node_ids: ["n1", 2] },
  ])("without a place is refused (12): %j", async (bad) => {
    const node = between(echo);
    node.tell("c0", bad);
    node.tell("c0", init(["n1"]));
    const text = "init wants node_id and node_ids";
    const refusal = { type: "error", code: 12, text, in_reply_to: 1 };
    expect(await node.answers(2)).toEqual([
      { src: "n1", dest: "c0", body: refusal },
      initOk,
    ]);
    expect(node.logged).toEqual([text]);
  });
});

describe("a line", () => {
  test("that is no message is logged, and no more", async () => {
    const node = between(echo);
    node.input.write("garbage\n[]\n");
    node.tell("c0", init(["n1"]));
    expect(await node.answers(1)).toEqual([initOk]);
    expect(node.logged).toEqual([
      "no message: garbage",
      "no message: []",
    ]);
  });

  test("to the node itself does not leave it", async () => {
    const node = between(placed);
    node.tell("c0", init(["n1", "n2"]));
    const sent = await node.answers(2);
    expect(sent.map(({ dest }) => dest)).toEqual(["n2", "c0"]);
  });
});

describe("the end", () => {
  test("of the input leaves no timer", async () => {
    const node = between(placed);
    node.tell("c0", init(["n1"]));
    node.tell("c1", { type: "hello" });
    await node.answers(3);
    expect(node.timers.size).toBe(1);
    node.input.end();
    await vi.waitFor(() => expect(node.timers.size).toBe(0));
  });

  test("may come from whoever runs it", async () => {
    const node = between(placed);
    node.tell("c0", init(["n1"]));
    await node.answers(2);
    node.stop();
    expect(node.timers.size).toBe(0);
  });

  test("before the beginning is no matter", async () => {
    const node = between(placed);
    node.input.end();
    node.stop();
    expect(await node.answers(0)).toEqual([]);
  });
});
