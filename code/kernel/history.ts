/**
 * Histories: what the clients asked, when, and what they were told. This
 * is all that a checker of consistency may look at.
 */
import type { Body, Json, NodeId } from "./node.ts";
import type { TraceEvent } from "./trace.ts";

// #region operation
export type Operation = {
  /** Who asked. */
  readonly process: NodeId;
  /** What was asked: the type of the request. */
  readonly op: string;
  readonly args: { readonly [field: string]: Json };
  readonly invokeMs: number;
  /** Null: no answer was seen until the end of the run. */
  readonly returnMs: number | null;
  /** The body of the answer, an error included. */
  readonly result: Body | null;
  /** Done; surely not done; or nobody knows. */
  readonly outcome: "ok" | "fail" | "info";
};
// #endregion operation

/** Errors that promise: it was not done, and never will be. */
const definiteErrors = [1, 10, 11, 12, 14, 20, 21, 22, 30];

// #region history-of
/**
 * The history of a run. A message from a client with a `msg_id` invokes;
 * the first answer to it completes. A copy with the same `msg_id` is the
 * same operation. Ordered by invocation.
 */
export function historyOf(
  trace: readonly TraceEvent[],
  clients: readonly NodeId[],
): readonly Operation[] {
  const operations = new Map<string, Operation>();
  for (const event of trace) {
    if (event.kind !== "send" && event.kind !== "deliver") continue;
    const { src, dest, body } = event.message;
    if (event.kind === "send" && clients.includes(src)) {
      const name = `${src} ${body.msg_id}`;
      if (body.msg_id === undefined || operations.has(name)) continue;
      operations.set(name, invoked(src, body, event.atMs));
    }
    if (event.kind === "deliver" && clients.includes(dest)) {
      const name = `${dest} ${body.in_reply_to}`;
      const asked = operations.get(name);
      if (asked === undefined || asked.result !== null) continue;
      operations.set(name, completed(asked, body, event.atMs));
    }
  }
  return [...operations.values()];
}

// #endregion history-of

function invoked(
  process: NodeId,
  body: Body,
  invokeMs: number,
): Operation {
  const { type: op, msg_id, ...args } = body;
  const open = {
    returnMs: null,
    result: null,
    outcome: "info",
  } as const;
  return { process, op, args, invokeMs, ...open };
}

function completed(
  asked: Operation,
  result: Body,
  returnMs: number,
): Operation {
  return { ...asked, returnMs, result, outcome: outcomeOf(result) };
}

/** What an answer says about its request; see the codes of Maelstrom. */
function outcomeOf(result: Body): Operation["outcome"] {
  if (result.type !== "error") return "ok";
  return definiteErrors.some((code) => code === result.code)
    ? "fail"
    : "info";
}
