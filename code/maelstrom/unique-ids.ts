/**
 * Names that nobody else gives: who I am, how often I have started, and
 * how many I have given since (Maelstrom's unique-ids).
 */
// unprinted: for the chapter on testing
import type { Node, NodeId } from "../kernel/node.ts";
import { reply } from "./protocol.ts";

// #region unique-ids
export type Ids = {
  readonly id: NodeId;
  /** How often this node has started; then the count begins anew. */
  readonly epoch: number;
  readonly given: number;
};

export const uniqueIds: Node<Ids> = {
  /** The epoch is on the disk before the first id leaves. */
  init({ id, disk }) {
    const epoch = Number(disk.epoch ?? 0) + 1;
    const state = { id, epoch, given: 0 };
    return [state, [{ kind: "persist", key: "epoch", value: epoch }]];
  },

  step(state, { event }) {
    if (event.kind !== "message") return [state, []];
    const given = state.given + 1;
    const id = `${state.id}-${state.epoch}-${given}`;
    const answer = { type: "generate_ok", id };
    return [{ ...state, given }, [reply(event.message, answer)]];
  },
};
// #endregion unique-ids
