// unprinted: for the chapter on consistency models
/**
 * The four guarantees of a session (Terry et al., PDIS 1994), as a client
 * can see them: key by key, by version numbers. What one session's writes
 * look like to others over several keys is a matter of causal order:
 * sessions-causal.ts.
 */
import type { Operation } from "./history.ts";
import { canonical } from "./models.ts";
import type { Json } from "./node.ts";

// #region guarantees
export type Guarantee =
  | "read-your-writes"
  | "monotonic-reads"
  | "monotonic-writes"
  | "writes-follow-reads";

/**
 * Of two operations of one session on one key, the later one sees or
 * makes a version no older than the earlier one's; a write, a newer one.
 */
const rules: {
  readonly [G in Guarantee]: {
    readonly earlier: "read" | "write";
    readonly later: "read" | "write";
  };
} = {
  "read-your-writes": { earlier: "write", later: "read" },
  "monotonic-reads": { earlier: "read", later: "read" },
  "monotonic-writes": { earlier: "write", later: "write" },
  "writes-follow-reads": { earlier: "read", later: "write" },
};
// #endregion guarantees

export type SessionVerdict =
  | { readonly verdict: "ok" }
  | {
      readonly verdict: "illegal";
      readonly guarantee: Guarantee;
      /** Two of one session; the later one went back. */
      readonly earlier: Operation;
      readonly later: Operation;
      /** That the earlier one made or saw, and the later one. */
      readonly versions: readonly [known: number, version: number];
      readonly explanation: string;
    }
  | { readonly verdict: "unknown"; readonly why: string };

/**
 * The version that an operation read or wrote, 0 for "none yet"; null
 * where it cannot be told. By default the field `version` of its answer.
 */
export type VersionOf = (operation: Operation) => number | null;

const versionInAnswer: VersionOf = ({ result }) =>
  typeof result?.version === "number" ? result.version : null;

// #region check-session
/**
 * Does every session of `read {key}` and `write {key, value}` keep the
 * guarantee? Only what was answered counts; a session is a process, and
 * its order that of its calls.
 */
export function checkSession(
  guarantee: Guarantee,
  history: readonly Operation[],
  versionOf: VersionOf = versionInAnswer,
): SessionVerdict {
  const rule = rules[guarantee];
  /** For each session and key, the newest version it dealt with. */
  const newest = new Map<string, Operation>();
  const done = history.filter(({ outcome }) => outcome === "ok");
  const inOrder = done.toSorted((a, b) => a.invokeMs - b.invokeMs);
  for (const later of inOrder) {
    if (later.op !== rule.earlier && later.op !== rule.later) continue;
    const version = versionOf(later);
    if (version === null) {
      const why = `A ${later.op} of ${later.process} has no version`;
      return { verdict: "unknown", why };
    }
    const place = canonical([later.process, later.args.key ?? null]);
    const earlier = newest.get(place);
    const known = (earlier && versionOf(earlier)) ?? -1;
    const least = later.op === "write" ? known + 1 : known;
    if (earlier && later.op === rule.later && version < least) {
      return broken(guarantee, earlier, later, [known, version]);
    }
    if (later.op === rule.earlier && version > known) {
      newest.set(place, later);
    }
  }
  return { verdict: "ok" };
}
// #endregion check-session

function broken(
  guarantee: Guarantee,
  earlier: Operation,
  later: Operation,
  [known, version]: readonly [number, number],
): SessionVerdict {
  const key: Json = later.args.key ?? null;
  const did = (op: string) => (op === "read" ? "read" : "wrote");
  const name = typeof key === "string" ? key : JSON.stringify(key);
  const explanation =
    `${later.process} ${did(earlier.op)} version ${known} of ${name}, ` +
    `and later ${did(later.op)} version ${version}.`;
  const versions = [known, version] as const;
  const found = { guarantee, earlier, later, versions, explanation };
  return { verdict: "illegal", ...found };
}
