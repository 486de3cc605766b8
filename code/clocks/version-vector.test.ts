import { describe, expect, it } from "vitest";
import { edits, run, siblingCounts } from "./siblings.example.ts";
import { compare, receive } from "./vector.ts";
import { type Item, merge, put } from "./version-vector.ts";

const empty: Item = { seen: {}, values: [] };

describe("version vector (Parker et al. 1983)", () => {
  it("lets a write replace the version that its client has read", () => {
    const one = put(empty, "n1", {}, "12 Elm");
    const two = put(one, "n1", one.seen, "21 Elm");
    expect(two).toEqual({ seen: { n1: 2 }, values: ["21 Elm"] });
  });

  it("keeps both of two writes that knew nothing of each other", () => {
    const left = put(empty, "n1", {}, "phone");
    const right = put(empty, "n2", {}, "agent");
    expect(compare(left.seen, right.seen)).toBe("concurrent");
    const both = { seen: { n1: 1, n2: 1 }, values: ["agent", "phone"] };
    expect(merge(left, right)).toEqual(both);
    expect(merge(right, left)).toEqual(both);
    expect(merge(merge(left, right), left)).toEqual(both);
  });

  it("lets the newer replica win a merge", () => {
    const one = put(empty, "n1", {}, "12 Elm");
    const two = put(one, "n2", one.seen, "21 Elm");
    expect(merge(one, two)).toEqual(two);
    expect(merge(two, one)).toEqual(two);
  });

  it("is equal on both replicas after an exchange; a vector clock is not", () => {
    const left = put(empty, "n1", {}, "phone");
    const right = put(empty, "n2", {}, "agent");
    const merged = [merge(left, right), merge(right, left)] as const;
    expect(compare(merged[0].seen, merged[1].seen)).toBe("equal");
    // The same exchange by the vector clock's receive rule.
    const a = receive(left.seen, right.seen, "n1");
    const b = receive(right.seen, left.seen, "n2");
    expect(compare(a, b)).toBe("concurrent");
    const again = compare(receive(a, b, "n1"), receive(b, a, "n2"));
    expect(again).toBe("concurrent");
  });

  it("calls an overwritten value a sibling when clients share a server", () => {
    const one = put(empty, "n1", {}, "a1");
    const two = put(one, "n1", {}, "b1");
    const three = put(two, "n1", one.seen, "a2");
    expect(three.values).toEqual(["a1", "b1", "a2"]);
  });

  it("grows without limit in the printed run", () => {
    for (const seed of [3, 7]) {
      const last = siblingCounts(edits(seed, 50)).at(-1);
      expect(last?.item.values.length).toBe(100);
      expect(last?.siblings.length).toBe(2);
      expect(run(seed)).toContain("100 siblings by vector, 2 by dot");
    }
  });
});
