/**
 * Two ways to watch a server: to hear it, and to be answered by it. They
 * differ when only one direction of the link works.
 */
import type { Effect, Node, NodeId, Step } from "../kernel/node.ts";

export const beatMs = 100;
const tick: Effect = {
  kind: "set-timer",
  name: "tick",
  afterMs: beatMs,
};

/** Says that it is there, and answers whatever it is asked. */
export function primary(spare: NodeId): Node<null> {
  return {
    init: () => [null, [tick]],
    step(_, { event }): Step<null> {
      if (event.kind === "timer")
        return [null, [send(spare, "beat"), tick]];
      const { src, body } = event.message;
      const type = body.type === "probe" ? "pong" : "answer";
      const reply = { type, id: body.id ?? null };
      return [null, [{ kind: "send", dest: src, body: reply }]];
    },
  };
}

export type SpareState = {
  readonly heardMs: number;
  /** When it took over; null as long as it has not. */
  readonly tookOverMs: number | null;
};

// #region spare
/** Takes over when there was no sign of life for 300 ms. */
export function spare(
  server: NodeId,
  sign: "beat" | "pong",
): Node<SpareState> {
  return {
    init: () => [{ heardMs: 0, tookOverMs: null }, [tick]],
    step(state, { event, nowMs }): Step<SpareState> {
      if (event.kind === "message") {
        const isSign = event.message.body.type === sign;
        return [isSign ? { ...state, heardMs: nowMs } : state, []];
      }
      const isSilent = nowMs - state.heardMs > 3 * beatMs;
      const tookOverMs = isSilent
        ? (state.tookOverMs ?? nowMs)
        : state.tookOverMs;
      return [{ ...state, tookOverMs }, [send(server, "probe"), tick]];
    },
  };
}
// #endregion spare

function send(dest: NodeId, type: string): Effect {
  return { kind: "send", dest, body: { type } };
}
