/**
 * A node on standard input and output, as Maelstrom runs it: a message a
 * line, `init` first. Standard output is for messages only.
 */
import type { Body, Message, Node, NodeId } from "../kernel/node.ts";
import { type Driven, drive, type Surroundings } from "./drive.ts";
import { lineOf, messageOf, onLines } from "./lines.ts";

export type StdioOptions = {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** All but the way to send; the disk depends on who the node is. */
  readonly around: (id: NodeId) => Omit<Surroundings, "send">;
  readonly log: (text: string) => void;
};

/** So many messages that come before `init` are kept for after it. */
const earlyMax = 1000;

// #region stdio
/** Run a node until the end of the input; the answer ends it before. */
export function overStdio<S>(
  node: Node<S>,
  { input, output, around, log }: StdioOptions,
): () => void {
  const early: Message[] = [];
  let driven: Driven | null = null;
  const send = (message: Message) => output.write(lineOf(message));
  const refuse = (init: Message) => {
    const text = "init wants node_id and node_ids";
    log(text);
    // By no other name than the one it was called can it answer.
    send(reply(init.dest, init, { type: "error", code: 12, text }));
  };
  const begin = (init: Message) => {
    const place = placeOf(init);
    if (place === null) return refuse(init);
    const { id, peers } = place;
    driven = drive(node, id, peers, { ...around(id), send });
    send(reply(id, init, { type: "init_ok" }));
    for (const message of early) driven.receive(message);
  };
  const onLine = (line: string) => {
    const message = messageOf(line);
    if (message === null) log(`no message: ${line.slice(0, 100)}`);
    else if (driven !== null) driven.receive(message);
    else if (message.body.type === "init") begin(message);
    else if (early.length < earlyMax) early.push(message);
  };
  onLines(input, onLine, () => log("a line is too long"));
  const stop = () => driven?.stop();
  input.on("end", stop);
  return stop;
}
// #endregion stdio

// #region init
/** Who the node is, and who the others are, in order of name. */
function placeOf({ body }: Message) {
  const { node_id: id, node_ids: ids } = body;
  const isName = (one: unknown) => typeof one === "string";
  if (!isName(id) || !Array.isArray(ids)) return null;
  if (!ids.every(isName)) return null;
  const peers = ids
    .filter((other) => other !== id)
    .sort((one, other) => (one < other ? -1 : 1));
  return { id, peers };
}

function reply(id: NodeId, to: Message, body: Body): Message {
  const in_reply_to = to.body.msg_id ?? null;
  return { src: id, dest: to.src, body: { ...body, in_reply_to } };
}
// #endregion init
