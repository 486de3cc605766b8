/** What a lock protects. Fenced, it takes no token lower than the last. */
import type { Node, NodeId } from "../kernel/node.ts";

// #region storage
export type Storage = {
  readonly highest: number;
  readonly writes: readonly {
    readonly by: NodeId;
    readonly token: number;
  }[];
  readonly refused: readonly number[];
};

export function storage(isFenced: boolean): Node<Storage> {
  return {
    init: () => [{ highest: 0, writes: [], refused: [] }, []],
    step(state, { event }) {
      if (event.kind !== "message") return [state, []];
      const { src: by, body } = event.message;
      const token = Number(body.token);
      if (isFenced && token < state.highest) {
        return [{ ...state, refused: [...state.refused, token] }, []];
      }
      const highest = Math.max(state.highest, token);
      const writes = [...state.writes, { by, token }];
      return [{ ...state, highest, writes }, []];
    },
  };
}
// #endregion storage
