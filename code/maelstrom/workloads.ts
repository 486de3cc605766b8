/**
 * The contracts of Maelstrom's workloads as a table: which requests
 * there are, what they carry, and what the answers carry (Maelstrom,
 * doc/workloads.md). `type`, `msg_id`, `in_reply_to` are understood.
 */
// unprinted: for the chapter on testing
import {
  any,
  either,
  exactly,
  type Fields,
  integer,
  listOf,
  mapOf,
  natural,
  nothing,
  type Shape,
  text,
  tuple,
} from "./shapes.ts";

// #region contract
export type Contract = {
  readonly [type: string]: {
    readonly request: Fields;
    readonly reply: Fields;
  };
};
// #endregion contract

const read = tuple(exactly("r"), any, nothing);

function txn(write: string, found: Shape): Contract {
  const done = either(
    tuple(exactly("r"), any, found),
    tuple(exactly(write), any, any),
  );
  const asked = either(read, tuple(exactly(write), any, any));
  return {
    txn: {
      request: { txn: listOf(asked) },
      reply: { txn: listOf(done) },
    },
  };
}

// #region contracts
export const contracts = {
  echo: { echo: { request: { echo: any }, reply: { echo: any } } },
  "unique-ids": { generate: { request: {}, reply: { id: any } } },
  broadcast: {
    topology: { request: { topology: mapOf(listOf(text)) }, reply: {} },
    broadcast: { request: { message: any }, reply: {} },
    read: { request: {}, reply: { messages: listOf(any) } },
  },
  "g-set": {
    add: { request: { element: any }, reply: {} },
    read: { request: {}, reply: { value: listOf(any) } },
  },
  "g-counter": {
    add: { request: { delta: natural }, reply: {} },
    read: { request: {}, reply: { value: integer } },
  },
  "pn-counter": {
    add: { request: { delta: integer }, reply: {} },
    read: { request: {}, reply: { value: integer } },
  },
  "lin-kv": {
    read: { request: { key: any }, reply: { value: any } },
    write: { request: { key: any, value: any }, reply: {} },
    cas: { request: { key: any, from: any, to: any }, reply: {} },
  },
  "txn-list-append": txn("append", either(nothing, listOf(any))),
  "txn-rw-register": txn("w", any),
  kafka: {
    send: {
      request: { key: text, msg: any },
      reply: { offset: natural },
    },
    poll: {
      request: { offsets: mapOf(natural) },
      reply: { msgs: mapOf(listOf(tuple(natural, any))) },
    },
    commit_offsets: { request: { offsets: mapOf(natural) }, reply: {} },
    list_committed_offsets: {
      request: { keys: listOf(text) },
      reply: { offsets: mapOf(natural) },
    },
  },
} satisfies { readonly [workload: string]: Contract };
// #endregion contracts

export type Workload = keyof typeof contracts;
export const workloads = Object.keys(contracts) as readonly Workload[];

export function contractOf(workload: Workload): Contract {
  return contracts[workload];
}
