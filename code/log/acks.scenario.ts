/**
 * What did the ack mean? A producer of 40 values meets one fault, under
 * each setting of `acks`; then it is counted what was lost of that which
 * it held to be written, and what is there twice.
 */
import type { Fault } from "../kernel/faults.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Message } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import {
  brokers,
  cluster,
  committedValues,
  compare,
  leaderOf,
  partition,
} from "./cluster.scenario.ts";
import type { Acks } from "./leader.ts";
import { type ProducerState, producer } from "./producer.ts";

// #region setting
export type Setting = {
  readonly name: string;
  readonly acks: Acks;
  readonly isIdempotent: boolean;
};

export const settings: readonly Setting[] = [
  { name: "acks=0", acks: 0, isIdempotent: false },
  { name: "acks=1", acks: 1, isIdempotent: false },
  { name: "acks=all", acks: "all", isIdempotent: false },
  { name: "and idempotent", acks: "all", isIdempotent: true },
];
// #endregion setting

export type Trouble = {
  readonly name: string;
  /** The fault strikes at this time; n1 leads until then. */
  readonly faults: (atMs: number) => readonly Fault[];
  readonly lose?: "produce" | "produce_ok";
  readonly uncleanElection?: boolean;
};

const apart = [
  ["n1", "p1"],
  ["n2", "n3", "k1"],
];
const everybody = [...brokers, "k1", "p1"];

// #region troubles
export const troubles: readonly Trouble[] = [
  { name: "none", faults: () => [] },
  { name: "a request is lost", faults: () => [], lose: "produce" },
  { name: "an answer is lost", faults: () => [], lose: "produce_ok" },
  {
    name: "the leader crashes",
    faults: (atMs) => [
      { atMs, kind: "crash", node: "n1" },
      { atMs: 1000, kind: "restart", node: "n1" },
    ],
  },
  {
    name: "the leader is cut off",
    faults: (atMs) => [
      { atMs, kind: "partition", groups: apart },
      { atMs: 1000, kind: "heal" },
    ],
  },
  {
    name: "unclean election",
    uncleanElection: true,
    faults: (atMs) => [
      { atMs: 100, kind: "crash", node: "n2" },
      { atMs, kind: "crash", node: "n1" },
      { atMs, kind: "crash", node: "n3" },
      { atMs: 750, kind: "restart", node: "n2" },
      { atMs: 1000, kind: "restart", node: "n1" },
      { atMs: 1000, kind: "restart", node: "n3" },
    ],
  },
];
// #endregion troubles

/** Lose the first message of this type on or after this time. */
function loseOne(type: string | undefined, atMs: number) {
  let isDone = false;
  return ({ body, src, dest }: Message, nowMs: number) => {
    const isClients =
      everybody.includes(src) && [src, dest].includes("p1");
    if (isDone || body.type !== type || nowMs < atMs || !isClients)
      return undefined;
    isDone = true;
    return "lose" as const;
  };
}

export type Outcome = {
  readonly acked: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly failure: string | null;
  readonly sim: Simulation;
};

/** One run: this setting, in this trouble at this time. */
export function runAcks(
  seed: number,
  { acks, isIdempotent }: Setting,
  trouble: Trouble,
  atMs: number,
): Outcome {
  const values = Array.from({ length: 40 }, (_, at) => at + 1);
  const producerId = isIdempotent ? 7 : null;
  const p1 = producer({
    brokers,
    partition,
    acks,
    producerId,
    values,
    startMs: 300,
    everyMs: 10,
    timeoutMs: 60,
  });
  const { faults, lose, uncleanElection = false } = trouble;
  const fate: NonNullable<NetworkOptions["fate"]> = loseOne(lose, atMs);
  const sim = cluster({
    seed,
    faults: faults(atMs),
    network: { delayMs: { kind: "constant", ms: 2 }, fate },
    controller: { uncleanElection },
    clients: { p1 },
    isWatched: false,
    keepTrace: false,
  });
  sim.runUntil(1800);
  const { acked, failure } = sim.state<ProducerState>("p1");
  const found = committedValues(sim, leaderOf(sim));
  const counts = compare(acked, found);
  return { acked: acked.length, ...counts, failure, sim };
}

/** When the fault strikes: before, within and after one write. */
export const momentsMs = [440, 443, 446, 449, 452];

/** The same at each of these moments; all together. */
export function runEach(
  seed: number,
  setting: Setting,
  trouble: Trouble,
) {
  const runs = momentsMs.map((atMs) =>
    runAcks(seed, setting, trouble, atMs),
  );
  const sum = (count: (run: Outcome) => number) =>
    runs.reduce((all, run) => all + count(run), 0);
  return {
    acked: sum(({ acked }) => acked),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
  };
}
