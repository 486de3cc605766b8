/**
 * Broadcast: whatever one server is told, all know in the end.
 * `topology` says who talks to whom (Maelstrom's broadcast).
 */
// unprinted: for the chapter on testing
import type {
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  type Gossip,
  initGossip,
  learn,
  onGossip,
  onTick,
  rearrange,
  valuesOf,
} from "./gossip.ts";
import { reply } from "./protocol.ts";

// #region broadcast
export type Broadcast = {
  readonly peers: readonly NodeId[];
  readonly gossip: Gossip;
};

export const broadcast: Node<Broadcast> = {
  init(setup) {
    const [gossip, effects] = initGossip(setup, true);
    return [{ peers: setup.peers, gossip }, effects];
  },

  step(state, { event, nowMs }) {
    const [gossip, effects] =
      event.kind === "timer"
        ? onTick(state.gossip, nowMs)
        : hear(state, event.message, nowMs);
    return [{ ...state, gossip }, effects];
  },
};
// #endregion broadcast

// #region broadcast-hear
/** What is acknowledged is on the disk: the effects go in order. */
function hear(
  state: Broadcast,
  message: Message,
  nowMs: number,
): Step<Gossip> {
  const { gossip } = state;
  const { body } = message;
  switch (body.type) {
    case "broadcast": {
      const said = [body.message ?? null];
      const heard = learn(gossip, gossip.id, said);
      return withReply(heard, reply(message, { type: "broadcast_ok" }));
    }
    case "read": {
      const messages = valuesOf(gossip);
      const found = { type: "read_ok", messages };
      return [gossip, [reply(message, found)]];
    }
    case "topology": {
      const arranged = arrange(state, body.topology as Topology);
      return withReply(
        arranged,
        reply(message, { type: "topology_ok" }),
      );
    }
    default:
      return onGossip(gossip, message, nowMs);
  }
}

function withReply(
  [gossip, effects]: Step<Gossip>,
  answer: Effect,
): Step<Gossip> {
  return [gossip, [...effects, answer]];
}
// #endregion broadcast-hear

type Topology = { readonly [id: NodeId]: readonly NodeId[] };

// #region arrange
/** A link is for both its ends, though only one of them names it. */
function arrange(
  { peers, gossip }: Broadcast,
  topology: Topology,
): Step<Gossip> {
  const { id } = gossip;
  const names = (one: NodeId, other: NodeId) =>
    Object.hasOwn(topology, one) && topology[one]?.includes(other);
  const areLinked = (one: NodeId, other: NodeId) =>
    names(one, other) || names(other, one);
  const all = [id, ...peers];
  const isTotal = all.every((one) =>
    all.every((other) => one === other || areLinked(one, other)),
  );
  const near = peers.filter((peer) => areLinked(id, peer));
  // Left out of it, or told nothing: better too many than none.
  const neighbours = near.length === 0 ? peers : near;
  return rearrange(gossip, neighbours, !isTotal);
}
// #endregion arrange
