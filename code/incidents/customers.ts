/**
 * Customers: they ask at a steady mean rate, whatever the answers, and
 * know what they were told before. So they see what no server sees of
 * itself: silence, slowness, and an answer that is older than the truth.
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
import { intBetween, stream } from "../kernel/random.ts";

// #region customers-options
/** One thing that customers want, and how often of all they want it. */
export type Wish = {
  readonly what: string;
  /** Of so many keys one is drawn; the name of a key is its number. */
  readonly keys: number;
  /** The number of the first of them; 0 by default. */
  readonly firstKey?: number;
  /** Share of the wishes, as a weight. */
  readonly weight: number;
};

/** What can be changed while it runs; see `told`. */
export type Habits = {
  readonly everyMs: number;
  /** Where each wish goes; of several servers each has its turn. */
  readonly targets: { readonly [what: string]: readonly NodeId[] };
  readonly wishes: readonly Wish[];
};

export type CustomersOptions = Habits & {
  /** After this they are gone, and whatever comes is too late. */
  readonly timeoutMs: number;
};
// #endregion customers-options

// #region customers-state
export type Verdict = "good" | "failed" | "wrong";
export type Outcome = {
  readonly endedMs: number;
  readonly tookMs: number;
  readonly verdict: Verdict;
  readonly what: string;
};

type Asked = {
  readonly id: number;
  readonly atMs: number;
  readonly what: string;
  readonly key: string;
  readonly value: number;
};

export type CustomersState = {
  readonly habits: Habits;
  readonly lastId: number;
  readonly open: readonly Asked[];
  /** What ended in the last minute. */
  readonly recent: readonly Outcome[];
  /** The newest value of each key that was acknowledged to them. */
  readonly known: { readonly [key: string]: number };
};
// #endregion customers-state

export const minuteMs = 60_000;

// #region customers
export function customers(
  options: CustomersOptions,
): Node<CustomersState> {
  const { timeoutMs, ...habits } = options;
  const start = { lastId: 0, open: [], recent: [], known: {} };
  return {
    init: ({ dice }) => [{ ...start, habits }, [next(habits, dice)]],
    step(state, { event, nowMs, dice }) {
      if (event.kind === "timer") {
        if (event.name === "ask")
          return ask(state, timeoutMs, nowMs, dice);
        return end(state, Number(event.name), nowMs, "failed");
      }
      return hear(state, event.message, nowMs, dice);
    },
  };
}

function hear(
  state: CustomersState,
  { body }: Message,
  nowMs: number,
  dice: number,
): Step<CustomersState> {
  if (body.type === "set") {
    const habits = told(state.habits, body);
    return [{ ...state, habits }, [next(habits, dice)]];
  }
  const asked = state.open.find(({ id }) => id === body.in_reply_to);
  if (asked === undefined) return [state, []];
  const verdict = judge(asked, body);
  return end(state, asked.id, nowMs, verdict);
}
// #endregion customers

// #region told
/** Knobs of a running node: those that the message names are set. */
export function told<Knobs extends object>(
  knobs: Knobs,
  { change }: Body,
): Knobs {
  return { ...knobs, ...(change as Partial<Knobs>) };
}
// #endregion told

// #region ask
function ask(
  state: CustomersState,
  timeoutMs: number,
  nowMs: number,
  dice: number,
): Step<CustomersState> {
  const { habits } = state;
  const id = state.lastId + 1;
  const wish = draw(habits.wishes, stream(dice, 0));
  const { what, keys, firstKey = 0 } = wish;
  const nth = intBetween(stream(dice, 1), 0, keys - 1);
  const key = String(firstKey + nth);
  const servers = habits.targets[what] ?? [];
  const dest = servers[id % servers.length];
  const value = what === "write" ? id : (state.known[key] ?? 0);
  const again = next(habits, stream(dice, 2));
  const asked = { id, atMs: nowMs, what, key, value };
  const open = [...state.open, asked];
  const asking = { ...state, lastId: id, open };
  if (dest === undefined) return [asking, [again]];
  const body = { type: what, key, value, msg_id: id };
  const send: Effect = { kind: "send", dest, body };
  return [asking, [send, timer(String(id), timeoutMs), again]];
}

function draw(wishes: readonly Wish[], dice: number): Wish {
  const whole = wishes.reduce((sum, { weight }) => sum + weight, 0);
  let at = intBetween(dice, 1, whole);
  const found = wishes.find(({ weight }) => {
    at -= weight;
    return at <= 0;
  });
  return found ?? { what: "nothing", keys: 1, weight: 1 };
}
// #endregion ask

/** Between nothing and twice the mean. */
function next({ everyMs }: Habits, dice: number): Effect {
  return timer("ask", intBetween(dice, 0, 2 * everyMs));
}

// #region judge
/** A read that shows less than was acknowledged before is wrong. */
function judge({ what, value }: Asked, answer: Body): Verdict {
  const isMissing = answer.code === 20 && value === 0;
  if (isMissing) return "good";
  if (answer.code === 20) return "wrong";
  if (answer.type === "error") return "failed";
  if (what !== "read") return "good";
  return Number(answer.value ?? 0) < value ? "wrong" : "good";
}
// #endregion judge

// #region end
function end(
  state: CustomersState,
  id: number,
  nowMs: number,
  verdict: Verdict,
): Step<CustomersState> {
  const asked = state.open.find((one) => one.id === id);
  if (asked === undefined) return [state, []];
  const { what, key, value, atMs } = asked;
  const ended = { endedMs: nowMs, tookMs: nowMs - atMs, verdict, what };
  const isFresh = (one: Outcome) => one.endedMs > nowMs - minuteMs;
  const recent = [...state.recent.filter(isFresh), ended];
  const open = state.open.filter((one) => one.id !== id);
  const isKnown = what === "write" && verdict === "good";
  const newest = Math.max(state.known[key] ?? 0, value);
  const known = isKnown
    ? { ...state.known, [key]: newest }
    : state.known;
  return [{ ...state, open, recent, known }, []];
}
// #endregion end

export function timer(name: string, afterMs: number): Effect {
  return { kind: "set-timer", name, afterMs };
}

/** An answer to this message, if it asked for one. */
export function answer(to: Message, body: Body): Effect {
  const in_reply_to: Json = to.body.msg_id ?? null;
  return {
    kind: "send",
    dest: to.src,
    body: { ...body, in_reply_to },
  };
}
