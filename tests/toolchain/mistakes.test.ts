/** Each folder of tests/fixtures/mistakes is a book with mistakes: `input.md`, other files, and the messages that it must give. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeBook } from "../../scripts/book.ts";
import { closeBrowser, openBrowser } from "../../scripts/browser.ts";
import { silent } from "../../scripts/progress.ts";
import { formatMessages } from "../../scripts/report.ts";
import { rules } from "../../scripts/rules.ts";

const folder = join(import.meta.dirname, "../fixtures/mistakes");
const cases = readdirSync(folder).filter((name) => name !== "_base");
let opened: ReturnType<typeof openBrowser> | null = null;
const browser = () => {
  opened ??= openBrowser();
  return opened;
};

afterAll(async () => {
  if (opened) await closeBrowser(await opened);
});

/** The messages of the base book with a fixture laid over it. */
async function messagesOf(name: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "mistakes-"));
  try {
    cpSync(join(folder, "_base"), root, { recursive: true });
    const files = join(folder, name, "files");
    if (existsSync(files)) cpSync(files, root, { recursive: true });
    cpSync(join(folder, name, "input.md"), join(root, "chapters/01-input.md"));
    const made = await makeBook({ root, browser, progress: silent, prove: false });
    return `${formatMessages(made.files)}\n`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe("a mistake is told with its place, its rule and what was expected", () => {
  test("at least forty kinds of mistake have a fixture", () => {
    expect(cases.length).toBeGreaterThanOrEqual(40);
  });

  for (const name of cases)
    test(name, async () => {
      const found = await messagesOf(name);
      const path = join(folder, name, "messages.txt");
      if (process.env.UPDATE === "1") writeFileSync(path, found);
      expect(existsSync(path), `${path} is missing; UPDATE=1 makes it`).toBe(true);
      expect(found).toBe(readFileSync(path, "utf8"));
      expect(found).toMatch(/^\S+:\d+:\d+ {2}[a-z-]+ {2}\S/);
    });

  test("every rule of a chapter's text is broken by some fixture", () => {
    const elsewhere = [
      "listing-executed",
      "tests-pass",
      "sample-exists",
      /^(slide|lab|course|session|day)-/,
    ];
    const all = cases
      .map((name) => readFileSync(join(folder, name, "messages.txt"), "utf8"))
      .join("\n");
    const untested = Object.keys(rules).filter(
      (rule) =>
        !all.includes(`  ${rule}  `) &&
        !elsewhere.some((other) => (typeof other === "string" ? other === rule : other.test(rule))),
    );
    expect(untested).toEqual([]);
  });
});
