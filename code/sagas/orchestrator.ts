/**
 * The orchestrator: it reads from the log what comes next, asks for it
 * until it is answered, and writes the answer into the log.
 */
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { type Entry, type Log, next, type Saga } from "./saga.ts";

// #region orchestrator-state
export type OrchestratorOptions = {
  readonly saga: Saga;
  readonly retryMs: number;
  /** So often a step is asked for; then it counts as unknown. */
  readonly attemptsMax: number;
  /** So often a compensation; then an operator has to look. */
  readonly undoAttemptsMax: number;
};

/** One saga for each order; an order lives as long as its log. */
export type Orchestrator = {
  readonly logs: { readonly [order: string]: Log };
  /** How often the present step was asked for since the last start. */
  readonly attempts: { readonly [order: string]: number };
};
// #endregion orchestrator-state

// #region orchestrator
export function orchestrator(
  options: OrchestratorOptions,
): Node<Orchestrator> {
  return {
    init({ disk }) {
      const logs =
        (disk.logs as Orchestrator["logs"] | undefined) ?? {};
      // After a crash: on from where each log ends.
      const wake = Object.keys(logs).map((id) => again(options, id));
      return [{ logs, attempts: {} }, wake];
    },
    step(state, { event }) {
      if (event.kind === "timer")
        return retry(options, state, event.name);
      const { src, body } = event.message;
      if (body.type === "order")
        return onOrder(options, state, src, body);
      if (body.type === "operator")
        return onOperator(options, state, body);
      return onAnswer(options, state, body);
    },
  };
}

// #endregion orchestrator

// #region orchestrator-log
/** The log exists before anything is done. */
function onOrder(
  options: OrchestratorOptions,
  state: Orchestrator,
  dest: NodeId,
  { order, msg_id = null }: Body,
): Step<Orchestrator> {
  const id = String(order);
  const body = { type: "order_ok", in_reply_to: msg_id };
  const answer: Effect = { kind: "send", dest, body };
  if (state.logs[id] !== undefined) return [state, [answer]];
  const begun = withLog(state, id, []);
  const effects = [save(begun), answer, ...ask(options, begun, id)];
  return [begun, effects];
}

/** The log first, then the next question: nothing is asked from memory. */
function onAnswer(
  options: OrchestratorOptions,
  state: Orchestrator,
  { order, step, what, type }: Body,
): Step<Orchestrator> {
  const id = String(order);
  const log = state.logs[id];
  if (log === undefined) return [state, []];
  const now = next(options.saga, log);
  const isAwaited =
    now.kind !== "end" &&
    now.step.name === step &&
    type === `${now.kind}_ok`;
  if (!isAwaited) return [state, []];
  return write(options, state, id, {
    step: now.step.name,
    what: what as Entry["what"],
  });
}
// #endregion orchestrator-log

// #region orchestrator-retry
/** What is not over is asked for again, and at some time given up. */
function retry(
  options: OrchestratorOptions,
  state: Orchestrator,
  id: string,
): Step<Orchestrator> {
  const log = state.logs[id];
  if (log === undefined) return [state, []];
  const now = next(options.saga, log);
  if (now.kind === "end" || now.kind === "stuck") return [state, []];
  const attempts = (state.attempts[id] ?? 0) + 1;
  const { name: step, kind } = now.step;
  const isDue = attempts > options.attemptsMax;
  // The pivot cannot be undone: what became of it must be known. And
  // behind it there is no way back.
  if (now.kind === "do" && isDue && kind === "compensatable")
    return write(options, state, id, { step, what: "unknown" });
  if (now.kind === "undo" && attempts > options.undoAttemptsMax)
    return write(options, state, id, { step, what: "stuck" });
  const counted = {
    ...state,
    attempts: { ...state.attempts, [id]: attempts },
  };
  return [counted, ask(options, counted, id)];
}

/** An operator has looked: the compensation is to be tried again. */
function onOperator(
  options: OrchestratorOptions,
  state: Orchestrator,
  { order }: Body,
): Step<Orchestrator> {
  const id = String(order);
  const log = state.logs[id];
  if (log === undefined) return [state, []];
  const freed = withLog(
    state,
    id,
    log.filter(({ what }) => what !== "stuck"),
  );
  return [freed, [save(freed), ...ask(options, freed, id)]];
}
// #endregion orchestrator-retry

function write(
  options: OrchestratorOptions,
  state: Orchestrator,
  id: string,
  entry: Entry,
): Step<Orchestrator> {
  const written = withLog(state, id, [
    ...(state.logs[id] ?? []),
    entry,
  ]);
  return [written, [save(written), ...ask(options, written, id)]];
}

function withLog(
  state: Orchestrator,
  id: string,
  log: Log,
): Orchestrator {
  return {
    logs: { ...state.logs, [id]: log },
    attempts: { ...state.attempts, [id]: 0 },
  };
}

/** Order and step are the key by which a service knows the request. */
function ask(
  options: OrchestratorOptions,
  { logs }: Orchestrator,
  order: string,
): readonly Effect[] {
  const now = next(options.saga, logs[order] ?? []);
  if (now.kind === "end" || now.kind === "stuck") return [];
  const { name: step, service: dest } = now.step;
  const body = { type: now.kind, order, step };
  return [{ kind: "send", dest, body }, again(options, order)];
}

function save({ logs }: Orchestrator): Effect {
  return { kind: "persist", key: "logs", value: logs as Json };
}

/** Each order has a timer of its own, named after it. */
function again(
  { retryMs: afterMs }: OrchestratorOptions,
  name: string,
): Effect {
  return { kind: "set-timer", name, afterMs };
}
