/**
 * Transactions, one after the other: a machine for replicated.ts that
 * does Maelstrom's txn-list-append and txn-rw-register.
 */
// unprinted: for the chapter on testing
import type { Json } from "../kernel/node.ts";
import { canonical } from "../raft-kv/store.ts";
import type { Machine } from "./replicated.ts";

// #region txn
/** Values by key; a key is any JSON and stands here as its text. */
type Store = { readonly [key: string]: Json };

/** Read, write or append: [what, key, value]. */
type Op = readonly [f: string, key: Json, value: Json];

export const txn: Machine<Store> = {
  start: {},
  isLocal: () => false,
  execute(start, request) {
    let store = start;
    const done: Op[] = [];
    for (const op of request.txn as readonly Op[]) {
      const [next, result] = execute(store, op);
      store = next;
      done.push(result);
    }
    return [store, { type: "txn_ok", txn: done }];
  },
};

function execute(
  store: Store,
  [f, key, value]: Op,
): readonly [Store, Op] {
  const name = canonical(key);
  const held = store[name] ?? null;
  switch (f) {
    case "r":
      return [store, [f, key, held]];
    case "append": {
      const list = Array.isArray(held) ? held : [];
      const longer = { ...store, [name]: [...list, value] };
      return [longer, [f, key, value]];
    }
    default:
      return [{ ...store, [name]: value }, [f, key, value]];
  }
}
// #endregion txn
