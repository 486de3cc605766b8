/**
 * A split vote: three servers lose patience within six milliseconds, each
 * votes for itself, and nobody wins term 1. The waits are drawn anew, and
 * one of them ends well before the others.
 */
import { simulate } from "../code/kernel/simulator.ts";
import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";
import { paperOptions } from "../code/raft/options.ts";
import { raft } from "../code/raft/raft.ts";
import type { State } from "../code/raft/state.ts";

export const program = null;
export const seed = 34;

const ids = ["n1", "n2", "n3"];

export function draw(): string {
  // Waits this short beside delays this long make split votes frequent.
  const options = {
    ...paperOptions(ids),
    electionTimeoutMsMin: 60,
    electionTimeoutMsMax: 120,
    heartbeatMs: 30,
  };
  const node = raft(options);
  const leaders = new Set<string>();
  const sim = simulate({
    seed,
    nodes: Object.fromEntries(ids.map((id) => [id, node])),
    network: { delayMs: { kind: "constant", ms: 12 } },
    onStep: (sim, id) => {
      const { role, currentTerm } = sim.state<State>(id);
      if (role !== "leader" || leaders.has(id)) return;
      leaders.add(id);
      sim.note(id, `leads term ${currentTerm}`);
    },
  });
  sim.runUntil(200);
  return drawSpaceTime(sim.trace, {
    nodes: ids,
    fromMs: 78,
    toMs: 196,
    heightPx: 440,
    show: (event) => !isRefusal(event),
    label: (event) => words(sim.trace, event),
  });
}

/** Left out for clarity: the six answers of those that voted for themselves. */
function isRefusal(event: TraceEvent): boolean {
  return event.kind === "send" && event.message.body.voteGranted === false;
}

/** Requests by their term, answers by yes; who stands, and when. */
function words(trace: readonly TraceEvent[], event: TraceEvent): string | null | undefined {
  if (event.kind === "timer" && event.name === "election") {
    const before = trace.filter(
      (other) => other.kind === "timer" && other.name === "election" && other.node === event.node,
    );
    return `stands, term ${before.indexOf(event) + 1}`;
  }
  if (event.kind !== "send") return undefined;
  const { body } = event.message;
  if (body.type === "request_vote_reply") return "yes";
  return body.type === "request_vote" ? "vote?" : "follow me";
}
