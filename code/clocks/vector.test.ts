import { describe, expect, it } from "vitest";
import { seeds } from "../seeds.ts";
import { eventsOf, run, threeProcesses, verdict } from "./example.ts";
import { pasts } from "./happens-before.ts";
import {
  compare,
  covers,
  join,
  receive,
  show,
  tick,
} from "./vector.ts";

describe("vector clock", () => {
  it.each(seeds(60))(
    "says before if and only if a → b (Mattern 1989; Fidge 1988), seed %i",
    (seed) => {
      const events = eventsOf(threeProcesses(seed, 6));
      const past = pasts(events);
      for (const a of events) {
        for (const b of events) {
          const isBefore = compare(a.vector, b.vector) === "before";
          expect(isBefore).toBe(past.get(b)?.has(a));
        }
      }
    },
  );

  it("counts in each entry the events of that process in the past", () => {
    const events = eventsOf(threeProcesses(3, 6));
    const past = pasts(events);
    for (const e of events) {
      for (const node of ["n1", "n2", "n3"]) {
        const seen = [e, ...(past.get(e) ?? [])];
        const count = seen.filter((a) => a.node === node).length;
        expect(e.vector[node] ?? 0).toBe(count);
      }
    }
  });

  it("needs the tick on receive: without it two events look equal", () => {
    const sent = tick({}, "n1");
    const received = join({}, sent);
    expect(compare(sent, received)).toBe("equal");
    expect(compare(sent, receive({}, sent, "n2"))).toBe("before");
  });

  it("joins commutatively, associatively and idempotently", () => {
    const [a, b, c] = [
      { x: 1, y: 4 },
      { y: 2, z: 3 },
      { x: 2 },
    ] as const;
    expect(join(a, b)).toEqual(join(b, a));
    expect(join(join(a, b), c)).toEqual(join(a, join(b, c)));
    expect(join(a, a)).toEqual(a);
    expect(covers(join(a, b), a) && covers(join(a, b), b)).toBe(true);
  });

  it("tells all four verdicts", () => {
    expect(compare({ x: 1 }, { x: 2 })).toBe("before");
    expect(compare({ x: 2 }, { x: 1 })).toBe("after");
    expect(compare({ x: 1 }, { x: 1, y: 0 })).toBe("equal");
    expect(compare({ x: 1 }, { y: 1 })).toBe("concurrent");
    expect(show({ b: 1, a: 2 })).toBe("[a:2 b:1]");
  });

  it("agrees with the relation in the printed run, pair by pair", () => {
    const found = verdict(eventsOf(threeProcesses(3)));
    expect(found.vectorBefore).toBe(found.ordered);
    expect(found.vectorConcurrent).toBe(found.concurrent);
    expect(found.lamportRises).toBe(found.ordered);
    expect(found.lamportDiffers).toBeGreaterThan(0);
    expect(run(3)).toContain("furthest apart: n2.1 (1) and n1.4 (4)");
  });
});
