/**
 * A client that wants one thing charged. It gives up on an answer after
 * a timeout and asks again, with the same key: it means the same charge.
 */
import type {
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import type { Charge } from "./ledger.ts";

// #region payer
export type PayerOptions = {
  readonly targets: readonly NodeId[];
  readonly charge: Charge;
  readonly key: string;
  readonly startMs: number;
  readonly timeoutMs: number;
  readonly attemptsMax: number;
  /** The error of many: a new key for each attempt. */
  readonly isKeyFresh: boolean;
};

export type PayerState = {
  readonly attempts: number;
  /** The first answer that is not "later"; null: none yet. */
  readonly outcome: Json;
};

export function payer(options: PayerOptions): Node<PayerState> {
  return {
    init: () => [
      { attempts: 0, outcome: null },
      [{ kind: "set-timer", name: "ask", afterMs: options.startMs }],
    ],
    step(state, { event }) {
      if (event.kind === "timer") return ask(options, state);
      const { body } = event.message;
      const isLater = body.type === "error" && body.code === 11;
      if (isLater || state.outcome !== null) return [state, []];
      return [
        { ...state, outcome: body.response ?? body.text ?? "" },
        [],
      ];
    },
  };
}

// #endregion payer

// #region payer-ask
/** Also after the answer "in progress": later, with the same key. */
function ask(
  options: PayerOptions,
  state: PayerState,
): Step<PayerState> {
  const { targets, charge, attemptsMax, timeoutMs } = options;
  const isOver = state.attempts >= attemptsMax;
  if (isOver || state.outcome !== null) return [state, []];
  const attempts = state.attempts + 1;
  const key = options.isKeyFresh
    ? `${options.key}/${attempts}`
    : options.key;
  const body = { type: "charge", key, charge, msg_id: attempts };
  const dest = targets[(attempts - 1) % targets.length] ?? "";
  const wait: Effect = {
    kind: "set-timer",
    name: "ask",
    afterMs: timeoutMs,
  };
  return [{ ...state, attempts }, [{ kind: "send", dest, body }, wait]];
}
// #endregion payer-ask
