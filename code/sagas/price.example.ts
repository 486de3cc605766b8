/** What an order costs: messages, writes and time, led, danced, replayed. */
import type { NodeId } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { working } from "./durable.scenario.ts";
import { danced, led, orderSaga, play } from "./order.scenario.ts";
import { plainWorkflow } from "./order-workflow.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  // Three steps: only the saga that is led has a receipt as well.
  const change = { saga: orderSaga.slice(0, 3) };
  const all = { seed, refusing: null, change };
  const none = { seed, refusing: "parcel", change };
  return [
    "                          messages  writes     ms",
    row("led, shipped", play(led(all), null).sim),
    row("led, undone", play(led(none), null).sim),
    row("danced, shipped", play(danced(all), null).sim),
    row("danced, undone", play(danced(none), null).sim),
    row(
      "workflow, shipped",
      play(working(seed, plainWorkflow, []), null).sim,
    ),
  ].join("\n");
}

/** From the first effect of a service to the last write of anybody. */
export function priceOf(sim: Simulation) {
  const isInside = (id: NodeId) => id !== "c1";
  const sends = sim.trace.filter(
    (event) =>
      event.kind === "send" &&
      isInside(event.message.src) &&
      isInside(event.message.dest),
  );
  const writes = sim.trace.filter(({ kind }) => kind === "persist");
  const [first, last] = [writes.at(0), writes.at(-1)];
  const ms = (last?.atMs ?? 0) - (first?.atMs ?? 0);
  return { messages: sends.length, writes: writes.length, ms };
}

function row(name: string, sim: Simulation): string {
  const { messages, writes, ms } = priceOf(sim);
  return (
    name.padEnd(24) +
    [`${messages}`.padStart(10), `${writes}`.padStart(7)].join(" ") +
    ms.toFixed(0).padStart(7)
  );
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
