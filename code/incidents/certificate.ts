/**
 * A server with a certificate, and gates that talk to it in sessions. A
 * gate looks at the certificate when a session begins, by its own clock,
 * and not again while the session lasts.
 */
import type {
  Effect,
  Input,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import { answer, told } from "./customers.ts";

// #region holder
export type Certificate = { readonly notAfterMs: number };

/** Shows its certificate to who asks; the rest it simply does. */
export function holder(first: Certificate): Node<Certificate> {
  return {
    init: () => [first, []],
    step(certificate, { event }): Step<Certificate> {
      if (event.kind === "timer") return [certificate, []];
      const { body } = event.message;
      if (body.type === "set") return [told(certificate, body), []];
      const type = body.type === "hello" ? "certificate" : "ok";
      const said = answer(event.message, { type, ...certificate });
      return [certificate, [said]];
    },
  };
}
// #endregion holder

// #region gate-state
export type GateOptions = {
  readonly server: NodeId;
  /** A session ends by itself, after so long or a tenth less. */
  readonly sessionMs: number;
};
export type GateState = {
  /** Until when the session lasts; 0 is no session. */
  readonly sessionUntilMs: number;
  /** Asked of the server, and not answered yet. */
  readonly open: { readonly [id: string]: Message };
  readonly lastId: number;
};
// #endregion gate-state

// #region gate
export function gate(options: GateOptions): Node<GateState> {
  return {
    init: () => [{ sessionUntilMs: 0, open: {}, lastId: 0 }, []],
    step(state, input) {
      if (input.event.kind === "timer") return [state, []];
      const { message } = input.event;
      return message.body.in_reply_to === undefined
        ? onRequest(options, state, message, input.nowMs)
        : onAnswer(options, state, message, input);
    },
  };
}

/** In a session the request goes through; else first the handshake. */
function onRequest(
  { server }: GateOptions,
  state: GateState,
  request: Message,
  nowMs: number,
): Step<GateState> {
  const id = state.lastId + 1;
  const isOpen = state.sessionUntilMs > nowMs;
  const type = isOpen ? request.body.type : "hello";
  const open = { ...state.open, [id]: request };
  return [{ ...state, open, lastId: id }, [ask(server, type, id)]];
}

/** "Not after" is the last instant at which it holds (RFC 5280). */
function onAnswer(
  { server, sessionMs }: GateOptions,
  state: GateState,
  { body }: Message,
  { nowMs, dice }: Input,
): Step<GateState> {
  const id = Number(body.in_reply_to);
  const { [id]: request, ...open } = state.open;
  if (request === undefined) return [state, []];
  if (body.type !== "certificate")
    return [{ ...state, open }, [answer(request, { type: "ok" })]];
  if (Number(body.notAfterMs) < nowMs)
    return [{ ...state, open }, [answer(request, expired)]];
  const lastsMs = intBetween(dice, 0.9 * sessionMs, sessionMs);
  const sessionUntilMs = nowMs + lastsMs;
  const greeted = { ...state, sessionUntilMs };
  return [greeted, [ask(server, request.body.type, id)]];
}
// #endregion gate

const expired = { type: "error", code: 14, text: "expired" };

function ask(dest: NodeId, type: string, msg_id: number): Effect {
  return { kind: "send", dest, body: { type, msg_id } };
}
