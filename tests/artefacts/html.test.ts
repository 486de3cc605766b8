/**
 * The finished HTML edition, opened as a reader opens it: from a folder, with no network, in the
 * real browser, at the widths of a phone, a tablet and a desk.
 */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Element, Root } from "hast";
import { FileSystemConfigLoader, HtmlValidate } from "html-validate";
import type { Browser } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { regionsOf } from "../../scripts/regions.ts";
import { elements, property } from "../../scripts/tree.ts";
import { rootPath } from "./dist.ts";
import {
  axeObjections,
  busiest,
  contrastObjections,
  folder,
  open,
  pages,
  programPages,
  samplePages,
  shortPages,
  treeOf,
  watchedPage,
} from "./html-pages.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

test("loads every page without an error and without a network", async () => {
  const { page, problems } = await watchedPage(browser);
  for (const name of pages) await open(page, name);
  await page.close();
  expect(problems).toEqual([]);
});

test("leads every link of the edition to a place that exists", () => {
  const ids = new Map(pages.map((name) => [name, idsOf(treeOf(name))]));
  const dead = [...pages, ...shortPages].flatMap((name) =>
    linksOf(treeOf(name))
      .filter((href) => !/^(?:https?|mailto):/.test(href))
      .filter((href) => {
        // Behind the id of a live figure stands its state.
        const [path = "", id] = (name.startsWith("w/") ? href.replace(/\?.*$/, "") : href).split(
          "#",
        );
        const known = ids.get(path === "" ? name : posix.join(posix.dirname(name), path));
        // The page of a program reads what follows # itself; run.test.ts follows such links.
        if (/^run-.+\.html$/.test(path)) return known === undefined;
        return known === undefined || (id !== undefined && !known.has(decodeURIComponent(id)));
      })
      .map((href) => `${name}: ${href}`),
  );
  expect(dead).toEqual([]);
});

test("has a title, a description and a language on every page", () => {
  const lacking = [...pages, ...shortPages].filter((name) => {
    const tree = treeOf(name);
    const has = (test: (node: Element) => boolean) => elements(tree, test).length > 0;
    return !(
      has((node) => node.tagName === "title" && node.children.length > 0) &&
      has((node) => property(node, "name") === "description" && property(node, "content") !== "") &&
      has((node) => node.tagName === "html" && property(node, "lang") !== null)
    );
  });
  expect(lacking).toEqual([]);
});

test("keeps each page under 300 kB with its faces, style and scripts, widgets and editors aside", async () => {
  const heavy: string[] = [];
  for (const name of samplePages) {
    const { page } = await watchedPage(browser);
    const asked = new Set<string>();
    page.on("request", (request) => asked.add(request.url().split("#")[0] ?? ""));
    await open(page, name);
    // What is folded away may ask for faces of its own.
    await page.evaluate(async () => {
      for (const details of document.querySelectorAll("details")) details.open = true;
      document.body.getBoundingClientRect();
      await document.fonts.ready;
    });
    const files = [...asked]
      .filter((url) => url.startsWith("file:"))
      .map((url) => fileURLToPath(url));
    const bytes = files
      .filter((path) => !isMovingPart(path))
      .reduce((sum, path) => sum + sentSize(path), 0);
    expect(files.filter((path) => path.endsWith(".woff2")).length, name).toBeGreaterThan(3);
    if (bytes > 300_000) heavy.push(`${name}: ${bytes}`);
    await page.close();
  }
  expect(heavy).toEqual([]);
});

test("is valid HTML", async () => {
  const validate = new HtmlValidate(
    new FileSystemConfigLoader({
      root: true,
      extends: ["html-validate:recommended"],
      rules: {
        // Matters of style, which the serializer decides alike on every page.
        "doctype-style": "off",
        "long-title": "off",
        "void-style": "off",
        // A picture's width and MathML's spacing are numbers of their own.
        "no-inline-style": "off",
        // Code has `>` and `&` where its author put them.
        "no-raw-characters": ["error", { relaxed: true }],
      },
    }),
  );
  const wrong: string[] = [];
  for (const name of [...pages, ...shortPages]) {
    const report = await validate.validateFile(join(folder, name));
    for (const result of report.results)
      for (const message of result.messages)
        wrong.push(`${name}:${message.line}: ${message.ruleId}: ${message.message}`);
  }
  expect(wrong).toEqual([]);
});

test.each([320, 768, 1440])("is never wider than a window of %i px", async (width) => {
  const { page } = await watchedPage(browser);
  await page.setViewport({ width, height: 800 });
  const wide: string[] = [];
  for (const name of samplePages) {
    await open(page, name);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (over > 0) wide.push(`${name}: ${over} px`);
  }
  await page.close();
  expect(wide).toEqual([]);
});

