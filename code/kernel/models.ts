/** Sequential objects for the checker of linearizability. */
import type { Operation } from "./history.ts";
import type { Model, Traces } from "./linearizable.ts";
import type { Json } from "./node.ts";

/** What a key holds: one value, or (empty) none. */
export type Cell = readonly Json[];

/**
 * One cell with `read`, `write {value}` and `cas {from, to}`, answered as
 * in Maelstrom's lin-kv: error 20 says that there is no value, error 22
 * that a cas found another one. Both tell something and are checked.
 */
export function register(init: Cell = [null]): Model<Cell> {
  return {
    init,
    partOf: () => "register",
    isIdle: ({ op, outcome, result }) => {
      if (outcome === "info") return op === "read";
      return outcome === "fail" && !isTelling(op, result?.code);
    },
    step: stepCell,
    traces: tracesOf,
  };
}

/** A store of keys: each key a register of its own, at first empty. */
export const kv: Model<Cell> = {
  ...register([]),
  partOf: ({ args }) => canonical(args.key),
};

// #region register
/** What the cell holds afterwards; null if it would answer otherwise. */
function stepCell(
  cell: Cell,
  { op, args, result, outcome }: Operation,
): { readonly state: Cell } | null {
  const unchanged = { state: cell };
  const [held] = cell;
  const isMissing = held === undefined;
  const isRefused = outcome === "fail";
  if (isRefused && result?.code === 20)
    return isMissing ? unchanged : null;
  switch (op) {
    case "write":
      return { state: [args.value ?? null] };
    case "read":
      if (isMissing) return null;
      return same(result?.value, held) ? unchanged : null;
    case "cas": {
      if (isMissing && args.create_if_not_exists !== true) return null;
      const matches = isMissing || same(args.from, held);
      // Refused just when the cell held something else.
      if (isRefused === matches) return null;
      return isRefused ? unchanged : { state: [args.to ?? null] };
    }
    default:
      throw new Error(`A register has no operation "${op}".`);
  }
}
// #endregion register

/** That the value was another one: seen by a cas that was refused. */
const other = "another value";

// #region traces
/** Values by their text. Who read a value saw a write of it. */
function tracesOf({ op, args, result, outcome }: Operation): Traces {
  if (op === "write") {
    return { leaves: [canonical(args.value), other], sees: [] };
  }
  if (outcome === "fail") {
    return { leaves: [], sees: result?.code === 22 ? [other] : [] };
  }
  if (op === "read") {
    return { leaves: [], sees: [canonical(result?.value)] };
  }
  const leaves = [canonical(args.to), other];
  return { leaves, sees: [canonical(args.from)] };
}
// #endregion traces

/** What else a refusal means, it says nothing of the cell. */
function isTelling(op: string, code: Json | undefined): boolean {
  return code === 20 || (code === 22 && op === "cas");
}

/** Equal by structure; undefined is null. */
export function same(
  one: Json | undefined,
  other: Json | undefined,
): boolean {
  return one === other || canonical(one) === canonical(other);
}

/** JSON with the fields of objects in order: equal text, equal value. */
export function canonical(value: Json | undefined): string {
  if (typeof value !== "object") return JSON.stringify(value ?? null);
  return JSON.stringify(value ?? null, (_, part) => {
    if (part === null || typeof part !== "object") return part;
    if (Array.isArray(part)) return part;
    const byName = (
      [one]: [string, unknown],
      [two]: [string, unknown],
    ) => (one < two ? -1 : 1);
    return Object.fromEntries(Object.entries(part).sort(byName));
  });
}
