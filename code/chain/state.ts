/**
 * What a server of a chain knows. Updates enter at the head and run down
 * to the tail; Hist is the sequence of updates a server has processed.
 *
 * Van Renesse and Schneider, "Chain Replication for Supporting High
 * Throughput and Availability", OSDI 2004.
 */
import type {
  Body,
  Effect,
  Json,
  NodeId,
  Setup,
} from "../kernel/node.ts";

// #region update
/** One update of Hist, computed by the head, and what to answer. */
export type Update = {
  readonly client: NodeId;
  readonly msgId: number;
  readonly op: "write" | "cas";
  readonly key: string;
  /** Null where the answer is a refusal and nothing changes. */
  readonly change: { readonly value: Json } | null;
  readonly error: {
    readonly code: number;
    readonly text: string;
  } | null;
};

/** Who stands where. The master numbers each new chain. */
export type Config = {
  readonly epoch: number;
  /** From head to tail. */
  readonly chain: readonly NodeId[];
  /** A new tail that has not yet been given all of Hist. */
  readonly joining: NodeId | null;
};
// #endregion update

// #region options
export type Options = {
  /** Null: the chain is all servers by name, for good. */
  readonly master: NodeId | null;
  /** CRAQ: any server answers reads, not the tail alone. */
  readonly readsAnywhere: boolean;
  /** How often a server reports to the master and resends. */
  readonly heartbeatMs: number;
  /**
   * A server answers reads only so long after a report that the master
   * has confirmed. Null trusts that whoever is removed is dead.
   */
  readonly leaseMs: number | null;
};

export const paperOptions: Options = {
  master: "m",
  readsAnywhere: false,
  heartbeatMs: 20,
  leaseMs: null,
};
// #endregion options

// #region state
export type State = {
  readonly id: NodeId;
  /** Persistent. */
  readonly config: Config;
  /** Persistent: Hist, the updates in their order. */
  readonly hist: readonly Update[];
  /** Persistent: false while a new tail lacks a part of Hist. */
  readonly isComplete: boolean;
  /**
   * How much of Hist the tail has: the rest of it is Sent. May be too
   * small on the disk, never too great.
   */
  readonly acked: number;
  /** How much of Hist went to the successor; null: not known yet. */
  readonly forwarded: number | null;
  /** When we started, by our own clock. */
  readonly startMs: number;
  /** Reads may be answered until then; null: not yet since the start. */
  readonly leaseUntilMs: number | null;
  /** CRAQ: reads of dirty objects that wait for word from the tail. */
  readonly asking: readonly Asking[];
};

export type Asking = {
  readonly client: NodeId;
  readonly msgId: number;
  readonly key: string;
};
// #endregion state

// #region roles
export function successor({ id, config }: State): NodeId | null {
  const at = config.chain.indexOf(id);
  return at < 0 ? null : (config.chain[at + 1] ?? null);
}

export function predecessor({ id, config }: State): NodeId | null {
  return config.chain[config.chain.indexOf(id) - 1] ?? null;
}

export function isHead({ id, config }: State): boolean {
  return config.chain[0] === id;
}

export function isTail({ id, config }: State): boolean {
  return config.chain.at(-1) === id;
}

/** Updates forwarded, and not yet known to be processed by the tail. */
export function sent({ hist, acked }: State): readonly Update[] {
  return hist.slice(acked);
}
// #endregion roles

// #region value
/** What a key holds after so many updates of Hist; null for nothing. */
export function valueAt(
  hist: readonly Update[],
  key: string,
  position: number,
): { readonly value: Json } | null {
  for (let at = position - 1; at >= 0; at--) {
    const update = hist[at];
    if (update?.key === key && update.change) return update.change;
  }
  return null;
}
// #endregion value

/** A server as it starts, or as it stood when it crashed. */
export function recover(
  { master }: Options,
  { id, peers, disk, nowMs }: Setup,
): State {
  const saved = disk.chain as Saved | undefined;
  const all = [id, ...peers].sort((a, b) => (a < b ? -1 : 1));
  const isFixed = master === null;
  const first = isFixed ? { epoch: 1, chain: all } : notYet;
  return {
    id,
    config: saved?.config ?? { ...first, joining: null },
    hist: saved?.hist ?? [],
    isComplete: saved?.isComplete ?? true,
    acked: saved?.acked ?? 0,
    forwarded: null,
    startMs: nowMs,
    leaseUntilMs: isFixed ? nowMs : null,
    asking: [],
  };
}

const notYet = { epoch: 0, chain: [] };

type Saved = Pick<State, "config" | "hist" | "isComplete" | "acked">;

export function save(state: State): Effect {
  const { config, hist, isComplete, acked } = state;
  const value = { config, hist, isComplete, acked };
  return { kind: "persist", key: "chain", value };
}

export function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}
