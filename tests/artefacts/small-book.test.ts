/** The command itself, on the fixture book: what a build writes, refuses and leaves alone. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
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
import { unzipSync } from "fflate";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rootPath } from "./dist.ts";

const made: string[] = [];
let first = "";

function copy(prefix: string): string {
  const root = mkdtempSync(join(tmpdir(), prefix));
  cpSync(join(rootPath, "tests/fixtures/book"), root, { recursive: true });
  made.push(root);
  return root;
}

function run(
  script: string,
  root: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): SpawnSyncReturns<string> {
  return spawnSync(
    process.execPath,
    [join(rootPath, `scripts/${script}.ts`), ...args, "--root", root],
    { encoding: "utf8", env: { ...process.env, CI: "1", ...env }, maxBuffer: 1 << 26 },
  );
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

async function pdfText(path: string): Promise<string> {
  const document = await getDocument({ data: new Uint8Array(readFileSync(path)) }).promise;
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const content = await (await document.getPage(number)).getTextContent();
    pages.push(content.items.map((item) => ("str" in item ? item.str : "")).join(" "));
  }
  await document.loadingTask.destroy();
  return pages.join("\n");
}

beforeAll(() => {
  first = copy("small-book-");
  const built = run("build", first, [], { TZ: "UTC", LANG: "C" });
  expect(built.stderr + built.stdout).toContain("artefacts in dist/");
});
afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

describe("a build of a whole book", () => {
  test("leads from one start page to every artefact, and records each with its hash", () => {
    const start = readFileSync(join(first, "dist/index.html"), "utf8");
    const record = JSON.parse(readFileSync(join(first, "dist/build.json"), "utf8")) as {
      artefacts: { path: string; sha256: string; bytes: number }[];
      proof: Record<string, unknown>;
    };
    expect(record.artefacts.map((artefact) => artefact.path)).toEqual([
      "code/",
      "complete/complete.epub",
      "complete/complete.pdf",
      "complete/html/",
      "days/days.epub",
      "days/days.pdf",
      "days/html/",
      "handout/handout.epub",
      "handout/handout.pdf",
      "handout/html/",
      "slides/counting-handout-a4.pdf",
      "slides/counting-handout-letter.pdf",
      "slides/counting-notes-a4.pdf",
      "slides/counting-notes-letter.pdf",
      "slides/counting.pdf",
      "slides/counting/",
    ]);
    for (const artefact of record.artefacts) {
      expect(start).toContain(`href="${artefact.path}`);
      expect(artefact.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(artefact.bytes).toBeGreaterThan(1000);
    }
    expect(record.proof).toMatchObject({
      proved: true,
      listings: 1,
      printedLines: 5,
      testsPassed: 2,
    });
  });

  test("gives equal bytes in another folder, time zone and locale", () => {
    const second = copy("another-place-of-a-longer-name-");
    expect(
      run("build", second, [], {
        TZ: "Pacific/Kiritimati",
        LANG: "de_DE.UTF-8",
        LC_ALL: "tr_TR.UTF-8",
      }).status,
    ).toBe(0);
    const names = files(join(first, "dist"));
    expect(files(join(second, "dist"))).toEqual(names);
    const different = names.filter(
      (name) =>
        name !== "build.json" &&
        !readFileSync(join(first, "dist", name)).equals(readFileSync(join(second, "dist", name))),
    );
    expect(different).toEqual([]);
  });

  test("puts solutions into the edition that shows them, and nowhere into the one that does not", async () => {
    const folder = join(first, "dist/handout");
    const mark = "SOLUTION-MARK";
    expect(await pdfText(join(first, "dist/complete/complete.pdf"))).toContain(mark);
    expect(await pdfText(join(folder, "handout.pdf"))).not.toContain(mark);
    const entries = Object.values(unzipSync(readFileSync(join(folder, "handout.epub"))));
    for (const data of entries) expect(Buffer.from(data).includes(mark)).toBe(false);
    for (const name of files(join(folder, "html")))
      expect(readFileSync(join(folder, "html", name)).includes(mark)).toBe(false);
    expect(
      files(join(first, "dist/complete/html")).some((name) =>
        readFileSync(join(first, "dist/complete/html", name)).includes(mark),
      ),
    ).toBe(true);
  });

  test("keeps a time of day in a caption", () => {
    const page = readFileSync(join(first, "dist/complete/html/01-counting.html"), "utf8");
    expect(page).toContain("goes back, at 10:06 or later.");
  });

  test("shows blocks only in the editions and formats they are for", async () => {
    const read = (path: string): string => readFileSync(join(first, "dist", path), "utf8");
    expect(read("handout/html/01-counting.html")).toContain("Only the handout has this sentence.");
    expect(read("complete/html/01-counting.html")).not.toContain(
      "Only the handout has this sentence.",
    );
    expect(read("complete/html/01-counting.html")).toContain("Only a screen has this sentence.");
    expect(await pdfText(join(first, "dist/complete/complete.pdf"))).not.toContain(
      "Only a screen has this sentence.",
    );
  });
});

describe("an edition of days", () => {
  const day = (name: string): string =>
    readFileSync(join(first, "dist/days/html", name), "utf8").replace(/<[^>]+>/g, "");

  test("opens each with its question, its text and its minutes, and closes it", () => {
    expect(day("part-first.html")).toContain("What does a day of counting answer?");
    expect(day("part-first.html")).toMatch(
      /About [123] minutes to read; its exercises take 5 more/,
    );
    expect(day("first-next.html")).toContain("Count on.");
  });

  test("has what it selects and nothing else", () => {
    const text = day("01-counting.html");
    expect(text).toContain("Do not count what nobody reads.");
    for (const hidden of ["Databases count.", "How would you count?", "Counters go up."])
      expect(text).not.toContain(hidden);
    expect(text).toContain("1.1 and “The counter”");
    expect(text).not.toContain("complete edition");
  });

  test("is a day in print, too", async () => {
    const text = await pdfText(join(first, "dist/days/days.pdf"));
    expect(text).toMatch(/day 1/i);
    expect(text).toContain("minutes to read");
  });
});

describe("a build that fails", () => {
  test("ends with exit code 1 and leaves the last good dist/ as it was", () => {
    const root = copy("broken-book-");
    cpSync(join(first, "dist"), join(root, "dist"), { recursive: true });
    const before = files(join(root, "dist")).map((name) =>
      readFileSync(join(root, "dist", name)).toString("base64"),
    );
    writeFileSync(
      join(root, "chapters/02-merging.md"),
      "---\nid: merging\n---\n\nSee :ref[nowhere] and <b>this</b>.\n",
    );
    const built = run("build", root);
    expect(built.status).toBe(1);
    expect(built.stderr).toContain("chapters/02-merging.md:5:5  reference-exists");
    expect(built.stderr).toContain("no-raw-html");
    expect(built.stderr).not.toMatch(/\n {4}at /);
    expect(
      files(join(root, "dist")).map((name) =>
        readFileSync(join(root, "dist", name)).toString("base64"),
      ),
    ).toEqual(before);
    expect(files(join(root, ".cache")).some((name) => name.startsWith("stage-"))).toBe(false);
  });

  test("refuses a printed line that lies", () => {
    const root = copy("lying-book-");
    const path = join(root, "code/counter/counter.ts");
    writeFileSync(path, readFileSync(path, "utf8").replace("start + 1", "start + 2"));
    const built = run("build", root, ["--format", "html"]);
    expect(built.status).toBe(1);
    expect(built.stderr).toContain("tests-pass");
    expect(existsSync(join(root, "dist"))).toBe(false);
  });

  test.each([
    ["edition", ["compleat"], 'No edition "compleat". Known: complete, days, handout, slides'],
    ["format", ["--format", "pfd"], 'No format "pfd". Known: epub, html, pdf'],
    ["option", ["--formt", "pdf"], "Did you mean --format?"],
  ])("names the known ones where an unknown %s is asked for", (_what, args, message) => {
    const built = run("build", first, args);
    expect(built.status).toBe(1);
    expect(built.stderr).toContain(message);
    expect(built.stderr).not.toMatch(/\n {4}at /);
  });

  test("names the known samples where an unknown one is asked for", () => {
    const asked = run("sample", first, ["conter"]);
    expect(asked.status).toBe(1);
    expect(asked.stderr).toContain('No sample "conter". Known: counter');
  });
});

describe("every command", () => {
  test.each(["build", "check", "sample", "dev", "test", "bench"])("%s answers --help", (script) => {
    const asked = run(script, first, ["--help"]);
    expect(asked.status).toBe(0);
    expect(asked.stdout).toContain(`npm ${script === "test" ? "test" : `run ${script}`}`);
  });
});
