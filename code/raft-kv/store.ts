/**
 * What the commands mean: a store of keys with read, write and
 * compare-and-set, in the words of Maelstrom's lin-kv. Knows nothing of
 * Raft; the same commands give the same data everywhere.
 */
import type { Body, Json } from "../kernel/node.ts";

/** Values by key; a key is any JSON and stands here as its text. */
export type Data = { readonly [key: string]: Json };

/** Only what has a msg_id may be answered, and can be known again. */
export function isRequest(body: Body): boolean {
  const isKnown = ["read", "write", "cas"].includes(body.type);
  return isKnown && typeof body.msg_id === "number";
}

// #region execute
/** The data after a request, and the answer to it. */
export function execute(
  data: Data,
  request: Body,
): readonly [Data, Body] {
  const key = canonical(request.key ?? null);
  const held = data[key];
  switch (request.type) {
    case "write": {
      const value = request.value ?? null;
      return [{ ...data, [key]: value }, { type: "write_ok" }];
    }
    case "cas": {
      if (held === undefined) return [data, failure(20, "no such key")];
      if (canonical(held) !== canonical(request.from ?? null)) {
        return [data, failure(22, "another value is there")];
      }
      const value = request.to ?? null;
      return [{ ...data, [key]: value }, { type: "cas_ok" }];
    }
    default: {
      if (held === undefined) return [data, failure(20, "no such key")];
      return [data, { type: "read_ok", value: held }];
    }
  }
}
// #endregion execute

/** An error of Maelstrom: 11 not now, 20 no such key, 22 cas mismatch. */
export function failure(code: number, text: string): Body {
  return { type: "error", code, text };
}

/** JSON text with the fields of objects in order: equal if equal. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== "object") {
    return JSON.stringify(value);
  }
  const fields = Object.entries(value).map(
    ([name, held]) => `${JSON.stringify(name)}:${canonical(held)}`,
  );
  return `{${fields.sort(byText).join()}}`;
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
