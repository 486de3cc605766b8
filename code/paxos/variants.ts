/**
 * Paxos with one rule missing, each for a test that has to notice. None of
 * them is a protocol.
 */

import type { Node } from "../kernel/node.ts";
import {
  type AcceptorState,
  acceptor,
  type ChooseValue,
} from "./paxos.ts";

// #region insist-on-own
/** Without P2c: a proposer asks for its own value, whatever it hears. */
export const insistOnOwn: ChooseValue = (_promises, own) => own;
// #endregion insist-on-own

// #region adopt-lowest
/** P2c misread: adopts a reported value, not the highest-numbered one. */
export const adoptLowest: ChooseValue = (promises, own) => {
  const reported = promises
    .filter((proposal) => proposal !== null)
    .sort((a, b) => a.ballot - b.ballot);
  return reported[0]?.value ?? own;
};
// #endregion adopt-lowest

const honest = acceptor({ learners: ["l1"] });

// #region forgetful
/** Without §2.5: nothing is written down before the answer leaves. */
export const forgetful: Node<AcceptorState> = {
  init: honest.init,
  step: (state, input) => {
    const [next, effects] = honest.step(state, input);
    return [next, effects.filter(({ kind }) => kind !== "persist")];
  },
};
// #endregion forgetful

/** Without P1a: accepts whatever comes, promise or not. */
export const faithless: Node<AcceptorState> = {
  init: honest.init,
  step: (state, input) => {
    const { event } = input;
    const asks =
      event.kind === "message" && event.message.body.type === "accept";
    return honest.step(asks ? { ...state, promised: 0 } : state, input);
  },
};
