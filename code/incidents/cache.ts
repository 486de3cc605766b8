/**
 * A cache before a slow store. Who asks for what it does not hold waits
 * for the store, and gives up after a time; what comes later is dropped,
 * for whoever would have kept it is gone.
 */
import type {
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { answer, timer, told } from "./customers.ts";

// #region cache-state
export type CacheKnobs = {
  readonly store: NodeId;
  readonly lookUpMs: number;
  /** Never two look-ups of one key: the later wait for the first. */
  readonly coalesces: boolean;
  /** At the start so many keys, from 0 on, are held. */
  readonly warmKeys: number;
};

type LookUp = {
  readonly key: string;
  readonly askers: readonly Message[];
};
export type CacheState = {
  readonly knobs: CacheKnobs;
  readonly held: { readonly [key: string]: true };
  readonly lookUps: { readonly [id: string]: LookUp };
  readonly lastId: number;
};
// #endregion cache-state

// #region cache
export function cache(knobs: CacheKnobs): Node<CacheState> {
  return {
    init() {
      const keys = Array.from({ length: knobs.warmKeys }, (_, n) => n);
      const held = Object.fromEntries(
        keys.map((key) => [String(key), true as const]),
      );
      return [{ knobs, held, lookUps: {}, lastId: 0 }, []];
    },
    step(state, { event }) {
      if (event.kind === "timer")
        return end(state, event.name, noAnswer);
      const { message } = event;
      const { type, in_reply_to } = message.body;
      if (type === "purge") return [{ ...state, held: {} }, []];
      if (type === "set")
        return [
          { ...state, knobs: told(state.knobs, message.body) },
          [],
        ];
      return in_reply_to === undefined
        ? onRequest(state, message)
        : onFound(state, message);
    },
  };
}

function onRequest(
  state: CacheState,
  request: Message,
): Step<CacheState> {
  const { knobs, held, lookUps } = state;
  const key = String(request.body.key);
  if (held[key]) return [state, [answer(request, { type: "ok" })]];
  const [id, flying] =
    Object.entries(lookUps).find(([, one]) => one.key === key) ?? [];
  if (knobs.coalesces && id !== undefined && flying !== undefined) {
    const askers = [...flying.askers, request];
    const joined = { ...lookUps, [id]: { key, askers } };
    return [{ ...state, lookUps: joined }, []];
  }
  return lookUp(state, key, request);
}
// #endregion cache

// #region look-up
function lookUp(
  state: CacheState,
  key: string,
  request: Message,
): Step<CacheState> {
  const { store: dest, lookUpMs } = state.knobs;
  const id = state.lastId + 1;
  const own = { key, askers: [request] };
  const lookUps = { ...state.lookUps, [id]: own };
  const body = { type: "read", key, msg_id: id };
  const send: Effect = { kind: "send", dest, body };
  return [
    { ...state, lookUps, lastId: id },
    [send, timer(String(id), lookUpMs)],
  ];
}

/** The store has answered. Nobody waits any more: nothing is kept. */
function onFound(
  state: CacheState,
  { body }: Message,
): Step<CacheState> {
  const id = String(body.in_reply_to);
  const found = state.lookUps[id];
  if (found === undefined || body.type === "error")
    return end(state, id, body);
  const held = { ...state.held, [found.key]: true as const };
  return end({ ...state, held }, id, body);
}

function end(
  state: CacheState,
  id: string,
  body: Message["body"],
): Step<CacheState> {
  const { [id]: ended, ...lookUps } = state.lookUps;
  const askers = ended?.askers ?? [];
  const answers = askers.map((asker) => answer(asker, body));
  return [{ ...state, lookUps }, answers];
}
// #endregion look-up

const noAnswer = { type: "error", code: 11, text: "no answer" };
