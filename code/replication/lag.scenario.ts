/** A burst of writes at a steady rate, and how the follower keeps up. */
import type { Effect, Node } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { type Lag, type Load, lagOf } from "./lag.ts";
import { replica } from "./replication.ts";
import { asyncOptions, type State } from "./state.ts";

export type Sample = Lag & { readonly atMs: number };

/**
 * Play the load, then a calm without writes. The lag of the follower at
 * each `everyMs`, and the longest that an entry took to become visible.
 */
export function lagging(
  load: Load,
  everyMs: number,
): { readonly samples: readonly Sample[]; readonly worstMs: number } {
  const applyMs = 1000 / load.appliesPerSecond;
  const node = replica({ ...asyncOptions, applyMs });
  const seen = new Map<number, number>();
  const sim = simulate({
    seed: 1,
    nodes: { n1: node, n2: node, w: metronome(load) },
    clients: ["w"],
    network: { delayMs: { kind: "constant", ms: load.networkMs } },
    onStep: (sim, id) => {
      if (id !== "n2") return;
      const { applied } = sim.state<State>("n2");
      if (!seen.has(applied)) seen.set(applied, sim.nowMs);
    },
  });
  const samples: Sample[] = [];
  const endMs = load.burstMs * 2;
  for (let atMs = everyMs; atMs <= endMs; atMs += everyMs) {
    sim.runUntil(atMs);
    samples.push({ atMs, ...lagOf(sim.state<State>("n2"), atMs) });
  }
  const { log } = sim.state<State>("n1");
  // Until the follower has all of it.
  while (!seen.has(log.length)) sim.runFor(everyMs);
  const took = log.map(
    ({ atMs }, at) => (seen.get(at + 1) ?? atMs) - atMs,
  );
  return { samples, worstMs: Math.max(...took) };
}

/** Writes at a steady rate, whatever the answers. */
function metronome(load: Load): Node<{ readonly sent: number }> {
  const gapMs = 1000 / load.writesPerSecond;
  const tick: Effect = { kind: "set-timer", name: "w", afterMs: gapMs };
  return {
    init: () => [{ sent: 0 }, [tick]],
    step: ({ sent }, { event, nowMs }) => {
      if (event.kind !== "timer") return [{ sent }, []];
      if (nowMs > load.burstMs) return [{ sent }, []];
      const msg_id = sent + 1;
      const body = { type: "write", key: "x", value: msg_id, msg_id };
      const send: Effect = { kind: "send", dest: "n1", body };
      return [{ sent: msg_id }, [send, tick]];
    },
  };
}
