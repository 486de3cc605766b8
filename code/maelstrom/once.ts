/**
 * At most once: a request that the network has doubled does nothing the
 * second time. For nodes to which that matters, such as counters.
 */
// unprinted: for the chapter on testing
import type { Effect, Node, NodeId, Step } from "../kernel/node.ts";

// #region once
export type Once<S> = { readonly inner: S; readonly heard: Heard };

/** The last few msg_ids of each client, in their order. */
type Heard = { readonly [client: NodeId]: readonly number[] };

/** So many requests of one client may overtake each other. */
const heardMax = 16;

export function once<S>(node: Node<S>): Node<Once<S>> {
  return {
    init(setup) {
      const heard = (setup.disk.heard ?? {}) as Heard;
      const [inner, effects] = node.init(setup);
      return [{ inner, heard }, effects];
    },
    step(state, input): Step<Once<S>> {
      const { event } = input;
      const message = event.kind === "message" ? event.message : null;
      const msgId = message?.body.msg_id;
      if (message === null || typeof msgId !== "number") {
        const [inner, effects] = node.step(state.inner, input);
        return [{ ...state, inner }, effects];
      }
      const heard = note(state.heard, message.src, msgId);
      if (heard === null) return [state, []];
      const [inner, effects] = node.step(state.inner, input);
      return [{ inner, heard }, [keep(heard), ...effects]];
    },
  };
}
// #endregion once

// #region note
/** Null: it was here before, or is too old for anybody to know. */
function note(heard: Heard, from: NodeId, id: number): Heard | null {
  const ids = Object.hasOwn(heard, from) ? (heard[from] ?? []) : [];
  if (ids.includes(id)) return null;
  const [lowest = id] = ids;
  if (ids.length === heardMax && id < lowest) return null;
  const longer = [...ids, id].sort((one, other) => one - other);
  return { ...heard, [from]: longer.slice(-heardMax) };
}

/** Before its effects: after a crash rather not done than twice. */
function keep(heard: Heard): Effect {
  return { kind: "persist", key: "heard", value: heard };
}
// #endregion note
