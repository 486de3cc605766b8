/**
 * A customer corrects an address. Both writes are acknowledged, and the
 * register, whose stamps are wall-clock times, keeps the mistake.
 */
import type { Fault } from "../kernel/faults.ts";
import { seedFrom } from "../kernel/sample.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import {
  type Clock,
  hybridClock,
  register,
  type Stamp,
  type State,
  wallClock,
} from "./last-write-wins.ts";
import { type State as Session, session } from "./session.ts";

export const defaultSeed = 7;

/** How far n2's clock is ahead in the story, unless told otherwise. */
const skewMs = -40;
const replicas = ["n1", "n2", "n3"];

export type Story = {
  /** Does the customer's app pass on the stamp of its last write? */
  readonly carriesContext: boolean;
  /** Is the link from n1 to n2 down? */
  readonly isCut: boolean;
  /** How far n2's clock is ahead of the others. */
  readonly skewMs?: number;
};
const usual: Story = { carriesContext: true, isCut: false };

/** One customer, two writes: the second corrects the first. */
function correcting(
  clock: Clock,
  { carriesContext, isCut }: Story,
  options: Pick<SimulationOptions, "seed" | "clocks" | "faults">,
): Simulation {
  const cut: Fault[] = isCut
    ? [{ atMs: 0, kind: "cut", from: "n1", to: "n2" }]
    : [];
  const customer = session({
    writes: [
      { at: "n1", value: "12 Elm St" },
      { at: "n2", value: "21 Elm St" },
    ],
    startMs: 100,
    thinkMs: 10,
    carriesContext,
  });
  const copy = register(clock, replicas);
  const sim = simulate({
    ...options,
    nodes: { n1: copy, n2: copy, n3: copy, c1: customer },
    clients: ["c1"],
    network: { delayMs: { kind: "uniform", min: 2, max: 8 } },
    faults: [...cut, ...(options.faults ?? [])],
  });
  sim.runUntil(300);
  return sim;
}

/** The story told: n2's clock is behind by a known amount. */
export function correction(
  clock: Clock,
  seed: number,
  story: Story = usual,
): Simulation {
  return correcting(clock, story, {
    seed,
    faults: [
      {
        atMs: 0,
        kind: "clock-jump",
        node: "n2",
        byMs: story.skewMs ?? skewMs,
      },
    ],
  });
}

/** Of these runs with clocks off by chance, how many lose the second? */
export function lostOf(
  clock: Clock,
  skewMsMax: number,
  seeds: readonly number[],
): number {
  return seeds.filter((seed) => {
    const clocks = { skewMsMax };
    const sim = correcting(clock, usual, { seed, clocks });
    return sim.state<State>("n3").value !== "21 Elm St";
  }).length;
}

export function run(seed: number): string {
  const seeds = Array.from({ length: 1000 }, (_, i) => seed + i);
  const rows = [0, 10, 25, 50, 100, 250].map((skew) => {
    const lost = [wallClock, hybridClock].map((clock) =>
      String(lostOf(clock, skew, seeds)).padStart(10),
    );
    return `${String(skew).padStart(9)} ms${lost.join("")}`;
  });
  const hidden = { carriesContext: false, isCut: true };
  return [
    "Stamps by wall clock; n2's clock is 40 ms behind",
    ...told(correction(wallClock, seed)),
    "",
    "Stamps by hybrid logical clock; the same clocks and delays",
    ...told(correction(hybridClock, seed)),
    "",
    "The same, but n1 cannot reach n2, and the app passes on no stamp",
    ...told(correction(hybridClock, seed, hidden)),
    "",
    "Corrections lost, of 1000",
    "   skew up to wall clock    hybrid",
    ...rows,
  ].join("\n");
}

function told(sim: Simulation): string[] {
  const { acknowledged } = sim.state<Session>("c1");
  const acks = sim.trace.filter(
    (e) => e.kind === "send" && e.message.body.type === "put_ok",
  );
  const writes = acknowledged.map(({ at, value, stamp }, i) => {
    const atMs = (acks[i]?.atMs ?? 0).toFixed(1).padStart(6);
    return `${atMs} ms  ${at} acknowledges ${value}, stamp ${show(stamp as Stamp)}`;
  });
  const kept = replicas.map((id) => {
    const { value, stamp } = sim.state<State>(id);
    return `   then    ${id} holds ${value}, stamp ${stamp && show(stamp)}`;
  });
  return [...writes, ...kept];
}

const show = ({ l, c, node }: Stamp) => `${l}.${c} ${node}`;

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
