/** A link that is cut loses messages, and nobody is told. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Message, NodeId } from "../kernel/node.ts";
import { lineOf } from "./lines.ts";
import { type Link, openLink } from "./link.ts";
import { type Address, openTcp, type Tcp } from "./tcp.ts";

const patience = { timeout: 30_000, interval: 5 };

const open: (Tcp | Link)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function end(id: NodeId, peers: readonly [NodeId, Address][]) {
  const heard: string[] = [];
  const logged: string[] = [];
  const tcp = await openTcp({
    id,
    listen: { host: "127.0.0.1", port: 0 },
    peers: new Map(peers),
    onMessage: ({ body }) => heard.push(body.type),
    log: (text) => logged.push(text),
  });
  open.push(tcp);
  return { tcp, heard, logged };
}

const say = (type: string): Message => ({
  src: "n1",
  dest: "n2",
  body: { type },
});

describe("a link", () => {
  test("passes messages on, but for what is said while it is cut", async () => {
    const two = await end("n2", []);
    const link = await openLink(two.tcp.address);
    open.push(link);
    const one = await end("n1", [["n2", link.address]]);
    one.tcp.send(say("a"));
    await vi.waitFor(() => expect(two.heard).toEqual(["a"]), patience);
    link.cut();
    // The link hangs up when it has read all of this, and not before.
    const caller = connect({ ...link.address });
    caller.end(lineOf(say("b")));
    caller.resume();
    await once(caller, "close");
    link.heal();
    one.tcp.send(say("c"));
    const all = ["a", "c"];
    await vi.waitFor(() => expect(two.heard).toEqual(all), patience);
    expect(one.logged).toEqual(["n2 is in reach"]);
  });
});
