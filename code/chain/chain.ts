/** A server of a chain: it stores objects by key, and is told its place. */
import type {
  Body,
  Effect,
  Input,
  Node,
  Step,
} from "../kernel/node.ts";
import {
  type NewConfig,
  onConfig,
  onHave,
  onHeartbeat,
} from "./config.ts";
import { onQuery, onVersion, onVersionIs } from "./reads.ts";
import { type Options, recover, type State } from "./state.ts";
import {
  type Ack,
  type Forward,
  onAck,
  onForward,
  onUpdate,
} from "./updates.ts";

// #region chain-node
/** A server that serves in the chain which the master configures. */
export function chain(options: Options): Node<State> {
  return {
    init: (setup) => [
      recover(options, setup),
      [heartbeat({ heartbeatMs: 0 })],
    ],
    step: (state, input) => {
      if (input.event.kind === "message") {
        return onMessage(options, state, input);
      }
      const [next, effects] = onHeartbeat(options, state, input.nowMs);
      return [next, [heartbeat(options), ...effects]];
    },
  };
}

function heartbeat({
  heartbeatMs,
}: Pick<Options, "heartbeatMs">): Effect {
  return { kind: "set-timer", name: "heartbeat", afterMs: heartbeatMs };
}

// #endregion chain-node

// #region dispatch
function onMessage(
  options: Options,
  state: State,
  { event, nowMs }: Input,
): Step<State> {
  if (event.kind !== "message") return [state, []];
  const { src, body } = event.message;
  switch (body.type) {
    case "write":
    case "cas":
      return onUpdate(state, src, body);
    case "read":
      return onQuery(options, state, src, body, nowMs);
    case "pass":
      return onPass(options, state, body as Pass, nowMs);
    case "forward":
      return onForward(state, src, body as Forward);
    case "ack":
      return onAck(state, src, body as Ack);
    case "have":
      return onHave(state, src, body as Parameters<typeof onHave>[2]);
    case "version":
      return onVersion(options, state, src, body as Version, nowMs);
    case "version_is":
      return onVersionIs(state, body as Version);
    case "config":
      return onConfig(options, state, body as NewConfig);
    default:
      return [state, []];
  }
}
// #endregion dispatch

type Pass = Body & { readonly client: string; readonly request: Body };
type Version = Parameters<typeof onVersionIs>[1];

/** A request by way of another server; it is passed on only once. */
function onPass(
  options: Options,
  state: State,
  { client, request }: Pass,
  nowMs: number,
): Step<State> {
  const [head, tail] = [
    state.config.chain[0],
    state.config.chain.at(-1),
  ];
  const isRead = request.type === "read";
  if (state.id !== (isRead ? tail : head)) return [state, []];
  return isRead
    ? onQuery(options, state, client, request, nowMs)
    : onUpdate(state, client, request);
}
