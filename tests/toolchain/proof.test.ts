/** The proof must be able to fail: each of these books lies in one way, and the build has to refuse it. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeBook } from "../../scripts/book.ts";
import { openBrowser } from "../../scripts/browser.ts";
import { silent } from "../../scripts/progress.ts";
import { formatMessages } from "../../scripts/report.ts";

const base = join(import.meta.dirname, "../fixtures/mistakes/_base");
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "proof-"));
  cpSync(base, root, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function edit(path: string, from: string, to: string): void {
  const text = readFileSync(join(root, path), "utf8");
  expect(text).toContain(from);
  writeFileSync(join(root, path), text.replace(from, to));
}

async function check(): Promise<{ messages: string; tests: number }> {
  const made = await makeBook({ root, browser: openBrowser, progress: silent, prove: true });
  return { messages: formatMessages(made.files), tests: made.colophon.tests };
}

const counter = "code/counter/counter.ts";

describe("the listing proof", () => {
  test("passes a book whose printed lines were all executed, and keeps its answer", async () => {
    expect(await check()).toEqual({ messages: "", tests: 2 });
    expect(existsSync(join(root, ".cache/proof"))).toBe(true);
  });

  test("refuses a printed line that no test executes, and names both places", async () => {
    edit(
      counter,
      "  return { value: start + 1 };",
      "  if (seen < 0) {\n    return { value: 0 };\n  }\n  return { value: start + 1 };",
    );
    const { messages } = await check();
    expect(messages).toContain(
      "chapters/02-other.md:8:1  listing-executed  1 printed line was not executed by any test",
    );
    expect(messages).toContain(`${counter}:11`);
  });

  test("refuses an arm of a condition that was never taken", async () => {
    edit(
      counter,
      "  return { value: start + 1 };",
      "  return seen < 0\n    ? { value: 0 }\n    : { value: start + 1 };",
    );
    expect((await check()).messages).toMatch(/listing-executed .*counter\.ts:11/);
  });

  test("refuses a line changed so that it lies: its test fails", async () => {
    edit(counter, "start + 1", "start + 2");
    const { messages } = await check();
    expect(messages).toContain("tests-pass  A test fails: counts past what it has seen");
    expect(messages).toContain("transcript-matches");
  });

  test("refuses a program that no test loads", async () => {
    rmSync(join(root, "code/counter/counter.test.ts"));
    expect((await check()).messages).toContain("listing-executed");
  });

  test("exempts types and comments by syntax", async () => {
    edit(
      counter,
      "  // #region merge",
      "  type Unused = { readonly [key: string]: number };\n  // A comment.\n  // #region merge",
    );
    expect((await check()).messages).toBe("");
  });
});
