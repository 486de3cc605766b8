/**
 * The naive attempt: a leader, a majority of acknowledgements, a time-out,
 * and no terms. Whoever misses the leader appoints itself, and all obey
 * whoever spoke last. It works until the first partition, and then loses
 * a write that was acknowledged.
 */
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";

// #region naive-state
export type Naive = {
  readonly id: NodeId;
  readonly others: readonly NodeId[];
  readonly isLeader: boolean;
  readonly log: readonly Json[];
  /** Writes that wait for a majority: the client, and who has them. */
  readonly open: readonly Open[];
};

type Open = {
  readonly client: NodeId;
  readonly msgId: Json;
  readonly length: number;
  readonly storedBy: readonly NodeId[];
};
// #endregion naive-state

export const naive: Node<Naive> = {
  init({ id, peers, disk, dice }) {
    const log = (disk.log ?? []) as readonly Json[];
    const state = { id, others: peers, isLeader: false, log, open: [] };
    return [state, [patience(dice)]];
  },

  step(state, { event, dice }) {
    if (event.kind === "timer") return lead(state);
    const { src, body } = event.message;
    if (body.type === "write") return onWrite(state, src, body);
    if (body.type === "copy") return onCopy(state, src, body, dice);
    return onStored(state, src, body);
  },
};

// #region naive-write
/** A leader takes a write; a majority that stores it makes it good. */
function onWrite(
  state: Naive,
  client: NodeId,
  body: Body,
): Step<Naive> {
  if (!state.isLeader) return [state, []];
  const log = [...state.log, body.value ?? null];
  const msgId = body.msg_id ?? null;
  const storedBy = [state.id];
  const write = { client, msgId, length: log.length, storedBy };
  const next = { ...state, log, open: [...state.open, write] };
  return [next, [store(log), ...copies(next)]];
}

function onStored(state: Naive, from: NodeId, body: Body): Step<Naive> {
  const open = state.open.map((write) =>
    Number(body.length) >= write.length
      ? { ...write, storedBy: [...new Set([...write.storedBy, from])] }
      : write,
  );
  const majority = (state.others.length + 1) / 2;
  const good = open.filter((write) => write.storedBy.length > majority);
  const waiting = open.filter((write) => !good.includes(write));
  const answers = good.map(({ client, msgId }): Effect => {
    const body = { type: "write_ok", in_reply_to: msgId };
    return { kind: "send", dest: client, body };
  });
  return [{ ...state, open: waiting }, answers];
}
// #endregion naive-write

// #region naive-lead
/** The leader is silent: then I am the leader. And go on saying so. */
function lead(state: Naive): Step<Naive> {
  const next = { ...state, isLeader: true };
  return [next, [again, ...copies(next)]];
}

const again: Effect = { kind: "set-timer", name: "turn", afterMs: 50 };

function copies(state: Naive): readonly Effect[] {
  const body = { type: "copy", log: state.log };
  return state.others.map((dest) => ({ kind: "send", dest, body }));
}
// #endregion naive-lead

// #region naive-follow
/** Whoever speaks is the leader, and its log is the log. */
function onCopy(
  state: Naive,
  from: NodeId,
  body: Body,
  dice: number,
): Step<Naive> {
  const log = body.log as readonly Json[];
  const next = { ...state, isLeader: false, log, open: [] };
  const stored = { type: "stored", length: log.length };
  return [
    next,
    [
      store(log),
      patience(dice),
      { kind: "send", dest: from, body: stored },
    ],
  ];
}

function patience(dice: number): Effect {
  const afterMs = intBetween(dice, 150, 300);
  return { kind: "set-timer", name: "turn", afterMs };
}
// #endregion naive-follow

function store(log: readonly Json[]): Effect {
  return { kind: "persist", key: "log", value: log };
}
