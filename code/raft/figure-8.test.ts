/** Figure 8 of the paper, played by hand. */
import { describe, expect, test } from "vitest";
import { commitByCounting } from "./broken.ts";
import {
  type Frames,
  figure8,
  figure8Raft,
  servers,
} from "./figure-8.ts";
import { look, type Memory, nothingSeen } from "./invariants.ts";
import { type Stage, storedBy } from "./script.ts";

/** The terms in each server's log, as the figure writes them. */
function logs(on: Stage): readonly string[] {
  return servers.map((id) =>
    storedBy(on, id)
      .log.map((entry) => entry.term)
      .join(""),
  );
}

function lookAtAll(memory: Memory, on: Stage): Memory {
  return Object.values(on.up).reduce(look, memory);
}

function lookAt({ a, b, c, d, e }: Frames, last: "d" | "e"): Memory {
  const stages = [a, b, c, last === "d" ? d : e];
  return stages.reduce(lookAtAll, nothingSeen);
}

describe("Figure 8 (§5.4.2)", () => {
  const right = figure8(figure8Raft());
  const wrong = figure8(commitByCounting(figure8Raft()));

  test.each([
    ["a", ["12", "12", "1", "1", "1"]],
    ["b", ["12", "12", "1", "1", "13"]],
    ["c", ["124", "12", "12", "1", "13"]],
    ["d", ["13", "13", "13", "13", "135"]],
    ["e", ["124", "124", "124", "1", "13"]],
  ] as const)("has the logs of frame (%s)", (frame, expected) => {
    expect(logs(right[frame])).toEqual(expected);
    expect(logs(wrong[frame])).toEqual(expected);
  });

  test("in (c) the old entry is on a majority and not committed", () => {
    expect(right.c.up.S1?.role).toBe("leader");
    expect(right.c.up.S1?.leading?.matchIndex).toMatchObject({
      S2: 2,
      S3: 2,
    });
    expect(right.c.up.S1?.commitIndex).toBeLessThan(2);
  });

  test("in (c) it is committed by who only counts", () => {
    expect(wrong.c.up.S1?.commitIndex).toBe(2);
  });

  test("in (d) S5 leads; in (e) it cannot be elected", () => {
    expect(right.d.up.S5?.role).toBe("leader");
    expect(right.e.up.S5?.role).toBe("candidate");
  });

  test("the five properties hold on both ways", () => {
    expect(Object.keys(lookAt(right, "d").leaders)).toEqual([
      "2",
      "3",
      "4",
      "5",
    ]);
    expect(lookAt(right, "e").last.S5?.currentTerm).toBe(5);
  });

  test("the invariants catch who only counts", () => {
    expect(() => lookAt(wrong, "d")).toThrow(
      "State machine safety: S5 commits another entry at 2",
    );
  });
});
