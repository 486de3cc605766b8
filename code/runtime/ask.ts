/**
 * Asks a running node one thing and prints its answer:
 * `node code/runtime/ask.ts n1=127.0.0.1:7001 '{"type":"read","key":"x"}'`
 */
// unprinted: for the chapter on consensus in production
import type { Body } from "../kernel/node.ts";
import { openClient } from "./client.ts";
import { peerOf } from "./serve.ts";

const [where, what] = process.argv.slice(2);
if (where === undefined || what === undefined) {
  console.error("usage: ask.ts ID=HOST:PORT BODY");
  process.exit(1);
}
const [id, address] = peerOf(where);
// Another name each time: to a store it is another client.
const client = await openClient(`ask-${process.pid}`, id, address);
const body = { ...(JSON.parse(what) as Body), msg_id: 1 };
const answer = (await client?.ask(body, 3000)) ?? null;
client?.close();
console.log(
  client === null ? "nobody listens" : JSON.stringify(answer),
);
process.exitCode = answer === null ? 1 : 0;
