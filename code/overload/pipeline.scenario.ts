/** A pipeline of four stages, the third of which is slow. */
import type { Node, NodeId } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { type StageState, stage } from "./credits.ts";

// unprinted: for the chapter on backpressure

// #region pipeline
/** Ms a stage takes for an item; the source makes one as often. */
export const stageMs: Readonly<Record<NodeId, number>> = {
  source: 5,
  parse: 4,
  enrich: 20,
  store: 8,
};
export const stages = Object.keys(stageMs);

/** The pipeline, with room for so many before each stage, or no bound. */
export function pipeline(
  room: number | null,
): Record<NodeId, Node<StageState>> {
  const nodes = stages.map((id, n) => {
    const from = stages[n - 1] ?? null;
    const to = stages[n + 1] ?? null;
    const workMs = stageMs[id] ?? 0;
    return [id, stage({ from, to, room, workMs })] as const;
  });
  return Object.fromEntries(nodes);
}

export function pipelineRun(
  seed: number,
  nodes: Record<NodeId, Node<StageState>>,
  duplicates: number,
) {
  return simulate({
    seed,
    nodes: nodes as Record<NodeId, Node<unknown>>,
    network: {
      delayMs: { kind: "constant", ms: 2 },
      messageDuplicateProbability: duplicates,
    },
    keepTrace: false,
  });
}
// #endregion pipeline
