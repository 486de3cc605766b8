/** A client whose questions say where and when they may be answered. */
import type { Body, Json, Node } from "../kernel/node.ts";
import {
  demand,
  type Level,
  levels,
  newSession,
  remember,
  type Session,
} from "./levels.ts";

export type Dialled<S> = {
  readonly client: S;
  readonly session: Session;
};

// #region with-session
/** The same client, with the dial set anew for each of its requests. */
export function withSession<S>(
  client: Node<S>,
  levelOf: (request: Body) => Level,
): Node<Dialled<S>> {
  return {
    init: (setup) => {
      const [state, effects] = client.init(setup);
      return [{ client: state, session: newSession }, effects];
    },
    step: (state, input) => {
      const { event } = input;
      const session =
        event.kind === "message"
          ? remember(state.session, event.message.body)
          : state.session;
      const [next, effects] = client.step(state.client, input);
      const asked = effects.map((effect) =>
        effect.kind === "send"
          ? { ...effect, body: dial(effect.body, levelOf, session) }
          : effect,
      );
      return [{ client: next, session }, asked];
    },
  };
}

function dial(
  request: Body,
  levelOf: (request: Body) => Level,
  session: Session,
): Body {
  const setting = levels[levelOf(request)];
  const op = request.type === "read" ? "read" : "write";
  const atLeast: Json = demand(setting, op, session);
  return { ...request, path: setting[op], atLeast };
}
// #endregion with-session
