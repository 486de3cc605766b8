/** Labs: each begins with a hole, and the book's own text fills it. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canWrite, nodeIsNew } from "../../scripts/doctor.ts";
import { readText, writeFile } from "../../scripts/files.ts";
import { runSteps } from "../../scripts/lab-run.ts";
import { bodiesIn, loadLabs, solutionOf, startOf } from "../../scripts/labs.ts";
import { formatMessages } from "../../scripts/report.ts";

const root = join(import.meta.dirname, "../..");
const labs = loadLabs(root);
let place = "";

beforeEach(() => {
  // Below the book, so that the tests find vitest.
  writeFile(join(root, ".cache", "labs", "note"), "");
  place = mkdtempSync(join(root, ".cache", "labs", "lab-"));
});
afterEach(() => {
  rmSync(place, { recursive: true, force: true });
});

test("there is a lab for each of the five days", () => {
  expect(new Set(labs.map(({ day }) => day))).toEqual(new Set([1, 2, 3, 4, 5]));
});

describe.each(labs.map((lab) => [lab.id, lab] as const))("the lab %s", (_, lab) => {
  test("is written without a mistake", () => {
    expect(formatMessages([lab.file])).toBe("");
  });

  test("has no step done at the start, and all with the book's solution", async () => {
    for (const [path, text] of startOf(root, lab)) writeFile(join(place, path), text);
    const atStart = await runSteps(lab, place);
    expect(atStart.filter(({ isDone }) => isDone)).toEqual([]);

    for (const { path } of lab.cuts) writeFile(join(place, path), readText(join(root, path)));
    const atEnd = await runSteps(lab, place);
    expect(atEnd.filter(({ isDone }) => !isDone)).toEqual([]);
  });

  // Their words led to the book's own program, where nothing had been changed: no test fell.
  test("begins with the samples that its stretch task runs", () => {
    const stretch = lab.texts.get("Stretch") ?? "";
    const runs = [...stretch.matchAll(/sample -- (\S+) --root lab\/([\w-]+)/g)];
    const names = runs.map(([, name = "", id]) => {
      expect(id).toBe(lab.id);
      return name.includes("/") ? `code/${name}.example.ts` : `code/${name}/example.ts`;
    });
    const places = [...stretch.matchAll(/`lab\/([\w-]+)\/(code\/[^`]+)`/g)];
    const start = startOf(root, lab);
    for (const path of [...names, ...places.map(([, , path = ""]) => path)])
      expect(start.has(path), path).toBe(true);
    expect(stretch).toMatch(`--root lab/${lab.id}`);
    expect(stretch).not.toMatch(/`code\//);
  });

  test("cuts out what it shows as the solution", () => {
    const start = startOf(root, lab);
    const solution = solutionOf(root, lab);
    for (const { path, region } of lab.cuts) {
      const text = readText(join(root, path));
      for (const { name, start: from, end } of bodiesIn(path, text, [region])) {
        expect(start.get(path)).toContain(`throw new Error("Lab ${lab.id}: write ${name}")`);
        // Solutions are outdented; the first line of a body is not.
        expect(solution).toContain(text.slice(from, end).split("\n")[0]);
        expect(start.get(path)).not.toContain(text.slice(from, end));
      }
    }
  });
});

describe("a lab with mistakes", () => {
  function messagesOf(lab: string): string {
    writeFile(join(place, "slides/kit/labs/01-x.md"), lab);
    writeFile(join(place, "code/x.ts"), "// #region types\ntype X = 1;\n// #endregion types\n");
    return formatMessages(loadLabs(place).map(({ file }) => file));
  }

  test("is told its place and rule", () => {
    const told = messagesOf(
      "---\ntitle: X\nday: 1\nminutes: { min: 9, typical: 3, max: 4 }\ncut:\n  - code/x.ts#types\n  - code/x.ts#none\n  - code/y.ts#a\ntests: [code/x.test.ts]\nsteps:\n  - { title: a }\n---\n\n## Goal\n\nx\n",
    );
    expect(told.split("\n").filter((line) => !line.includes("lab-text"))).toEqual(
      [
        "01-x.md:4:1  lab-minutes  Minutes are out of order; expected { min: 15, typical: 25, max: 40 }",
        '01-x.md:6:5  lab-cut  Region "types" has no function to cut out; expected a region with one',
        '01-x.md:7:5  lab-cut  code/x.ts has no region "none"; expected file.ts#region',
        "01-x.md:8:5  lab-cut  There is no code/y.ts; expected a file of code/",
        "01-x.md:9:9  lab-cut  There is no code/x.test.ts; expected a test of code/",
        "01-x.md:10:1  lab-step  A step lacks a part; expected title: … and tests: …",
      ].map((line) => `slides/kit/labs/${line}`),
    );
    expect(told).toContain('Section "Hint 3" is missing');
  });
});

describe("the doctor", () => {
  test("finds an old Node", () => {
    expect(nodeIsNew("20.19.5")).toMatchObject({ isWell: false });
    expect(nodeIsNew("24.0.0")).toMatchObject({ isWell: true });
  });

  test("finds a folder that cannot be written to", () => {
    writeFile(join(place, "file"), "");
    expect(canWrite(join(place, "file"))).toMatchObject({ isWell: false });
    expect(canWrite(place)).toMatchObject({ isWell: true });
  });
});
