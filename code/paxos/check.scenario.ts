/**
 * The safety requirements of consensus ("Paxos Made Simple", §2.1), read
 * off a trace by one who sees every node at once.
 */

import type { NodeId } from "../kernel/node.ts";
import type { TraceEvent } from "../kernel/trace.ts";
import type { AcceptorState, Proposal } from "./paxos.ts";

// #region chosen
/**
 * Every proposal that `quorum` acceptors ever accepted, in that order. By
 * ballot and value: that a ballot has one value is not taken for granted.
 */
export function chosenIn(
  trace: readonly TraceEvent[],
  quorum: number,
): readonly Proposal[] {
  const voters = new Map<string, Set<NodeId>>();
  const chosen: Proposal[] = [];
  for (const [node, proposal] of acceptances(trace)) {
    const { ballot, value } = proposal;
    const name = `${ballot} ${value}`;
    const before = voters.get(name) ?? new Set<NodeId>();
    const isNew = !before.has(node);
    voters.set(name, before.add(node));
    if (isNew && before.size === quorum) chosen.push(proposal);
  }
  return chosen;
}

/** The different values among them: consensus allows one at most. */
export function valuesChosen(
  trace: readonly TraceEvent[],
  quorum: number,
): readonly string[] {
  const values = chosenIn(trace, quorum).map(({ value }) => value);
  return [...new Set(values)];
}
// #endregion chosen

/** An acceptance counts from its write on, or, unwritten, its answer. */
function acceptances(
  trace: readonly TraceEvent[],
): readonly (readonly [NodeId, Proposal])[] {
  return trace.flatMap((event) => {
    if (event.kind === "persist" && event.key === "acceptor") {
      const { accepted } = event.value as AcceptorState;
      return accepted ? [[event.node, accepted] as const] : [];
    }
    if (
      event.kind === "send" &&
      event.message.body.type === "accepted"
    ) {
      const { src, body } = event.message;
      const { ballot, value } = body as unknown as Proposal;
      return [[src, { ballot, value }] as const];
    }
    return [];
  });
}
