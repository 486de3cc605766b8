/** Books that others wrote, and inputs that nobody should write: each builds, or is refused in words. */
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStage, publish } from "../../scripts/artefacts.ts";
import { forFormat } from "../../scripts/assemble.ts";
import { type MadeBook, makeBook, themeText } from "../../scripts/book.ts";
import { keptPrograms, keptSubset } from "../../scripts/kept.ts";
import { htmlFiles } from "../../scripts/output/html.ts";
import { drawInChildren } from "../../scripts/pictures.ts";
import { silent } from "../../scripts/progress.ts";
import { formatMessages } from "../../scripts/report.ts";

const foreign = join(import.meta.dirname, "../fixtures/foreign/book");
const buildScript = join(import.meta.dirname, "../../scripts/build.ts");
let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "foreign-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, data: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), data);
}

function make(): Promise<MadeBook> {
  const browser = (): never => {
    throw new Error("No browser is needed here");
  };
  return makeBook({ root, browser, progress: silent, prove: false });
}

async function messages(): Promise<string[]> {
  const { files } = await make();
  return formatMessages(files)
    .split("\n")
    .filter((line) => line !== "");
}

async function html(made: MadeBook): Promise<Map<string, string>> {
  const [edition] = made.editions;
  if (!edition) throw new Error(formatMessages(made.files));
  const files = await htmlFiles(forFormat(edition, "html"), {
    widgets: new Map(),
    runnable: null,
    theme: (name) => themeText(root, name),
    subset: keptSubset(root),
    programs: keptPrograms(root, made.sources),
    printed: null,
  });
  return new Map([...files].map(([name, data]) => [name, Buffer.from(data).toString("base64")]));
}

function build(...args: string[]) {
  const run = spawnSync(process.execPath, [buildScript, "--root", root, ...args], {
    encoding: "utf8",
  });
  return { status: run.status, text: run.stderr + run.stdout };
}

describe("a foreign book", () => {
  test("builds, with the first heading of each file as its title", async () => {
    cpSync(foreign, root, { recursive: true });
    const made = await make();
    expect(formatMessages(made.files)).toBe("");
    const chapters = made.editions[0]?.sections.filter((section) => section.kind === "chapter");
    expect(
      chapters?.map(({ title, headings }) => [
        title,
        headings.map((each) => [each.depth, each.title]),
      ]),
    ).toEqual([
      ["Getting started", [[2, "What you need"]]],
      [
        "The next part",
        [
          [2, "First part"],
          [2, "Second part"],
          [3, "A detail"],
        ],
      ],
      ["Over more", []],
    ]);
  });

  test("has its links to files, to titles and to sections as links to places", async () => {
    cpSync(foreign, root, { recursive: true });
    const made = await make();
    const hrefs = made.editions[0]?.sections.map((section) => [
      section.id,
      [...JSON.stringify(section.tree).matchAll(/"href":"(#[^"]+)"/g)].map((match) => match[1]),
    ]);
    expect(Object.fromEntries(hrefs ?? [])).toMatchObject({
      "ch01-00-start": [
        "#ch01-01-next",
        "#second-part",
        "#ch01-00-start",
        "#uber-mehr",
        "#ch01-00-start-fn-note",
        "#ch01-00-start-fnref-note",
      ],
      "ch01-01-next": ["#ch01-00-start-what-you-need", "#ch01-01-next"],
    });
  });

  test("keeps dollars of money, and names characters that no face has", async () => {
    cpSync(foreign, root, { recursive: true });
    const { chapters } = await make();
    const tree = JSON.stringify(chapters.get("ch01-00-start")?.tree);
    expect(tree).toContain("It costs $5 and then $10, while ");
    expect(tree.match(/"tagName":"math"/g)).toHaveLength(1);
    expect(tree).toContain("[U+0928 U+092E]");
  });

  test("is the same from kept chapters as from its text, byte for byte, also after an edit", async () => {
    cpSync(foreign, root, { recursive: true });
    const cold = await html(await make());
    expect(readdirSync(join(root, ".cache/chapters")).length).toBeGreaterThan(0);
    expect(await html(await make())).toEqual(cold);

    const next = join(root, "chapters/ch01-01-next.md");
    writeFileSync(next, readFileSync(next, "utf8").replace("The next part", "Another title"));
    write("chapters/img/ring.svg", '<svg viewBox="0 0 9 9"><rect width="9" height="9"/></svg>');
    // The first file links to the title's old anchor no more than to its file, so both are still right.
    writeFileSync(next, readFileSync(next, "utf8").replace("#the-next-part", "#another-title"));
    const edited = await html(await make());
    rmSync(join(root, ".cache/chapters"), { recursive: true });
    expect(await html(await make())).toEqual(edited);
    expect(edited).not.toEqual(cold);
  });

  test("a kept chapter tells nothing that is wrong: a dead link is told in every build", async () => {
    write("chapters/a.md", "# A\n\n[dead](b.md)\n");
    const first = await messages();
    expect(first).toHaveLength(1);
    expect(await messages()).toEqual(first);
  });
});

