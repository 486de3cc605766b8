/**
 * What Raft servers may say to each other, as shapes: a message that does
 * not look like one of them is left alone, before it can do harm.
 */
// unprinted: for the chapter on testing
import type { PeerMessages } from "./protocol.ts";
import {
  any,
  either,
  exactly,
  type Fields,
  flag,
  integer,
  listOf,
  mapOf,
  natural,
  nothing,
  object,
  type Shape,
  text,
} from "./shapes.ts";
import type { Contract } from "./workloads.ts";

const term = natural;
const round = natural;

/** A request of a client, on its way through the log. */
function requestOf(contract: Contract): Shape {
  return either(
    ...Object.entries(contract).map(([type, { request }]) =>
      object({ ...request, type: exactly(type), msg_id: integer }),
    ),
  );
}

const snapshot = object({
  lastIndex: natural,
  lastTerm: term,
  members: listOf(text),
  data: either(
    nothing,
    object({ data: mapOf(any), sessions: mapOf(any) }),
  ),
});

/** The messages of ../raft, and requests that are handed on. */
export function raftMessages(
  contract: Contract,
  asked: Fields,
): PeerMessages {
  const ask = { ...asked, request: requestOf(contract) };
  const entry = either(
    object({ kind: exactly("command"), term, command: object(ask) }),
    object({ kind: exactly("no-op"), term }),
    object({ kind: exactly("members"), term, members: listOf(text) }),
  );
  const vote = { term, lastLogIndex: natural, lastLogTerm: term };
  const granted = { term, askedTerm: term, voteGranted: flag };
  return {
    pre_vote: vote,
    request_vote: vote,
    pre_vote_reply: granted,
    request_vote_reply: granted,
    append_entries: {
      term,
      prevLogIndex: natural,
      prevLogTerm: term,
      entries: listOf(entry),
      leaderCommit: natural,
      round,
    },
    append_entries_reply: {
      term,
      success: flag,
      matchIndex: natural,
      nextIndex: natural,
      round,
    },
    install_snapshot: { term, snapshot, round },
    forward: ask,
  };
}
