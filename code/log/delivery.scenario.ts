/**
 * The same crash, between the effect and the word that it is done, under
 * three promises: at most once, at least once, and from log to log
 * exactly once.
 */
import { crashAndRestart } from "../kernel/faults.ts";
import type { ConsumerOptions } from "./consumer.ts";
import { done, groupOf } from "./groups.scenario.ts";
import type { Isolation } from "./isolation.ts";
import { doubling, numbers, outputOf } from "./transform.scenario.ts";

export type Delivery = {
  readonly expected: number;
  /** Effects in the world, or records that a reader gets. */
  readonly effects: number;
  readonly never: number;
  readonly again: number;
};

const delayMs = { kind: "constant", ms: 2 } as const;

function counted(expected: number, all: readonly unknown[]): Delivery {
  const different = new Set(all).size;
  return {
    expected,
    effects: all.length,
    never: expected - different,
    again: all.length - different,
  };
}

/** A consumer dies after the first of its next two effects. */
export function consumed(
  seed: number,
  first: ConsumerOptions["first"],
): Delivery {
  const values = 15;
  const sim = groupOf({
    seed,
    first,
    members: { c1: 200 },
    network: { delayMs },
    values,
    faults: crashAndRestart("c1", 623, 80, 1),
  });
  sim.runUntil(2500);
  return counted(6 * values, done(sim));
}

/** A transformer dies when it has written, and not yet committed. */
export function transformed(
  seed: number,
  isolation: Isolation,
): Delivery {
  const sim = doubling({
    seed,
    network: { delayMs },
    faults: crashAndRestart("x1", 680, 80),
  });
  sim.runUntil(6000);
  return counted(numbers.length, outputOf(sim, isolation));
}
