/**
 * A store of keys with one leader. All writes go to it; it ships its log
 * to the followers, which may answer reads. What an ok is worth depends
 * on the mode: async, semi-sync or sync.
 */
import type {
  Effect,
  Input,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { onApplied, onFence, onShip } from "./follower.ts";
import {
  onHeartbeat,
  onPromote,
  onShipped,
  onWrite,
} from "./leader.ts";
import {
  type Fence,
  type Promote,
  type Ship,
  type Shipped,
  unpack,
} from "./messages.ts";
import { answerParked, onRead } from "./read.ts";
import {
  leads,
  type Options,
  recover,
  type State,
  save,
} from "./state.ts";

// #region node
/** A server of the replicated store. */
export function replica(options: Options): Node<State> {
  return {
    init: (setup) => {
      const state = recover(options, setup);
      return [state, [save(state), heartbeat(options)]];
    },
    step: (state, input) => {
      const [moved, effects] = react(options, state, input);
      const [next, answers] = answerParked(moved, input.nowMs);
      return [next, [...effects, ...answers]];
    },
  };
}

function heartbeat({ heartbeatMs }: Options): Effect {
  return { kind: "set-timer", name: "ship", afterMs: heartbeatMs };
}
// #endregion node

// #region step
function react(
  options: Options,
  state: State,
  { event, nowMs }: Input,
): Step<State> {
  if (event.kind === "timer") {
    if (event.name === "apply") return onApplied(options, state);
    if (event.name !== "ship") return [state, []];
    const [next, effects] = onHeartbeat(options, state, nowMs);
    return [next, [heartbeat(options), ...effects]];
  }
  const { src, body } = event.message;
  switch (body.type) {
    case "write":
      return onWrite(options, state, unpack(src, body), nowMs);
    case "read":
      return onRead(options, state, unpack(src, body), nowMs);
    case "ship":
      return onShip(options, state, src, body as Ship, nowMs);
    case "shipped":
      return onShipped(options, state, src, body as Shipped);
    case "fence":
      return onFence(state, src, body as Fence);
    case "promote":
      return onPromote(options, state, src, body as Promote, nowMs);
    case "ping":
      return [state, [pong(state, src)]];
    default:
      return [state, []];
  }
}
// #endregion step

function pong(state: State, dest: NodeId): Effect {
  const { epoch } = state;
  const body = { type: "pong", epoch, isLeader: leads(state) };
  return { kind: "send", dest, body };
}
