/**
 * The Effectively-Once Triangle: somebody tries again (replay), somebody
 * knows what was done (dedup), and doing and knowing are one step
 * (atomic). Each side is taken away in turn.
 */
import type { NetworkOptions } from "../kernel/network.ts";
import type { Node } from "../kernel/node.ts";
import { noDedup, recordFirst, recordLater } from "./broken.ts";
import {
  type CrashPoint,
  crashPoints,
  play,
  type Run,
} from "./crash-points.scenario.ts";
import { type Ledger, ledger, ledgerOptions } from "./ledger.ts";
import { payer } from "./payer.ts";
import { payerOptions } from "./payment.scenario.ts";

export type Side = {
  readonly name: string;
  readonly wrap: (node: Node<Ledger>) => Node<Ledger>;
  readonly attemptsMax: number;
};

// #region sides
const whole = (node: Node<Ledger>) => node;
export const sides: readonly Side[] = [
  { name: "all three", wrap: whole, attemptsMax: 5 },
  { name: "no replay", wrap: whole, attemptsMax: 1 },
  { name: "no dedup", wrap: noDedup, attemptsMax: 5 },
  {
    name: "not atomic, effect first",
    wrap: recordLater,
    attemptsMax: 5,
  },
  {
    name: "not atomic, record first",
    wrap: recordFirst,
    attemptsMax: 5,
  },
];
// #endregion sides

/** Loses the first message of this type. */
function losing(type: string): NonNullable<NetworkOptions["fate"]> {
  let isLost = false;
  return ({ body }) => {
    if (isLost || body.type !== type) return undefined;
    isLost = true;
    return "lose";
  };
}

function run(seed: number, side: Side, lost: string): Run {
  const { wrap, attemptsMax } = side;
  const targets = ["l1"];
  const delayMs = { kind: "constant", ms: 3 } as const;
  return {
    untilMs: 1500,
    downMs: 50,
    options: {
      seed,
      nodes: {
        l1: wrap(ledger(ledgerOptions)),
        c1: payer({ ...payerOptions, targets, attemptsMax }),
      },
      clients: ["c1"],
      network: { delayMs, fate: losing(lost) },
    },
  };
}

export type Tally = {
  readonly runs: number;
  readonly never: number;
  readonly once: number;
  readonly twice: number;
};

/** Every crash point, and every message lost; how often charged? */
export function tally(seed: number, side: Side): Tally {
  const points = crashPoints(run(seed, side, ""), ["l1"]);
  const troubles: readonly (readonly [string, CrashPoint | null])[] = [
    ...points.map((point) => ["", point] as const),
    ["charge", null],
    ["charge_ok", null],
  ];
  const charged = troubles.map(([lost, point]) => {
    const { sim } = play(run(seed, side, lost), point);
    return sim.state<Ledger>("l1").charges.length;
  });
  const count = (is: (charges: number) => boolean) =>
    charged.filter(is).length;
  return {
    runs: charged.length,
    never: count((charges) => charges === 0),
    once: count((charges) => charges === 1),
    twice: count((charges) => charges > 1),
  };
}
