/**
 * Crash a node before each effect of each of its steps, one run for each:
 * all the lines at which a process can die.
 */
import type { Node, NodeId } from "../kernel/node.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";

// #region crash-point
export type CrashPoint = {
  readonly node: NodeId;
  /** So many steps it did before. */
  readonly step: number;
  /** And of this one so many effects. */
  readonly effect: number;
};
// #endregion crash-point

export type Run = {
  readonly options: SimulationOptions;
  readonly untilMs: number;
  /** From the crash to the restart. */
  readonly downMs: number;
};

/** Every point of these nodes in the run that nothing disturbs. */
export function crashPoints(
  run: Run,
  nodes: readonly NodeId[],
): readonly CrashPoint[] {
  const { effects } = play(run, null);
  return nodes.flatMap((node) =>
    (effects.get(node) ?? []).flatMap((count, step) =>
      Array.from({ length: count + 1 }, (_, effect) => ({
        node,
        step,
        effect,
      })),
    ),
  );
}

/** The run with this crash; null: without any. */
export function play(run: Run, point: CrashPoint | null) {
  const { options, untilMs, downMs } = run;
  const effects = new Map<NodeId, number[]>();
  const nodes = Object.fromEntries(
    Object.entries(options.nodes).map(([id, node]) => {
      const counts: number[] = [];
      effects.set(id, counts);
      return [id, counting(node, counts)];
    }),
  );
  const sim: Simulation = simulate({ ...options, nodes });
  let isArmed = false;
  let restartMs = Infinity;
  while (sim.nowMs < untilMs) {
    if (sim.nowMs >= restartMs && point !== null) {
      sim.apply({ kind: "restart", node: point.node });
      restartMs = Infinity;
    }
    const isNext =
      point !== null && effects.get(point.node)?.length === point.step;
    if (isNext && !isArmed) {
      const { node, effect: beforeEffect } = point;
      sim.apply({ kind: "crash", node, beforeEffect });
      isArmed = true;
    }
    if (!sim.runOne()) {
      if (restartMs === Infinity) break;
      // Nothing is left to happen but the restart.
      sim.runUntil(restartMs);
    }
    const isDown = point !== null && !sim.isUp(point.node);
    if (isDown && restartMs === Infinity)
      restartMs = sim.nowMs + downMs;
  }
  return { sim, effects };
}

function counting(
  node: Node<unknown>,
  counts: number[],
): Node<unknown> {
  return {
    ...node,
    step(state, input) {
      const step = node.step(state, input);
      counts.push(step[1].length);
      return step;
    },
  };
}
