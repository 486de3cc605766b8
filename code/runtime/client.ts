/** A client of one real node: asks a question and waits for its answer. */
import { connect, type Socket } from "node:net";
import type { Body, NodeId } from "../kernel/node.ts";
import { lineOf, messageOf, onLines } from "./lines.ts";
import type { Address } from "./tcp.ts";

export type Client = {
  /**
   * The answer to a question, which has a `msg_id` of its own; null when
   * none came in time, or the connection broke: nobody knows then
   * whether it was heard.
   */
  ask(body: Body, timeoutMs: number): Promise<Body | null>;
  isOpen(): boolean;
  close(): void;
};

// #region client
/** Connect to a node under this name; null when nobody listens there. */
export async function openClient(
  id: NodeId,
  dest: NodeId,
  address: Address,
): Promise<Client | null> {
  const socket = connect({ ...address, noDelay: true });
  const waiting = new Map<number, (answer: Body | null) => void>();
  const hear = (line: string) => {
    const { body } = messageOf(line) ?? {};
    waiting.get(Number(body?.in_reply_to))?.(body ?? null);
  };
  onLines(socket, hear, () => socket.destroy());
  socket.on("close", () => {
    for (const resolve of waiting.values()) resolve(null);
  });
  if (!(await isConnected(socket))) return null;
  return {
    async ask(body, timeoutMs) {
      if (socket.destroyed) return null;
      const msgId = Number(body.msg_id);
      const timer = setTimeout(
        () => waiting.get(msgId)?.(null),
        timeoutMs,
      );
      const answer = await new Promise<Body | null>((resolve) => {
        waiting.set(msgId, resolve);
        socket.write(lineOf({ src: id, dest, body }));
      });
      waiting.delete(msgId);
      clearTimeout(timer);
      return answer;
    },
    isOpen: () => !socket.destroyed,
    close: () => socket.destroy(),
  };
}
// #endregion client

function isConnected(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.on("connect", () => resolve(true));
    // Refused, or broken later: what matters of that is the "close".
    socket.on("error", () => resolve(false));
  });
}
