import { describe, expect, test } from "vitest";
import { regionsOf } from "../../scripts/regions.ts";

const source = (...lines: string[]): string => lines.join("\n");

describe("regions of a source file", () => {
  test("are outdented, without their markers and without blank lines at their ends", () => {
    const { regions, problems } = regionsOf(
      "code/a.ts",
      source("// #region a", "", "  one();", "    two();", "", "// #endregion a"),
    );
    expect(problems).toEqual([]);
    expect(regions.get("a")?.text).toBe("one();\n  two();");
    expect(regions.get("a")?.lines).toEqual([3, 4]);
  });

  test("nest: the inner one is printed with the outer one and known as a range of its lines", () => {
    const { regions } = regionsOf(
      "code/a.ts",
      source(
        "// #region outer",
        "a",
        "// #region inner",
        "b",
        "c",
        "// #endregion inner",
        "d",
        "// #endregion outer",
      ),
    );
    expect(regions.get("outer")?.text).toBe("a\nb\nc\nd");
    expect(regions.get("outer")?.lines).toEqual([2, 4, 5, 7]);
    expect(regions.get("outer")?.nested.get("inner")).toEqual([2, 3]);
  });

  test("are found in languages with other comments", () => {
    expect(regionsOf("a.py", "# #region a\nx = 1\n# #endregion a").regions.get("a")?.text).toBe(
      "x = 1",
    );
    expect(
      regionsOf("a.sql", "-- #region a\nselect 1;\n-- #endregion a").regions.get("a")?.text,
    ).toBe("select 1;");
  });

  test.each([
    [
      "marked twice",
      source("// #region a", "x", "// #endregion a", "// #region a", "y", "// #endregion a"),
      "region-unique",
    ],
    ["never closed", source("// #region a", "x"), "region-closed"],
    ["closed without being open", "// #endregion a", "region-closed"],
    [
      "closed out of order",
      source("// #region a", "// #region b", "x", "// #endregion a", "// #endregion b"),
      "region-closed",
    ],
    ["empty", source("// #region a", "", "// #endregion a"), "region-not-empty"],
    ["without a name", source("// #region", "x", "// #endregion"), "region-closed"],
  ])("%s are refused", (_what, text, rule) => {
    expect(regionsOf("code/a.ts", text).problems.map((problem) => problem.rule)).toContain(rule);
  });
});
