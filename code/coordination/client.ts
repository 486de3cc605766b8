/**
 * A client with a session: it asks one thing at a time, again and again
 * with the same number until it is answered, and says in between that it
 * lives. What it asks next is decided by a plan.
 */
import type {
  Body,
  Effect,
  Input,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import type { WatchEvent } from "./tree.ts";

// #region session-client
export type Client = {
  readonly id: NodeId;
  /** Null before it is open. */
  readonly session: string | null;
  /** The session has ended, and the client knows. */
  readonly isLost: boolean;
  /** Until then it lives for certain, if clocks are right. */
  readonly aliveUntilMs: number;
  readonly asking: Body | null;
  readonly askedMs: number;
  readonly lastMsgId: number;
  /** The last sign of life that it gave, and whether it was heard. */
  readonly ping: {
    readonly msgId: number;
    readonly sentMs: number;
    readonly isOpen: boolean;
  };
  readonly target: number;
  /** Events in the order of their numbers, each once. */
  readonly events: readonly WatchEvent[];
  /** What the plan remembers. */
  readonly memo: Json;
};

export type ClientOptions = {
  readonly servers: readonly NodeId[];
  readonly timeoutMs: number;
  readonly retryMs: number;
  readonly startMs: number;
};

/** What to remember and to ask next, given the answer to the last. */
export type Plan = (
  state: Client,
  input: Input,
  answer: Body | null,
) => {
  readonly memo: Json;
  readonly ask: Body | null;
  readonly effects: readonly Effect[];
};
// #endregion session-client

/** A client of these servers that follows this plan. */
export function sessionClient(
  options: ClientOptions,
  plan: Plan,
): Node<Client> {
  return {
    init: ({ id, nowMs }) => [
      {
        id,
        session: null,
        isLost: false,
        aliveUntilMs: nowMs,
        asking: null,
        askedMs: nowMs,
        lastMsgId: 0,
        ping: { msgId: 0, sentMs: nowMs, isOpen: false },
        target: 0,
        events: [],
        memo: null,
      },
      [timer("open", options.startMs)],
    ],
    step(state, input) {
      const { event } = input;
      if (event.kind === "message") {
        return onMessage(
          options,
          plan,
          state,
          event.message.body,
          input,
        );
      }
      switch (event.name) {
        case "open": {
          const { timeoutMs: timeout_ms } = options;
          return ask(
            options,
            state,
            { type: "open", timeout_ms },
            input,
          );
        }
        case "retry":
          return retry(options, state);
        case "ping":
          return sendPing(options, state, input);
        default:
          return proceed(options, plan, state, input, null);
      }
    },
  };
}

// #region client-ask
/** A new number for a new question; the old one for a repetition. */
function ask(
  options: ClientOptions,
  state: Client,
  body: Body,
  { nowMs: askedMs }: Input,
): Step<Client> {
  const lastMsgId = state.lastMsgId + 1;
  const { session, events } = state;
  const seen = events.length;
  const asking = { ...body, session, seen, msg_id: lastMsgId };
  const next = { ...state, asking, askedMs, lastMsgId };
  return [next, [toTarget(options, next, asking), again(options)]];
}

function retry(options: ClientOptions, state: Client): Step<Client> {
  if (state.asking === null || state.isLost) return [state, []];
  const next = { ...state, target: state.target + 1 };
  const send = toTarget(options, next, state.asking);
  return [next, [send, again(options)]];
}
// #endregion client-ask

// #region client-ping
/** "I live"; if nobody hears it, soon again, and to somebody else. */
function sendPing(
  options: ClientOptions,
  state: Client,
  { nowMs: sentMs }: Input,
): Step<Client> {
  if (state.isLost) return [state, []];
  const msgId = state.lastMsgId + 1;
  const target = state.target + (state.ping.isOpen ? 1 : 0);
  const ping = { msgId, sentMs, isOpen: true };
  const next = { ...state, target, lastMsgId: msgId, ping };
  const soon = timer("ping", options.retryMs);
  return [next, [toTarget(options, next, pingBody(next)), soon]];
}
// #endregion client-ping

// #region client-hears
/** First the events, then the answer that they came with. */
function onMessage(
  options: ClientOptions,
  plan: Plan,
  before: Client,
  body: Body,
  input: Input,
): Step<Client> {
  const state = hearEvents(before, body);
  const isNews = state.events !== before.events;
  const { asking, ping, session } = state;
  if (body.type === "redirect") return turn(options, state, body);
  if (body.in_reply_to === ping.msgId && session !== null) {
    const heard = { ...state, ping: { ...ping, isOpen: false } };
    const next = alive(options, heard, body, ping.sentMs);
    const later = timer("ping", options.timeoutMs / 3);
    if (!isNews) return [next, [later]];
    const [last, effects] = proceed(options, plan, next, input, null);
    return [last, [...effects, later]];
  }
  if (asking !== null && body.in_reply_to === asking.msg_id) {
    const answered = { ...state, asking: null };
    const next = alive(options, answered, body, state.askedMs);
    if (body.type !== "open_ok")
      return proceed(options, plan, next, input, body);
    const open = { ...next, session: String(body.session) };
    const [last, effects] = proceed(options, plan, open, input, null);
    return [last, [...effects, timer("ping", options.timeoutMs / 3)]];
  }
  return isNews
    ? proceed(options, plan, state, input, null)
    : [state, []];
}

/** Events come again until they are acknowledged; each counts once. */
function hearEvents(state: Client, body: Body): Client {
  const all = (body.events ?? []) as readonly WatchEvent[];
  const fresh = all.filter(
    ({ number }) => number > state.events.length,
  );
  if (fresh.length === 0) return state;
  return { ...state, events: [...state.events, ...fresh] };
}
// #endregion client-hears

// #region client-alive
/**
 * An answer to what was sent then: the session cannot have ended before
 * a time-out from then on. Error 1001 says that it has ended.
 */
function alive(
  { timeoutMs }: ClientOptions,
  state: Client,
  body: Body,
  sentMs: number,
): Client {
  if (body.type === "error" && body.code === 1001) {
    return { ...state, isLost: true, asking: null };
  }
  const aliveUntilMs = Math.max(state.aliveUntilMs, sentMs + timeoutMs);
  return { ...state, aliveUntilMs };
}
// #endregion client-alive

function proceed(
  options: ClientOptions,
  plan: Plan,
  state: Client,
  input: Input,
  answer: Body | null,
): Step<Client> {
  if (state.asking !== null) return [state, []];
  const next = plan(state, input, answer);
  const planned = { ...state, memo: next.memo };
  if (next.ask === null || state.isLost) return [planned, next.effects];
  const [asked, sends] = ask(options, planned, next.ask, input);
  return [asked, [...next.effects, ...sends]];
}

/**
 * Another server leads: say there, at once, what was said here. Without
 * this for pings too, `retry` and `ping` may take turns in leading each
 * other past the only server that would answer.
 */
function turn(
  { servers }: ClientOptions,
  state: Client,
  { leader, about }: Body,
): Step<Client> {
  const at = servers.indexOf(String(leader));
  if (at < 0) return [state, []];
  const { asking, ping } = state;
  const next = { ...state, target: at };
  const isPing = ping.isOpen && ping.msgId === about;
  const isAsked = asking?.msg_id === about;
  const body = isPing ? pingBody(state) : isAsked ? asking : null;
  if (body === null) return [next, []];
  return [next, [{ kind: "send", dest: String(leader), body }]];
}

function pingBody({ session, ping }: Client): Body {
  return { type: "ping", session, msg_id: ping.msgId };
}

function toTarget(
  { servers }: ClientOptions,
  { target }: Client,
  body: Body,
): Effect {
  const dest = servers[target % servers.length] ?? "";
  return { kind: "send", dest, body };
}

function again({ retryMs }: ClientOptions): Effect {
  return timer("retry", retryMs);
}

export function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}
