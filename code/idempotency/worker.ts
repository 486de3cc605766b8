/**
 * A web server that charges cards: without a disk, one of many. It claims
 * the key, notes what it is about to do, has the provider pay, and stores
 * the answer. It may die between any two of these.
 */
import type {
  Body,
  Effect,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import type { Claim } from "./keys.ts";
import { answer, type Charge, refuse } from "./ledger.ts";

// #region worker-state
export type WorkerOptions = {
  readonly store: NodeId;
  readonly provider: NodeId;
  /**
   * What to do about a payment that was begun and of which nobody knows:
   * ask for it again, or leave it to a human. Again is right if, and
   * only if, the provider knows the key.
   */
  readonly onUnknown: "again" | "park";
};

/** A request in work, by the number of its first question. */
type Work = {
  readonly client: NodeId;
  readonly msgId: Json;
  readonly key: string;
  readonly charge: Charge;
  readonly attempt: number;
  readonly response: Json;
};

export type Worker = {
  readonly options: WorkerOptions;
  readonly nextId: number;
  readonly works: { readonly [id: string]: Work };
};
// #endregion worker-state

export function worker(options: WorkerOptions): Node<Worker> {
  return {
    // Answers to questions from before a crash must not be heard.
    init: ({ dice }) => [{ options, nextId: dice, works: {} }, []],
    step(state, { event }) {
      if (event.kind !== "message") return [state, []];
      const { message } = event;
      if (message.body.type === "charge")
        return onCharge(state, message);
      const [id, stage] = message.body.in_reply_to as [number, string];
      const work = state.works[id];
      if (work === undefined) return [state, []];
      return onStage(state, id, stage, work, message.body);
    },
  };
}

// #region on-request
function onCharge(
  state: Worker,
  { src: client, body }: Message,
): Step<Worker> {
  const { key, charge, msg_id: msgId } = body as Body & Request;
  const id = state.nextId;
  const work = {
    client,
    msgId,
    key,
    charge,
    attempt: 0,
    response: null,
  };
  const works = { ...state.works, [id]: work };
  const next = { ...state, nextId: id + 1, works };
  const question = { type: "claim", key, charge };
  return [next, [ask(state.options.store, id, "claim", question)]];
}

type Request = {
  readonly key: string;
  readonly charge: Charge;
  readonly msg_id: Json;
};
// #endregion on-request

function onStage(
  state: Worker,
  id: number,
  stage: string,
  work: Work,
  body: Body,
): Step<Worker> {
  switch (stage) {
    case "claim":
      return onClaimed(state, id, work, body as Body & Claim);
    case "paying":
      return body.isHeld === true
        ? [state, [pay(state, id, work)]]
        : drop(state, id);
    case "pay":
      return onPaid(state, id, work, body);
    default:
      return onFinished(state, id, work, body);
  }
}

// #region on-claimed
/** Four answers of the store, four ways to go on. */
function onClaimed(
  state: Worker,
  id: number,
  { client, msgId, ...work }: Work,
  claim: Claim,
): Step<Worker> {
  const end = (effect: Effect): Step<Worker> => {
    const [ended] = drop(state, id);
    return [ended, [effect]];
  };
  switch (claim.kind) {
    case "mismatch":
      return end(refuse(client, msgId, 12, "KEY_REUSED"));
    case "in-progress":
      return end(refuse(client, msgId, 11, "IN_PROGRESS"));
    case "done":
      return end(answer(client, msgId, claim.response));
  }
  const { attempt, recoveryPoint } = claim.record;
  const mine = { ...work, client, msgId, attempt };
  const isUnknown = recoveryPoint === "paying";
  if (isUnknown && state.options.onUnknown === "park")
    return end(refuse(client, msgId, 1000, "ASK_A_HUMAN"));
  // The second time, this is noted already.
  const next = put(state, id, mine);
  return isUnknown
    ? [next, [pay(next, id, mine)]]
    : [next, [note(next, id, mine, "paying")]];
}
// #endregion on-claimed

// #region pay-and-finish
/** To the provider, the key of the client is the key too. */
function pay(state: Worker, id: number, { key, charge }: Work): Effect {
  const { provider } = state.options;
  return ask(provider, id, "pay", { type: "pay", key, charge });
}

function onPaid(
  state: Worker,
  id: number,
  work: Work,
  { payment = null }: Body,
): Step<Worker> {
  const paid = { ...work, response: { payment } };
  const next = put(state, id, paid);
  return [next, [note(next, id, paid, "finished")]];
}

/** Only what is stored may be said to the client. */
function onFinished(
  state: Worker,
  id: number,
  { client, msgId, response }: Work,
  { isHeld }: Body,
): Step<Worker> {
  const [next] = drop(state, id);
  // Another has taken over; the client will hear its answer.
  if (isHeld !== true) return [next, []];
  return [next, [answer(client, msgId, response)]];
}

function note(
  { options }: Worker,
  id: number,
  { key, charge, attempt, response }: Work,
  recoveryPoint: string,
): Effect {
  const about = { key, charge, attempt, recoveryPoint, response };
  const question = { type: "progress", ...about };
  return ask(options.store, id, recoveryPoint, question);
}
// #endregion pay-and-finish

function put(state: Worker, id: number, work: Work): Worker {
  return { ...state, works: { ...state.works, [id]: work } };
}

function drop(state: Worker, id: number): Step<Worker> {
  const { [String(id)]: _, ...works } = state.works;
  return [{ ...state, works }, []];
}

function ask(
  dest: NodeId,
  id: number,
  stage: string,
  body: Body,
): Effect {
  return { kind: "send", dest, body: { ...body, msg_id: [id, stage] } };
}
