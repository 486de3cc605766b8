/**
 * A front with a cache, and behind it a database that can answer only
 * what misses on a normal day. Each request is for one user's data; a
 * miss is asked of the database, and fills the cache if the answer
 * comes in time.
 */
import type {
  Effect,
  Input,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import { type Bucket, fullBucket, take } from "./bucket.ts";

// #region cache-state
export type CacheOptions = {
  readonly database: NodeId;
  readonly users: number;
  /** An entry is forgotten after this. */
  readonly ttlMs: number;
  readonly timeoutMs: number;
  /** Queries of the database that a miss costs. */
  readonly queriesPerMiss: number;
  /** This part of the entries is lost at this time. */
  readonly churn: { readonly atMs: number; readonly share: number };
  /** Requests a second that are let in, from each time on. */
  readonly throttle: readonly {
    readonly fromMs: number;
    readonly perSecond: number;
  }[];
};

export type CacheState = {
  /** Until when the data of each user is known. */
  readonly entries: { readonly [user: string]: number };
  readonly pending: readonly Pending[];
  readonly nextQuery: number;
  readonly bucket: Bucket;
  readonly hits: number;
  readonly misses: number;
  readonly queries: number;
  readonly throttled: number;
};

type Pending = {
  readonly query: number;
  readonly user: string;
  readonly answersLeft: number;
  readonly from: NodeId;
  readonly id: number;
  readonly attempt: number;
};
// #endregion cache-state

const burst = 10;

/** A front with these options; its cache does not survive a crash. */
export function cache(options: CacheOptions): Node<CacheState> {
  return {
    init({ dice }) {
      const counts = { hits: 0, misses: 0, queries: 0, throttled: 0 };
      const { atMs } = options.churn;
      const first = {
        entries: warm(options, dice),
        pending: [],
        nextQuery: 1,
        bucket: fullBucket({ perSecond: 0, burst }),
        ...counts,
      };
      return [
        first,
        [{ kind: "set-timer", name: "churn", afterMs: atMs }],
      ];
    },
    step(state, input) {
      const { event } = input;
      if (event.kind === "message") {
        const { src, body } = event.message;
        if (src === options.database)
          return onAnswer(options, state, body, input.nowMs);
        const asker = {
          from: src,
          id: Number(body.id),
          attempt: Number(body.attempt),
        };
        return onRequest(options, state, asker, input);
      }
      if (event.name === "churn")
        return [lose(options, state, input.dice), []];
      return onTimeout(state, Number(event.name));
    },
  };
}

type Asker = Omit<Pending, "query" | "user" | "answersLeft">;

// #region cache-request
/** Answer from the cache, or ask the database; or turn away. */
function onRequest(
  options: CacheOptions,
  state: CacheState,
  asker: Asker,
  { nowMs, dice }: Input,
): Step<CacheState> {
  const phase = options.throttle.findLast((t) => t.fromMs <= nowMs);
  if (phase !== undefined) {
    const rate = { perSecond: phase.perSecond, burst };
    const [bucket, taken] = take(rate, state.bucket, nowMs);
    state = { ...state, bucket };
    if (!taken) {
      const throttled = state.throttled + 1;
      return [{ ...state, throttled }, [reply("overloaded", asker)]];
    }
  }
  const drawn = intBetween(stream(dice, 0), 1, options.users);
  const user = `u${drawn}`;
  if ((state.entries[user] ?? 0) > nowMs) {
    const hits = state.hits + 1;
    return [{ ...state, hits }, [reply("done", asker)]];
  }
  return onMiss(options, state, { ...asker, user });
}

function onMiss(
  options: CacheOptions,
  state: CacheState,
  miss: Asker & { readonly user: string },
): Step<CacheState> {
  const { database, queriesPerMiss, timeoutMs } = options;
  const query = state.nextQuery;
  const pending = { ...miss, query, answersLeft: queriesPerMiss };
  const ask: Effect[] = Array.from({ length: queriesPerMiss }, () => ({
    kind: "send",
    dest: database,
    body: { type: "call", id: query, attempt: 1 },
  }));
  const next = {
    ...state,
    pending: [...state.pending, pending],
    nextQuery: query + 1,
    misses: state.misses + 1,
    queries: state.queries + queriesPerMiss,
  };
  const name = `${query}`;
  return [
    next,
    [...ask, { kind: "set-timer", name, afterMs: timeoutMs }],
  ];
}
// #endregion cache-request

// #region cache-answer
/** All parts have come: fill the cache. After the timeout, nothing. */
function onAnswer(
  { ttlMs }: CacheOptions,
  state: CacheState,
  body: { readonly type: string; readonly id?: unknown },
  nowMs: number,
): Step<CacheState> {
  const asked = state.pending.find((p) => p.query === body.id);
  if (asked === undefined) return [state, []];
  const others = state.pending.filter((p) => p !== asked);
  if (body.type !== "done")
    return [
      { ...state, pending: others },
      [reply("overloaded", asked)],
    ];
  if (asked.answersLeft > 1) {
    const fewer = { ...asked, answersLeft: asked.answersLeft - 1 };
    return [{ ...state, pending: [...others, fewer] }, []];
  }
  const entries = { ...state.entries, [asked.user]: nowMs + ttlMs };
  const filled = { ...state, pending: others, entries };
  return [filled, [reply("done", asked)]];
}

function onTimeout(state: CacheState, query: number): Step<CacheState> {
  const asked = state.pending.find((p) => p.query === query);
  if (asked === undefined) return [state, []];
  const pending = state.pending.filter((p) => p !== asked);
  return [{ ...state, pending }, [reply("overloaded", asked)]];
}
// #endregion cache-answer

/** A cache that has been in use: entries of all ages. */
function warm({ users, ttlMs }: CacheOptions, dice: number) {
  const entries: Record<string, number> = {};
  for (let n = 1; n <= users; n += 1)
    entries[`u${n}`] = intBetween(stream(dice, n), 0, ttlMs);
  return entries;
}

/** Some of the cache's machines are replaced by empty ones. */
function lose(
  { churn }: CacheOptions,
  state: CacheState,
  dice: number,
): CacheState {
  const kept = Object.entries(state.entries).filter(
    (_, n) => fraction(stream(dice, n)) >= churn.share,
  );
  return { ...state, entries: Object.fromEntries(kept) };
}

function reply(
  type: "done" | "overloaded",
  { from, id, attempt }: Asker,
): Effect {
  return { kind: "send", dest: from, body: { type, id, attempt } };
}
