/**
 * The disk of one machine: a record of keys, and the last write, which a
 * bad disk may lose or tear when the machine crashes.
 */
import type { Json } from "./node.ts";
import { fraction, stream } from "./random.ts";

/** What a crash does to the last write; a disk without them is honest. */
export type DiskOptions = {
  /** The last write is gone, though it was said to be durable. */
  readonly lossProbability?: number;
  /** The last write is there by half. */
  readonly tornProbability?: number;
};

// #region disk
type Content = { readonly [key: string]: Json };
export type Disk = {
  readonly content: Content;
  readonly lastWrite: {
    readonly key: string;
    readonly before: Content;
  } | null;
};

export const emptyDisk: Disk = { content: {}, lastWrite: null };

export function write(disk: Disk, key: string, value: Json): Disk {
  return {
    content: { ...disk.content, [key]: value },
    lastWrite: { key, before: disk.content },
  };
}

/** What is left of the last write after a crash. */
export function crashDisk(
  disk: Disk,
  options: DiskOptions,
  dice: number,
): { disk: Disk; damage: "none" | "lost" | "torn" } {
  const last = disk.lastWrite;
  if (last === null) return { disk, damage: "none" };
  if (fraction(stream(dice, 0)) < (options.lossProbability ?? 0)) {
    const survivor = { content: last.before, lastWrite: null };
    return { disk: survivor, damage: "lost" };
  }
  if (fraction(stream(dice, 1)) < (options.tornProbability ?? 0)) {
    const text = JSON.stringify(disk.content[last.key]);
    const half = text.slice(0, Math.floor(text.length / 2));
    const content = { ...disk.content, [last.key]: half };
    return { disk: { content, lastWrite: null }, damage: "torn" };
  }
  // What has outlived one crash is not at the mercy of the next.
  return { disk: { ...disk, lastWrite: null }, damage: "none" };
}
// #endregion disk
