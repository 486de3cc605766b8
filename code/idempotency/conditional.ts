/**
 * Operations that need no key: those that may be done twice by nature,
 * and those that name the state that they are meant for. Pure functions.
 */
import type { Json } from "../kernel/node.ts";

export type Resource = { readonly value: Json; readonly etag: number };
export type Answer = {
  readonly status: 200 | 412;
  readonly etag: number;
};

// #region natural
/** The whole value: twice is as good as once. */
export function put(resource: Resource, value: Json): Resource {
  return { value, etag: resource.etag + 1 };
}

/** A set: what is in it is in it. */
export function addMember(
  members: readonly string[],
  member: string,
): readonly string[] {
  return members.includes(member) ? members : [...members, member];
}

/** Not by nature: each time counts. */
export function increment(resource: Resource, by: number): Resource {
  return put(resource, Number(resource.value) + by);
}
// #endregion natural

// #region if-match
/** `If-Match` (RFC 9110, section 13.1.1): only if nobody was faster. */
export function putIfMatch(
  resource: Resource,
  value: Json,
  ifMatch: number,
): readonly [Resource, Answer] {
  const { etag } = resource;
  if (ifMatch !== etag) return [resource, { status: 412, etag }];
  const next = put(resource, value);
  return [next, { status: 200, etag: next.etag }];
}
// #endregion if-match

// #region dedup-window
/**
 * How long must an id be remembered? From the first delivery to the last
 * that can come: all retries of the sender, and what the last of them
 * may spend on its way.
 */
export function windowMsMin(
  attemptsMax: number,
  retryEveryMs: number,
  delayMsMax: number,
): number {
  return (attemptsMax - 1) * retryEveryMs + delayMsMax;
}
// #endregion dedup-window
