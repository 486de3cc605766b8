/**
 * Request coalescing, or single flight: a service before the store that
 * never has two reads of one key under way. The others wait for the
 * answer of the first (Discord calls its like 'data services').
 */
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region flights
type Asker = { readonly src: NodeId; readonly msgId: Json };
export type CoalescerState = {
  readonly flights: {
    readonly [key: string]: {
      readonly id: number;
      readonly askers: readonly Asker[];
    };
  };
  readonly lastId: number;
};

// #endregion flights

// #region coalescer
/** Reads go to `store`; a flight without an answer is over in time. */
export function coalescer(
  store: NodeId,
  timeoutMs: number,
): Node<CoalescerState> {
  return {
    init: () => [{ flights: {}, lastId: 0 }, []],
    step(state, { event }): Step<CoalescerState> {
      if (event.kind === "timer") {
        const timeout = { type: "error", code: 0, text: "timeout" };
        return land(state, Number(event.name), timeout);
      }
      const { src, body } = event.message;
      if (body.in_reply_to !== undefined) {
        const { msg_id: _, in_reply_to, ...answer } = body;
        return land(state, Number(in_reply_to), answer);
      }
      const asker = { src, msgId: body.msg_id ?? null };
      return board(state, String(body.key), asker);
    },
  };

  // #region board
  /** The first asker starts a flight; those after it wait for it. */
  function board(
    state: CoalescerState,
    key: string,
    asker: Asker,
  ): Step<CoalescerState> {
    const flight = state.flights[key];
    if (flight !== undefined) {
      const askers = [...flight.askers, asker];
      const flights = {
        ...state.flights,
        [key]: { ...flight, askers },
      };
      return [{ ...state, flights }, []];
    }
    const id = state.lastId + 1;
    const flights = {
      ...state.flights,
      [key]: { id, askers: [asker] },
    };
    const body = { type: "read", key, msg_id: id };
    return [
      { flights, lastId: id },
      [
        { kind: "send", dest: store, body },
        { kind: "set-timer", name: String(id), afterMs: timeoutMs },
      ],
    ];
  }
  // #endregion board
}
// #endregion coalescer

// #region land
/** Everybody on the flight gets the answer; late answers find nobody. */
function land(
  state: CoalescerState,
  id: number,
  answer: Body,
): Step<CoalescerState> {
  const found = Object.entries(state.flights).find(
    ([, flight]) => flight.id === id,
  );
  if (found === undefined) return [state, []];
  const [key, { askers }] = found;
  const { [key]: _, ...flights } = state.flights;
  const answers = askers.map(
    ({ src, msgId }): Effect => ({
      kind: "send",
      dest: src,
      body: { ...answer, in_reply_to: msgId },
    }),
  );
  return [{ ...state, flights }, answers];
}
// #endregion land
