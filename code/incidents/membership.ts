/**
 * Storage servers that serve only while a metadata service has told them
 * lately which data is theirs. Who is not answered in time leaves, and
 * asks again at once: so the load is greatest when least can be borne.
 */
import type { Effect, Node, NodeId, Step } from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import { answer, timer, told } from "./customers.ts";

// #region storage-state
export type StorageKnobs = {
  readonly metadata: NodeId;
  readonly renewMs: number;
  readonly timeoutMs: number;
  /** False: asks for nothing, and goes on with what it knows. */
  readonly asks: boolean;
};
export type StorageState = {
  readonly knobs: StorageKnobs;
  readonly serves: boolean;
  /** The number of the question that is open. */
  readonly asking: number;
};
// #endregion storage-state

// #region storage
export function storage(knobs: StorageKnobs): Node<StorageState> {
  return {
    init({ dice }) {
      const first = intBetween(dice, 1, knobs.renewMs);
      const state = { knobs, serves: true, asking: 0 };
      return [state, [timer("ask", first)]];
    },
    step(state, { event }) {
      if (event.kind === "timer") {
        const isLate = event.name === `late ${state.asking}`;
        if (event.name !== "ask" && !isLate) return [state, []];
        return ask(isLate ? { ...state, serves: false } : state);
      }
      const { message } = event;
      const { body } = message;
      if (body.type === "set")
        return ask({ ...state, knobs: told(state.knobs, body) });
      if (body.in_reply_to !== undefined)
        return onMembership(state, Number(body.in_reply_to), body.type);
      const said = state.serves ? { type: "ok" } : notMember;
      return [state, [answer(message, said)]];
    },
  };
}

function ask(state: StorageState): Step<StorageState> {
  const { metadata: dest, timeoutMs, asks, renewMs } = state.knobs;
  if (!asks) return [state, [timer("ask", renewMs)]];
  const asking = state.asking + 1;
  const body = { type: "membership", key: "0", msg_id: asking };
  const send: Effect = { kind: "send", dest, body };
  return [
    { ...state, asking },
    [send, timer(`late ${asking}`, timeoutMs)],
  ];
}

/** An answer in time; what was asked before the last question is not. */
function onMembership(
  state: StorageState,
  id: number,
  type: string,
): Step<StorageState> {
  if (id !== state.asking || type === "error") return [state, []];
  const heard = { ...state, serves: true, asking: id + 1 };
  return [heard, [timer("ask", state.knobs.renewMs)]];
}
// #endregion storage

const notMember = { type: "error", code: 11, text: "not a member" };
