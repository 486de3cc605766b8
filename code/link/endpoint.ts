/**
 * Reliable delivery over a link that loses, doubles and reorders: numbers,
 * acknowledgements, sending again, and a memory of what has come. One
 * end of one direction; pure, so that a node, a test and a page use it.
 */
import type { Json } from "../kernel/node.ts";

// #region sender
export type Packet = { readonly seq: number; readonly data: Json };
export type Sender = {
  readonly nextSeq: number;
  /** Sent, and not acknowledged yet; the oldest first. */
  readonly unacked: readonly Packet[];
};

export const newSender: Sender = { nextSeq: 1, unacked: [] };

/** Number the data and keep it until the other end says that it came. */
export function offer(
  sender: Sender,
  data: Json,
): readonly [Sender, Packet] {
  const packet = { seq: sender.nextSeq, data };
  const unacked = [...sender.unacked, packet];
  return [{ nextSeq: sender.nextSeq + 1, unacked }, packet];
}

/** All up to `ack` has come; an old acknowledgement takes nothing back. */
export function acknowledged(sender: Sender, ack: number): Sender {
  const unacked = sender.unacked.filter(({ seq }) => seq > ack);
  return { ...sender, unacked };
}
// #endregion sender

// #region receiver
export type Receiver = {
  /** All before this number has been handed on. */
  readonly expected: number;
  /** What came too early, and waits for those before it. */
  readonly early: readonly Packet[];
};

export const newReceiver: Receiver = { expected: 1, early: [] };

/**
 * What is now in order and new, and how far: the number to acknowledge
 * is `expected` - 1. A copy changes nothing, and is acknowledged anew,
 * for the acknowledgement before may have been lost.
 */
export function receive(
  receiver: Receiver,
  packet: Packet,
): readonly [Receiver, readonly Json[]] {
  const isKnown =
    packet.seq < receiver.expected ||
    receiver.early.some(({ seq }) => seq === packet.seq);
  const waiting = isKnown
    ? receiver.early
    : [...receiver.early, packet];
  const inOrder = waiting.toSorted((a, b) => a.seq - b.seq);
  let { expected } = receiver;
  const ready: Json[] = [];
  for (const { seq, data } of inOrder) {
    if (seq !== expected) break;
    ready.push(data);
    expected += 1;
  }
  const early = inOrder.slice(ready.length);
  return [{ expected, early }, ready];
}
// #endregion receiver
