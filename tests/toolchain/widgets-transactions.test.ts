/** What the captions and predictions of the widgets of commit, sagas, idempotency and phi say is what their runs show; and any deeds can be done to them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import fencing from "../../figures/fencing/widget.ts";
import idempotencyKey from "../../figures/idempotency-key/widget.ts";
import outbox from "../../figures/outbox/widget.ts";
import phi from "../../figures/phi/widget.ts";
import saga from "../../figures/saga/widget.ts";
import twoPhaseCommit from "../../figures/two-phase-commit/widget.ts";
import type { AnyWidget, Control, Step } from "../../scripts/widget/contract.ts";
import { readState } from "../../scripts/widget/state.ts";

function steps<S>(
  widget: { readonly simulate: (params: never) => readonly Step<S>[] },
  query: string,
): readonly Step<S>[] {
  return widget.simulate(readState(widget as AnyWidget, query).params as never);
}

function rows(widget: AnyWidget, query: string): readonly (readonly (string | number)[])[] {
  return widget.table(steps(widget, query).at(-1)?.state).rows;
}

describe("two-phase commit", () => {
  const ends = (query: string) =>
    rows(twoPhaseCommit, query).map(([id, , , , ms]) => `${id} ${ms}`);

  test("holds locks in doubt for 530 ms, as the transcript prints", () => {
    expect(ends("deeds=8.crash.c")).toEqual(["p1 530 ms", "coordinator never", "p2 530 ms"]);
    expect(steps(twoPhaseCommit, "deeds=8.crash.c")[13]?.say).toContain("11 times more, in vain");
  });

  test("looks alike to the participants until the log is read", () => {
    const heard = (query: string) =>
      steps(twoPhaseCommit, query)
        .filter(({ say }) => / ms: (p\d|no answer)/.test(say))
        .map(({ say }) => say.replace(/ \d+ times/, ""));
    const [before, after] = [heard("deeds=8.crash.c"), heard("deeds=9.crash.c")];
    expect(before.slice(0, 9)).toEqual(after.slice(0, 9));
    const phase = (query: string) => rows(twoPhaseCommit, query)[0]?.[1];
    expect([phase("deeds=8.crash.c"), phase("deeds=9.crash.c")]).toEqual(["aborted", "committed"]);
  });

  test("is set free by one who has not voted", () => {
    expect(ends("deeds=1.crash.c&away=never")[0]).toBe("p1 50 ms");
    expect(ends("deeds=1.crash.c&away=never&asks=chief")[0]).not.toBe("p1 50 ms");
  });
});

describe("the saga", () => {
  test("waits for the pivot until 91 ms", () => {
    const run = steps(saga, "deeds=10.crash.parcel");
    expect(run.find(({ say }) => say.includes("ship done"))?.say).toMatch(/^91 ms/);
    expect(run).toHaveLength(22);
  });

  test("ends in one state for both orders, with the charge seen for 12 or 24 ms", () => {
    const seen = (query: string) => rows(saga, query).slice(0, 2);
    expect(seen("wrong=parcel")).toEqual([
      ["stock", "seen for 24 ms, undone"],
      ["card", "seen for 12 ms, undone"],
    ]);
    expect(seen("wrong=parcel&first=card")[0]).toEqual(["card", "seen for 24 ms, undone"]);
  });

  test("is stuck while the refund never works, and ends when it is repaired", () => {
    const stuck = "wrong=parcel&refund=never";
    expect(steps(saga, stuck).at(-1)?.say).toContain("stuck");
    expect(steps(saga, `${stuck}&deeds=21.repair.`).at(-1)?.say).toContain("the order is over");
  });
});

describe("the idempotency key", () => {
  const charged = (query: string) =>
    steps(idempotencyKey, query).at(-1)?.state.moments.at(-1)?.after;

  test("is charged twice at line 6 and 16, and once if the provider knows it", () => {
    expect(charged("line=6")?.charged).toBe(2);
    expect(charged("line=16")?.charged).toBe(2);
    expect(charged("line=6&guard=provider")?.charged).toBe(1);
    expect(charged("line=6&guard=park")?.outcome).toBe("ask a human");
  });

  test("counts as the transcript prints", () => {
    const verdicts = steps(idempotencyKey, "")[0]?.state.grid.verdicts ?? [];
    const twice = verdicts.map((row) => row.filter((one) => one.charged > 1).length);
    const unsure = verdicts.map((row) => row.filter((one) => one.outcome === "ASK_A_HUMAN").length);
    expect([twice, unsure]).toEqual([
      [8, 5, 0, 0],
      [0, 0, 9, 0],
    ]);
  });
});

describe("the fence", () => {
  const strategies = Object.keys(fencing.controls.strategy.choices);

  test.each(strategies)("never shows two leases at once, with %s", (strategy) => {
    for (let pauseMs = 0; pauseMs <= 300; pauseMs += 25)
      for (const { state } of steps(fencing, `strategy=${strategy}&pauseMs=${pauseMs}`)) {
        const running = fencing.table(state).rows.filter(([, value]) => /^runs/.test(`${value}`));
        expect(running.length).toBeLessThan(2);
      }
  });

  test("tells a lease that is given back from one whose time is over", () => {
    const told = rows(fencing, "").filter(([name]) => /^Lease/.test(`${name}`));
    expect(told).toEqual([
      ["Lease of w1, token 33", "over since 105 ms"],
      ["Lease of w2, token 34", "given back at 132 ms"],
      ["Lease of w1, token 35", "runs"],
    ]);
  });
});

describe("the outbox", () => {
  const last = (query: string) => steps(outbox, query).at(-1)?.say;

  test("loses nothing, repeats, and needs an inbox", () => {
    expect(last("way=database&deeds=1.crash.shop")).toContain("lost");
    expect(last("way=database&deeds=2.crash.queue")).toContain("lost");
    expect(last("way=queue&deeds=1.crash.shop")).toContain("nobody has ordered");
    expect(last("deeds=7.crash.warehouse")).toContain("two parcels");
    expect(last("way=inbox&deeds=7.crash.warehouse")).toContain("one order, one parcel");
  });
});

describe("phi", () => {
  const last = (query: string) => steps(phi, query).at(-1)?.say;

  test("finds what the transcript prints", () => {
    expect(steps(phi, "")[3]?.say).toContain("phi is 1211.2");
    expect(last("")).toContain("1 wrong suspicion; the crash was found after 320 ms");
    expect(last("remembers=1")).toContain("found after 1400 ms");
  });

  test("grows ever faster on the normal curve, evenly on the other", () => {
    expect(last("threshold=1")).toContain("2 wrong suspicions; the crash was found after 170 ms");
    expect(last("curve=exponential&threshold=1")).toContain("found after 380 ms");
    expect(last("curve=exponential")).toContain("found after 3530 ms");
  });
});

test.each([twoPhaseCommit, saga, outbox] as readonly AnyWidget[])(
  "any deeds can be done to $name",
  (one) => {
    const deeds = one.controls.deeds as Extract<Control, { kind: "deeds" }>;
    const deed = fc
      .constantFrom(...Object.entries(deeds.deeds))
      .chain(([name, { targets = [""] }]) =>
        fc.record({
          step: fc.nat(30),
          deed: fc.constant(name),
          target: fc.constantFrom(...targets),
        }),
      );
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 6 }), (done) => {
        const params = { ...readState(one, "").params, deeds: done };
        for (const { say, state } of one.simulate(params as never)) {
          expect(say).toMatch(/^\S.*[.!?]$/);
          expect(one.view(state)).not.toMatch(/NaN|undefined|Infinity/);
        }
      }),
      { numRuns: 15, seed: 7 },
    );
  },
);
