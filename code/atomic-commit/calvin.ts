/**
 * Agree on the order first, and nobody has to vote: each shard carries
 * out the same list of transactions, and each comes to the same verdict.
 * Thomson et al., "Calvin: Fast Distributed Transactions for Partitioned
 * Database Systems", SIGMOD 2012, sections 3.1 and 3.2. Small: one
 * sequencer, no replicas, one transaction after the other.
 */
import type { Effect, Node, NodeId, Step } from "../kernel/node.ts";
import { send, sendAll, timer } from "./phases.ts";

// #region transfer
/** Its reads and writes are known before it runs. */
export type Transfer = {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
};

type Values = { readonly [key: string]: number };

/** The same on every shard: no dice, no clock, no veto. */
export function applied(values: Values, transfer: Transfer): Values {
  const { from, to, amount } = transfer;
  const left = (values[from] ?? 0) - amount;
  if (left < 0) return values;
  return { ...values, [from]: left, [to]: (values[to] ?? 0) + amount };
}
// #endregion transfer

export type CalvinOptions = {
  readonly sequencer: NodeId;
  readonly shardOf: { readonly [key: string]: NodeId };
  readonly epochMs: number;
};

// #region sequencer
/** The order is on disk before any shard hears of it. */
export type Sequencer = {
  readonly open: readonly Transfer[];
  readonly log: readonly Transfer[];
};

export function sequencer(options: CalvinOptions): Node<Sequencer> {
  const shards = shardsOf(options, Object.keys(options.shardOf));
  const epoch = timer("epoch", options.epochMs);
  return {
    init: ({ disk }) => {
      const log = (disk.log as Sequencer["log"] | undefined) ?? [];
      return [{ open: [], log }, [epoch]];
    },
    step: ({ open, log }, { event }) => {
      if (event.kind === "message") {
        const { src, body } = event.message;
        if (body.type === "need-log")
          return [{ open, log }, [send(src, { type: "log", log })]];
        const transfer = body.transfer as Transfer;
        return [{ open: [...open, transfer], log }, []];
      }
      if (open.length === 0) return [{ open, log }, [epoch]];
      const all = [...log, ...open];
      const save = { kind: "persist", key: "log", value: all } as const;
      const told = sendAll(shards, { type: "log", log: all });
      return [{ open: [], log: all }, [save, ...told, epoch]];
    },
  };
}
// #endregion sequencer

// #region scheduler
export type Shard = {
  readonly id: NodeId;
  readonly log: readonly Transfer[];
  /** How many transactions of the log it has carried out. */
  readonly done: number;
  readonly values: Values;
  /** What it read for each transaction of its own, before it. */
  readonly past: { readonly [nth: number]: Values };
  /** What others read for it, by transaction. */
  readonly heard: { readonly [nth: number]: Values };
};
// #endregion scheduler

// #region advance
/** Carry out what can be, in the order of the log and no other. */
function advance(state: Shard, options: CalvinOptions): Step<Shard> {
  const { id, done, values } = state;
  const transfer = state.log[done];
  if (transfer === undefined) return [state, []];
  const keys = [transfer.from, transfer.to];
  const mine = keys.filter((key) => options.shardOf[key] === id);
  if (mine.length === 0)
    return advance({ ...state, done: done + 1 }, options);
  const own = pick(values, mine);
  const others = shardsOf(options, keys).filter((s) => s !== id);
  const isNew = state.past[done] === undefined;
  const told = { type: "reads", nth: done, values: own };
  const tell = isNew ? sendAll(others, told) : [];
  const past = { ...state.past, [done]: own };
  const all = { ...own, ...state.heard[done] };
  if (keys.some((key) => all[key] === undefined))
    return [{ ...state, past }, tell];
  const after = pick(applied(all, transfer), mine);
  const next = { ...state, past, done: done + 1 };
  const moved = { ...next, values: { ...values, ...after } };
  const [last, effects] = advance(moved, options);
  return [last, [...tell, ...effects]];
}
// #endregion advance

// #region shard
/** Memory is enough: the log can be carried out again from the start. */
export function shard(
  options: CalvinOptions,
  start: Values,
): Node<Shard> {
  const again = timer("again", options.epochMs * 3);
  return {
    init: ({ id }) => {
      const empty = { log: [], done: 0, past: {}, heard: {} };
      const ask = send(options.sequencer, { type: "need-log" });
      return [{ id, values: start, ...empty }, [ask, again]];
    },
    step: (state, { event }) => {
      if (event.kind === "timer")
        return [state, [...needs(state, options), again]];
      const { src, body } = event.message;
      if (body.type === "log") {
        const log = body.log as Shard["log"];
        const isOld = log.length <= state.log.length;
        return isOld
          ? [state, []]
          : advance({ ...state, log }, options);
      }
      const nth = body.nth as number;
      if (body.type === "need-reads") {
        const values = state.past[nth];
        return values === undefined
          ? [state, []]
          : [state, [send(src, { type: "reads", nth, values })]];
      }
      const values = body.values as Values;
      const heard = { ...state.heard, [nth]: values };
      return advance({ ...state, heard }, options);
    },
  };
}

/** Ask again for what is missing: others may have been away, or we. */
function needs(
  state: Shard,
  options: CalvinOptions,
): readonly Effect[] {
  const transfer = state.log[state.done];
  if (transfer === undefined)
    return [send(options.sequencer, { type: "need-log" })];
  const keys = [transfer.from, transfer.to];
  const others = shardsOf(options, keys).filter((s) => s !== state.id);
  return sendAll(others, { type: "need-reads", nth: state.done });
}
// #endregion shard

function pick(values: Values, keys: readonly string[]): Values {
  return Object.fromEntries(keys.map((key) => [key, values[key] ?? 0]));
}

/** The shards of these keys, each once, in order of name. */
function shardsOf(
  { shardOf }: CalvinOptions,
  keys: readonly string[],
): readonly NodeId[] {
  return [...new Set(keys.flatMap((key) => shardOf[key] ?? []))].sort(
    (one, other) => (one < other ? -1 : 1),
  );
}
