/** Mutation testing must be able to find something: a program with a weak test, its survivors, their explanations, a stale record. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toString as textOf } from "hast-util-to-string";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeBook } from "../../scripts/book.ts";
import { openBrowser } from "../../scripts/browser.ts";
import { type MutationScore, percent } from "../../scripts/mutation.ts";
import { copyrightPage } from "../../scripts/pages.ts";
import { silent } from "../../scripts/progress.ts";
import { formatMessages } from "../../scripts/report.ts";
import { elements, hasClass } from "../../scripts/tree.ts";

const base = join(import.meta.dirname, "../fixtures/mistakes/_base");
const weakTest = `import { expect, test } from "vitest";
import { tick } from "./counter.ts";

test("counts past what it has seen", () => {
  expect(tick({ value: 7 }, 7)).toEqual({ value: 8 });
});
`;
const program = "code/counter/counter.ts";
const explanation = `# Of the counter.
---
file: counter.ts
region: merge
mutator: MethodExpression
from: Math.max(counter.value, seen)
to: Math.min(counter.value, seen)
reason: for the test of the toolchain
`;
let measured = "";
let root = "";
let told = { status: -1 as number | null, stdout: "", stderr: "" };

function mutants(where: string, ...args: string[]) {
  return spawnSync(
    process.execPath,
    [join(import.meta.dirname, "../../scripts/mutants.ts"), ...args, "--root", where],
    { encoding: "utf8" },
  );
}

beforeAll(() => {
  measured = mkdtempSync(join(tmpdir(), "weak-"));
  cpSync(base, measured, { recursive: true });
  writeFileSync(join(measured, "code/counter/counter.test.ts"), weakTest);
  told = mutants(measured, "counter");
}, 120_000);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "mutants-"));
  cpSync(measured, root, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
afterAll(() => rmSync(measured, { recursive: true, force: true }));

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text);
}
/** The book as the build sees it; `said` is the colophon's sentence, of another score if one is given. */
async function check(other: Partial<MutationScore> = {}) {
  const notes: string[] = [];
  const progress = { ...silent, note: (text: string) => notes.push(text) };
  const made = await makeBook({ root, browser: openBrowser, progress, prove: false });
  const score = made.colophon.mutation;
  const [edition] = made.pool.editions;
  const colophon = { ...made.colophon, mutation: { ...score, ...other }, draft: false };
  const page = edition && copyrightPage(made.pool.book, edition, colophon);
  const said = page && elements(page, (node) => hasClass(node, "colophon-mutants")).map(textOf)[0];
  return { messages: formatMessages(made.files), notes, score, said };
}

describe("mutation testing", () => {
  test("lists what a weak test lets live, with file, line and column, ready to be explained", () => {
    expect(told.stderr).toBe("");
    expect(told.status).toBe(0);
    expect(told.stdout).toContain(
      `${program}:8:17  lives\n${explanation.split("\n").slice(2, -2).join("\n")}\n`,
    );
    expect(told.stdout).toMatch(/code\/counter: 4 mutants, 75 % killed, 0 explained, 1 alive/);
  });

  test("puts its count into the colophon", async () => {
    const { messages, score, said } = await check();
    expect(messages).toBe("");
    expect(score).toEqual({
      ...{ regions: 1, measured: 1, mutants: 4, killed: 3, explained: 0, alive: 1 },
      stale: [],
    });
    expect(said).toContain("4 mutants");
    expect(said).toContain("75 % were caught; of the others 1 went unnoticed");
  });

  test("measures nothing twice", () => {
    const again = mutants(root, "counter");
    expect(again.stdout).not.toContain("Stryker");
    expect(again.stdout).toContain("4 mutants, 75 % killed");
  });

  test("takes an explanation for one survivor, and counts it apart", async () => {
    write("code/counter/mutants.yaml", explanation);
    const { messages, score } = await check();
    expect(messages).toBe("");
    expect(score).toMatchObject({ mutants: 4, killed: 3, explained: 1, alive: 0 });
  });

  test("refuses an explanation that fits no mutant that lives", async () => {
    write("code/counter/mutants.yaml", explanation.replace("to: Math.min", "to: Math.abs"));
    const found =
      'code/counter/mutants.yaml:3:1  mutant-explained  An explanation fits no mutant that lives; found "MethodExpression: Math.max(counter.value, seen) -> Math.abs(counter…"';
    expect((await check()).messages).toContain(found);
    const command = mutants(root, "counter");
    expect(command.status).toBe(1);
    expect(command.stderr).toContain(found);
  });

  test("prints no number of a program that was changed since, and says which", async () => {
    const text = readFileSync(join(root, program), "utf8");
    write(program, text.replace("start + 1", "start + 1 + 0"));
    const { score, said, notes } = await check();
    expect(score).toMatchObject({ regions: 1, measured: 0, mutants: 0, stale: [program] });
    expect(said).toBeUndefined();
    expect(notes).toEqual([
      "mutants were measured for 0 of 1 printed regions: npm run mutants -- code/counter",
    ]);
  });

  test("says of how many regions it speaks, where not of all", async () => {
    const { said } = await check({ regions: 5, measured: 3 });
    expect(said).toContain("3 of the 5 printed regions");
  });

  test("prints no number that other tests have earned", async () => {
    write("code/counter/counter.test.ts", `${weakTest}\n// Changed.\n`);
    expect((await check()).score).toMatchObject({ measured: 0, stale: [program] });
  });

  test("does not measure a program whose tests fail anyway", () => {
    write("code/counter/counter.test.ts", weakTest.replace("value: 8", "value: 9"));
    const red = mutants(root, "counter");
    expect(red.status).toBe(1);
    expect(red.stdout).toContain("expected { value: 8 } to deeply equal { value: 9 }");
    expect(red.stderr).toContain("code/counter was not measured: There were failed tests");
  });

  test("never rounds up to all of them", () => {
    expect(percent(1999, 2000)).toBe("99.9");
    expect(percent(2000, 2000)).toBe("100");
    expect(percent(0, 3)).toBe("0");
  });
});
