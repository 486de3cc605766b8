/** What the captions of the widgets of part IV say is what their runs show; and any deeds can be done to them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import breaker from "../../figures/breaker/widget.ts";
import hull from "../../figures/hull/widget.ts";
import retryStorm from "../../figures/retry-storm/widget.ts";
import swim from "../../figures/swim/widget.ts";
import type { AnyWidget, Control, Step } from "../../scripts/widget/contract.ts";
import { readState } from "../../scripts/widget/state.ts";

function steps<S>(
  widget: { readonly simulate: (params: never) => readonly Step<S>[] },
  query: string,
): readonly Step<S>[] {
  return widget.simulate(readState(widget as AnyWidget, query).params as never);
}

describe("the retry storm", () => {
  const end = (query: string) => steps(retryStorm, query).at(-1)?.state;
  const recovered = (query: string) =>
    steps(retryStorm, query).find(({ say }) => say.includes("answers are in time"))?.state.second;

  test("never ends by itself, and with a budget 17 s after the pause", () => {
    expect(end("")?.regime).toBe("storm");
    expect(end("jitter=1")?.regime).toBe("storm");
    expect(recovered("budget=1")).toBe(47);
  });

  test("is made by a pause that is little longer than the timeout", () => {
    expect(end("pauseS=1")?.regime).toBe("well");
    expect(end("pauseS=2")?.regime).toBe("storm");
  });

  test("is ended by the right cut and not by the useless one", () => {
    const deeds = "deeds=6.load.40_10.load.20_13.load.70";
    const run = steps(retryStorm, deeds);
    expect(run[9]?.state).toMatchObject({ second: 70, regime: "storm", load: 40 });
    expect(run[13]?.state).toMatchObject({ second: 91, regime: "well", load: 20 });
    expect(run.at(-1)?.state).toMatchObject({ regime: "well", load: 70 });
  });
});

describe("the picture of a pause", () => {
  test("shows what is sent to the server as unread, until it goes on and has it in its queue", () => {
    const run = steps(retryStorm, "");
    const still = run.filter(({ state }) => state.server === "stands still");
    expect(still.map(({ state }) => state.unread)).toEqual([0, 30]);
    expect(run[4]?.state.unread).toBe(0);
    expect(run[4]?.state.queue.length).toBe(100);
    expect(retryStorm.view(still[1]?.state as never)).toContain(">30 unread<");
  });

  test("counts from the first of two pauses that run into each other", () => {
    const sent = (query: string) => steps(retryStorm, query).map(({ state }) => state.unread);
    const twice = sent("deeds=3.pause.&pauseS=5");
    expect(Math.max(...twice)).toBeGreaterThan(Math.max(...sent("pauseS=5")));
  });
});

describe("the breaker", () => {
  test("counts no window that it opened by when probes have opened it", () => {
    const run = steps(breaker, "");
    expect(breaker.view(run[3]?.state as never)).toContain("24 failed, 0 slow, then one more");
    expect(breaker.view(run[7]?.state as never)).not.toContain("then one more");
  });

  test("does what the sample of the chapter prints", () => {
    const last = steps(breaker, "").at(-1);
    expect(last?.say).toContain("41 failed");
    expect(last?.state.refusedInVain).toBe(154);
    expect(last?.state.changes.map(({ atMs }) => (atMs / 1000).toFixed(2))).toEqual(
      "5.43 8.45 8.52 11.53 11.68 14.71 14.83 17.87 17.99".split(" "),
    );
  });

  test("makes a partial failure whole", () => {
    const seconds = steps(breaker, "sick=3&threshold=30").at(-1)?.state.seconds.slice(5, 15) ?? [];
    const good = seconds.reduce((sum, second) => sum + second.good, 0);
    const all = seconds.reduce(
      (sum, { good, failed, refused }) => sum + good + failed + refused,
      0,
    );
    expect(good / all).toBeLessThan(0.15);
  });
});

describe("the hull", () => {
  const checkouts = (query: string) => {
    const seconds = steps(hull, query).at(-1)?.state.seconds.slice(15, 25) ?? [];
    const sum = (column: "calls" | "good") =>
      seconds.reduce((total, { checkout }) => total + checkout[column], 0);
    return Math.round((100 * sum("good")) / sum("calls"));
  };

  test("answers as many checkouts as the sample of the chapter prints", () => {
    expect(checkouts("")).toBe(7);
    expect(checkouts("timeoutS=1&perSecond=120")).toBe(86);
    expect(checkouts("wall=permits")).toBe(100);
    expect(checkouts("wall=pools&size=25")).toBe(100);
  });

  test("is not helped by a shorter queue", () => {
    expect(checkouts("queueMax=10")).toBe(10);
  });

  test("has one compartment flooded at second 25, and the other idle", () => {
    const { compartments } = steps(hull, "wall=pools&size=25")[8]?.state ?? {};
    expect(compartments?.map(({ jobs }) => jobs.length)).toEqual([25, 1]);
  });
});

describe("the members of SWIM", () => {
  const said = (query: string) => steps(swim, query).map(({ say }) => say);

  test("suspect one that stands still, and believe its answer", () => {
    const run = steps(swim, "");
    expect(run[15]?.say).toBe(
      "4.79 s: n4 hears that it is suspected, and answers: alive, incarnation 1.",
    );
    expect(run).toHaveLength(19);
    const beliefs = run[18]?.state.members.flatMap((member) => Object.values(member.beliefs));
    expect(beliefs?.every(({ status }) => status === "alive")).toBe(true);
  });

  test("do not suspect anybody behind a cut link if they have helpers", () => {
    const cut = "pauseS=0&deeds=1.cut.";
    expect(said(cut).join("\n")).not.toContain("suspects");
    expect(said(`${cut}&helpers=0`).join("\n")).toContain("n2 suspects n4");
  });

  test("bury one that crashed, and one that has no time to answer", () => {
    expect(said("pauseS=0&deeds=1.crash.n4").at(-1)).toContain("n4 has failed");
    expect(said("periods=0").at(-1)).toContain("Nobody believes it");
  });
});

describe.each([retryStorm, swim] as AnyWidget[])("$name", (widget) => {
  const deeds = (widget.controls as { [key: string]: Control }).deeds;
  const kinds = deeds?.kind === "deeds" ? Object.entries(deeds.deeds) : [];
  const deed = fc
    .tuple(fc.nat(30), fc.constantFrom(...kinds), fc.nat(9))
    .map(
      ([step, [name, { targets = [""] }], at]) => `${step}.${name}.${targets[at % targets.length]}`,
    );

  test("stays whole whatever is done to it", () => {
    fc.assert(
      fc.property(
        fc.array(deed, { maxLength: 8 }),
        fc.integer({ min: 1, max: 20 }),
        (list, seed) => {
          const run = steps(widget, `seed=${seed}&deeds=${list.join("_")}`);
          expect(run.length).toBeLessThan(200);
          const { state, say } = run.at(-1) as Step<unknown>;
          expect(say).toMatch(/^\S.*[.!?]$/);
          expect(widget.view(state)).not.toMatch(/NaN|undefined|Infinity/);
          expect(JSON.stringify(widget.table(state))).not.toMatch(/null|NaN|undefined/);
        },
      ),
      { numRuns: 20, seed: 7 },
    );
  });
});
