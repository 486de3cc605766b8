/** A pipeline of four stages, the third of which is slow. */
import type { Node, NodeId } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { type StageState, stage } from "./credits.ts";

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

/** The pipeline on links of this delay; items a second at its end. */
export function pipelineRate(
  seed: number,
  room: number,
  delayMs: number,
): number {
  const nodes: Record<NodeId, Node<StageState>> = pipeline(room);
  const sim = simulate({
    seed,
    nodes: nodes as Record<NodeId, Node<unknown>>,
    network: { delayMs: { kind: "constant", ms: delayMs } },
    keepTrace: false,
  });
  const last = stages.at(-1) ?? "";
  const doneBy = (atMs: number) => {
    sim.runUntil(atMs);
    return sim.state<StageState>(last).done;
  };
  const before = doneBy(10_000);
  return (doneBy(30_000) - before) / 20;
}
