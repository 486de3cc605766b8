/** The order as workflows, and a service that they call. */
import type { Json, Node, NodeId } from "../kernel/node.ts";
import { type Answer, type Command, Refused } from "./durable.ts";

const call = (service: NodeId, what: string): Command => ({
  kind: "call",
  service,
  what,
});

// #region order-workflow
/** The saga as a function: what was done is undone, the last first. */
export function* orderWorkflow(): Generator<Command, Json, Json> {
  const undo: Command[] = [];
  try {
    yield call("stock", "reserve");
    undo.unshift(call("stock", "release"));
    yield call("card", "charge");
    undo.unshift(call("card", "refund"));
    yield { kind: "sleep", forMs: 200 };
    yield call("parcel", "ship");
    return "shipped";
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    for (const command of undo) yield command;
    return `undone: ${error.message}`;
  }
}
// #endregion order-workflow

// #region changed-workflow
/** Next week's code: somebody is asked before the card is charged. */
export function* checkedWorkflow(): Generator<Command, Json, Json> {
  yield call("stock", "reserve");
  yield call("fraud", "check");
  yield call("card", "charge");
  yield call("parcel", "ship");
  return "shipped";
}

// #region versions
/** The same change, and runs that are under way go the old way. */
export function* versionedWorkflow(): Generator<Command, Json, Json> {
  yield call("stock", "reserve");
  const version = yield { kind: "version", change: "fraud check" };
  if (version === 1) yield call("fraud", "check");
  yield call("card", "charge");
  yield call("parcel", "ship");
  return "shipped";
}
// #endregion versions

/** Before the change. */
export function* plainWorkflow(): Generator<Command, Json, Json> {
  yield call("stock", "reserve");
  yield call("card", "charge");
  yield call("parcel", "ship");
  return "shipped";
}
// #endregion changed-workflow

// #region service
/** Does what it is told once for a key; refuses what it is told to. */
export type Service = {
  readonly answers: { readonly [key: string]: Answer };
  readonly did: readonly string[];
};

export function service(refuses: readonly string[]): Node<Service> {
  return {
    init: ({ disk }) => [
      (disk.service as Service | undefined) ?? { answers: {}, did: [] },
      [],
    ],
    step(state, { event }) {
      if (event.kind !== "message") return [state, []];
      const { src: dest, body } = event.message;
      const { at = null } = body;
      const key = String(body.key);
      const what = String(body.what);
      const isRefused = refuses.includes(what);
      const fresh = isRefused ? { failed: what } : { ok: what };
      const answer = state.answers[key] ?? fresh;
      const reply = { type: "answer", at, answer };
      const send = { kind: "send", dest, body: reply } as const;
      if (state.answers[key] !== undefined) return [state, [send]];
      const answers = { ...state.answers, [key]: answer };
      const did = isRefused ? state.did : [...state.did, what];
      const value = { answers, did };
      return [
        value,
        [{ kind: "persist", key: "service", value }, send],
      ];
    },
  };
}
// #endregion service
