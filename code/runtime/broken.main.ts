/**
 * A store that is none: each process answers from its own memory. The
 * checker must see through it when real processes run it.
 */
// unprinted: for the chapter on proving it right
import type { Node } from "../kernel/node.ts";
import { type Data, execute, isRequest } from "../raft-kv/store.ts";
import { serve } from "./serve.ts";

const alone: Node<Data> = {
  init: () => [{}, []],
  step(data, { event }) {
    if (event.kind === "timer") return [data, []];
    const { src, body } = event.message;
    if (!isRequest(body)) return [data, []];
    const [next, said] = execute(data, body);
    const reply = { ...said, in_reply_to: body.msg_id ?? null };
    return [next, [{ kind: "send", dest: src, body: reply }]];
  },
};

await serve(alone);
