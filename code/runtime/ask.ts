/**
 * Asks a running node one thing and prints its answer:
 * `node code/runtime/ask.ts n1=127.0.0.1:7001 '{"type":"read","key":"x"}'`
 */
// unprinted: for the chapter on consensus in production
import { randomUUID } from "node:crypto";
import type { Body } from "../kernel/node.ts";
import { openClient } from "./client.ts";
import { peerOf } from "./serve.ts";

const { id, address, question } = understood(process.argv.slice(2));
// Another name each time: a store that knew it from before would take
// the question for a copy, and give its old answer.
const client = await openClient(`ask-${randomUUID()}`, id, address);
const body = { ...question, msg_id: 1 };
const answer = (await client?.ask(body, 3000)) ?? null;
client?.close();
console.log(
  client === null ? "nobody listens" : JSON.stringify(answer),
);
process.exitCode = answer === null ? 1 : 0;

function understood([where = "", what = ""]: readonly string[]) {
  try {
    const [id, address] = peerOf(where);
    const question = JSON.parse(what) as Body | null;
    if (typeof question?.type !== "string") {
      throw new Error(`A question has a "type", as ${what} has not`);
    }
    return { id, address, question };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`${why}\nusage: ask.ts ID=HOST:PORT BODY`);
    process.exit(1);
  }
}
