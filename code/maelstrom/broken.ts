/** Nodes that break one rule each; a checker must catch every one. */
// unprinted: for the chapter on testing
import type {
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import { broadcast } from "./broadcast.ts";
import { gSet } from "./g-set.ts";
import { reply } from "./protocol.ts";
import type { Machine, Replicated } from "./replicated.ts";

// #region broken-echo
/** Says "undefined", as it forgets to look into the message. */
export const forgetfulEcho: Node<null> = {
  init: () => [null, []],
  step: (state, { event }) =>
    event.kind === "message"
      ? [state, [reply(event.message, { type: "echo_ok", echo: "" })]]
      : [state, []],
};
// #endregion broken-echo

// #region broken-ids
/** Eight bits of chance: after some twenty ids two are the same. */
export const chanceIds: Node<null> = {
  init: () => [null, []],
  step(state, { event, dice }) {
    if (event.kind !== "message") return [state, []];
    const id = intBetween(dice, 0, 255);
    return [state, [reply(event.message, { type: "generate_ok", id })]];
  },
};
// #endregion broken-ids

// #region forget-epoch
/** A node that finds its disk empty whenever it starts. */
export function withoutDisk<S>(node: Node<S>): Node<S> {
  return {
    ...node,
    init: (setup) => node.init({ ...setup, disk: {} }),
  };
}
// #endregion forget-epoch

// #region tell-once
/** Takes whatever was sent for confirmed: nothing is sent again. */
export const broadcastOnce = tellOnce(broadcast, "gossip");
export const gSetOnce = tellOnce(gSet, null);

function tellOnce<S>(node: Node<S>, field: keyof S | null): Node<S> {
  return {
    ...node,
    step(state, input): Step<S> {
      const [next, effects] = node.step(state, input);
      const gossip = field === null ? next : next[field];
      const links = believed((gossip as { links: Links }).links);
      const trusting = { ...gossip, links };
      if (field === null) return [trusting as S, effects];
      return [{ ...next, [field]: trusting }, effects];
    },
  };
}

type Links = {
  readonly [id: NodeId]: {
    readonly acked: number;
    readonly sent: number;
  };
};

function believed(links: Links): Links {
  const all = Object.entries(links);
  return Object.fromEntries(
    all.map(([id, link]) => [id, { ...link, acked: link.sent }]),
  );
}
// #endregion tell-once

// #region last-write-wins
type Sum = { readonly value: number; readonly atMs: number };
type LastSum = Sum & { readonly peers: readonly NodeId[] };

/** A counter that sends its sum about; the latest replaces others. */
export const lastSum: Node<LastSum> = {
  init: ({ peers }) => [{ value: 0, atMs: 0, peers }, []],
  step(state, { event, nowMs }) {
    if (event.kind === "timer") return [state, []];
    const { message } = event;
    const { body } = message;
    if (body.type === "read") {
      const { value } = state;
      return [state, [reply(message, { type: "read_ok", value })]];
    }
    if (body.type === "add") {
      const value = state.value + Number(body.delta);
      const next = { ...state, value, atMs: nowMs };
      const told = tell(next);
      return [next, [...told, reply(message, { type: "add_ok" })]];
    }
    const sum = body.counts as Sum;
    return [sum.atMs > state.atMs ? { ...state, ...sum } : state, []];
  },
};

function tell({ peers, value, atMs }: LastSum): readonly Effect[] {
  const body = { type: "counts", counts: { value, atMs } };
  return peers.map((dest) => ({ kind: "send", dest, body }));
}
// #endregion last-write-wins

// #region alone
/** Every server a leader: each carries out what it is asked, alone. */
export function alone<Data extends Json>(
  machine: Machine<Data>,
): Node<Data> {
  return {
    init: () => [machine.start, []],
    step(data, { event }): Step<Data> {
      if (event.kind !== "message") return [data, []];
      const { message } = event;
      const [next, found] = machine.execute(data, message.body);
      return [next, [reply(message, found)]];
    },
  };
}
// #endregion alone

// #region forget-sessions
/** Keeps no answers: what is in the log twice is done twice (§8). */
export function forgetSessions<Data extends Json>(
  node: Node<Replicated<Data>>,
): Node<Replicated<Data>> {
  return {
    ...node,
    step(state, input): Step<Replicated<Data>> {
      const [next, effects] = node.step(state, input);
      return [{ ...next, sessions: {} }, effects];
    },
  };
}
// #endregion forget-sessions

// #region read-locally
/** Transactions that only read are answered from here, be it old. */
export function readLocally<Data extends Json>(
  machine: Machine<Data>,
): Machine<Data> {
  const isLocal: Machine<Data>["isLocal"] = ({ txn }) =>
    Array.isArray(txn) && txn.every((op) => op[0] === "r");
  return { ...machine, isLocal };
}
// #endregion read-locally
