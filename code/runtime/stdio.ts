/**
 * A node on standard input and output, as Maelstrom runs it: a message a
 * line, `init` first. Standard output is for messages only.
 */
import type { Message, Node, NodeId } from "../kernel/node.ts";
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
  const begin = (init: Message) => {
    const place = placeOf(init);
    if (place === null) return log("init wants node_id and node_ids");
    const { id, peers } = place;
    driven = drive(node, id, peers, { ...around(id), send });
    send(initOk(id, init));
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
  if (typeof id !== "string" || !Array.isArray(ids)) return null;
  const peers = ids
    .filter((other): other is string => typeof other === "string")
    .filter((other) => other !== id)
    .sort((one, other) => (one < other ? -1 : 1));
  return { id, peers };
}

function initOk(id: NodeId, { src, body }: Message): Message {
  const in_reply_to = body.msg_id ?? null;
  return { src: id, dest: src, body: { type: "init_ok", in_reply_to } };
}
// #endregion init