test("gives axe nothing to object to, in any of its colors", async () => {
  const { page } = await watchedPage(browser);
  await page.setViewport({ width: 1440, height: 900 });
  const violations: string[] = [];
  const kinds = new Set<string>();
  for (const name of samplePages) {
    await open(page, name);
    // What is hidden from sight until asked for has to pass too.
    await page.$$eval("details", (all) => {
      for (const details of all) details.open = true;
    });
    const found = [
      ...(await axeObjections(page, "no colors")),
      ...(await contrastObjections(page, ["light", "dark", "sepia", "contrast"], kinds)),
    ];
    violations.push(...found.map((violation) => `${name}: ${violation}`));
  }
  await page.close();
  expect(kinds.size).toBeGreaterThan(10);
  expect(violations).toEqual([]);
}, 600_000);

test("copies a listing exactly as its file has it, with and without a clipboard", async () => {
  for (const hasClipboard of [true, false]) {
    const { page, problems } = await watchedPage(browser);
    await page.evaluateOnNewDocument(captureCopies, hasClipboard);
    await open(page, busiest);
    const listings = await page.$$(".listing");
    expect(listings.length).toBeGreaterThan(0);
    for (const listing of listings) {
      const { file, region } = await listing.evaluate((node) => ({
        file: (node as HTMLElement).dataset.file ?? "",
        region: (node as HTMLElement).dataset.region ?? "",
      }));
      const button = await listing.$("button.copy");
      await button?.evaluate((node) => (node as HTMLButtonElement).click());
      await page.waitForFunction(() => "copied" in globalThis);
      const copied = await page.evaluate(() => {
        const { copied: text } = globalThis as unknown as { copied: string };
        delete (globalThis as unknown as { copied?: string }).copied;
        return text;
      });
      expect(copied, `${file}, region ${region}`).toBe(sourceOf(file, region));
    }
    await page.close();
    expect(problems).toEqual([]);
  }
});

test("changes its colors on request and remembers it on the next page", async () => {
  const { page } = await watchedPage(browser);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
  const ground = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await open(page, "index.html");
  const light = await ground();
  await page.click(".open-settings");
  await page.click("#settings input[value=dark]");
  const dark = await ground();
  await open(page, busiest);
  expect(dark).not.toBe(light);
  expect(await ground()).toBe(dark);
  await page.click(".open-settings");
  await page.click("#settings input[value='']");
  expect(await ground()).toBe(light);
  await page.close();
});

test("wears high contrast where the reader's system asks for more, and what the reader chose where one did", async () => {
  const { page } = await watchedPage(browser);
  const wear = async (theme: string, contrast: string, scheme: string) => {
    await page.emulateMediaFeatures([
      { name: "prefers-contrast", value: contrast },
      { name: "prefers-color-scheme", value: scheme },
    ]);
    return page.evaluate(colorsOf, theme);
  };
  await open(page, busiest);
  const asked = await wear("", "more", "light");
  expect(asked).toEqual(await wear("contrast", "no-preference", "light"));
  expect(asked).not.toEqual(await wear("", "no-preference", "light"));
  expect(await wear("sepia", "more", "light")).toEqual(
    await wear("sepia", "no-preference", "light"),
  );
  const { paper, field, ...inks } = await wear("", "more", "dark");
  expect(field).toEqual(paper);
  for (const [name, color] of Object.entries(inks))
    expect(contrastOf(color, paper ?? []), name).toBeGreaterThanOrEqual(7);
  await page.close();
});

test.each(["light", "dark"])(
  "loses no line or mark to the system's own %s colors",
  async (scheme) => {
    const { page } = await watchedPage(browser);
    await page.emulateMediaFeatures([
      { name: "forced-colors", value: "active" },
      { name: "prefers-color-scheme", value: scheme },
    ]);
    const withWidget = samplePages.find((name) => hasWidget(name)) ?? "";
    let count = 0;
    for (const name of [withWidget, busiest, "skills.html", programPages[0] ?? ""]) {
      await open(page, name);
      const { canvas, marks } = await page.evaluate(marksOf);
      count += marks.length;
      const faint = marks.filter(({ color, ground }) => contrastOf(color, ground ?? canvas) < 3);
      expect(faint, name).toEqual([]);
    }
    expect(count).toBeGreaterThan(200);
    // The line beside a program's printed lines is the mark of them: the others have none.
    const [printed, other] = await page.evaluate(() =>
      [".printed > .line-number", ":not(.printed) > .line-number"].map((selector) => {
        const number = document.querySelector(selector);
        return number && getComputedStyle(number).borderRightColor;
      }),
    );
    expect(printed).not.toBe(other);
    await page.close();
  },
);

test("prints dark on light from every color, and without what only a screen needs", async () => {
  const { page } = await watchedPage(browser);
  await open(page, busiest);
  await page.emulateMediaType("print");
  for (const theme of ["dark", "sepia", "contrast"]) {
    const ink = await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
      return getComputedStyle(document.body).color.match(/\d+/g)?.map(Number) ?? [];
    }, theme);
    expect(Math.max(...ink), theme).toBeLessThan(60);
  }
  const shown = await page.$$eval(".bar, #contents, .copy, .open-file, .turn", (all) =>
    all.filter((node) => node.checkVisibility()).map((node) => node.className),
  );
  expect(shown).toEqual([]);
  await page.close();
});

