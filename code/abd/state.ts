/** What a replica of ABD knows, and what survives its crash. */
import type {
  Body,
  Effect,
  Json,
  NodeId,
  Setup,
} from "../kernel/node.ts";
import { initial, type Tagged } from "./tag.ts";

// #region options
export type Options = {
  /**
   * What a read does with what it found, before it answers: always give
   * it to a majority, as in the paper; only if no majority is known to
   * hold it; or never. Without it the register is regular, not atomic.
   */
  readonly writeBack: "always" | "when-needed" | "never";
  /** From a message to its repetition. */
  readonly retryMs: number;
  /** After so long without a majority the client is told. */
  readonly giveUpMs: number;
};

export const paperOptions: Options = {
  writeBack: "always",
  retryMs: 40,
  giveUpMs: 400,
};
// #endregion options

// #region state
export type State = {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  /** Persistent: what this replica holds of each register. */
  readonly cells: { readonly [key: string]: Tagged };
  /** Persistent: by client, the last write that was begun here. */
  readonly served: { readonly [client: NodeId]: number };
  /** Persistent: how often this node was started. */
  readonly starts: number;
  readonly begun: number;
  readonly works: readonly Work[];
};

/** An operation that this node carries out for a client. */
export type Work = {
  /** Never used again, not even after a crash. */
  readonly name: string;
  readonly client: NodeId;
  readonly msgId: number;
  readonly key: string;
  readonly op: "read" | "write";
  /** What a write shall write, and what a majority shall hold. */
  readonly value: Json;
  readonly phase: "query" | "update";
  readonly chosen: Tagged;
  /** What each that answered in this phase holds. */
  readonly answers: { readonly [node: NodeId]: Tagged };
  readonly untilMs: number;
};
// #endregion state

// #region recover
/** A replica as it starts, or starts again with what its disk holds. */
export function recover({ id, peers, disk }: Setup): State {
  const starts = Number(disk.starts ?? 0) + 1;
  return {
    id,
    peers,
    cells: (disk.cells ?? {}) as State["cells"],
    served: (disk.served ?? {}) as State["served"],
    starts,
    begun: 0,
    works: [],
  };
}

export function cellOf({ cells }: State, key: string): Tagged {
  return cells[key] ?? initial;
}
// #endregion recover

export function persist(key: string, value: Json): Effect {
  return { kind: "persist", key, value };
}

export function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}
