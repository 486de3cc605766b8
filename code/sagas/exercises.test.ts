/** The exercises of the chapter, and the programs that its figures run. */
import { describe, expect, test } from "vitest";
import { board, orders, refusals } from "./board.scenario.ts";
import { doAfterUndo } from "./broken.ts";
import { journalOf, working } from "./durable.scenario.ts";
import { type Command, type Line, replay } from "./durable.ts";
import {
  attemptsToOutlast,
  linesReplayed,
  openSagas,
  overdue,
  perSecond,
  undoneShares,
} from "./exercises.ts";
import { lateCharge } from "./late.scenario.ts";
import type { OrchestratorOptions } from "./orchestrator.ts";
import {
  danced,
  led,
  orderSaga,
  play,
  verdictOfLed,
} from "./order.scenario.ts";
import { orderWorkflow, plainWorkflow } from "./order-workflow.ts";
import { priceOf } from "./price.example.ts";
import { type Log, next } from "./saga.ts";

const percent = (share: number | undefined) =>
  Number((100 * (share ?? Number.NaN)).toFixed(3));

describe("what is undone, and how often", () => {
  test("is what was done and found a refusal behind it", () => {
    // Stock, card, parcel; then the card before the stock.
    const first = undoneShares([0.04, 0.03, 0.005]);
    expect(first.map(percent)).toEqual([3.346, 0.466, 0]);
    const other = undoneShares([0.03, 0.04, 0.005]);
    expect(other.map(percent)).toEqual([4.346, 0.466, 0]);
    // Both refuse a tenth of what they are asked.
    expect(undoneShares([0.1, 0.1]).map(percent)).toEqual([9, 0]);
    expect(undoneShares([])).toEqual([]);
  });

  test("a thousand trips, with the flight or the card first", () => {
    const cost = (
      refused: readonly number[],
      dollars: readonly number[],
    ) =>
      undoneShares(refused).reduce(
        (sum, share, at) => sum + 1000 * share * (dollars[at] ?? 0),
        0,
      );
    expect(cost([0.1, 0.05, 0.03], [30, 5, 1])).toBeCloseTo(2247.75, 2);
    expect(cost([0.03, 0.05, 0.1], [1, 5, 30])).toBeCloseTo(601.4, 1);
  });

  test("agrees with the rule that says what comes next", () => {
    const refused = [0.04, 0.03, 0.005, 0];
    const shares = orderSaga.map(() => 0);
    for (const failing of [0, 1, 2]) {
      let log: Log = [];
      let share = 1;
      for (;;) {
        const now = next(orderSaga, log);
        if (now.kind === "end" || now.kind === "stuck") break;
        const { name: step } = now.step;
        const at = orderSaga.findIndex(({ name }) => name === step);
        if (now.kind === "undo") {
          shares[at] = (shares[at] ?? 0) + share;
          log = [...log, { step, what: "undone" }];
          continue;
        }
        const isFailing = at === failing;
        const no = refused[at] ?? 0;
        share *= isFailing ? no : 1 - no;
        log = [...log, { step, what: isFailing ? "failed" : "done" }];
      }
    }
    expect(shares.map(percent)).toEqual(
      undoneShares(refused).map(percent),
    );
  });
});

describe("the arithmetic of waiting", () => {
  test("sagas under way are rate times duration", () => {
    expect(openSagas(10, 2 * 86_400)).toBe(1_728_000);
    expect(openSagas(10, 0.03)).toBeCloseTo(0.3);
  });

  test("a row serves as many as fit into a second", () => {
    expect(perSecond(3.5)).toBeCloseTo(285.7, 1);
    expect(perSecond(1 + 0.03346)).toBeCloseTo(967.6, 1);
    expect(perSecond(2 * 3600 * 1000) * 86_400).toBeCloseTo(12);
  });

  test("attempts outlast an outage, at both sides of its end", () => {
    expect(attemptsToOutlast(0, 1, 100)).toBe(1);
    expect(attemptsToOutlast(1, 1, 100)).toBe(2);
    expect(attemptsToOutlast(1.01, 1, 100)).toBe(3);
    expect(attemptsToOutlast(127, 1, 100)).toBe(8);
    expect(attemptsToOutlast(128, 1, 100)).toBe(9);
    expect(attemptsToOutlast(227, 1, 100)).toBe(9);
    expect(attemptsToOutlast(600, 1, 100)).toBe(13);
    expect(attemptsToOutlast(3600, 1, 100)).toBe(43);
    expect(attemptsToOutlast(6, 2, 2)).toBe(4);
  });
});

describe("lines that a run reads again", () => {
  /** A run of so many calls; how often it was given an answer. */
  function counted(lines: number): number {
    let read = 0;
    const call: Command = { kind: "call", service: "s", what: "x" };
    function* work(): Generator<Command, null, unknown> {
      for (let at = 0; at < lines; at += 1) {
        yield call;
        read += 1;
      }
      return null;
    }
    const line: Line = { command: call, askedMs: 0, answer: { ok: 1 } };
    for (let known = 0; known < lines; known += 1)
      replay(
        work,
        "x",
        Array.from({ length: known }, () => line),
      );
    return read;
  }

  test("grow with the square of the journal", () => {
    for (const lines of [0, 1, 2, 7, 40])
      expect(linesReplayed(lines, 1_000_000)).toBe(counted(lines));
    expect(linesReplayed(1000, 1000)).toBe(499_500);
    expect(linesReplayed(1000, 100)).toBe(49_500);
    expect(linesReplayed(1050, 100)).toBe(50_725);
  });
});