test("lets the keyboard reach whatever scrolls sideways, and nothing else", async () => {
  const { page } = await watchedPage(browser);
  await page.setViewport({ width: 360, height: 800 });
  await open(page, busiest);
  const blocks = await page.$$eval("pre, .scroller", (all) =>
    all.map((node) => ({
      isScrolling: node.scrollWidth > node.clientWidth + 1,
      isReachable: (node as HTMLElement).tabIndex === 0 && node.hasAttribute("aria-label"),
    })),
  );
  expect(blocks.some(({ isScrolling }) => isScrolling)).toBe(true);
  expect(blocks.filter(({ isScrolling, isReachable }) => isScrolling !== isReachable)).toEqual([]);
  await page.close();
});

// --- Helpers --------------------------------------------------------------------------------

function hasWidget(name: string): boolean {
  return elements(treeOf(name), (node) => property(node, "dataWidget") !== null).length > 0;
}

/** Runs in the page: the colors of the theme by name, each as red, green, blue. */
function colorsOf(theme: string): Record<string, number[]> {
  const root = document.documentElement;
  if (theme === "") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const probe = document.createElement("i");
  document.body.append(probe);
  const names = ["paper", "field", "ink", "quiet", "rule", "accent", "blue", "green"];
  const colors = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return [
      name,
      getComputedStyle(probe)
        .color.match(/[\d.]+/g)
        ?.map(Number) ?? [],
    ];
  });
  probe.remove();
  return Object.fromEntries(colors);
}

type Mark = { what: string; color: number[]; ground?: number[] };

/** Runs in the page: what is seen by its lines or by its ground alone, with its color; `ground` where it is not the page's. */
function marksOf(): { canvas: number[]; marks: Mark[] } {
  const numbers = (color: string) => color.match(/[\d.]+/g)?.map(Number) ?? [];
  const found = (selector: string, colorOf: (style: CSSStyleDeclaration) => string): Mark[] =>
    [...document.querySelectorAll(selector)].map((node) => ({
      what: `${selector} ${node.textContent?.slice(0, 20)}`,
      color: numbers(colorOf(getComputedStyle(node))),
    }));
  const tokens = ["ink", "quiet", "rule", "accent", "blue", "green"];
  const discs = [...document.querySelectorAll(".callout-mark")].map((node): Mark => {
    const { color, backgroundColor, forcedColorAdjust } = getComputedStyle(node);
    // The number, on its disc or on the ground that the system puts behind all text.
    const isKept = forcedColorAdjust === "none";
    return {
      what: "the number on a disc",
      color: numbers(color),
      ...(isKept ? { ground: numbers(backgroundColor) } : {}),
    };
  });
  return {
    canvas: numbers(getComputedStyle(document.documentElement).backgroundColor),
    marks: [
      ...tokens.flatMap((name) => [
        ...found(`.picture svg .stroke-${name}`, ({ stroke }) => stroke),
        ...found(`.picture svg .fill-${name}`, ({ fill }) => fill),
      ]),
      ...found(".widget-panel :is(button, select)", (style) => style.borderTopColor),
      ...found(".printed > .line-number", (style) => style.borderRightColor),
      ...found(".callout-mark", (style) => style.backgroundColor),
      ...discs,
    ],
  };
}

/** The ratio of WCAG 2: 1 is no difference, 21 is black on white. */
function contrastOf(one: readonly number[], other: readonly number[]): number {
  const luminance = (color: readonly number[]) => {
    const [red = 0, green = 0, blue = 0] = color.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Runs in the page, before its scripts: what is copied is kept instead of handed to the system. */
function captureCopies(hasClipboard: boolean): void {
  const keep = (text: string) => {
    (globalThis as unknown as { copied: string }).copied = text;
  };
  const clipboard = { writeText: async (text: string) => keep(text) };
  Object.defineProperty(navigator, "clipboard", { value: hasClipboard ? clipboard : undefined });
  document.execCommand = () => {
    keep((document.activeElement as HTMLTextAreaElement).value);
    return true;
  };
}

/** The text of a region, read from its file, not from the page. */
function sourceOf(file: string, region: string): string | undefined {
  return regionsOf(file, readFileSync(join(rootPath, file), "utf8")).regions.get(region)?.text;
}

/** Scripts of widgets, of programs to run and of the skill map. */
function isMovingPart(path: string): boolean {
  return /assets\/(?:widgets|run)\/|assets\/(?:skills|recall)\.js$/.test(path);
}

/** Bytes on the way from a server that compresses text with gzip; faces are compressed already. */
function sentSize(path: string): number {
  const bytes = readFileSync(path);
  return path.endsWith(".woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length;
}

function idsOf(tree: Root): Set<string> {
  return new Set(elements(tree, () => true).flatMap((node) => property(node, "id") ?? []));
}

function linksOf(tree: Root): string[] {
  return elements(tree, (node) => node.tagName === "a").flatMap(
    (node) => property(node, "href") ?? [],
  );
}
