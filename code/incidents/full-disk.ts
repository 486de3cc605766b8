/**
 * A server of the replicated store whose disk holds only so many entries
 * of the log. It lives, it answers, it can take no write: what a probe
 * for signs of life does not see.
 */
import type {
  Body,
  Effect,
  Message,
  Node,
  Setup,
  Step,
} from "../kernel/node.ts";
import type { State } from "../replication/state.ts";
import { answer, told } from "./customers.ts";

// #region full-disk
export type DiskKnobs = {
  readonly entriesMax: number;
  /** A server with a full disk plays dead to whoever watches it. */
  readonly stepsDown: boolean;
};
export type OnDisk = {
  readonly knobs: DiskKnobs;
  /** Null: it could not start, for recovery wants to write. */
  readonly inner: State | null;
};

export function onDisk(
  node: Node<State>,
  knobs: DiskKnobs,
): Node<OnDisk> {
  return {
    init(setup: Setup): Step<OnDisk> {
      const found = (setup.disk.knobs ?? knobs) as DiskKnobs;
      const [inner, effects] = node.init(setup);
      return isFull(found, inner)
        ? [{ knobs: found, inner: null }, []]
        : [{ knobs: found, inner }, effects];
    },
    step(state, input): Step<OnDisk> {
      const { event } = input;
      const body = event.kind === "message" ? event.message.body : null;
      if (body?.type === "set") return resize(state, body);
      if (state.inner === null) return [state, []];
      const full = isFull(state.knobs, state.inner);
      if (event.kind === "message" && body?.type === "write" && full)
        return [state, [answer(event.message, noSpace)]];
      const [inner, effects] = node.step(state.inner, input);
      const hides = full && state.knobs.stepsDown;
      const said = effects.filter((e) => !(hides && isSignOfLife(e)));
      return [{ ...state, inner }, said];
    },
  };
}

function isFull({ entriesMax }: DiskKnobs, { log }: State): boolean {
  return log.length >= entriesMax;
}

/** The room changes: others write to the same disk, or clear it. */
function resize(state: OnDisk, body: Body): Step<OnDisk> {
  const knobs = told(state.knobs, body);
  const save: Effect = { kind: "persist", key: "knobs", value: knobs };
  return [{ ...state, knobs }, [save]];
}
// #endregion full-disk

// #region step-down
/**
 * To whoever watches over the leader it is as good as dead: no sign of
 * life, and no end of a log by which it might be chosen once more.
 */
function isSignOfLife(effect: Effect): boolean {
  const signs = ["pong", "fenced"];
  return effect.kind === "send" && signs.includes(effect.body.type);
}
// #endregion step-down

const noSpace: Message["body"] = {
  type: "error",
  code: 14,
  text: "no space left",
};
