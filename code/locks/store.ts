/**
 * What the lock is there for: a counter that is read, raised elsewhere and
 * written back. The store can defend itself, in several ways.
 */
import type {
  Body,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region store-state
export type Fence = "none" | "writes" | "reads and writes";

export type Store = {
  readonly value: number;
  /** Grows with each write. */
  readonly version: number;
  /** The highest token seen. */
  readonly highest: number;
  /** All that was written, in this order; a real store has a window. */
  readonly writes: readonly Write[];
};
export type Write = {
  readonly by: NodeId;
  readonly id: Json;
  readonly token: number;
  readonly value: number;
};
// #endregion store-state

const empty: Store = { value: 0, version: 0, highest: 0, writes: [] };

export function store(fence: Fence): Node<Store> {
  return {
    init: ({ disk }) => [
      (disk.store as Store | undefined) ?? empty,
      [],
    ],
    step(state, { event }) {
      if (event.kind !== "message") return [state, []];
      const { message } = event;
      return message.body.type === "read"
        ? onRead(fence, state, message)
        : onWrite(fence, state, message);
    },
  };
}

// #region fence
/** Lower than the highest seen: refused. Equal, or higher: it passes. */
function isStale(state: Store, token: number): boolean {
  return token < state.highest;
}

/** A read with a new token shuts out all who read before with an old. */
function onRead(
  fence: Fence,
  state: Store,
  { src, body }: Message,
): Step<Store> {
  const { value, version } = state;
  const found = { type: "read_ok", value, version };
  if (fence !== "reads and writes")
    return [state, [reply(src, body, found)]];
  const token = Number(body.token);
  if (isStale(state, token)) return refuse(state, src, body, "STALE");
  const next = { ...state, highest: token };
  return [next, [save(next), reply(src, body, found)]];
}
// #endregion fence

// #region store-write
function onWrite(
  fence: Fence,
  state: Store,
  { src: by, body }: Message,
): Step<Store> {
  const { token, msg_id: id = null } = body;
  const isRepeated = state.writes.some(
    (write) => write.by === by && write.id === id,
  );
  if (isRepeated) return [state, [reply(by, body, done)]];
  if (fence !== "none" && isStale(state, Number(token)))
    return refuse(state, by, body, "STALE");
  const value = written(state, body);
  if (value === null) return refuse(state, by, body, "CONFLICT");
  const highest = Math.max(state.highest, Number(token));
  const write = { by, id, token: Number(token), value };
  const writes = [...state.writes, write];
  const version = state.version + 1;
  const next = { value, version, highest, writes };
  return [next, [save(next), reply(by, body, done)]];
}
const done = { type: "write_ok" };
// #endregion store-write

// #region alternatives
/** The value after this request; null: it may not be carried out. */
function written(state: Store, body: Body): number | null {
  const { value, version, writes } = state;
  switch (body.type) {
    // Compare-and-set: nobody wrote since it was read.
    case "cas":
      return body.version === version ? Number(body.value) : null;
    // A unique constraint: row n + 1 can be inserted once.
    case "insert": {
      const row = Number(body.value);
      return writes.some((write) => write.value === row) ? null : row;
    }
    // A single writer: this node, which takes one wish at a time.
    case "increment":
      return value + 1;
    default:
      return Number(body.value);
  }
}
// #endregion alternatives

function refuse(
  state: Store,
  dest: NodeId,
  body: Body,
  text: string,
): Step<Store> {
  const error = { type: "error", code: 22, text };
  return [state, [reply(dest, body, error)]];
}

function save(value: Store) {
  return { kind: "persist", key: "store", value } as const;
}

function reply(dest: NodeId, { msg_id = null }: Body, body: Body) {
  const answer = { ...body, in_reply_to: msg_id };
  return { kind: "send", dest, body: answer } as const;
}
