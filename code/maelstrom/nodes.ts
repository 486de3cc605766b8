/** The node of each workload, as its launcher runs it. */
// unprinted: for the chapter on testing
import { echo } from "../echo/echo.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import { calmOptions } from "../raft/options.ts";
import type { Options } from "../raft/state.ts";
import { raftKv } from "../raft-kv/raft-kv.ts";
import { broadcast } from "./broadcast.ts";
import { counter, counterMessages } from "./counter.ts";
import { gSet } from "./g-set.ts";
import { gossipMessages } from "./gossip.ts";
import { kafka } from "./kafka.ts";
import { once } from "./once.ts";
import {
  type Mannered,
  mannered,
  type PeerMessages,
} from "./protocol.ts";
import { raftMessages } from "./raft-shapes.ts";
import { replicated } from "./replicated.ts";
import { any, object, text } from "./shapes.ts";
import { txn } from "./txn.ts";
import { uniqueIds } from "./unique-ids.ts";
import { contractOf, contracts, type Workload } from "./workloads.ts";

// #region raft-options
/** The one who was asked answers late if heartbeats are rare. */
export function options(members: readonly NodeId[]): Options {
  return { ...calmOptions(members), heartbeatMs: 25 };
}
// #endregion raft-options

const onRaft = (workload: Workload) =>
  raftMessages(contractOf(workload), { client: text });

/** What the store of ../raft-kv says besides. */
const kvMessages: PeerMessages = {
  ...raftMessages(contracts["lin-kv"], { client: text, via: text }),
  answer: {
    client: text,
    reply: object({ type: text, in_reply_to: any }),
  },
};

// #region nodes
/** What servers of a workload say to each other. */
export const talk: { readonly [W in Workload]: PeerMessages } = {
  echo: {},
  "unique-ids": {},
  broadcast: gossipMessages,
  "g-set": gossipMessages,
  "g-counter": counterMessages,
  "pn-counter": counterMessages,
  "lin-kv": kvMessages,
  "txn-list-append": onRaft("txn-list-append"),
  "txn-rw-register": onRaft("txn-rw-register"),
  kafka: onRaft("kafka"),
};

const bare: { readonly [W in Workload]: Node<unknown> } = {
  echo: echo as Node<unknown>,
  "unique-ids": uniqueIds as Node<unknown>,
  broadcast: broadcast as Node<unknown>,
  "g-set": gSet as Node<unknown>,
  "g-counter": once(counter) as Node<unknown>,
  "pn-counter": once(counter) as Node<unknown>,
  "lin-kv": raftKv(options) as Node<unknown>,
  "txn-list-append": replicated(txn, options) as Node<unknown>,
  "txn-rw-register": replicated(txn, options) as Node<unknown>,
  kafka: replicated(kafka, options) as Node<unknown>,
};

/** The node of a workload; or another one, under the same contract. */
export function nodeOf(
  workload: Workload,
  node: Node<unknown> = bare[workload],
): Node<Mannered<unknown>> {
  return mannered(contractOf(workload), talk[workload], node);
}
// #endregion nodes
