/**
 * A controller that believes what it reads: whatever runs and does not
 * stand in the registry is terminated. The mechanism of Reddit's outage
 * of 2016-08-11, where the registry was half copied when it was read.
 */
import { childrenOf, type Tree } from "./tree.ts";

// #region autoscale
export type Guard = {
  /** Of what runs, the largest part that one round may end. */
  readonly shareMax: number;
  /** Whether a registry must say that it is complete. */
  readonly needsMark: boolean;
};

// #region what-to-end
/** What to terminate; nothing, and why, where a guard objects. */
export function autoscale(
  registry: Tree,
  running: readonly string[],
  guard: Guard,
): {
  readonly end: readonly string[];
  readonly refusal: string | null;
} {
  if (guard.needsMark && registry.nodes["/complete"] === undefined) {
    return { end: [], refusal: "the registry is not marked complete" };
  }
  const listed = childrenOf(registry, "/servers");
  const end = running.filter((name) => !listed.includes(name));
  if (end.length > guard.shareMax * running.length) {
    const refusal = `${end.length} of ${running.length} at once`;
    return { end: [], refusal };
  }
  return { end, refusal: null };
}
// #endregion what-to-end
// #endregion autoscale
