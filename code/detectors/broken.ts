/**
 * Detectors that each lack one property. The first two are the ends of
 * the scale: one that never errs and never finds, one that finds all and
 * errs always.
 */
import type { Node } from "../kernel/node.ts";
import type { State } from "./detector.ts";

// #region trustful
/** Suspects nobody: as accurate as can be, and not complete. */
export function trustful(node: Node<State>): Node<State> {
  return judged(node, () => false);
}
// #endregion trustful

// #region paranoid
/** Suspects everybody: as complete as can be, and not accurate. */
export function paranoid(node: Node<State>): Node<State> {
  return judged(node, () => true);
}
// #endregion paranoid

// #region unforgiving
/** Once suspected, always suspected: no mistake is ever taken back. */
export function unforgiving(node: Node<State>): Node<State> {
  return judged(node, (now, before) => now || before);
}
// #endregion unforgiving

function judged(
  node: Node<State>,
  verdict: (now: boolean, before: boolean) => boolean,
): Node<State> {
  return {
    ...node,
    step(state, input) {
      const [next, effects] = node.step(state, input);
      const beliefs = Object.entries(next.beliefs).map(
        ([peer, belief]) => {
          const before = state.beliefs[peer]?.isSuspected ?? false;
          const isSuspected = verdict(belief.isSuspected, before);
          return [peer, { ...belief, isSuspected }] as const;
        },
      );
      return [
        { ...next, beliefs: Object.fromEntries(beliefs) },
        effects,
      ];
    },
  };
}
