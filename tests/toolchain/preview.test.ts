/** The middle of a preview: what is compared, what is served, what parses. Its pages are seen in tests/artefacts/preview.test.ts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { common } from "../../scripts/preview/morph.ts";
import { syntaxMistake } from "../../scripts/preview/programs.ts";
import {
  fileOf,
  mistakesShown,
  noteMistakes,
  nothingServed,
  serve,
  serveWhole,
} from "../../scripts/preview/served.ts";
import { changeFor } from "../../scripts/preview/server.ts";

describe("the blocks that two pages have in common", () => {
  test("are found round what was put in and what was taken out", () => {
    expect(common(["a", "b", "c", "d"], ["a", "x", "c", "d", "e"])).toEqual([
      [0, 0],
      [2, 2],
      [3, 3],
    ]);
    expect(common([], ["a"])).toEqual([]);
  });

  test("are equal, in order, and all of them where nothing differs", () => {
    const list = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(list, list, (one, other) => {
        const pairs = common(one, other);
        for (const [at, [left, right]] of pairs.entries()) {
          expect(one[left]).toBe(other[right]);
          const [leftBefore, rightBefore] = pairs[at - 1] ?? [-1, -1];
          expect(left > leftBefore && right > rightBefore).toBe(true);
        }
        expect(pairs).toHaveLength(common(other, one).length);
        expect(common(one, one)).toHaveLength(one.length);
      }),
    );
  });
});

describe("what a preview serves", () => {
  const made = (edit: number, text: string) =>
    ({
      kind: "made",
      edit,
      files: [["a.html", text]],
      mistakes: [],
      frame: null,
      tookMs: 0,
    }) as const;

  test("is a page made since the whole book, until a book comes that knows of its edit", () => {
    const served = nothingServed();
    serveWhole(served, made(0, "first"));
    expect([...serve(served, 2, [["a.html", "edited"]])]).toEqual(["a.html"]);
    expect([...serveWhole(served, made(1, "late"))]).toEqual([]);
    expect(fileOf(served, "a.html")).toBe("edited");
    expect([...serveWhole(served, made(2, "whole"))]).toEqual(["a.html"]);
    expect(fileOf(served, "a.html")).toBe("whole");
  });

  test("tells a page of its own text, of style sheets and of scripts, and of nothing else", () => {
    expect(changeFor("a.html", new Set(["b.html", "assets/previews.js"]))).toBeNull();
    expect(changeFor("a.html", new Set(["a.html"]))).toMatchObject({ page: true, styles: false });
    expect(changeFor("a.html", new Set(["assets/book.css"]))).toMatchObject({ styles: true });
    const widgets = new Set(["assets/widgets/raft.js", "assets/widgets/core.js"]);
    expect(changeFor("a.html", widgets)?.widgets[0]).toBe("assets/widgets/core.js");
  });

  test("has the mistakes of the whole book, but of a file that was looked at since what was found there", () => {
    const served = nothingServed();
    const [old, other, fresh] = ["a.md:1:1", "b.md:2:1", "a.md:7:3"].map((place) => ({
      place,
      rule: "rule",
      text: "text",
    }));
    if (!old || !other || !fresh) throw new Error("three mistakes");
    serveWhole(served, { ...made(0, ""), mistakes: [old, other] });
    noteMistakes(served, 1, "a.md", [fresh]);
    expect(mistakesShown(served)).toEqual([other, fresh]);
    noteMistakes(served, 2, "a.md", []);
    expect(mistakesShown(served)).toEqual([other]);
    serveWhole(served, { ...made(2, ""), mistakes: [old] });
    expect(mistakesShown(served)).toEqual([old]);
  });
});

describe("a program that does not parse", () => {
  const root = mkdtempSync(join(tmpdir(), "preview-"));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test("is told with the line and the column at which its reader stopped", () => {
    mkdirSync(join(root, "code"));
    writeFileSync(join(root, "code/a.ts"), "const a: number = 1;\nconst b: number = ;\n");
    expect(syntaxMistake(root, "code/a.ts")).toEqual({
      place: "code/a.ts:2:19",
      rule: "program-parses",
      text: "Unexpected token",
    });
    writeFileSync(join(root, "code/a.ts"), "const a: number = 1;\n");
    expect(syntaxMistake(root, "code/a.ts")).toBeNull();
    expect(syntaxMistake(root, "code/none.ts")).toBeNull();
  });
});
