/**
 * The customer and the address again, on a register that keeps siblings:
 * once with the context passed on, once without and with a link down.
 */
import { seedFrom } from "../kernel/sample.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { type State as Session, session } from "./session.ts";
import { type State, siblingRegister } from "./sibling-register.ts";
import { show, type VectorClock } from "./vector.ts";

export const defaultSeed = 7;
export const replicas = ["n1", "n2", "n3"];

/** Same customer, same clocks; the link from n1 to n2 heals at 200 ms. */
export function correction(
  seed: number,
  carriesContext: boolean,
): Simulation {
  const customer = session({
    writes: [
      { at: "n1", value: "12 Elm St" },
      { at: "n2", value: "21 Elm St" },
    ],
    startMs: 100,
    thinkMs: 10,
    carriesContext,
  });
  const sim = simulate({
    seed,
    nodes: {
      n1: siblingRegister,
      n2: siblingRegister,
      n3: siblingRegister,
      c1: customer,
    },
    clients: ["c1"],
    network: { delayMs: { kind: "uniform", min: 2, max: 8 } },
    faults: [
      { atMs: 0, kind: "clock-jump", node: "n2", byMs: -40 },
      { atMs: 0, kind: "cut", from: "n1", to: "n2" },
      { atMs: 200, kind: "heal" },
    ],
  });
  sim.runUntil(1000);
  return sim;
}

export function run(seed: number): string {
  return [
    "The app passes on the context of its last write",
    ...told(correction(seed, true)),
    "",
    "It does not",
    ...told(correction(seed, false)),
  ].join("\n");
}

function told(sim: Simulation): string[] {
  const acks = sim
    .state<Session>("c1")
    .acknowledged.map(
      ({ at, value, stamp }) =>
        `  ${at} acknowledges ${value}, context ${show(stamp as VectorClock)}`,
    );
  const kept = replicas.map((id) => {
    const { siblings } = sim.state<State>(id);
    const values = siblings.map(
      ({ dot, past, value }) =>
        `${value} (dot ${dot.node}:${dot.count}, past ${show(past)})`,
    );
    return `  ${id} holds ${values.join("\n       and ")}`;
  });
  return [...acks, ...kept];
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
