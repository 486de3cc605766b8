/**
 * Two impatient proposers and one of the acceptors: each accept request
 * arrives just after the promise to the other's next ballot.
 */

import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import { nodesOf, type TraceEvent } from "../code/kernel/trace.ts";
import { duel } from "../code/paxos/dueling.example.ts";

export const program = "paxos/dueling";
export const seed = 7;

const nodes = ["p1", "a1", "p2"];

export function draw(): string {
  const { trace } = duel(seed, [12, 12]);
  return drawSpaceTime(trace, {
    nodes,
    fromMs: 0,
    toMs: 33,
    heightPx: 340,
    nodeLabel: (node) => (node === "a1" ? "a1 (as a2 and a3)" : node),
    label: (event) => (event.kind === "send" ? wordsFor(event) : null),
    show: (event) => nodesOf(event).every((node) => nodes.includes(node)) && isTold(event),
  });
}

/** The first three ballots, without the promises, which change nothing. */
function isTold(event: TraceEvent): boolean {
  if (event.kind === "send" || event.kind === "deliver" || event.kind === "drop") {
    const { type, ballot } = event.message.body;
    return type !== "promise" && Number(ballot) <= (type === "prepare" ? 5 : 4);
  }
  return false;
}

function wordsFor(event: Extract<TraceEvent, { kind: "send" }>): string {
  const { type, ballot } = event.message.body;
  return `${type} ${ballot}`;
}
