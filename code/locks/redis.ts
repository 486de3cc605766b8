/**
 * As much of a Redis node as Redlock needs: SET key value NX PX ttl, and
 * delete if the value is mine. Keys expire by the wall clock of the node.
 */
import type { Message, Node, Step } from "../kernel/node.ts";

const started = {
  kind: "persist",
  key: "started",
  value: true,
} as const;

// #region redis
export type Redis = {
  readonly key: {
    readonly value: number;
    readonly expiresMs: number;
  } | null;
  /** It stays silent until then. */
  readonly silentUntilMs: number;
};

export type RedisOptions = {
  readonly ttlMs: number;
  /** Off, the key is gone with the process; on: fsync=always. */
  readonly isPersistent: boolean;
  /** "Delayed restarts": silent for so long after a crash; 0: not. */
  readonly silentMs: number;
};

export function redis(options: RedisOptions): Node<Redis> {
  return {
    init({ disk, nowMs }) {
      const isFirst = disk.started === undefined;
      const kept = (disk.key as Redis["key"] | undefined) ?? null;
      const key = options.isPersistent ? kept : null;
      const silentUntilMs = isFirst ? 0 : nowMs + options.silentMs;
      return [{ key, silentUntilMs }, [started]];
    },
    step(state, { event, nowMs }) {
      if (event.kind !== "message") return [state, []];
      if (nowMs < state.silentUntilMs) return [state, []];
      return event.message.body.type === "set-nx"
        ? onSet(options, state, event.message, nowMs)
        : onDelete(state, event.message);
    },
  };
}
// #endregion redis

// #region redis-commands
function onSet(
  { ttlMs }: RedisOptions,
  state: Redis,
  { src: dest, body }: Message,
  nowMs: number,
): Step<Redis> {
  const isSet = state.key !== null && nowMs < state.key.expiresMs;
  const in_reply_to = body.msg_id ?? null;
  const answer = { type: "set_ok", isLocked: !isSet, in_reply_to };
  const send = { kind: "send", dest, body: answer } as const;
  if (isSet) return [state, [send]];
  const value = Number(body.value);
  const key = { value, expiresMs: nowMs + ttlMs };
  return [{ ...state, key }, [save(key), send]];
}

/** A script there: if the value is the one I set, delete the key. */
function onDelete(state: Redis, { body }: Message): Step<Redis> {
  if (state.key?.value !== body.value) return [state, []];
  return [{ ...state, key: null }, [save(null)]];
}
// #endregion redis-commands

function save(value: Redis["key"]) {
  return { kind: "persist", key: "key", value } as const;
}
