/** Messages between processes: here two ends in one process. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Writable } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Message, NodeId } from "../kernel/node.ts";
import { openClient } from "./client.ts";
import { freePorts } from "./cluster.ts";
import { lineOf } from "./lines.ts";
import {
  type Address,
  openTcp,
  outbox,
  type Tcp,
  type TcpOptions,
} from "./tcp.ts";

const patience = { timeout: 30_000, interval: 5 };
const anywhere = { host: "127.0.0.1", port: 0 };

const open: (Tcp | Socket)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    if ("send" in one) one.close();
    else one.destroy();
  }
});

/** One end, with a list of what it hears and of what it logs. */
async function end(id: NodeId, some: Partial<TcpOptions> = {}) {
  const heard: Message[] = [];
  const logged: string[] = [];
  const tcp = await openTcp({
    id,
    listen: anywhere,
    peers: new Map(),
    onMessage: (message) => heard.push(message),
    log: (text) => logged.push(text),
    ...some,
  });
  open.push(tcp);
  return { tcp, heard, logged };
}

async function raw({ port, host }: Address): Promise<Socket> {
  const socket = connect({ port, host, allowHalfOpen: true });
  open.push(socket);
  await once(socket, "connect");
  return socket;
}

const say = (src: NodeId, dest: NodeId, type: string): Message => ({
  src,
  dest,
  body: { type },
});

describe("between peers", () => {
  test("messages arrive in order, as they were", async () => {
    const two = await end("n2");
    const peers = new Map([["n2", two.tcp.address]]);
    const one = await end("n1", { peers });
    const sent = ["a", "b", "ü"].map((type) => say("n1", "n2", type));
    for (const message of sent) one.tcp.send(message);
    await vi.waitFor(() => expect(two.heard).toEqual(sent), patience);
  });

  test("what is sent before the other is there waits", async () => {
    const [port = 0] = await freePorts(1);
    const listen = { ...anywhere, port };
    const one = await end("n1", { peers: new Map([["n2", listen]]) });
    one.tcp.send(say("n1", "n2", "early"));
    const two = await end("n2", { listen });
    const expected = [say("n1", "n2", "early")];
    await vi.waitFor(
      () => expect(two.heard).toEqual(expected),
      patience,
    );
  });

  test("a peer that comes back is dialled again", async () => {
    const [port = 0] = await freePorts(1);
    const listen = { ...anywhere, port };
    const first = await end("n2", { listen });
    const one = await end("n1", { peers: new Map([["n2", listen]]) });
    const hello = say("n1", "n2", "hello");
    one.tcp.send(hello);
    await vi.waitFor(
      () => expect(first.heard).toEqual([hello]),
      patience,
    );
    first.tcp.close();
    const gone = "n2 is out of reach";
    await vi.waitFor(
      () => expect(one.logged).toContain(gone),
      patience,
    );
    const again = await end("n2", { listen });
    one.tcp.send(hello);
    await vi.waitFor(
      () => expect(again.heard).toEqual([hello]),
      patience,
    );
    expect(one.logged).toEqual([
      "n2 is in reach",
      "n2 is out of reach",
      "n2 is in reach",
    ]);
  });

  test("a message to nobody is lost", async () => {
    const one = await end("n1");
    one.tcp.send(say("n1", "n9", "hello"));
    expect(one.logged).toEqual([]);
  });

  test("a port that is taken is an error", async () => {
    const one = await end("n1");
    const second = end("n1", { listen: one.tcp.address });
    await expect(second).rejects.toThrow("EADDRINUSE");
  });
});

