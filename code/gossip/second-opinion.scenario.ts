/** A group in which nobody crashes, and what its members say of it. */
import type { Fault } from "../kernel/faults.ts";
import {
  type Change,
  group,
  names,
  recorder,
} from "./group.scenario.ts";
import { type Options, paperOptions } from "./options.ts";
import { swim } from "./swim.ts";

export const ids = names(16);

export type Setup = {
  readonly name: string;
  readonly options: Options;
};

/** 3 log(n + 1), as in the paper's experiments; we take ln. */
const suspicionPeriods = 3 * Math.ceil(Math.log(ids.length + 1));
const bare = { ...paperOptions, helpers: 0, suspicionPeriods: 0 };

export const variants: readonly Setup[] = [
  { name: "ping", options: bare },
  { name: "ping, ping-req", options: { ...bare, helpers: 3 } },
  { name: "ping, suspicion", options: { ...bare, suspicionPeriods } },
  {
    name: "all three",
    options: { ...bare, helpers: 3, suspicionPeriods },
  },
];

/** One after the other stands still for three seconds. */
const pauses: readonly Fault[] = Array.from(
  { length: 19 },
  (_, nth) => ({
    atMs: 20_000 + nth * 30_000,
    kind: "pause" as const,
    node: ids[nth % ids.length] ?? "",
    forMs: 3000,
  }),
);

/** Who was accused, and when each that was thrown out was so first. */
export function watched(seed: number, options: Options) {
  const { changes, hear } = recorder();
  const sim = group(ids, swim(options), {
    seed,
    onStep: hear,
    network: {
      delayMs: { kind: "uniform", min: 1, max: 20 },
      messageLossProbability: 0.02,
    },
    faults: pauses,
  });
  sim.runUntil(600_000);
  const out = said(changes, "confirm");
  // Who is thrown out was accused, also where nobody suspects first.
  const accused = new Map([...out, ...said(changes, "suspect")]);
  const goneMs = ids
    .map((id) => firstOf(out, id))
    .filter((ms) => ms !== undefined)
    .sort((one, other) => one - other);
  return { accused: accused.size, goneMs };
}

/** Each accusation once, by member and incarnation, and when first. */
function said(changes: readonly Change[], status: string) {
  const first = new Map<string, number>();
  for (const { atMs, update } of changes) {
    const accusation = `${update.member} ${update.incarnation}`;
    if (update.status === status && !first.has(accusation))
      first.set(accusation, atMs);
  }
  return first;
}

function firstOf(accusations: ReadonlyMap<string, number>, id: string) {
  const times = [...accusations].flatMap(([accusation, atMs]) =>
    accusation.startsWith(`${id} `) ? [atMs] : [],
  );
  return times.length > 0 ? Math.min(...times) : undefined;
}
