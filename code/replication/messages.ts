/** What servers, clients and the controller say to each other. */
import type { Body, Effect, Json, NodeId } from "../kernel/node.ts";
import type { Entry, Token } from "./state.ts";

// #region messages
/** Leader to follower: the entries after a place, and how many I have. */
export type Ship = Body & {
  readonly epoch: number;
  readonly after: Token;
  readonly entries: readonly Entry[];
  readonly end: number;
};

/** The answer: our logs agree up to here; or try again from here. */
export type Shipped = Body & {
  readonly epoch: number;
  readonly position: number;
  readonly isMatch: boolean;
};

/** Controller to server: obey no leader of an earlier epoch any more. */
export type Fence = Body & { readonly epoch: number };
/** The answer: so far goes my log. */
export type Fenced = Body & {
  readonly epoch: number;
  readonly last: Token;
};
/** Controller to server: you lead this epoch. */
export type Promote = Body & { readonly epoch: number };
// #endregion messages

/** A write or a read of a client, unpacked. */
export type Ask = {
  readonly client: NodeId;
  readonly msgId: number;
  readonly key: string;
  readonly value: Json;
  /** What the client has seen or written; null if it does not say. */
  readonly token: Token | null;
};

export function unpack(client: NodeId, body: Body): Ask {
  return {
    client,
    msgId: Number(body.msg_id),
    key: JSON.stringify(body.key ?? null),
    value: body.value ?? null,
    token: (body.token ?? null) as Token | null,
  };
}

export function reply(dest: NodeId, msgId: number, body: Body): Effect {
  return { kind: "send", dest, body: { ...body, in_reply_to: msgId } };
}
