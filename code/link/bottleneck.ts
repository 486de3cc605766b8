/**
 * The place where packets wait: a link that carries one at a time, and a
 * buffer of so many places in front of it.
 */
import { intBetween, nextDice } from "../kernel/random.ts";

// #region through
export type Link = {
  /** Time to put one packet on the wire. */
  readonly packetUs: number;
  readonly bufferPackets: number;
};

/**
 * How long each packet waits for those before it, in microseconds;
 * null for one that finds the buffer full. Arrivals are in order of
 * time.
 */
export function through(
  arrivalsUs: readonly number[],
  link: Link,
): readonly (number | null)[] {
  let freeAtUs = 0;
  return arrivalsUs.map((arrivedUs) => {
    const waitUs = Math.max(0, freeAtUs - arrivedUs);
    const waiting = Math.ceil(waitUs / link.packetUs);
    if (waiting > link.bufferPackets) return null;
    freeAtUs = arrivedUs + waitUs + link.packetUs;
    return waitUs;
  });
}
// #endregion through

/**
 * When packets come: bursts of ten at once, as a server sends the
 * beginning of an answer, with even chances for the gap between them.
 */
export function bursts(
  seed: number,
  count: number,
  meanGapUs: number,
): readonly number[] {
  let dice = seed;
  let atUs = 0;
  return Array.from({ length: count }, () => {
    dice = nextDice(dice);
    atUs += intBetween(dice, 0, 2 * meanGapUs);
    return atUs;
  }).flatMap((startUs) => Array.from({ length: 10 }, () => startUs));
}

export type Waits = {
  readonly medianUs: number;
  readonly p99Us: number;
  readonly lostPercent: number;
};

/** Waits of `count` bursts at this load, in percent of the link. */
export function waitsAt(
  seed: number,
  count: number,
  loadPercent: number,
  link: Link,
): Waits {
  const gapUs = Math.round((1000 * link.packetUs) / loadPercent);
  const all = through(bursts(seed, count, gapUs), link);
  const waits = all
    .flatMap((waitUs) => (waitUs === null ? [] : [waitUs]))
    .sort((one, other) => one - other);
  const at = (share: number) =>
    waits[Math.floor(share * (waits.length - 1))] ?? 0;
  const lost = all.length - waits.length;
  return {
    medianUs: at(0.5),
    p99Us: at(0.99),
    lostPercent: (100 * lost) / all.length,
  };
}

/** 1,500 bytes at 1 Gb/s, and room for 100 of them. */
export const gigabit: Link = { packetUs: 12, bufferPackets: 100 };
