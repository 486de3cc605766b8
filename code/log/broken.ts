/**
 * What goes wrong when one rule is left out. Each wraps a right node, so
 * that no printed line has to know of it; the tests demand that the
 * invariants, or the count of lost and doubled values, notice.
 */
import type { Body, Input, Node, Step } from "../kernel/node.ts";
import { type Broker, persist } from "./broker.ts";
import { cutOff } from "./follower.ts";
import type { GroupState } from "./group-coordinator.ts";
import type { Replica } from "./replica.ts";

// #region truncate-to-watermark
/** Cuts off what it does not know to be committed (before KIP-101). */
export function truncateToWatermark(node: Node<Broker>): Node<Broker> {
  return {
    ...node,
    step(state, input): Step<Broker> {
      const [next, effects] = node.step(state, input);
      const replicas = Object.fromEntries(
        Object.entries(next.replicas).map(([name, replica]) => [
          name,
          isNewFollower(replica) ? agreeAtWatermark(replica) : replica,
        ]),
      );
      const cut = { ...next, replicas };
      const others = effects.filter(({ kind }) => kind !== "persist");
      return [cut, [...persist(state, cut), ...others]];
    },
  };
}

function isNewFollower({ role }: Replica): boolean {
  return role.kind === "follower" && !role.isAgreed;
}

function agreeAtWatermark(replica: Replica): Replica {
  const role = { kind: "follower", isAgreed: true } as const;
  return cutOff({ ...replica, role }, replica.highWatermark);
}
// #endregion truncate-to-watermark

// #region answer-early
/** Says `all` and does `1`: answers before anybody has a copy. */
export function answerEarly(node: Node<Broker>): Node<Broker> {
  return rewriting(node, (body) =>
    body.type === "produce" ? { ...body, acks: 1 } : body,
  );
}
// #endregion answer-early

/** A node that hears other messages than it was sent. */
function rewriting<S>(
  node: Node<S>,
  change: (body: Body) => Body,
): Node<S> {
  return {
    ...node,
    step: (state, input) => node.step(state, rewritten(input, change)),
  };
}

function rewritten(input: Input, change: (body: Body) => Body): Input {
  const { event } = input;
  if (event.kind !== "message") return input;
  const { message } = event;
  const body = change(message.body);
  return {
    ...input,
    event: { ...event, message: { ...message, body } },
  };
}

// #region offsets-at-once
/** Takes offsets for committed that a transaction has only named. */
export function offsetsAtOnce(
  node: Node<GroupState>,
): Node<GroupState> {
  return {
    ...node,
    step(state, input) {
      const [{ group }, effects] = node.step(state, input);
      const named = Object.values(group.pending).map((p) => p.offsets);
      const offsets = Object.assign({}, group.offsets, ...named);
      return [{ group: { ...group, offsets } }, effects];
    },
  };
}
// #endregion offsets-at-once

// #region any-generation
/** Takes commits from members of the past, whoever reads there now. */
export function anyGeneration(
  node: Node<GroupState>,
): Node<GroupState> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      const body = event.kind === "message" ? event.message.body : null;
      if (body?.type !== "commit") return node.step(state, input);
      const { group } = state;
      const named = body.offsets as { [partition: string]: number };
      const offsets = { ...group.offsets, ...named };
      return node.step({ group: { ...group, offsets } }, input);
    },
  };
}
// #endregion any-generation
