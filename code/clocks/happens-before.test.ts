import { describe, expect, it } from "vitest";
import {
  concurrentPairs,
  type Event,
  pasts,
} from "./happens-before.ts";

const event = (
  node: string,
  index: number,
  kind: Event["kind"],
  message: string | null = null,
): Event => ({ node, index, kind, message });

describe("happened before (Lamport 1978, The Partial Ordering)", () => {
  const a1 = event("a", 0, "send", "m");
  const a2 = event("a", 1, "local");
  const b1 = event("b", 0, "local");
  const b2 = event("b", 1, "receive", "m");
  const b3 = event("b", 2, "local");
  const run = [a1, a2, b1, b2, b3];
  const past = pasts(run);

  it("holds within a process (1), along a message (2), transitively (3)", () => {
    expect(past.get(a2)?.has(a1)).toBe(true);
    expect(past.get(b2)?.has(a1)).toBe(true);
    expect(past.get(b3)?.has(a1)).toBe(true);
  });

  it("holds between nothing else", () => {
    expect([...(past.get(b1) ?? [])]).toEqual([]);
    expect(past.get(a2)?.has(b1)).toBe(false);
    expect(past.get(a1)?.has(a1)).toBe(false);
  });

  it("leaves the rest concurrent", () => {
    expect(concurrentPairs(run)).toEqual([
      [a1, b1],
      [a2, b1],
      [a2, b2],
      [a2, b3],
    ]);
  });
});
