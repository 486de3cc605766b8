// unprinted: for the chapter on consensus
/** Raft's verdict on a run, and as a picture: the logs that conflict. */
import type { Node, NodeId } from "../kernel/node.ts";
import {
  drawLogs,
  formatLogs,
  type LogRow,
} from "../kernel/picture-logs.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import type { Entry, State } from "./state.ts";
import { checkRaft, type RaftVerdict } from "./verdict.ts";

type Illegal = Extract<RaftVerdict, { readonly verdict: "illegal" }>;

// #region judge-run
/**
 * A run of these servers that remembers each state. `verdict` judges all
 * so far; the last step of a crash may not have reached the disk, and
 * does not count.
 */
export function judgedRun(
  ids: readonly NodeId[],
  node: Node<State>,
  options: Omit<SimulationOptions, "nodes">,
): { readonly sim: Simulation; verdict(): RaftVerdict } {
  const seen: State[] = [];
  const sim = simulate({
    ...options,
    nodes: Object.fromEntries(ids.map((id) => [id, node])),
    onStep: (sim, id) => {
      if (sim.isUp(id)) seen.push(sim.state<State>(id));
      options.onStep?.(sim, id);
    },
  });
  return { sim, verdict: () => checkRaft(seen) };
}
// #endregion judge-run

// #region picture
/** What is broken in a sentence, and the logs that show it. */
export function formatBreach({ explanation, where, states }: Illegal) {
  const marked = where.index === null ? [] : [where.index];
  return `${explanation}\n${formatLogs(states.map(rowOf), marked)}`;
}

/** The same logs as one `<svg>`, the entry in conflict in accent. */
export function drawBreach({ where, states }: Illegal, widthPx = 456) {
  const marked = where.index === null ? [] : [where.index];
  return drawLogs(states.map(rowOf), marked, widthPx);
}

function rowOf(state: State): LogRow {
  const { id, role, currentTerm, log, snapshot, commitIndex } = state;
  const does = role === "leader" ? "leads" : "in";
  const boxes = log.map((entry) => {
    return { term: entry.term, words: entryText(entry) };
  });
  return {
    name: id,
    note: `${does} term ${currentTerm}`,
    compacted: snapshot.lastIndex,
    boxes,
    commitIndex,
  };
}

function entryText(entry: Entry): string {
  if (entry.kind === "no-op") return "no-op";
  if (entry.kind === "members") return entry.members.join(" ");
  const { command } = entry;
  return typeof command === "string"
    ? command
    : JSON.stringify(command);
}
// #endregion picture
