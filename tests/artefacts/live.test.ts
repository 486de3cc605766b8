/**
 * From the printed widget to the live one, on a book of two: the code is read back from the pixels of the finished PDF, its
 * page opened from the folder, and the picture it leads to compared with the printed one.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PDFDict, PDFDocument, PDFHexString, PDFName, PDFString } from "@cantoo/pdf-lib";
import { unzipSync } from "fflate";
import type { Element, Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import { toHtml } from "hast-util-to-html";
import { FileSystemConfigLoader, HtmlValidate } from "html-validate";
import { getDocument, OPS } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { isAddress } from "../../scripts/fields.ts";
import { listFiles } from "../../scripts/files.ts";
import { elements, hasClass, property } from "../../scripts/tree.ts";
import { rootPath } from "./dist.ts";
import { axeSource, watchedPage } from "./watched-pages.ts";

const require = createRequire(import.meta.url);
const address = "https://books.example.test/moves/";
/** What the chapters say: page of the PDF, chapter, printed state, step as the screen counts it. */
const figures = [
  {
    id: "fig-dial-turned",
    path: "w/dial-turned.html",
    page: 5,
    chapter: "01-turning.html",
    state: "turn=7&loud=1&deeds=1.push.left_2.push.right&step=3",
    shown: "turn 7, loud, pushed left right, step 3",
    step: 4,
  },
  {
    id: "fig-dial-resting",
    path: "w/dial-resting.html",
    page: 7,
    chapter: "02-resting.html",
    state: "",
    shown: "turn 0, quiet, pushed, step 0",
    step: 1,
  },
];

const root = mkdtempSync(join(tmpdir(), "live-"));
const out = (...parts: string[]): string => join(root, "dist/whole", ...parts);
let browser: Browser;

function build(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [join(rootPath, "scripts/build.ts"), ...args], {
    encoding: "utf8",
    env: { ...process.env, CI: "1" },
    cwd: root,
  });
}

beforeAll(async () => {
  cpSync(join(rootPath, "tests/fixtures/live"), root, { recursive: true });
  const { stdout, stderr } = build();
  expect(stderr + stdout).toContain("artefacts in dist/");
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(root, { recursive: true, force: true });
});

// --- Paper ------------------------------------------------------------------------------------

type Code = {
  readonly text: string;
  readonly sideMm: number;
  /** Whether four modules round it are light. */
  readonly isQuiet: boolean;
  /** Its first two bits of format information are those of level M. */
  readonly isLevelM: boolean;
};

/** Draws a page with pdf.js and reads the code on it with jsQR, both in the browser. */
async function codeOn(pdf: string, number: number): Promise<Code | null> {
  const page = await browser.newPage();
  try {
    for (const name of ["pdf.worker.mjs", "pdf.mjs"]) {
      const path = require.resolve(`pdfjs-dist/legacy/build/${name}`);
      await page.addScriptTag({ content: readFileSync(path, "utf8"), type: "module" });
    }
    await page.addScriptTag({ content: readFileSync(require.resolve("jsqr"), "utf8") });
    await page.waitForFunction(() => "pdfjsLib" in globalThis && "pdfjsWorker" in globalThis);
    return await page.evaluate(readCode, readFileSync(pdf).toString("base64"), number);
  } finally {
    await page.close();
  }
}

