/**
 * Logs by key, as Kafka has them: each message gets the next offset of
 * its key, and consumers leave word how far they have come. A machine
 * for replicated.ts: one order for all keeps offsets unique.
 */
// unprinted: for the chapter on testing
import type { Body, Json } from "../kernel/node.ts";
import { canonical } from "../raft-kv/store.ts";
import type { Machine } from "./replicated.ts";

// #region kafka-logs
/** By the text of the key: no key is a name that every object has. */
type Logs = {
  readonly logs: { readonly [key: string]: readonly Json[] };
  readonly committed: { readonly [key: string]: number };
};

type Offsets = { readonly [key: string]: number };

/** One answer carries no more messages of a key. */
const pollMax = 100;

export const kafka: Machine<Logs> = {
  start: { logs: {}, committed: {} },
  // Consumers may lag: any part of the log, without a gap, will do.
  isLocal: ({ type }) => type === "poll",
  execute(data, request) {
    switch (request.type) {
      case "send":
        return send(data, request);
      case "poll":
        return [data, poll(data, request.offsets as Offsets)];
      case "commit_offsets": {
        const next = commit(data, request.offsets as Offsets);
        return [next, { type: "commit_offsets_ok" }];
      }
      default:
        return [data, list(data, request.keys as readonly string[])];
    }
  },
};
// #endregion kafka-logs

// #region kafka-send
/** Offsets begin at 0 and leave none out. */
function send(data: Logs, { key, msg }: Body): readonly [Logs, Body] {
  const log = logOf(data, String(key));
  const name = canonical(String(key));
  const logs = { ...data.logs, [name]: [...log, msg ?? null] };
  return [
    { ...data, logs },
    { type: "send_ok", offset: log.length },
  ];
}

function logOf({ logs }: Logs, key: string): readonly Json[] {
  return logs[canonical(key)] ?? [];
}
// #endregion kafka-send

// #region kafka-poll
/** From the offset that was asked for, and then without a gap. */
function poll(data: Logs, offsets: Offsets): Body {
  const found = Object.entries(offsets).map(([key, from]) => {
    const part = logOf(data, key).slice(from, from + pollMax);
    return [key, part.map((msg, at) => [from + at, msg])] as const;
  });
  const some = found.filter(([, pairs]) => pairs.length > 0);
  return { type: "poll_ok", msgs: Object.fromEntries(some) };
}
// #endregion kafka-poll

// #region kafka-commit
/** Only onwards, and never past the end of the log. */
function commit(data: Logs, offsets: Offsets): Logs {
  let { committed } = data;
  for (const [key, offset] of Object.entries(offsets)) {
    const name = canonical(key);
    const last = logOf(data, key).length - 1;
    const next = Math.min(offset, last);
    if (next > (committed[name] ?? -1)) {
      committed = { ...committed, [name]: next };
    }
  }
  return { ...data, committed };
}

function list({ committed }: Logs, keys: readonly string[]): Body {
  const known = keys.flatMap((key) => {
    const offset = committed[canonical(key)];
    return offset === undefined ? [] : [[key, offset] as const];
  });
  const type = "list_committed_offsets_ok";
  return { type, offsets: Object.fromEntries(known) };
}
// #endregion kafka-commit
