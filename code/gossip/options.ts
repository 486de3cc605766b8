/** How a SWIM group is set up. */
import type { NodeId } from "../kernel/node.ts";

// #region swim-options
export type Options = {
  /** The protocol period: one ping, and its answer, in each. */
  readonly periodMs: number;
  /** When others are asked to ping; well below the period. */
  readonly ackTimeoutMs: number;
  /** How many others are asked: the paper's k. */
  readonly helpers: number;
  /** Own periods from suspicion to confirmation; 0: no suspicion. */
  readonly suspicionPeriods: number;
  /** Updates in one message, and how often each is sent. */
  readonly updatesPerMessage: number;
  readonly lambda: number;
  /** Whom to ask for the others; null: all peers are known. */
  readonly contacts: readonly NodeId[] | null;
  /** The paper's rule; if not, a newer incarnation comes back. */
  readonly confirmIsFinal: boolean;
  /** All that is known is exchanged so often; 0: never. */
  readonly syncPeriods: number;
  /** Lifeguard: a suspect hears of it first, on the ping itself. */
  readonly tellsSuspect: boolean;
  /** Lifeguard: how much slower who is in trouble may become. */
  readonly healthMax: number;
};

/** As in the paper. */
export const paperOptions: Options = {
  periodMs: 1000,
  ackTimeoutMs: 300,
  helpers: 3,
  suspicionPeriods: 5,
  updatesPerMessage: 6,
  lambda: 3,
  contacts: null,
  confirmIsFinal: true,
  syncPeriods: 0,
  tellsSuspect: false,
  healthMax: 0,
};

/** As in practice: who was wronged comes back, and a sick node waits. */
export const practicalOptions: Options = {
  ...paperOptions,
  confirmIsFinal: false,
  syncPeriods: 5,
  tellsSuspect: true,
  healthMax: 8,
};
// #endregion swim-options
