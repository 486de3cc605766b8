/**
 * A Paxos electorate for tests, examples and figures: proposers p1, p2, …
 * (one for each value), acceptors a1, a2, … and one learner, l1.
 */

import type { Node, NodeId } from "../kernel/node.ts";
import {
  acceptor,
  adoptHighest,
  type ChooseValue,
  learner,
  majorities,
  proposer,
  type Quorums,
} from "./paxos.ts";

export type ClusterOptions = {
  /** What p1, p2, … would like to see chosen. */
  readonly values: readonly string[];
  readonly acceptorCount: number;
  /** When p1, p2, … start; all at once where absent. */
  readonly startAfterMs?: readonly number[];
  readonly retryMs?: readonly [min: number, max: number];
  readonly choose?: ChooseValue;
  /** Majorities where absent. */
  readonly quorums?: Quorums;
  /** Another kind of acceptor, for variants that have to fail. */
  readonly acceptorNode?: Node<unknown>;
};

/** a1 … an. */
export function acceptorIds(count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, at) => `a${at + 1}`);
}

/** The nodes, ready for the simulator. */
export function cluster(options: ClusterOptions): {
  readonly [id: NodeId]: Node<unknown>;
} {
  const { values, acceptorCount, startAfterMs = [] } = options;
  const acceptors = acceptorIds(acceptorCount);
  const quorums = options.quorums ?? majorities(acceptors);
  const [retryMsMin, retryMsMax] = options.retryMs ?? [40, 120];
  const voter = options.acceptorNode ?? acceptor({ learners: ["l1"] });
  const proposers = values.map((value, index) => [
    `p${index + 1}`,
    proposer({
      value,
      index,
      proposers: values.length,
      acceptors,
      quorums,
      startAfterMs: startAfterMs[index] ?? 0,
      retryMsMin,
      retryMsMax,
      choose: options.choose ?? adoptHighest,
    }),
  ]);
  return {
    ...Object.fromEntries(proposers),
    ...Object.fromEntries(acceptors.map((id) => [id, voter])),
    l1: learner(quorums.accept),
  };
}
