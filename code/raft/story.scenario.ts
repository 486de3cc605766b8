/** What a Raft server did in one step, in words: for the samples. */
import type { NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { type Entry, entryAt, type State } from "./state.ts";

/** Notes each change of a server as a line, with its time. */
export type Narrator = {
  readonly lines: readonly string[];
  /** For `onStep` of a simulation. */
  readonly hear: (sim: Simulation, id: NodeId) => void;
  /** The next change of this server is told from the beginning. */
  readonly forget: (id: NodeId) => void;
  /** A remark of our own, at the present time. */
  readonly say: (sim: Simulation, text: string) => void;
};

export function narrator(): Narrator {
  const lines: string[] = [];
  const last = new Map<NodeId, State>();
  const say = (sim: Simulation, text: string) => {
    const time = sim.nowMs.toFixed(0).padStart(5);
    lines.push(`${time} ms  ${text}`);
  };
  return {
    lines,
    say,
    hear: (sim, id) => {
      const state = sim.state<State>(id);
      const before = last.get(id) ?? newborn(state);
      for (const text of changes(before, state)) say(sim, text);
      last.set(id, state);
    },
    forget: (id) => last.delete(id),
  };
}

/** The server as it was before anything happened. */
function newborn(state: State): State {
  const { lastIndex: commitIndex } = state.snapshot;
  return {
    ...state,
    currentTerm: 0,
    votedFor: null,
    role: "follower",
    commitIndex,
  };
}

/** What is worth telling of a step; nothing of most. */
export function changes(
  before: State,
  after: State,
): readonly string[] {
  const { id, role, currentTerm, votedFor } = after;
  const told: string[] = [];
  const hasVoted =
    votedFor !== before.votedFor || currentTerm !== before.currentTerm;
  if (hasVoted && votedFor === id) {
    told.push(
      `${id} hears no leader and stands in term ${currentTerm}`,
    );
  } else if (hasVoted && votedFor !== null) {
    told.push(`${id} votes for ${votedFor} in term ${currentTerm}`);
  }
  if (role === "leader" && before.role !== "leader") {
    const byName = (a: NodeId, b: NodeId) => (a < b ? -1 : 1);
    const votes = after.votes.toSorted(byName).join(" ");
    told.push(`${id} leads term ${currentTerm}, elected by ${votes}`);
  }
  if (after.commitIndex > before.commitIndex) {
    told.push(commitText(before.commitIndex + 1, after));
  }
  return told;
}

function commitText(first: number, state: State): string {
  const { id, commitIndex: last } = state;
  const indexes = Array.from(
    { length: last - first + 1 },
    (_, at) => first + at,
  );
  const entries = indexes.map((index) =>
    entryText(entryAt(state, index)),
  );
  const span = first === last ? `${last}` : `${first} to ${last}`;
  return `${id} commits ${span}: ${entries.join(", ")}`;
}

/** An entry in few words. */
export function entryText(entry: Entry | null): string {
  if (entry === null) return "(compacted)";
  if (entry.kind === "no-op") return "no-op";
  if (entry.kind === "members") return entry.members.join(" ");
  return String(entry.command);
}
