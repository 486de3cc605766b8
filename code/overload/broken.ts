/** Bulkheads, credits and shedding as they should not be. */
import type { Effect, Message, Node } from "../kernel/node.ts";
import type { StageState } from "./credits.ts";
import type { GateState } from "./gate.ts";
import type { Shares } from "./shed.ts";

// #region leak
/** A gate that gives a permit back on success, and only then. */
export function leaking<S>(
  gate: Node<GateState<S>>,
): Node<GateState<S>> {
  return {
    init: gate.init,
    step(state, input) {
      const [next, effects] = gate.step(state, input);
      const failed = effects.some(
        (e) => e.kind === "send" && e.body.type === "failed",
      );
      const { bulkheads, inside } = state;
      return [failed ? { ...next, bulkheads, inside } : next, effects];
    },
  };
}
// #endregion leak

// #region relative-credits
type Relative = {
  readonly inner: StageState;
  readonly granted: number;
};

/** Credits as "four more": a copy of the message is four more again. */
export function relative(stage: Node<StageState>): Node<Relative> {
  const say = (
    [inner, effects]: ReturnType<typeof stage.step>,
    granted: number,
  ): readonly [Relative, readonly Effect[]] => {
    let total = granted;
    const said = effects.map((effect): Effect => {
      if (effect.kind !== "send" || effect.body.type !== "credit")
        return effect;
      const more = Number(effect.body.upTo) - total;
      total += more;
      return { ...effect, body: { type: "credit", more } };
    });
    return [{ inner, granted: total }, said];
  };
  const hear = (message: Message, { inner }: Relative): Message => {
    if (message.body.type !== "credit") return message;
    const upTo = inner.mayUpTo + Number(message.body.more);
    return { ...message, body: { type: "credit", upTo } };
  };
  return {
    init: (setup) => say(stage.init(setup), 0),
    step(state, input) {
      const { event } = input;
      const heard =
        event.kind === "message"
          ? { ...event, message: hear(event.message, state) }
          : event;
      const own = { ...input, event: heard };
      return say(stage.step(state.inner, own), state.granted);
    },
  };
}
// #endregion relative-credits

// #region critical-first
/** The more important, the sooner turned away. */
export const upsideDown: Shares = {
  "critical-plus": 0.3,
  critical: 0.6,
  "sheddable-plus": 0.9,
  sheddable: 1,
};
// #endregion critical-first
