/**
 * One charge, two web servers, a database, a payment provider, and a
 * client that tries until it is told. Everybody dies at every line.
 */
import type { Fault } from "../kernel/faults.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import {
  crashPoints,
  play,
  type Run,
} from "./crash-points.scenario.ts";
import type { KeyOptions } from "./keys.ts";
import { type PayerOptions, type PayerState, payer } from "./payer.ts";
import { type Provider, provider } from "./provider.ts";
import { type Store, store } from "./store.ts";
import { type WorkerOptions, worker } from "./worker.ts";

export const keyOptions: KeyOptions = { lockMs: 80, keepMs: 60_000 };

export const payerOptions: PayerOptions = {
  targets: ["w1", "w2"],
  charge: { account: "ada", amount: 40 },
  key: "order-17",
  startMs: 10,
  timeoutMs: 100,
  attemptsMax: 8,
  isKeyFresh: false,
};

export type Setup = {
  readonly name: string;
  readonly isProviderIdempotent: boolean;
  readonly onUnknown: WorkerOptions["onUnknown"];
  readonly isKeyFresh: boolean;
};

// #region setups
export const setups: readonly Setup[] = [
  {
    name: "a new key for each attempt",
    isProviderIdempotent: true,
    onUnknown: "again",
    isKeyFresh: true,
  },
  {
    name: "one key, provider without keys, again",
    isProviderIdempotent: false,
    onUnknown: "again",
    isKeyFresh: false,
  },
  {
    name: "one key, provider without keys, park",
    isProviderIdempotent: false,
    onUnknown: "park",
    isKeyFresh: false,
  },
  {
    name: "one key, provider with keys, again",
    isProviderIdempotent: true,
    onUnknown: "again",
    isKeyFresh: false,
  },
];
// #endregion setups

export type PaymentOptions = {
  readonly seed: number;
  readonly setup: Setup;
  readonly keys?: KeyOptions;
  readonly wrap?: (node: Node<Store>) => Node<Store>;
  readonly network?: NetworkOptions;
  readonly faults?: readonly Fault[];
  readonly clients?: { readonly [id: string]: Node<unknown> };
};

export function payment(options: PaymentOptions): Run {
  const {
    seed,
    setup,
    keys = keyOptions,
    wrap = (node) => node,
  } = options;
  const { isProviderIdempotent, onUnknown, isKeyFresh } = setup;
  const w = worker({ store: "s1", provider: "v1", onUnknown });
  const c1 = payer({ ...payerOptions, isKeyFresh });
  const clients = options.clients ?? { c1 };
  return {
    untilMs: 2000,
    downMs: 50,
    options: {
      seed,
      nodes: {
        s1: wrap(store(keys)),
        v1: provider(isProviderIdempotent),
        w1: w,
        w2: w,
        ...clients,
      },
      clients: Object.keys(clients),
      network: options.network ?? {
        delayMs: { kind: "constant", ms: 3 },
      },
      faults: options.faults ?? [],
    },
  };
}

export type Verdict = {
  readonly charged: number;
  readonly booked: number;
  readonly outcome: PayerState["outcome"];
};

export function verdict(sim: Simulation): Verdict {
  return {
    charged: sim.state<Provider>("v1").payments.length,
    booked: sim.state<Store>("s1").orders.length,
    outcome: sim.state<PayerState>("c1").outcome,
  };
}

/** A crash at every line of every server: what came of each. */
export function everyCrash(
  seed: number,
  setup: Setup,
): readonly Verdict[] {
  const run = payment({ seed, setup });
  const points = crashPoints(run, ["w1", "s1", "v1"]);
  return points.map((point) => verdict(play(run, point).sim));
}