describe("the alarm", () => {
  const log = (...lines: readonly Log[number][]): Log => lines;
  const done = (step: string) => ({ step, what: "done" }) as const;
  const failed = { step: "ship", what: "failed" } as const;
  const sagas = {
    early: { log: log(done("reserve")), lastMs: 901 },
    late: { log: log(done("reserve")), lastMs: 899 },
    edge: { log: log(done("reserve")), lastMs: 900 },
    over: {
      log: orderSaga.map(({ name }) => done(name)),
      lastMs: 0,
    },
    undone: {
      log: log({ step: "reserve", what: "failed" }),
      lastMs: 0,
    },
    stuck: {
      log: log(done("charge"), failed, {
        step: "charge",
        what: "stuck",
      }),
      lastMs: 999,
    },
    half: { log: log(done("charge"), failed), lastMs: 10 },
  };

  test("names what is not over and has been silent for too long", () => {
    expect(overdue(orderSaga, sagas, 1000, 100)).toEqual([
      "late",
      "stuck",
      "half",
    ]);
    expect(overdue(orderSaga, sagas, 1000, 99)).toContain("edge");
    expect(overdue(orderSaga, {}, 1000, 100)).toEqual([]);
  });
});

describe("the programs that figures and tables run", () => {
  test("a charge that comes after its undo is refused", () => {
    const right = verdictOfLed(lateCharge(1));
    expect(right).toMatchObject({ flaws: [], isOver: true });
    expect(right.books.card).toEqual({ done: 0, undone: 0 });
    const wrong = verdictOfLed(lateCharge(1, doAfterUndo));
    expect(wrong.flaws).toEqual(["card, but no parcel"]);
    expect(wrong.isOver).toBe(true);
  });

  test("the board: what stood, from when to when", () => {
    const [usual = [], cardFirst = []] = orders;
    expect(board(1, usual, "parcel").spans).toEqual([
      { service: "stock", fromMs: 16, toMs: 40 },
      { service: "card", fromMs: 22, toMs: 34 },
    ]);
    expect(board(1, usual, "card").spans).toEqual([
      { service: "stock", fromMs: 16, toMs: 28 },
    ]);
    expect(board(1, cardFirst, "stock").spans).toEqual([
      { service: "card", fromMs: 16, toMs: 28 },
    ]);
    const asked = refusals.map((no) => board(1, usual, no).asked);
    expect(asked).toEqual([4, 1, 3, 5]);
    expect(cardFirst.map(({ name }) => name)).toEqual([
      "charge",
      "reserve",
      "ship",
      "receipt",
    ]);
  });

  test("the price is counted from the trace", () => {
    const one = { seed: 1, refusing: null };
    expect(priceOf(play(led(one), null).sim)).toEqual({
      messages: 8,
      writes: 9,
      ms: 24,
    });
    expect(priceOf(play(danced(one), null).sim).messages).toBe(12);
  });
});

describe("the answers of the exercises", () => {
  const log = (...lines: readonly string[]): Log =>
    lines.map((line) => {
      const [step = "", what = "done"] = line.split(" ");
      return { step, what: what as Log[number]["what"] };
    });
  const told = (...lines: readonly string[]) => {
    const now = next(orderSaga, log(...lines));
    return now.kind === "end"
      ? `end ${now.outcome}`
      : `${now.kind} ${now.step.name}`;
  };

  test("four logs, and what comes next", () => {
    expect(told("reserve", "charge", "ship")).toBe("do receipt");
    expect(told("reserve", "charge unknown")).toBe("undo charge");
    expect(
      told("reserve", "charge", "ship failed", "charge undone"),
    ).toBe("undo reserve");
    expect(told("reserve failed")).toBe("end undone");
  });

  test("a sleep that is taken out of the code is missed in the journal", () => {
    const { sim } = play(working(1, orderWorkflow, []), null);
    expect(replay(plainWorkflow, "order-17", journalOf(sim))).toEqual({
      kind: "non-determinism",
      at: 2,
      journal: { kind: "sleep", forMs: 200 },
      code: { kind: "call", service: "parcel", what: "ship" },
    });
  });

  /** The pivot as if it could be undone; its answers do not arrive. */
  const pivotGivenUp = (change: Partial<OrchestratorOptions>) =>
    led({
      seed: 1,
      refusing: null,
      change: { attemptsMax: 2, ...change },
      network: {
        delayMs: { kind: "constant", ms: 3 },
        fate: ({ src, body }) =>
          src === "parcel" && body.type === "do_ok"
            ? "lose"
            : undefined,
      },
    });

  test("a pivot that is given up has left, and is refunded", () => {
    const saga = orderSaga.map((step) => ({
      ...step,
      kind: "compensatable" as const,
    }));
    const wrong = verdictOfLed(play(pivotGivenUp({ saga }), null).sim);
    expect(wrong.flaws).toEqual([
      "parcel, but no stock",
      "parcel, but no card",
    ]);
    const right = verdictOfLed(play(pivotGivenUp({}), null).sim);
    expect(right).toMatchObject({ flaws: [], isOver: false });
  });
});
