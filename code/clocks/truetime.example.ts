/**
 * One customer commits t1 at n1, hears that it is done, and commits t2
 * at n2. Is t2's timestamp the greater one? With no wait, with commit
 * wait, and with commit wait on a bound that is a lie.
 */
import type { Body, Node, NodeId } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { type Options, server } from "./truetime.ts";

export const defaultSeed = 7;

export type Committed = {
  readonly txn: string;
  readonly at: NodeId;
  readonly s: number;
};
type Client = { readonly committed: readonly Committed[] };

/** Commits at each place in turn, never before the last was answered. */
export function customer(places: readonly NodeId[]): Node<Client> {
  const commit = (turn: number) =>
    places.slice(turn, turn + 1).map((dest) => ({
      kind: "send" as const,
      dest,
      body: { type: "commit", txn: `t${turn + 1}` },
    }));
  return {
    init: () => [
      { committed: [] },
      [{ kind: "set-timer", name: "begin", afterMs: 20 }],
    ],
    step: (state, { event }) => {
      const { committed } = state;
      if (event.kind === "timer") return [state, commit(0)];
      const { txn, s } = event.message.body as Body & Committed;
      const next = [...committed, { txn, at: event.message.src, s }];
      return [{ committed: next }, commit(next.length)];
    },
  };
}

/** Clock errors in ms of n1 and n2; the servers believe in epsilon. */
export type Errors = { readonly n1: number; readonly n2: number };

export function twoCommits(
  seed: number,
  options: Options,
  errors: Errors,
): Simulation {
  const sim = simulate({
    seed,
    nodes: {
      n1: server(options),
      n2: server(options),
      c1: customer(["n1", "n2"]),
    },
    clients: ["c1"],
    network: { delayMs: { kind: "uniform", min: 0.2, max: 0.6 } },
    faults: [
      { atMs: 0, kind: "clock-jump", node: "n1", byMs: errors.n1 },
      { atMs: 0, kind: "clock-jump", node: "n2", byMs: errors.n2 },
    ],
  });
  sim.runUntil(300);
  return sim;
}

/** When each commit was asked for and answered, in true time. */
export function spans(sim: Simulation) {
  const heard = (type: string, txn: string) =>
    sim.trace.find(
      (e) =>
        e.kind === "deliver" &&
        e.message.body.type === type &&
        e.message.body.txn === txn,
    )?.atMs ?? Number.NaN;
  return sim.state<Client>("c1").committed.map((commit) => ({
    ...commit,
    fromMs: heard("commit", commit.txn),
    toMs: heard("committed", commit.txn),
  }));
}

/** The story's three runs: what is believed, and what is so. */
export const cases = [
  {
    title: "no wait, clocks within 4 ms",
    options: { epsilonMs: 4, commitWait: false },
    errors: { n1: 3, n2: -3 },
  },
  {
    title: "commit wait, clocks within 4 ms",
    options: { epsilonMs: 4, commitWait: true },
    errors: { n1: 3, n2: -3 },
  },
  {
    title: "commit wait, but n2 is 15 ms behind",
    options: { epsilonMs: 4, commitWait: true },
    errors: { n1: 3, n2: -15 },
  },
];

export function run(seed: number): string {
  return cases
    .flatMap(({ title, options, errors }) => {
      const commits = spans(twoCommits(seed, options, errors));
      const [first, second] = commits.map(({ s }) => s);
      const holds = (first ?? 0) < (second ?? 0);
      const lines = commits.map(
        ({ txn, at, s, fromMs, toMs }) =>
          `  ${txn} at ${at}: s = ${s.toFixed(1).padStart(4)}, real time ` +
          `${fromMs.toFixed(1)} to ${toMs.toFixed(1)}`,
      );
      return [title, ...lines, `  s1 < s2: ${holds ? "yes" : "NO"}`];
    })
    .join("\n");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