/** Runs in the page. */
async function readCode(base64: string, number: number): Promise<Code | null> {
  const pxOfPt = 4;
  type Point = { readonly x: number; readonly y: number };
  type Found = {
    readonly data: string;
    readonly version: number;
    readonly location: Record<"topLeftCorner" | "topRightCorner", Point>;
  };
  const { pdfjsLib, jsQR } = globalThis as unknown as {
    pdfjsLib: { getDocument: typeof getDocument };
    jsQR: (pixels: Uint8ClampedArray, width: number, height: number) => Found | null;
  };
  const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const pdf = await pdfjsLib.getDocument({ data, verbosity: 0 }).promise;
  const page = await pdf.getPage(number);
  const viewport = page.getViewport({ scale: pxOfPt });
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: viewport.width, height: viewport.height });
  await page.render({ canvas, viewport }).promise;
  const image = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height);
  const found = image ? jsQR(image.data, image.width, image.height) : null;
  if (!image || !found) return null;
  const { topLeftCorner: from, topRightCorner: to } = found.location;
  const modules = found.version * 4 + 17;
  const modulePx = (to.x - from.x) / modules;
  const isDark = (column: number, row: number): boolean => {
    const x = Math.round(from.x + (column + 0.5) * modulePx);
    const y = Math.round(from.y + (row + 0.5) * modulePx);
    return (image.data[(y * image.width + x) * 4] ?? 0) < 128;
  };
  const all = Array.from({ length: modules + 8 }, (_, at) => at - 4);
  const isOutside = (at: number): boolean => at < 0 || at >= modules;
  return {
    text: found.data,
    sideMm: ((to.x - from.x) / pxOfPt / 72) * 25.4,
    isQuiet: !all.some((row) =>
      all.some((column) => (isOutside(row) || isOutside(column)) && isDark(column, row)),
    ),
    isLevelM: isDark(0, 8) && !isDark(1, 8),
  };
}

async function printedPage(pdf: string, number: number) {
  const document = await getDocument({ data: new Uint8Array(readFileSync(pdf)) }).promise;
  const page = await document.getPage(number);
  const { items } = await page.getTextContent();
  const { fnArray } = await page.getOperatorList();
  const annotations = (await page.getAnnotations()) as { url?: string; rect: number[] }[];
  await document.loadingTask.destroy();
  const texts = items.flatMap((item) =>
    "str" in item ? [{ text: item.str, yPt: Number(item.transform[5]) }] : [],
  );
  const rasters = [OPS.paintImageXObject, OPS.paintInlineImageXObject, OPS.paintImageMaskXObject];
  return {
    texts,
    text: texts.map(({ text }) => text).join(" "),
    links: annotations.filter(({ url }) => url !== undefined),
    rasters: fnArray.filter((operator) => rasters.includes(operator)).length,
  };
}

/** Alternative texts of what the PDF tags as figures. */
async function figuresIn(pdf: string): Promise<string[]> {
  const document = await PDFDocument.load(readFileSync(pdf), { updateMetadata: false });
  return document.context.enumerateIndirectObjects().flatMap(([, object]) => {
    if (!(object instanceof PDFDict) || object.get(PDFName.of("S")) !== PDFName.of("Figure"))
      return [];
    const alt = object.lookup(PDFName.of("Alt"));
    return alt instanceof PDFString || alt instanceof PDFHexString ? [alt.decodeText()] : [""];
  });
}

describe.each(figures)("$id on paper", ({ path, page, shown }) => {
  test("carries a code that reads as the address of its short page", async () => {
    const code = await codeOn(out("whole.pdf"), page);
    expect(code?.text).toBe(address + path);
    expect(listFiles(out("html"))).toContain(code?.text.slice(address.length));
  });

  test("has the code at 16 mm or more, of level M, in a quiet zone, without a raster", async () => {
    const code = await codeOn(out("whole.pdf"), page);
    expect(code?.sideMm).toBeGreaterThanOrEqual(15.9);
    expect(code).toMatchObject({ isQuiet: true, isLevelM: true });
    expect((await printedPage(out("whole.pdf"), page)).rasters).toBe(0);
  });

  test("shows the address under the code, and leads there", async () => {
    const { text, links } = await printedPage(out("whole.pdf"), page);
    expect(text).toContain(shown);
    expect(text.replaceAll(" ", "")).toContain(
      `${address}${path}`.replace("https://", "").replace(".html", ""),
    );
    expect(links.length).toBeGreaterThan(0);
    expect(new Set(links.map(({ url }) => url))).toEqual(new Set([address + path]));
  });
});

