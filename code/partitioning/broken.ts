/** Partitioning with one rule broken each; the tests must notice. */
import type { Node } from "../kernel/node.ts";
import type { MoveState } from "./move.ts";
import type { Ranges } from "./ranges.ts";

// #region copy-and-switch
/** Copies what there was and forgets what changed meanwhile. */
export function copyAndSwitch(node: Node<MoveState>): Node<MoveState> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      const isChange =
        state.role === "moving" &&
        next.items.length > state.items.length;
      const kept = isChange ? { ...next, items: state.items } : next;
      return [
        kept,
        effects.map((effect) =>
          effect.kind === "persist"
            ? { ...effect, value: kept }
            : effect,
        ),
      ];
    },
  };
}
// #endregion copy-and-switch

// #region serve-on
/** Goes on serving while the last changes are under way. */
export function serveOn(node: Node<MoveState>): Node<MoveState> {
  return {
    ...node,
    step(state, input) {
      const { event } = input;
      const isAsked =
        event.kind === "message" &&
        ["read", "write", "cas"].includes(event.message.body.type);
      if (!isAsked || state.role !== "frozen")
        return node.step(state, input);
      const [next, effects] = node.step(
        { ...state, role: "owner" },
        input,
      );
      const kept: MoveState = { ...next, role: "frozen" };
      return [
        kept,
        effects.map((effect) =>
          effect.kind === "persist"
            ? { ...effect, value: kept }
            : effect,
        ),
      ];
    },
  };
}
// #endregion serve-on

// #region after-boundary
/** Gives the key at the boundary to the range before it. */
export function partitionAfter(ranges: Ranges, key: string): string {
  return ranges.findLast(({ from }) => from < key)?.partition ?? "";
}
// #endregion after-boundary
