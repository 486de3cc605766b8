/**
 * Caches before a slow origin, and a front that picks the cache by a
 * placement. The number of caches changes at one instant: which keys does
 * the front then look for where they are not?
 */
import type { Effect, Node, NodeId, Step } from "../kernel/node.ts";
import { intBetween, stream } from "../kernel/random.ts";

// #region origin
export type OriginOptions = {
  readonly serviceMs: number;
  readonly queueMax: number;
};
type Ask = { readonly src: NodeId; readonly key: string };
export type OriginState = { readonly queue: readonly Ask[] };

/** Serves one request after the other; a full queue is refused. */
export function origin(options: OriginOptions): Node<OriginState> {
  const work: Effect = {
    kind: "set-timer",
    name: "served",
    afterMs: options.serviceMs,
  };
  return {
    init: () => [{ queue: [] }, []],
    step({ queue }, { event }): Step<OriginState> {
      if (event.kind === "timer") {
        const [served, ...rest] = queue;
        if (served === undefined) return [{ queue }, []];
        const { src, key } = served;
        const answer = send(src, { type: "value", key });
        const more = rest.length > 0 ? [work] : [];
        return [{ queue: rest }, [answer, ...more]];
      }
      const { src, body } = event.message;
      const key = String(body.key);
      if (queue.length >= options.queueMax)
        return [{ queue }, [send(src, { type: "refused", key })]];
      const begin = queue.length === 0 ? [work] : [];
      return [{ queue: [...queue, { src, key }] }, begin];
    },
  };
}
// #endregion origin

// #region cache
export type CacheState = {
  readonly held: { readonly [key: string]: true };
  /** Who waits for a key that was asked of the origin. */
  readonly waiting: { readonly [key: string]: readonly NodeId[] };
};

/** Answers what it holds; asks the origin, once, for what it does not. */
export function cache(warm: readonly string[]): Node<CacheState> {
  const held = Object.fromEntries(
    warm.map((key) => [key, true as const]),
  );
  return {
    init: () => [{ held, waiting: {} }, []],
    step(state, { event }): Step<CacheState> {
      if (event.kind !== "message") return [state, []];
      const { src, body } = event.message;
      const key = String(body.key);
      if (body.type === "get") return lookUp(state, src, key);
      const { [key]: asked = [], ...waiting } = state.waiting;
      const isFound = body.type === "value";
      const type = isFound ? "miss" : "refused";
      const answers = asked.map((id) => send(id, { type, key }));
      const next = isFound
        ? { ...state.held, [key]: true as const }
        : state.held;
      return [{ held: next, waiting }, answers];
    },
  };
}

function lookUp(
  state: CacheState,
  src: NodeId,
  key: string,
): Step<CacheState> {
  if (state.held[key])
    return [state, [send(src, { type: "hit", key })]];
  const before = state.waiting[key] ?? [];
  const waiting = { ...state.waiting, [key]: [...before, src] };
  const ask = send("origin", { type: "get", key });
  return [{ ...state, waiting }, before.length === 0 ? [ask] : []];
}
// #endregion cache

// #region front
export type FrontOptions = {
  readonly keys: readonly string[];
  readonly requestsPerSecond: number;
  /** Which cache to ask for a key; it may change with time. */
  readonly ownerAt: (key: string, nowMs: number) => NodeId;
};
export type Second = {
  readonly hit: number;
  readonly miss: number;
  readonly refused: number;
};
export type FrontState = {
  /** What came back, second by second. */
  readonly seconds: readonly Second[];
};

/** Sends evenly spaced requests for keys that are drawn evenly. */
export function front(options: FrontOptions): Node<FrontState> {
  const tick: Effect = { kind: "set-timer", name: "tick", afterMs: 10 };
  const batch = options.requestsPerSecond / 100;
  return {
    init: () => [{ seconds: [] }, [tick]],
    step(state, { event, nowMs, dice }): Step<FrontState> {
      if (event.kind === "message") {
        const { type } = event.message.body;
        return [count(state, Math.floor(nowMs / 1000), type), []];
      }
      const { keys, ownerAt } = options;
      const asks = Array.from({ length: batch }, (_, n) => {
        const at = intBetween(stream(dice, n), 0, keys.length - 1);
        const key = keys[at] ?? "";
        return send(ownerAt(key, nowMs), { type: "get", key });
      });
      return [state, [tick, ...asks]];
    },
  };
}
// #endregion front

const none: Second = { hit: 0, miss: 0, refused: 0 };

function count(
  state: FrontState,
  at: number,
  type: string,
): FrontState {
  const seconds = Array.from(
    { length: Math.max(at + 1, state.seconds.length) },
    (_, n) => state.seconds[n] ?? none,
  );
  const now = seconds[at] ?? none;
  const kind = type as keyof Second;
  return {
    seconds: seconds.with(at, { ...now, [kind]: now[kind] + 1 }),
  };
}

function send(
  dest: NodeId,
  body: { readonly type: string; readonly key: string },
): Effect {
  return { kind: "send", dest, body };
}
