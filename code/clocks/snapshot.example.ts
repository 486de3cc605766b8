/**
 * Three branches with 100 each wire money about. How much is there? Each
 * branch writes down its balance at 100 ms by its own clock, and in the
 * same run the marker algorithm takes a snapshot.
 */
import type { NodeId } from "../kernel/node.ts";
import { fraction, stream } from "../kernel/random.ts";
import { seedFrom } from "../kernel/sample.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import {
  branch,
  type Recorded,
  type State,
  totalOf,
} from "./snapshot.ts";

export const defaultSeed = 194;
export const names = ["n1", "n2", "n3"];

/**
 * With `fifo` every link has one fixed delay of its own, so that nothing
 * overtakes; without it, each message draws a delay and some do.
 */
export function bank(
  seed: number,
  { fifo, skewMsMax }: { fifo: boolean; skewMsMax: number },
): Simulation {
  const options = {
    startBalance: 100,
    recordAtMs: 100,
    initiator: "n1",
    stopAtMs: 200,
  };
  const linkMs = (src: NodeId, dest: NodeId) =>
    5 +
    20 *
      fraction(
        stream(stream(seed, names.indexOf(src)), names.indexOf(dest)),
      );
  const sim = simulate({
    seed,
    nodes: Object.fromEntries(names.map((id) => [id, branch(options)])),
    network: {
      delayMs: { kind: "uniform", min: 5, max: 25 },
      ...(fifo ? { fate: ({ src, dest }) => linkMs(src, dest) } : {}),
    },
    clocks: { skewMsMax },
  });
  sim.runUntil(500);
  return sim;
}

export const recordedOf = (sim: Simulation): Recorded[] =>
  names.flatMap((id) => sim.state<State>(id).recorded ?? []);

export const byClockOf = (sim: Simulation): number =>
  names.reduce(
    (sum, id) => sum + (sim.state<State>(id).byClock ?? 0),
    0,
  );

export function run(seed: number): string {
  const sim = bank(seed, { fifo: true, skewMsMax: 20 });
  const perNode = names.map((id) => {
    const { byClock, recorded } = sim.state<State>(id);
    const channels = Object.entries(recorded?.closed ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([from, money]) => `${from}: ${money}`);
    return (
      `${id}  ${String(byClock).padStart(13)}  ` +
      `${String(recorded?.balance).padStart(9)}   ${channels.join(", ")}`
    );
  });
  const { balances, onWire, total } = totalOf(recordedOf(sim));
  const seeds = Array.from({ length: 1000 }, (_, i) => seed + i);
  const right = (count: (seed: number) => number) =>
    String(seeds.filter((s) => count(s) === 300).length).padStart(4);
  const honest = { fifo: true, skewMsMax: 0 };
  return [
    "    by clock, 100ms  by marker   on the wire, from",
    ...perNode,
    `sum ${String(byClockOf(sim)).padStart(13)}  ${String(balances).padStart(9)}   ${onWire}, together ${total}`,
    "",
    "Runs of 1000 in which the sum is 300",
    `  by clock, clocks off by up to 20 ms ${right((s) => byClockOf(bank(s, { fifo: true, skewMsMax: 20 })))}`,
    `  by clock, perfect clocks            ${right((s) => byClockOf(bank(s, honest)))}`,
    `  by marker                           ${right((s) => totalOf(recordedOf(bank(s, honest))).total)}`,
    `  by marker, links not FIFO           ${right((s) => totalOf(recordedOf(bank(s, { fifo: false, skewMsMax: 0 }))).total)}`,
  ].join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
