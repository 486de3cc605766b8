/**
 * The life of an idempotency key, as a table and pure functions on it:
 * unknown, started, finished, and in the end forgotten. Whoever stores
 * the table makes each of these one transaction.
 */
import type { Json } from "../kernel/node.ts";

// #region key-record
export type KeyRecord = {
  /** Of the request; the same key with another one is an error. */
  readonly fingerprint: string;
  readonly startedMs: number;
  /** Until then whoever has claimed it is left alone. */
  readonly lockedUntilMs: number;
  /** Grows with each claim: a fencing token. */
  readonly attempt: number;
  /** How far it has come; what lies behind need not be done again. */
  readonly recoveryPoint: string;
  /** The answer for every time that the request comes again. */
  readonly response: Json;
};
export type Keys = { readonly [key: string]: KeyRecord };

export type KeyOptions = {
  /** Longer than a request takes; a crash holds the key up so long. */
  readonly lockMs: number;
  /** Longer than any client goes on trying. */
  readonly keepMs: number;
};
// #endregion key-record

export type Claim =
  | { readonly kind: "mine"; readonly record: KeyRecord }
  | { readonly kind: "in-progress" }
  | { readonly kind: "mismatch" }
  | { readonly kind: "done"; readonly response: Json };

// #region claim
/** Whose is this key? Look and take in one step, or two will have it. */
export function claim(
  keys: Keys,
  key: string,
  fingerprint: string,
  nowMs: number,
  options: KeyOptions,
): readonly [Keys, Claim] {
  const known = keys[key];
  if (known && known.fingerprint !== fingerprint)
    return [keys, { kind: "mismatch" }];
  if (known && isFinished(known))
    return [keys, { kind: "done", response: known.response }];
  if (known && nowMs < known.lockedUntilMs)
    return [keys, { kind: "in-progress" }];
  const record = {
    fingerprint,
    startedMs: known?.startedMs ?? nowMs,
    lockedUntilMs: nowMs + options.lockMs,
    attempt: (known?.attempt ?? 0) + 1,
    recoveryPoint: known?.recoveryPoint ?? "started",
    response: null,
  };
  return [
    { ...keys, [key]: record },
    { kind: "mine", record },
  ];
}

export function isFinished({ recoveryPoint }: KeyRecord): boolean {
  return recoveryPoint === "finished";
}
// #endregion claim

// #region progress
/** The holder has come further. Null: it holds the key no more. */
export function progress(
  keys: Keys,
  key: string,
  attempt: number,
  recoveryPoint: string,
  response: Json,
): Keys | null {
  const known = keys[key];
  if (!known || known.attempt !== attempt || isFinished(known))
    return null;
  return { ...keys, [key]: { ...known, recoveryPoint, response } };
}
// #endregion progress

// #region forget
/** Only what is finished is forgotten, and only when it is old. */
export function forget(
  keys: Keys,
  nowMs: number,
  { keepMs }: KeyOptions,
): Keys {
  const kept = Object.entries(keys).filter(
    ([, record]) =>
      !isFinished(record) || nowMs - record.startedMs <= keepMs,
  );
  return kept.length === Object.keys(keys).length
    ? keys
    : Object.fromEntries(kept);
}
// #endregion forget

// #region fingerprint
/** The same text for the same payload, in whatever order it is told. */
export function fingerprint(payload: Json): string {
  if (payload === null || typeof payload !== "object")
    return JSON.stringify(payload);
  if (Array.isArray(payload))
    return `[${payload.map(fingerprint).join(",")}]`;
  const fields = Object.entries(payload)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([name, value]) =>
        `${JSON.stringify(name)}:${fingerprint(value)}`,
    );
  return `{${fields.join(",")}}`;
}
// #endregion fingerprint
