/** Reads from any server, with a token or without one. */
import type { Effect, Json, Step } from "../kernel/node.ts";
import { type Ask, reply } from "./messages.ts";
import {
  type Options,
  type Parked,
  type State,
  type Token,
  tokenAt,
} from "./state.ts";

// #region freshness
/** How what we have applied stands to what a client has seen. */
export function freshness(
  state: State,
  { epoch, position }: Token,
): "fresh" | "behind" | "gone" {
  if (position > state.applied) return "behind";
  const ours = tokenAt(state, position).epoch;
  if (ours === epoch) return "fresh";
  // A later leader put another entry there: the client's is lost.
  return ours > epoch ? "gone" : "behind";
}
// #endregion freshness

// #region on-read
/** Answer from our data; with a token, not before we have reached it. */
export function onRead(
  options: Options,
  state: State,
  ask: Ask,
  nowMs: number,
): Step<State> {
  const { client, msgId, key, token } = ask;
  const found = token === null ? "fresh" : freshness(state, token);
  const { readWaitMsMax } = options;
  if (found !== "behind" || token === null || readWaitMsMax === 0) {
    return [state, [answer(state, ask, found)]];
  }
  const untilMs = nowMs + readWaitMsMax;
  const read = { client, msgId, key, token, untilMs };
  const parked = [...state.parked, read];
  const timer = {
    kind: "set-timer",
    name: `read ${client}`,
    afterMs: readWaitMsMax,
  } as const;
  return [{ ...state, parked }, [timer]];
}

/** Reads that have waited long enough, for us or at all. */
export function answerParked(state: State, nowMs: number): Step<State> {
  const isDue = ({ token, untilMs }: Parked) =>
    freshness(state, token) !== "behind" || nowMs >= untilMs;
  const due = state.parked.filter(isDue);
  if (due.length === 0) return [state, []];
  const parked = state.parked.filter((read) => !isDue(read));
  const answers = due.map((read) =>
    answer(state, read, freshness(state, read.token)),
  );
  return [{ ...state, parked }, answers];
}
// #endregion on-read

// #region read-answer
function answer(
  state: State,
  { client, msgId, key }: Pick<Ask, "client" | "msgId" | "key">,
  found: ReturnType<typeof freshness>,
): Effect {
  const say = (body: { [field: string]: Json }) =>
    reply(client, msgId, { type: "error", ...body });
  if (found === "behind")
    return say({ code: 11, text: "I lag behind" });
  if (found === "gone") return say({ code: 14, text: "it was lost" });
  const token = tokenAt(state, state.applied);
  const value = state.data[key];
  return value === undefined
    ? say({ code: 20, text: "no such key", token })
    : say({ type: "read_ok", value, token });
}
// #endregion read-answer
