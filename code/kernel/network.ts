/**
 * The network: how long a message takes, whether it is lost or doubled,
 * and which links are cut. Reordering needs no option: two messages with
 * different delays overtake each other.
 */
import type { Message, NodeId } from "./node.ts";
import { fraction } from "./random.ts";

// #region network-options
export type DelayMs =
  | { readonly kind: "constant"; readonly ms: number }
  | {
      readonly kind: "uniform";
      readonly min: number;
      readonly max: number;
    }
  | {
      readonly kind: "long-tailed";
      readonly median: number;
      readonly p99: number;
    };

export type NetworkOptions = {
  /** One-way; 5 ms constant when nothing is said. */
  readonly delayMs?: DelayMs;
  readonly messageLossProbability?: number;
  readonly messageDuplicateProbability?: number;
  /**
   * Decides over single messages, for a story that needs this one lost
   * or late: a delay in ms, "lose", or undefined to leave it to chance.
   */
  readonly fate?: (
    message: Message,
    nowMs: number,
  ) => number | "lose" | undefined;
};
// #endregion network-options

// #region delay
/**
 * The delay at a quantile from 0 to 1. Only arithmetic and square roots
 * are used, because every engine rounds them alike.
 */
export function delayAt(delayMs: DelayMs, quantile: number): number {
  switch (delayMs.kind) {
    case "constant":
      return delayMs.ms;
    case "uniform":
      return delayMs.min + quantile * (delayMs.max - delayMs.min);
    case "long-tailed": {
      const { median, p99 } = delayMs;
      // The fast half lies evenly between half the median and it.
      if (quantile < 0.5) return median * (0.5 + quantile);
      // The slow half is log-logistic: ten times rarer, about three
      // times slower.
      const odds = Math.sqrt(quantile / (1 - quantile));
      return (
        median + ((p99 - median) * (odds - 1)) / (Math.sqrt(99) - 1)
      );
    }
  }
}
// #endregion delay

/** A delay drawn with one dice. */
export function drawDelay(delayMs: DelayMs, dice: number): number {
  return delayAt(delayMs, fraction(dice));
}

// #region links
/** The directed links that carry nothing at the moment. */
export type Cuts = Map<NodeId, Set<NodeId>>;

export function isCut(cuts: Cuts, from: NodeId, to: NodeId): boolean {
  return cuts.size > 0 && cuts.get(from)?.has(to) === true;
}

/** Cut one direction; the other goes on working. */
export function cut(cuts: Cuts, from: NodeId, to: NodeId): void {
  const cutFrom = cuts.get(from) ?? new Set();
  cuts.set(from, cutFrom.add(to));
}

/**
 * Cut every link between nodes that share no group. A node may be in two
 * groups (a bridge); a node in none keeps all its links.
 */
export function partition(
  cuts: Cuts,
  groups: readonly (readonly NodeId[])[],
): void {
  const named = [...new Set(groups.flat())];
  for (const from of named) {
    for (const to of named) {
      const shared = groups.some(
        (group) => group.includes(from) && group.includes(to),
      );
      if (!shared) cut(cuts, from, to);
    }
  }
}
// #endregion links