test("each code is a figure with a text alternative that names address and step", async () => {
  expect(await figuresIn(out("whole.pdf"))).toEqual(
    figures.map(
      ({ path, step }) =>
        `Code for books.example.test/moves/${path.replace(".html", "")}: this figure, live, at step ${step}`,
    ),
  );
});

test("what the code is for is said once, at the first figure", async () => {
  const sentence = "In a browser this figure moves";
  const said = figures.map(async ({ page }) => {
    const { text } = await printedPage(out("whole.pdf"), page);
    return text.replace(/\s+/g, " ").includes(sentence);
  });
  expect(await Promise.all(said)).toEqual([true, false]);
});

test("a margin note that hangs down ends above the code", async () => {
  const { texts, links } = await printedPage(out("whole.pdf"), 5);
  const note = texts.find(({ text }) => text.includes("kumquat"));
  const pathTopPt = Math.max(...links.map(({ rect }) => rect[3] ?? 0));
  const codePt = (20 / 25.4) * 72;
  expect(note?.yPt).toBeGreaterThan(pathTopPt + codePt);
});

// --- Screen ------------------------------------------------------------------------------------

/** Follows a short page, to where it leads. */
async function follow(path: string, script: boolean): Promise<{ page: Page; problems: string[] }> {
  const { page, problems } = await watchedPage(browser);
  await page.setJavaScriptEnabled(script);
  const short = pathToFileURL(out("html", path)).href;
  await page.goto(short);
  while (page.url() === short) await page.waitForNavigation();
  return { page, problems };
}

/** A drawing as text, without what only its place asks for. */
function drawingIn(tree: Root | Element): string {
  const [svg] = elements(tree, ({ tagName }) => tagName === "svg");
  if (!svg) return "none";
  const copy = structuredClone(svg);
  for (const name of ["xmlns", "ariaHidden", "width", "height", "focusable"])
    delete copy.properties[name];
  return toHtml(copy).replace(/\s*\n\s*/g, "");
}

async function liveDrawing(page: Page, id: string): Promise<string> {
  await page.waitForSelector(`#${id}[data-mounted]`);
  return drawingIn(fromHtml(await page.$eval(`#${id} .picture`, (node) => node.innerHTML)));
}

/** The figure of the EPUB, whose still picture is the one of paper. */
function stillFigure(id: string, epub = out("whole.epub")): Element {
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(epub)))) {
    if (!name.endsWith(".xhtml")) continue;
    const tree = fromHtml(Buffer.from(bytes).toString("utf8"));
    const [figure] = elements(tree, (node) => property(node, "id") === id);
    if (figure) return figure;
  }
  throw new Error(`No ${id} in ${epub}`);
}

describe.each(figures)("the short page of $id", ({ id, path, chapter, state, shown }) => {
  test("leads to exactly the printed state, without a network", async () => {
    const { page, problems } = await follow(path, true);
    expect(page.url()).toBe(`${pathToFileURL(out("html", chapter)).href}#${id}?${state}`);
    const printed = drawingIn(stillFigure(id));
    expect(printed).toContain(shown);
    expect(await liveDrawing(page, id)).toBe(printed);
    expect(problems).toEqual([]);
    await page.$eval(`#${id} [data-do="next"]`, (next) => (next as HTMLElement).click());
    expect(await liveDrawing(page, id)).not.toBe(printed);
    await page.close();
  });

  test("leads to the figure where there is no script", async () => {
    const { page } = await follow(path, false);
    expect(page.url()).toBe(`${pathToFileURL(out("html", chapter)).href}#${id}`);
    const isSeen = await page.$eval(`#${id}`, (figure) => {
      const { top, bottom } = figure.getBoundingClientRect();
      return top < window.innerHeight && bottom > 0;
    });
    expect(isSeen).toBe(true);
    await page.close();
  });

  test("is a valid page that says what it leads to, by a link too", async () => {
    const text = readFileSync(out("html", path), "utf8");
    const tree = fromHtml(text);
    const [link] = elements(tree, ({ tagName }) => tagName === "a");
    expect(link && property(link, "href")).toBe(`../${chapter}#${id}?${state}`);
    expect(text).toMatch(/<h1>Figure \d\.1: A dial (?:&#x26;|&amp;) its pushes<\/h1>/);
    const rules = { "doctype-style": "off", "long-title": "off", "void-style": "off" } as const;
    const config = { root: true, extends: ["html-validate:recommended"], rules };
    const report = await new HtmlValidate(new FileSystemConfigLoader(config)).validateString(text);
    expect(report.results.flatMap(({ messages }) => messages)).toEqual([]);
  });

  test("gives axe nothing to object to", async () => {
    const page = await browser.newPage();
    await page.setRequestInterception(true);
    // It is looked at, so it must not lead away.
    page.on("request", (request) =>
      request.url().endsWith("live.js") ? request.abort() : request.continue(),
    );
    await page.goto(pathToFileURL(out("html", path)).href);
    await page.evaluate(axeSource);
    for (const scheme of ["light", "dark"]) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const objections = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run: () => Promise<{ passes: unknown[]; violations: { id: string }[] }> };
        };
        const { passes, violations } = await axe.run();
        return passes.length > 5 ? violations.map((one) => one.id) : ["nothing was looked at"];
      });
      expect(objections, scheme).toEqual([]);
    }
    await page.close();
  });
});