describe("what cannot be a book is refused in words", () => {
  const refused: readonly [string, () => void, RegExp][] = [
    [
      "no folder of chapters",
      () => {},
      /^chapters:1:1 {2}chapter-has-text {2}The book has no chapter/,
    ],
    ["an empty folder", () => mkdirSync(join(root, "chapters")), /The book has no chapter/],
    [
      "a file where chapters/ should be",
      () => write("chapters", "text"),
      /The book has no chapter/,
    ],
    [
      "an edition without chapters",
      () => {
        write("chapters/a.md", "# A\n\nText.\n");
        write("editions/x.yaml", "id: x\nchapters: []\n");
      },
      /^editions\/x.yaml:1:1 {2}edition-chapter-exists {2}An edition has no chapter/,
    ],
    [
      "an edition whose id leaves dist/",
      () => {
        write("chapters/a.md", "# A\n\nText.\n");
        write("editions/x.yaml", "id: ../../x\n");
      },
      /field-type {2}An edition's id has another form; found "..\/..\/x"/,
    ],
    [
      "two editions of one id",
      () => {
        write("chapters/a.md", "# A\n\nText.\n");
        write("editions/x.yaml", "id: x\n");
        write("editions/y.yaml", "id: x\n");
      },
      /Edition id "x" is given twice; see editions\/x.yaml:1/,
    ],
    [
      "a NUL byte",
      () => write("chapters/a.md", "# A\n\nText \0.\n"),
      /^chapters\/a.md:3:6 {2}character-in-face {2}A control character stands in the text, U\+0000/,
    ],
    [
      "Latin-1",
      () => write("chapters/a.md", Buffer.from("# A\n\nGr\xfc\xdfe.\n", "latin1")),
      /^chapters\/a.md:1:1 {2}character-in-face {2}The file is no UTF-8/,
    ],
    [
      "two names that differ only in case",
      () => {
        write("chapters/a.md", "# A\n\nText.\n");
        write("chapters/A.md", "# A\n\nText.\n");
      },
      /Chapter id "a" is given twice; see chapters\/A.md:1/,
    ],
    [
      "an image of 0 bytes",
      () => {
        write("chapters/a.md", "# A\n\n![nothing](x.png)\n");
        write("chapters/x.png", "");
      },
      /^chapters\/a.md:3:1 {2}figure-kind {2}chapters\/x.png has 0 bytes and is no image\/png/,
    ],
    [
      "a drawing that is cut off",
      () => {
        write("chapters/a.md", "# A\n\n![part](x.svg)\n");
        write("chapters/x.svg", '<svg viewBox="0 0 9 9"><rect');
      },
      /figure-draws {2}chapters\/x.svg ends before its svg element does/,
    ],
  ];
  for (const [name, prepare, expected] of refused)
    test(name, async () => {
      prepare();
      expect((await messages()).join("\n")).toMatch(expected);
    });

  test("a command that names what is not there", () => {
    write("chapters/a.md", "# A\n\nText.\n");
    write("file", "text");
    const wrong: readonly [string[], RegExp][] = [
      [["--root", join(root, "gone")], /No folder .*gone/],
      [["--root", join(root, "file")], /No folder .*file/],
      [["--formt", "pdf"], /Unknown option '--formt'[\s\S]*Did you mean --format\?/],
      [["--format", "pdx"], /No format "pdx"\. Known: epub, html, pdf[\s\S]*Did you mean "pdf"\?/],
      [
        ["complet"],
        /No edition "complet"\. Known: complete, slides[\s\S]*Did you mean "complete"\?/,
      ],
    ];
    for (const [args, expected] of wrong) {
      const { status, text } = build(...args);
      expect(text).toMatch(expected);
      expect(text).not.toMatch(/^\s+at /m);
      expect(status).toBe(1);
    }
  });
});

