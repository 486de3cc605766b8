/**
 * The Consistency Spectrum Dial: for each level, where a write goes,
 * where a read is answered, and what a session asks of a replica before
 * that replica may serve it.
 */

import { join, type VectorClock } from "../clocks/vector.ts";
import type { Body } from "../kernel/node.ts";

// #region levels
/** A majority; the one leader; or whichever replica was asked. */
export type Path = "quorum" | "leader" | "here";

/** Terry et al., PDIS 1994: what a session may be promised. */
export type Guarantee =
  | "read-your-writes"
  | "monotonic-reads"
  | "monotonic-writes"
  | "writes-follow-reads";

export type Setting = {
  readonly write: Path;
  readonly read: Path;
  readonly guarantees: readonly Guarantee[];
};

const all: readonly Guarantee[] = [
  "read-your-writes",
  "monotonic-reads",
  "monotonic-writes",
  "writes-follow-reads",
];
// #region settings
const here = { write: "here", read: "here" } as const;
const ordered = { write: "leader", read: "here" } as const;

/** From strong to weak. */
export const levels = {
  linearizable: { write: "quorum", read: "quorum", guarantees: [] },
  sequential: { ...ordered, guarantees: all },
  "consistent-prefix": { ...ordered, guarantees: [] },
  causal: { ...here, guarantees: all },
  "read-your-writes": { ...here, guarantees: ["read-your-writes"] },
  "monotonic-reads": { ...here, guarantees: ["monotonic-reads"] },
  eventual: { ...here, guarantees: [] },
} as const satisfies { readonly [level: string]: Setting };
export type Level = keyof typeof levels;
// #endregion settings
// #endregion levels

// #region session
/** What a session has read and written, by replica where it was born. */
export type Session = {
  readonly reads: VectorClock;
  readonly writes: VectorClock;
};
export const newSession: Session = { reads: {}, writes: {} };

/** What a replica must have before it serves this read or write. */
export function demand(
  { guarantees }: Setting,
  op: "read" | "write",
  { reads, writes }: Session,
): VectorClock {
  const has = (one: Guarantee) => guarantees.includes(one);
  const [ofReads, ofWrites] =
    op === "read"
      ? [has("monotonic-reads"), has("read-your-writes")]
      : [has("writes-follow-reads"), has("monotonic-writes")];
  return join(ofReads ? reads : {}, ofWrites ? writes : {});
}

/** A read shows all that its replica had; a write is one more. */
export function remember(session: Session, answer: Body): Session {
  const seen = (answer.seen ?? {}) as VectorClock;
  const { reads, writes } = session;
  if (answer.type === "read_ok")
    return { reads: join(reads, seen), writes };
  if (answer.type === "write_ok")
    return { reads, writes: join(writes, seen) };
  return session;
}
// #endregion session
