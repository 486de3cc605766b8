import { describe, expect, it } from "vitest";
import { intBetween, stream } from "../kernel/random.ts";
import { seeds } from "../seeds.ts";
import { contextOf, merge, put, type Sibling } from "./dotted.ts";
import type { VersionVector } from "./version-vector.ts";

/**
 * The plain truth, kept beside: which writes each write had read, as sets.
 * A value is alive unless some other value here has read it.
 */
type Truth = ReadonlyMap<string, ReadonlySet<string>>;
const alive = (truth: Truth) =>
  [...truth.keys()]
    .filter((v) => ![...truth.values()].some((read) => read.has(v)))
    .sort(byText);
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Three clients, three replicas; reads, writes and exchanges by lot. */
function randomRun(seed: number) {
  const replicas = ["n1", "n2", "n3"];
  const stores: Record<string, readonly Sibling[]> = {};
  const truths: Record<string, Truth> = {};
  const contexts: VersionVector[] = [{}, {}, {}];
  const reads: Set<string>[] = [new Set(), new Set(), new Set()];
  const past = new Map<string, ReadonlySet<string>>();
  for (let turn = 0; turn < 40; turn++) {
    const draw = (n: number, max: number) =>
      intBetween(stream(stream(seed, turn), n), 0, max);
    const at = replicas[draw(0, 2)] ?? "";
    const client = draw(1, 2);
    const store = stores[at] ?? [];
    const truth = truths[at] ?? new Map();
    const action = draw(2, 2);
    if (action === 0) {
      contexts[client] = contextOf(store);
      reads[client] = new Set(
        [...truth].flatMap(([v, read]) => [v, ...read]),
      );
    } else if (action === 1) {
      const value = `w${turn}`;
      const read = reads[client] ?? new Set();
      past.set(value, read);
      stores[at] = put(store, at, contexts[client] ?? {}, value);
      truths[at] = new Map([...truth, [value, read]]);
    } else {
      const from = replicas[draw(3, 2)] ?? "";
      stores[at] = merge(store, stores[from] ?? []);
      truths[at] = new Map([...truth, ...(truths[from] ?? [])]);
    }
  }
  return { replicas, stores, truths };
}

describe("dotted version vector (Preguiça et al. 2010)", () => {
  it("replaces exactly what the writer had read", () => {
    const one = put([], "n1", {}, "a1");
    const two = put(one, "n1", {}, "b1");
    const three = put(two, "n1", contextOf(one), "a2");
    expect(three.map((s) => s.value)).toEqual(["b1", "a2"]);
  });

  it.each(seeds(200))(
    "agrees with sets of all writes read, seed %i",
    (seed) => {
      const { replicas, stores, truths } = randomRun(seed);
      for (const id of replicas) {
        const kept = (stores[id] ?? [])
          .map((s) => s.value)
          .sort(byText);
        expect(kept, id).toEqual(alive(truths[id] ?? new Map()));
      }
    },
  );

  it("gives no dot again that its client has seen, though it lost it", () => {
    const [written] = put([], "n1", { n1: 3 }, "new");
    expect(written?.dot).toEqual({ node: "n1", count: 4 });
  });

  it("merges commutatively, associatively and idempotently", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { stores } = randomRun(seed);
      const [a, b, c] = ["n1", "n2", "n3"].map((n) =>
        merge(stores[n] ?? [], []),
      ) as [readonly Sibling[], readonly Sibling[], readonly Sibling[]];
      expect(merge(a, b)).toEqual(merge(b, a));
      expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
      expect(merge(a, a)).toEqual(a);
    }
  });
});