describe("what is odd is no harm", () => {
  test("links that lead in a circle, linked files, names with blanks", async () => {
    write("chapters/a.md", "# A\n\nSee [b](<b c.md>).\n");
    write("chapters/b c.md", "# B\n\nText.\n");
    symlinkSync("..", join(root, "chapters/loop"));
    symlinkSync("self.md", join(root, "chapters/self.md"));
    symlinkSync("gone.md", join(root, "chapters/dangling.md"));
    expect(await messages()).toEqual([]);
  });

  test("a link that leads out of the book is not followed", async () => {
    const outside = mkdtempSync(join(tmpdir(), "outside-"));
    writeFileSync(join(outside, "secret.svg"), '<svg viewBox="0 0 1 1"><text>secret</text></svg>');
    write("chapters/a.md", "# A\n\n![A secret](secret.svg)\n");
    symlinkSync(join(outside, "secret.svg"), join(root, "chapters/secret.svg"));
    expect((await messages()).join("\n")).toContain("figure-path-inside");
    rmSync(outside, { recursive: true, force: true });
  });

  test("nesting of 200 levels and a table of 2,000 rows", async () => {
    const list = Array.from({ length: 200 }, (_, level) => `${"  ".repeat(level)}- item\n`).join(
      "",
    );
    const rows = "| x | y |\n".repeat(2000);
    write(
      "chapters/a.md",
      `# A\n\n${">".repeat(200)} deep\n\n${list}\n\n| a | b |\n|---|---|\n${rows}`,
    );
    expect(await messages()).toEqual([]);
  });

  test("a figure that never ends, ends its process or throws takes no other with it", async () => {
    write("figures/good.ts", 'console.log("noise"); export const draw = () => "<svg></svg>";\n');
    write("figures/endless.ts", "for (;;);\n");
    write("figures/exits.ts", "process.exit(3);\n");
    write("figures/throws.ts", 'export const draw = () => { throw new Error("no ink"); };\n');
    const paths = ["endless", "exits", "good", "throws"].map((name) => `figures/${name}.ts`);
    const drawn = await drawInChildren(root, paths, 3);
    expect(Object.fromEntries(drawn)).toEqual({
      "figures/endless.ts": { error: "it did not end within 3 seconds" },
      "figures/exits.ts": { error: "it ended the drawing process with code 3" },
      "figures/good.ts": { svg: "<svg></svg>", program: null, seed: null },
      "figures/throws.ts": { error: "no ink", at: "figures/throws.ts:1:35" },
    });
  });
});

describe("dist/", () => {
  const about = {
    title: "T",
    group: "g",
    pages: null,
    words: null,
    listings: null,
    milliseconds: 1,
  };

  test("is put together by one build at a time, so that two at once lose nothing", async () => {
    const parts = await Promise.all(
      ["one", "two", "three"].map(async (name) => {
        const stage = openStage(root);
        const folder = join(root, ".cache", `own-${name}`);
        mkdirSync(join(folder, name), { recursive: true });
        writeFileSync(join(folder, name, "a.txt"), name);
        stage.write(`${name}/a.txt`, name);
        stage.add(`${name}/`, about);
        const own = { ...stage, folder };
        await publish(root, own, { proof: {}, versions: {} }, false, async () => name);
        return name;
      }),
    );
    for (const name of parts)
      expect(readFileSync(join(root, "dist", name, "a.txt"), "utf8")).toBe(name);
    expect(existsSync(join(root, ".cache/publish.lock"))).toBe(false);
  });

  test("what an ended build has left is swept away, and its lock counts for nothing", async () => {
    const ended = spawnSync(process.execPath, ["--eval", ""]).pid;
    write(`.cache/stage-${ended}/old.txt`, "old");
    write(".cache/publish.lock", String(ended));
    const stage = openStage(root);
    stage.write("a.txt", "new");
    stage.add("a.txt", about);
    await publish(root, stage, { proof: {}, versions: {} }, true, async () => "start");
    expect(existsSync(join(root, `.cache/stage-${ended}`))).toBe(false);
    expect(readFileSync(join(root, "dist/a.txt"), "utf8")).toBe("new");
  });

  test("stays as it was when a build is interrupted", async () => {
    cpSync(foreign, root, { recursive: true });
    write("dist/index.html", "the last good build");
    const child = spawn(process.execPath, [buildScript, "--root", root, "--format", "html"]);
    await new Promise<void>((resolve) => child.stderr.once("data", () => resolve()));
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("close", resolve));
    expect(readFileSync(join(root, "dist/index.html"), "utf8")).toBe("the last good build");
  });
});
