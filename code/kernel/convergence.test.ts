import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConvergence, checkMerge } from "./convergence.ts";

describe("convergence (Shapiro et al. 2011, §2)", () => {
  const replica = (
    id: string,
    delivered: string[],
    state: number[],
  ) => ({
    id,
    delivered,
    state,
  });

  it("same updates in any order, once or twice, same state", () => {
    const one = replica("n1", ["u", "v"], [1, 2]);
    const same = replica("n2", ["v", "u", "v"], [1, 2]);
    expect(checkConvergence([one, same]).verdict).toBe("ok");
    const other = replica("n3", ["v", "u"], [2, 1]);
    const found = checkConvergence([one, same, other]);
    expect(found).toMatchObject({
      verdict: "illegal",
      replicas: [one, other],
      explanation:
        "n1 and n3 were delivered the same 2 updates and differ.",
    });
  });

  it("says nothing where nothing can be compared", () => {
    const one = replica("n1", ["u"], [1]);
    const two = replica("n2", ["u", "v"], [2]);
    expect(checkConvergence([one, two]).verdict).toBe("unknown");
  });
});

describe("the algebra of a merge (Shapiro et al. 2011, §3)", () => {
  type Counter = { readonly [id: string]: number };
  const gCounter = (one: Counter, other: Counter): Counter => {
    const ids = [
      ...new Set([...Object.keys(one), ...Object.keys(other)]),
    ];
    return Object.fromEntries(
      ids.map((id) => [id, Math.max(one[id] ?? 0, other[id] ?? 0)]),
    );
  };
  const add = (id: string, by: number) => (state: Counter) => ({
    ...state,
    [id]: (state[id] ?? 0) + by,
  });
  const count = fc.integer({ min: 1, max: 3 });
  const states = fc.sample(
    fc.dictionary(fc.constantFrom("a", "b"), count),
    { numRuns: 12, seed: 4 },
  );

  it("accepts the G-counter", () => {
    const updates = [add("a", 1), add("b", 2)];
    expect(checkMerge(gCounter, states, updates)).toEqual({
      verdict: "ok",
    });
  });

  it("refuses a merge that adds: it is not idempotent", () => {
    const sum = (one: number, other: number) => one + other;
    const found = checkMerge(sum, [30, 2, 100]);
    expect(found).toMatchObject({
      law: "idempotent",
      states: [2],
      explanation: "Not idempotent: on 2 it gives 4 and 2.",
    });
  });

  it("refuses a merge that keeps its own", () => {
    const first = (one: number) => one;
    expect(checkMerge(first, [5, 4])).toMatchObject({
      law: "commutative",
      states: [5, 4],
    });
  });

  it("refuses a merge that takes the mean: it is not associative", () => {
    const mean = (one: number, other: number) => (one + other) / 2;
    expect(checkMerge(mean, [0, 1])).toMatchObject({
      law: "associative",
      states: [0, 0, 1],
    });
  });

  it("refuses an update that takes back", () => {
    const found = checkMerge(gCounter, [{ a: 1 }], [add("a", -1)]);
    expect(found).toMatchObject({
      law: "inflationary",
      states: [{ a: 1 }],
    });
  });

  it("says nothing where there is nothing to merge", () => {
    const wrong = (one: number, other: number) => one + other;
    expect(checkMerge(wrong, []).verdict).toBe("unknown");
  });
});
