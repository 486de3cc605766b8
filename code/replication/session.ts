/**
 * A client's session: it takes the token of each answer along to the next
 * question, so that a server can tell whether it lags behind this client.
 */
import type { Json, Node } from "../kernel/node.ts";
import type { Token } from "./state.ts";

export type Session<S> = {
  readonly client: S;
  readonly token: Token | null;
};

// #region session
/** The same client, but each of its questions carries a token. */
export function withToken<S>(client: Node<S>): Node<Session<S>> {
  return {
    init: (setup) => {
      const [state, effects] = client.init(setup);
      return [{ client: state, token: null }, effects];
    },
    step: (state, input) => {
      const token = heard(state.token, input.event);
      const [next, effects] = client.step(state.client, input);
      const carrying = effects.map((effect) =>
        effect.kind === "send"
          ? {
              ...effect,
              body: { ...effect.body, token: token as Json },
            }
          : effect,
      );
      return [{ client: next, token }, carrying];
    },
  };
}

type Event = Parameters<Node<unknown>["step"]>[1]["event"];

/** The latest place seen; none after we hear that it was lost. */
function heard(token: Token | null, event: Event): Token | null {
  if (event.kind === "timer") return token;
  const { code, token: told } = event.message.body;
  if (code === 14) return null;
  const seen = (told ?? null) as Token | null;
  if (seen === null || token === null) return seen ?? token;
  return isLater(seen, token) ? seen : token;
}

function isLater(one: Token, other: Token): boolean {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  return one.position > other.position;
}
// #endregion session
