/**
 * A store without a leader: any node takes any request, and R and W say
 * how many replicas must answer. What was not stored everywhere gets
 * there by read repair, hinted handoff and anti-entropy.
 *
 * DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store",
 * SOSP 2007.
 */
import type { VersionVector } from "../clocks/version-vector.ts";
import type {
  Body,
  Input,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  type Compare,
  compareWithOne,
  onCompare,
  onExchange,
} from "./anti-entropy.ts";
import { begin, onAnswer, onRetry } from "./coordinate.ts";
import {
  collect,
  handOff,
  onHandoff,
  onStore,
  onTaken,
  type Store,
} from "./replica.ts";
import {
  type Ask,
  type Options,
  persist,
  recover,
  type State,
  send,
  timer,
  tombstone,
} from "./state.ts";

// #region node
/** `read {key, r}`, `write {key, value, context, w}`, `delete`. */
export function quorumStore(options: Options): Node<State> {
  return {
    init: (setup) => {
      const state = recover(setup);
      const saved = persist("starts", state.starts);
      const timers = [
        timer("handoff", options.handoffMs),
        timer("anti-entropy", options.antiEntropyMs),
      ];
      return [state, [saved, ...timers]];
    },
    step: (state, input) =>
      input.event.kind === "timer"
        ? onTimer(options, state, input.event.name, input)
        : onMessage(options, state, input),
  };
}
// #endregion node

// #region timers
function onTimer(
  options: Options,
  state: State,
  name: string,
  { nowMs, dice }: Input,
): Step<State> {
  if (name === "handoff") {
    return [state, [...handOff(state), timer(name, options.handoffMs)]];
  }
  if (name !== "anti-entropy") {
    return onRetry(options, state, name, nowMs);
  }
  const { graceMs, antiEntropyMs } = options;
  const [next, saved]: Step<State> =
    graceMs === null ? [state, []] : collect(state, graceMs, nowMs);
  const comparing = compareWithOne(options, next, dice);
  return [next, [...saved, ...comparing, timer(name, antiEntropyMs)]];
}
// #endregion timers

// #region dispatch
function onMessage(
  options: Options,
  state: State,
  { event, nowMs }: Input,
): Step<State> {
  if (event.kind !== "message") return [state, []];
  const { src, body } = event.message;
  switch (body.type) {
    case "read":
    case "write":
    case "delete":
      return typeof body.msg_id === "number"
        ? begin(options, state, askOf(options, src, body), nowMs)
        : [state, []];
    case "get": {
      const { work = null, key } = body;
      const siblings = state.data[String(key)] ?? [];
      const held = { type: "got", work, siblings } as Body;
      return [state, [send(src, held)]];
    }
    case "store":
      return onStore(state, src, body as Store);
    case "got":
    case "stored":
      return onAnswer(options, state, src, body as Store);
    case "handoff":
      return onHandoff(state, src, body as Store);
    case "taken":
      return onTaken(state, src, body as Store);
    case "compare":
      return [state, onCompare(options, state, src, body as Compare)];
    case "exchange":
      return onExchange(options, state, src, body);
    default:
      return [state, []];
  }
}
// #endregion dispatch

function askOf(options: Options, client: NodeId, body: Body): Ask {
  const isRead = body.type === "read";
  const { r, w } = options;
  return {
    client,
    msgId: Number(body.msg_id),
    op: isRead ? "read" : "write",
    key: JSON.stringify(body.key ?? null),
    value:
      body.type === "delete"
        ? tombstone
        : JSON.stringify(body.value ?? null),
    context: (body.context ?? {}) as VersionVector,
    needed: isRead ? Number(body.r ?? r) : Number(body.w ?? w),
  };
}