describe("what waits to be sent", () => {
  /** Takes so many lines and then no more, until it is told to. */
  function slow() {
    const taken: string[] = [];
    const next: (() => void)[] = [];
    const stream = new Writable({
      highWaterMark: 1,
      decodeStrings: false,
      write(line, _, done) {
        taken.push(line);
        next.push(done);
      },
    });
    return { stream, taken, takeNext: () => next.shift()?.() };
  }

  test("is bounded: the oldest are lost", () => {
    const { stream, taken, takeNext } = slow();
    const waiting = outbox(2);
    for (const line of ["a", "b", "c"]) waiting.push(line);
    waiting.attach(stream);
    takeNext();
    expect(taken).toEqual(["b", "c"]);
  });

  test("waits for a reader that is slow, and does not pile up", async () => {
    const { stream, taken, takeNext } = slow();
    const waiting = outbox(2);
    waiting.attach(stream);
    for (const line of ["a", "b", "c", "d"]) waiting.push(line);
    expect(stream.writableLength).toBe(1);
    for (let i = 0; i < 3; i++) {
      takeNext();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(taken).toEqual(["a", "c", "d"]);
  });

  test("goes to the connection that is there, not to one that ended", async () => {
    const [old, young] = [slow(), slow()];
    const waiting = outbox(2);
    waiting.attach(old.stream);
    old.stream.destroy();
    await once(old.stream, "close");
    waiting.push("a");
    waiting.attach(young.stream);
    expect([old.taken, young.taken]).toEqual([[], ["a"]]);
  });

  test("goes to the younger one of two, also when the older ends", async () => {
    const [old, young] = [slow(), slow()];
    const waiting = outbox(2);
    waiting.attach(old.stream);
    waiting.attach(young.stream);
    old.stream.destroy();
    await once(old.stream, "close");
    waiting.push("a");
    expect([old.taken, young.taken]).toEqual([[], ["a"]]);
  });
});

describe("from strangers", () => {
  test("what is no message is ignored, and what follows is heard", async () => {
    const one = await end("n1", { lineLengthMax: 100 });
    const socket = await raw(one.tcp.address);
    socket.write("GET / HTTP/1.1\n{}\n");
    socket.write(`${"x".repeat(1000)}\n`);
    socket.write(lineOf(say("c1", "n2", "hello")));
    socket.write(lineOf(say("n1", "n1", "forged")));
    const line = lineOf(say("c1", "n1", "hello"));
    socket.write(line.slice(0, 20));
    socket.write(line.slice(20));
    const expected = [say("c1", "n1", "hello")];
    await vi.waitFor(
      () => expect(one.heard).toEqual(expected),
      patience,
    );
    expect(one.logged.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      "a line is too long",
      "no message: GET / HTTP/1.1",
      "no message: {}",
      "not for me: c1 -> n2",
      "not for me: n1 -> n1",
    ]);
  });

  test("half a line at the end is nothing", async () => {
    const one = await end("n1");
    const socket = await raw(one.tcp.address);
    socket.end('{"src":"c1","dest":"n1","body":{"type":"x"}}');
    const other = await raw(one.tcp.address);
    other.write(lineOf(say("c1", "n1", "hello")));
    const expected = [say("c1", "n1", "hello")];
    await vi.waitFor(
      () => expect(one.heard).toEqual(expected),
      patience,
    );
  });
});

describe("a client", () => {
  const hears = (socket: Socket) => {
    const heard: string[] = [];
    socket.on("data", (piece) => heard.push(String(piece)));
    return () => heard.join("");
  };

  test("is answered where it spoke last", async () => {
    const one = await end("n1");
    const sockets = [
      await raw(one.tcp.address),
      await raw(one.tcp.address),
    ] as const;
    const [first, second] = sockets.map(hears);
    sockets[0].write(lineOf(say("c1", "n1", "a")));
    await vi.waitFor(() => expect(one.heard).toHaveLength(1), patience);
    sockets[1].write(lineOf(say("c1", "n1", "b")));
    await vi.waitFor(() => expect(one.heard).toHaveLength(2), patience);
    const answer = say("n1", "c1", "ok");
    one.tcp.send(answer);
    const line = lineOf(answer);
    await vi.waitFor(() => expect(second?.()).toBe(line), patience);
    expect(first?.()).toBe("");
  });

  test("that has said all still gets its answer", async () => {
    const one = await end("n1");
    const socket = await raw(one.tcp.address);
    const heard = hears(socket);
    socket.end(lineOf(say("c1", "n1", "a")));
    await vi.waitFor(() => expect(one.heard).toHaveLength(1), patience);
    const answer = say("n1", "c1", "ok");
    one.tcp.send(answer);
    await vi.waitFor(
      () => expect(heard()).toBe(lineOf(answer)),
      patience,
    );
  });

  test("that has gone is forgotten", async () => {
    const one = await end("n1");
    const socket = await raw(one.tcp.address);
    socket.write(lineOf(say("c1", "n1", "a")));
    await vi.waitFor(() => expect(one.heard).toHaveLength(1), patience);
    socket.destroy();
    await once(socket, "close");
    one.tcp.send(say("n1", "c1", "ok"));
  });

  test("of ours asks and is answered, each question its own", async () => {
    const one = await end("n1", {
      onMessage: ({ src, body }) => {
        if (body.type !== "echo") return;
        const answer = { type: "ok", in_reply_to: body.msg_id ?? null };
        one.tcp.send({ src: "n1", dest: src, body: answer });
      },
    });
    const client = await openClient("c1", "n1", one.tcp.address);
    const echo = (msg_id: number) =>
      client?.ask({ type: "echo", msg_id }, 30_000);
    expect(await Promise.all([echo(1), echo(2)])).toEqual([
      { type: "ok", in_reply_to: 1 },
      { type: "ok", in_reply_to: 2 },
    ]);
    const silence = client?.ask({ type: "nothing", msg_id: 3 }, 1);
    expect(await silence).toBe(null);
    const open = client?.ask({ type: "nothing", msg_id: 4 }, 30_000);
    one.tcp.close();
    expect(await open).toBe(null);
    await vi.waitFor(() => expect(client?.isOpen()).toBe(false));
    expect(await client?.ask({ type: "echo", msg_id: 5 }, 30_000)).toBe(
      null,
    );
  });

  test("of ours is told when nobody listens", async () => {
    const [port = 0] = await freePorts(1);
    const address = { ...anywhere, port };
    expect(await openClient("c1", "n1", address)).toBe(null);
  });
});
