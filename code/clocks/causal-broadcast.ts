/**
 * Causal broadcast: nobody hears an answer before its question. The
 * vector counts broadcasts, and only those, so that a gap in it names a
 * message that is still on its way.
 *
 * Birman, Schiper, Stephenson, "Lightweight Causal and Atomic Group
 * Multicast", ACM TOCS 9(3), 1991 (the CBCAST protocol).
 */
import type { NodeId } from "../kernel/node.ts";
import { covers, tick, type VectorClock } from "./vector.ts";

export type Broadcast = {
  readonly from: NodeId;
  readonly stamp: VectorClock;
  readonly text: string;
};
export type Member = {
  readonly delivered: VectorClock;
  readonly heldBack: readonly Broadcast[];
  readonly log: readonly string[];
};

// #region causal
/** Next from its sender, and all that the sender had delivered. */
function isDeliverable(m: Broadcast, delivered: VectorClock): boolean {
  const { [m.from]: number, ...others } = m.stamp;
  const isNext = number === (delivered[m.from] ?? 0) + 1;
  return isNext && covers(delivered, others);
}

/** Hold the message back; then deliver whatever has become ready. */
export function receive(member: Member, message: Broadcast): Member {
  return drain({ ...member, heldBack: [...member.heldBack, message] });
}

function drain(member: Member): Member {
  const { delivered, heldBack, log } = member;
  const ready = heldBack.find((m) => isDeliverable(m, delivered));
  if (ready === undefined) return member;
  return drain({
    delivered: tick(delivered, ready.from),
    heldBack: heldBack.filter((m) => m !== ready),
    log: [...log, ready.text],
  });
}
// #endregion causal

/** Say something: counted, and delivered to ourselves at once. */
export function broadcast(member: Member, self: NodeId, text: string) {
  const stamp = tick(member.delivered, self);
  const next = {
    ...member,
    delivered: stamp,
    log: [...member.log, text],
  };
  return [next, { from: self, stamp, text }] as const;
}
