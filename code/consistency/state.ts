/** What a replica of the dial's store keeps. */
import type { State as Register } from "../abd/state.ts";
import type { Tagged } from "../abd/tag.ts";
import type { VectorClock } from "../clocks/vector.ts";
import type { Body, Effect, Json, NodeId } from "../kernel/node.ts";
import type { Path } from "./levels.ts";

// #region options
export type Options = {
  /** Who orders the writes of those who want them ordered. */
  readonly leader: NodeId;
  readonly gossipMs: number;
  /** How long a request waits for a replica to catch up, or a leader. */
  readonly waitMsMax: number;
};
// #endregion options

// #region state
/** A write that was taken at one replica and goes to all. */
export type Update = {
  readonly origin: NodeId;
  /** Whose request it was: a copy of that is not done again. */
  readonly client: NodeId;
  readonly msgId: number;
  readonly key: string;
  readonly held: Tagged;
  /** What its origin had seen: it is applied nowhere before that. */
  readonly past: VectorClock;
};

export type State = {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  /** The quorum path: a register of ABD. */
  readonly register: Register;
  /** Persistent: all updates seen here, in the order of applying. */
  readonly updates: readonly Update[];
  /** How many of them were born at each replica. */
  readonly seen: VectorClock;
  /** The newest of each key among them: what is read here. */
  readonly cells: { readonly [key: string]: Tagged };
  /** Updates that came before what their origin had seen. */
  readonly early: readonly Update[];
  /** Requests that wait for this replica, or for the leader. */
  readonly waiting: readonly Waiting[];
};

export type Request = {
  readonly client: NodeId;
  readonly msgId: number;
  readonly op: "read" | "write";
  readonly path: Path;
  readonly key: string;
  readonly value: Json;
  readonly atLeast: VectorClock;
};
export type Waiting = Request & { readonly name: string };
// #endregion state

export function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}

export function reply({ client, msgId }: Request, body: Body): Effect {
  return send(client, { ...body, in_reply_to: msgId });
}
