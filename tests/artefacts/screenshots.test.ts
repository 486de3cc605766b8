/**
 * Each kind of page as it looks, on a phone and on a desk, against pictures that were looked at once. The book is one of its own
 * (tests/fixtures/screens), so that no edit of prose changes them. After a change that is meant: UPDATE=1, and look at what
 * git shows.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { rootPath } from "./dist.ts";
import { changeMax, changeOf, differenceFromStored, smallPicture } from "./pictures-compared.ts";

const stored = join(import.meta.dirname, "screenshots");
const sizes = { phone: [390, 844, 195], desk: [1440, 900, 480] } as const;

type View = {
  readonly file: string;
  readonly at?: string;
  readonly prepare?: (page: Page) => Promise<unknown>;
};
const click = (selector: string) => (page: Page) => page.click(selector);
const chapter = "01-counting.html";

/** Kinds of pages, by the name of their pictures. */
const views: { readonly [name: string]: View } = {
  contents: { file: "index.html" },
  opening: { file: chapter },
  listing: { file: chapter, at: ".noted" },
  widget: {
    file: chapter,
    at: "#the-picture",
    prepare: (page) => page.waitForSelector("[data-mounted]"),
  },
  program: { file: "code/counter/counter.ts.html" },
  run: { file: "run-counter.html", prepare: runProgram },
  skills: { file: "skills.html" },
  search: { file: chapter, prepare: search },
  settings: { file: chapter, prepare: click(".open-settings") },
};

/** Every kind in both sizes in light, and in dark where colors make the page. */
const shots = [
  ...Object.keys(views).flatMap((view) =>
    (["phone", "desk"] as const).map((size) => ({ view, size, scheme: "light" })),
  ),
  ...["contents", "listing", "widget", "skills"].map((view) => ({
    view,
    size: "desk" as const,
    scheme: "dark",
  })),
];

let root = "";
let browser: Browser;
let canvas: Page;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "screens-"));
  cpSync(join(rootPath, "tests/fixtures/screens"), root, { recursive: true });
  // Its program and its sources are those of the other fixture.
  for (const part of ["code", "chapters/sources"])
    cpSync(join(rootPath, "tests/fixtures/book", part), join(root, part), { recursive: true });
  const build = join(rootPath, "scripts/build.ts");
  const built = spawnSync(
    process.execPath,
    [build, "--draft", "--format", "html", "--root", root],
    {
      encoding: "utf8",
      env: { ...process.env, CI: "1" },
    },
  );
  expect(built.stderr + built.stdout).toContain("artefacts in dist/");
  browser = await openBrowser();
  canvas = await browser.newPage();
});
afterAll(async () => {
  await browser?.close();
  rmSync(root, { recursive: true, force: true });
});

async function opened(view: string, size: keyof typeof sizes, scheme: string): Promise<Page> {
  const { file = "", at, prepare } = views[view] ?? {};
  const [width, height] = sizes[size];
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  await page.goto(pathToFileURL(join(root, "dist/complete/html", file)).href);
  await page.addStyleTag({
    content: "* { caret-color: transparent !important; transition: none !important }",
  });
  if (at) await page.$eval(at, (node) => node.scrollIntoView());
  await prepare?.(page);
  await page.evaluate(async () => {
    document.body.getBoundingClientRect();
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
  return page;
}

async function runProgram(page: Page): Promise<void> {
  await page.waitForSelector("[data-ready]");
  await page.click("#run");
  await page.waitForFunction(() =>
    /book has\.$/.test(document.querySelector("#state")?.textContent ?? ""),
  );
  await page.evaluate(() => scrollTo(0, 0));
}

async function search(page: Page): Promise<void> {
  await page.click(".open-search");
  await page.type("#search-words", "counter");
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".results li .result-text")].every(
      (text) => text.textContent !== "",
    ),
  );
  await page.waitForSelector(".results li");
}

test.each(shots)("$view looks as it did, $size, $scheme", async ({ view, size, scheme }) => {
  const page = await opened(view, size, scheme);
  const picture = await smallPicture(page, canvas, sizes[size][2]);
  await page.browserContext().close();
  const name = `${view}-${size}-${scheme}`;
  expect(await differenceFromStored(canvas, stored, name, picture)).toBe(null);
});

test("tells a page that lacks a word, or whose text has moved, from the same page", async () => {
  const page = await opened("contents", "desk", "light");
  const look = () => smallPicture(page, canvas, sizes.desk[2]);
  const before = await look();
  expect(await changeOf(canvas, before, await look())).toBe(0);
  await page.$eval(".open-search .word", (word) => word.remove());
  expect(await changeOf(canvas, before, await look())).toBeGreaterThan(changeMax);
  await page.reload();
  expect(await changeOf(canvas, before, await look())).toBe(0);
  await page.$eval(".chapters", (list) => {
    (list as HTMLElement).style.paddingTop = "6px";
  });
  expect(await changeOf(canvas, before, await look())).toBeGreaterThan(changeMax);
  await page.browserContext().close();
});

test("writes a picture that differs where its message says", async () => {
  const page = await opened("contents", "desk", "dark");
  const picture = await smallPicture(page, canvas, sizes.desk[2]);
  await page.browserContext().close();
  const message = await differenceFromStored(
    canvas,
    stored,
    "contents-desk-light",
    picture,
    "compare",
  );
  const path = /compare (\S+\.png)/.exec(message ?? "")?.[1] ?? "";
  expect(readFileSync(path).equals(picture)).toBe(true);
});

test("keeps its pictures small, and none that no view makes", () => {
  const names = readdirSync(stored);
  const expected = shots.map(({ view, size, scheme }) => `${view}-${size}-${scheme}.png`);
  expect(names.sort()).toEqual(expected.sort());
  const bytes = names.reduce((sum, name) => sum + statSync(join(stored, name)).size, 0);
  expect(bytes).toBeLessThan(1_000_000);
});