test("only figures that are there have a short page", () => {
  const short = listFiles(out("html")).filter((name) => name.startsWith("w/"));
  expect(short).toEqual(figures.map(({ path }) => path).sort());
});

test("an EPUB has the address in the caption, and no code", () => {
  for (const { id, path } of figures) {
    const figure = stillFigure(id);
    const [live] = elements(figure, (node) => hasClass(node, "live"));
    const [link] = live ? elements(live, ({ tagName }) => tagName === "a") : [];
    expect(link && property(link, "href")).toBe(address + path);
    expect(elements(figure, ({ tagName }) => ["svg", "img"].includes(tagName))).toHaveLength(1);
  }
});

// --- Other places --------------------------------------------------------------------------------

test("a publisher prints with a place of its own, and a false one is refused at once", async () => {
  const own = "https://example.org/pf/";
  expect(build("--address", own, "--format", "pdf,epub").status).toBe(0);
  const code = await codeOn(out("whole.pdf"), 5);
  expect(code?.text).toBe(`${own}w/dial-turned.html`);
  const refused = build("--address", "example.org");
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("expected the address of a folder");
});

test("without an address paper and EPUB have the path alone, with no code and no link", async () => {
  const book = join(root, "editions/book.yaml");
  const text = readFileSync(book, "utf8");
  writeFileSync(book, text.replace(/^address:.*\n/m, ""));
  expect(build("--format", "pdf,epub").status).toBe(0);
  for (const { id, page, path } of figures) {
    const { text: words, links } = await printedPage(out("whole.pdf"), page);
    expect(words.replaceAll(" ", "")).toContain(`Live:${path.replace(".html", "")}`);
    expect(links).toEqual([]);
    expect(await codeOn(out("whole.pdf"), page)).toBeNull();
    const [live] = elements(stillFigure(id), (node) => hasClass(node, "live"));
    expect(live && elements(live, ({ tagName }) => tagName === "a")).toEqual([]);
  }
  expect(await figuresIn(out("whole.pdf"))).toEqual([]);
});

test.each([
  ["https://example.org/", true],
  ["https://example.org/pf/", true],
  ["https://example.org:8443/a/b/", true],
  ["https://example.org", false],
  ["https://example.org/pf", false],
  ["http://example.org/", false],
  ["https://example.org/?to=/", false],
  ["https://example.org/#/", false],
  ["https://somebody@example.org/", false],
  ["https://example.org/a b/", false],
  ["javascript:alert(1)//", false],
  ["example.org/", false],
])("%s is the address of a folder: %s", (text, isOne) => {
  expect(isAddress(text)).toBe(isOne);
});
