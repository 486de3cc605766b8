/**
 * A coordinator's half: two phases, each of which asks all replicas and
 * waits for a majority. Any node coordinates what its clients ask of it,
 * and counts itself among the replicas.
 */
import type {
  Body,
  Effect,
  Json,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { hold } from "./replica.ts";
import {
  cellOf,
  type Options,
  persist,
  type State,
  send,
  type Work,
} from "./state.ts";
import {
  initial,
  isQuorum,
  isSettled,
  newest,
  type Tagged,
  tagAfter,
} from "./tag.ts";

// #region begin
export type Ask = {
  readonly client: NodeId;
  readonly msgId: number;
  readonly op: "read" | "write";
  readonly key: string;
  readonly value: Json;
};

/** A client asks: begin with the query phase, for writes too. */
export function begin(
  options: Options,
  state: State,
  ask: Ask,
  nowMs: number,
): Step<State> {
  const { client, msgId, op, key } = ask;
  const isCopy = msgId <= (state.served[client] ?? 0);
  // A write that is done twice would overwrite what came in between.
  if (op === "write" && isCopy) return [state, []];
  const work: Work = {
    ...ask,
    name: `${state.id}.${state.starts}.${state.begun + 1}`,
    phase: "query",
    chosen: initial,
    answers: { [state.id]: cellOf(state, key) },
    untilMs: nowMs + options.giveUpMs,
  };
  const served =
    op === "write"
      ? { ...state.served, [client]: msgId }
      : state.served;
  const saved = op === "write" ? [persist("served", served)] : [];
  const works = [...state.works, work];
  const next = { ...state, begun: state.begun + 1, served, works };
  const asking = [...tell(next, work), retry(options, work)];
  return advance(options, next, work, [...saved, ...asking]);
}
// #endregion begin

// #region tell
/** Say what the phase says, to all that have not answered in it. */
function tell({ peers }: State, work: Work): readonly Effect[] {
  const { name, key, phase, answers, chosen } = work;
  const body: Body = { type: phase, work: name, key };
  const told = phase === "update" ? { ...body, held: chosen } : body;
  return peers
    .filter((peer) => answers[peer] === undefined)
    .map((peer) => send(peer, told));
}

function retry({ retryMs }: Options, { name }: Work): Effect {
  return { kind: "set-timer", name, afterMs: retryMs };
}
// #endregion tell

// #region advance
/** A replica answered: is that a majority? */
export function onAnswer(
  options: Options,
  state: State,
  from: NodeId,
  body: Body & { readonly work: string; readonly held: Tagged },
): Step<State> {
  const work = state.works.find(({ name }) => name === body.work);
  const phase = body.type === "queried" ? "query" : "update";
  // One that is over; or an answer of the phase before.
  if (work?.phase !== phase) return [state, []];
  const answers = { ...work.answers, [from]: body.held };
  const heard = { ...work, answers };
  return advance(options, replace(state, heard), heard, []);
}

/** On to the next phase, or to the end, if a majority answered. */
function advance(
  options: Options,
  state: State,
  work: Work,
  effects: readonly Effect[],
): Step<State> {
  const answered = Object.keys(work.answers).length;
  if (!isQuorum(answered, state.peers.length + 1)) {
    return [state, effects];
  }
  const [next, more] =
    work.phase === "query"
      ? afterQuery(options, state, work)
      : finish(state, work, work.chosen);
  return [next, [...effects, ...more]];
}
// #endregion advance

// #region after-query
/** A majority told what it holds. */
function afterQuery(
  options: Options,
  state: State,
  work: Work,
): Step<State> {
  const held = Object.values(work.answers);
  const found = newest(held);
  if (work.op === "write") {
    const chosen = choose(state, work, found);
    return beginUpdate(options, state, work, chosen);
  }
  const { writeBack } = options;
  const replicas = state.peers.length + 1;
  const isSure =
    writeBack === "when-needed" && isSettled(found, held, replicas);
  return isSure || writeBack === "never"
    ? finish(state, work, found)
    : beginUpdate(options, state, work, found);
}

/** A tag newer than all that is known; no two writes get the same. */
function choose(state: State, work: Work, found: Tagged): Tagged {
  // This node may have given a tag since it answered itself.
  const { tag } = newest([found, cellOf(state, work.key)]);
  return { tag: tagAfter(tag, state.id), value: work.value };
}
// #endregion after-query

// #region begin-update
/** Phase two, of reads too: have a majority hold it. */
function beginUpdate(
  options: Options,
  state: State,
  work: Work,
  chosen: Tagged,
): Step<State> {
  const [holding, saved] = hold(state, work.key, chosen);
  const answers = { [state.id]: cellOf(holding, work.key) };
  const updating: Work = { ...work, phase: "update", chosen, answers };
  const next = replace(holding, updating);
  const effects = [...saved, ...tell(next, updating)];
  return advance(options, next, updating, effects);
}

function replace(state: State, work: Work): State {
  const works = state.works.map((one) =>
    one.name === work.name ? work : one,
  );
  return { ...state, works };
}
// #endregion begin-update

// #region finish
function finish(state: State, work: Work, { tag, value }: Tagged) {
  const isRead = work.op === "read";
  const ok = isRead ? { type: "read_ok", value } : { type: "write_ok" };
  return end(state, work, { ...ok, tag });
}

/** Repeat the phase's messages; after a time tell the client. */
export function onRetry(
  options: Options,
  state: State,
  name: string,
  nowMs: number,
): Step<State> {
  const work = state.works.find((one) => one.name === name);
  if (work === undefined) return [state, []];
  if (nowMs < work.untilMs) {
    return [state, [...tell(state, work), retry(options, work)]];
  }
  // A write in its second phase may be found by some later read.
  const isOpen = work.op === "write" && work.phase === "update";
  const code = isOpen ? 0 : 11;
  return end(state, work, { type: "error", code, text: "no majority" });
}

function end(state: State, work: Work, answer: Body): Step<State> {
  const works = state.works.filter(({ name }) => name !== work.name);
  const body = { ...answer, in_reply_to: work.msgId };
  return [{ ...state, works }, [send(work.client, body)]];
}
// #endregion finish
