/** Two replicas far apart, one link, and who asks for what when. */

import { client, scriptedClient } from "../kernel/client.ts";
import type { Fault } from "../kernel/faults.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import {
  checkLinearizable,
  type Verdict,
} from "../kernel/linearizable.ts";
import { register as cell } from "../kernel/models.ts";
import type { Message, NodeId } from "../kernel/node.ts";
import { fraction, intBetween, stream } from "../kernel/random.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { type Options, register } from "./register.ts";

export type Ask = {
  readonly atMs: number;
  readonly client: NodeId;
  /** Which replica is asked. */
  readonly at: NodeId;
  /** What is written; a read without it. */
  readonly value?: string;
};

export const waitMs = 100;
export const cutMs = 200;
export const healMs = 700;

/** A pull request is opened; the link is cut; two people act on it. */
export const story: readonly Ask[] = [
  { atMs: 0, client: "c1", at: "n1", value: "open" },
  { atMs: 100, client: "c2", at: "n2" },
  { atMs: 250, client: "c1", at: "n1", value: "merged" },
  { atMs: 400, client: "c2", at: "n2" },
  { atMs: 550, client: "c2", at: "n2", value: "closed" },
  { atMs: 750, client: "c1", at: "n1" },
];

/** The same day, and nobody merged: what n2 sees of it is the same. */
export const otherStory: readonly Ask[] = story.filter(
  ({ value }) => value !== "merged",
);

export type Run = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
  readonly verdict: Verdict;
};

/** Clients are next to their replica; the replicas are 35 ms apart. */
const farApart = {
  delayMs: { kind: "constant", ms: 35 },
  fate: ({ src, dest }: Message) =>
    src.startsWith("n") && dest.startsWith("n") ? undefined : 1,
} as const;

const cut: readonly Fault[] = [
  {
    atMs: cutMs,
    kind: "partition",
    groups: [
      ["n1", "c1"],
      ["n2", "c2"],
    ],
  },
  { atMs: healMs, kind: "heal" },
];

// #region tell
/** Let these things be asked, with the link cut in the middle. */
export function tell(
  alone: Options["alone"],
  asks: readonly Ask[],
  seed: number,
  other: Partial<{ waitMs: number; faults: readonly Fault[] }> = {},
): Run {
  const node = register({ waitMs: other.waitMs ?? waitMs, alone });
  const silent = scriptedClient([], { targets: [], timeoutMs: 1 });
  const nodes = { n1: node, n2: node, c1: silent, c2: silent };
  const clients = ["c1", "c2"];
  const sim = simulate({
    seed,
    nodes,
    clients,
    network: farApart,
    faults: other.faults ?? cut,
    checkPurity: true,
  });
  asks.forEach(({ atMs, client: src, at: dest, value }, nth) => {
    sim.runUntil(atMs);
    const msg_id = nth + 1;
    const body =
      value === undefined
        ? { type: "read", msg_id }
        : { type: "write", value, msg_id };
    sim.inject({ src, dest, body });
  });
  sim.runUntil(1000);
  return checked(sim, clients);
}
// #endregion tell

function checked(sim: Simulation, clients: readonly NodeId[]): Run {
  const history = historyOf(sim.trace, clients);
  const verdict = checkLinearizable(cell(), history);
  return { sim, history, verdict };
}

/** Three clients ask at random; the link is cut and mended at random. */
export function weather(alone: Options["alone"], seed: number): Run {
  const node = register({ waitMs: 40, alone });
  const asking = (at: NodeId) =>
    client(
      { targets: [at], timeoutMs: 80, thinkMsMax: 20 },
      ({ begun, id }, dice) => {
        if (begun >= 15) return null;
        return fraction(stream(dice, 1)) < 0.5
          ? { type: "read" }
          : { type: "write", value: `${id}-${begun}` };
      },
    );
  const clients = ["c1", "c2", "c3"];
  const faults = [0, 1, 2, 3].flatMap((nth): readonly Fault[] => {
    const lot = stream(seed, 100 + nth);
    const atMs = 300 * nth + intBetween(stream(lot, 0), 0, 150);
    const forMs = intBetween(stream(lot, 1), 20, 150);
    return [
      { atMs, kind: "partition", groups: [["n1"], ["n2"]] },
      { atMs: atMs + forMs, kind: "heal" },
    ];
  });
  const sim = simulate({
    seed,
    nodes: {
      n1: node,
      n2: node,
      c1: asking("n1"),
      c2: asking("n2"),
      c3: asking("n2"),
    },
    clients,
    network: { delayMs: { kind: "uniform", min: 2, max: 12 } },
    faults,
  });
  sim.runUntil(4000);
  return checked(sim, clients);
}
