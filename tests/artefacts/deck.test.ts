/**
 * The finished decks, opened as a speaker opens them: from a folder, with no network, in the real browser.
 */
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeBrowser, newPage, openBrowser } from "../../scripts/browser.ts";
import { deckOffenders } from "../../scripts/output/deck-check.ts";
import { deckPdf } from "../../scripts/output/deck-print.ts";
import { requireDist } from "./dist.ts";
import { axeSource } from "./watched-pages.ts";

const slides = requireDist("slides");
const decks = readdirSync(slides).filter((name) => statSync(join(slides, name)).isDirectory());

type RevealApi = {
  slide(h: number, v?: number, f?: number): void;
  getIndices(): { h: number; f?: number };
  getSlides(): HTMLElement[];
  getCurrentSlide(): HTMLElement;
};
declare global {
  var Reveal: RevealApi;
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await closeBrowser(browser);
});

/** A deck's page; every request that leaves the folder, and whatever the console says, is a problem. */
async function openDeck(deck: string, query = ""): Promise<{ page: Page; problems: string[] }> {
  const folder = join(slides, deck);
  const problems: string[] = [];
  const page = await newPage(browser, { folders: [folder], scripts: true });
  await page.setViewport({ width: 1280, height: 720 });
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  page.on("console", (message) => {
    if (message.type() !== "debug") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${String(error)}`));
  page.on("requestfailed", (request) => problems.push(`request: ${request.url()}`));
  await page.goto(pathToFileURL(join(folder, "index.html")).href + query);
  await page.waitForSelector("html[data-deck=ready]");
  return { page, problems };
}

/** Where the deck stands: slide, and steps done on it. */
function place(page: Page): Promise<readonly [string, number]> {
  return page.evaluate(() => {
    const { f } = Reveal.getIndices();
    return [Reveal.getCurrentSlide().id, (f ?? -1) + 1] as const;
  });
}

test("there is a deck", () => {
  expect(decks.length).toBeGreaterThan(0);
});

/** Steps of listings in all decks: one without listings has none. */
let stepsLit = 0;

describe.each(decks)("deck %s", (deck) => {
  test("goes through all slides and steps by the arrow key, and back, without a problem", async () => {
    const { page, problems } = await openDeck(deck);
    const expected = await page.evaluate(() =>
      Reveal.getSlides().flatMap((slide) => {
        const steps = slide.querySelectorAll(".fragment").length;
        return Array.from({ length: steps + 1 }, (_, step) => [slide.id, step] as const);
      }),
    );
    const seen = [await place(page)];
    for (let i = 1; i < expected.length; i += 1) {
      await page.keyboard.press("ArrowRight");
      seen.push(await place(page));
    }
    expect(seen).toEqual(expected);
    await page.keyboard.press("ArrowLeft");
    expect(await place(page)).toEqual(expected.at(-2));
    await page.close();
    expect(problems).toEqual([]);
  });

  test("lights the lines of a step and dims the others", async () => {
    const { page } = await openDeck(deck);
    const steps = await page.evaluate(() => {
      const found: { lit: string[]; dim: string[] }[] = [];
      for (const [index, slide] of Reveal.getSlides().entries()) {
        const fragments = [...slide.querySelectorAll(".fragment")];
        for (const [step, fragment] of fragments.entries()) {
          if (!fragment.matches(".step")) continue;
          Reveal.slide(index, 0, step);
          const name = `in-${(fragment as HTMLElement).dataset.step}`;
          const lines = [...(fragment.closest(".listing")?.querySelectorAll(".line") ?? [])];
          const opacity = (of: boolean) =>
            lines
              .filter((line) => line.classList.contains(name) === of)
              .map((line) => getComputedStyle(line).opacity);
          found.push({ lit: opacity(true), dim: opacity(false) });
        }
      }
      return found;
    });
    await page.close();
    stepsLit += steps.length;
    for (const { lit, dim } of steps) {
      expect(lit.length).toBeGreaterThan(0);
      expect(new Set(lit)).toEqual(new Set(["1"]));
      for (const opacity of dim) expect(Number(opacity)).toBeLessThan(0.5);
    }
  });

  test("has notes and minutes on every slide, and the minutes of the deck", async () => {
    const { page } = await openDeck(deck);
    const facts = await page.evaluate(() =>
      Reveal.getSlides().map((slide) => ({
        id: slide.id,
        words: slide.querySelector("aside.notes")?.textContent?.trim().split(/\s+/).length ?? 0,
        seconds: Number(slide.dataset.timing),
      })),
    );
    const total = await page.$eval(".reveal", (el) => Number((el as HTMLElement).dataset.minutes));
    await page.close();
    for (const { id, words, seconds } of facts) {
      expect(words, id).toBeGreaterThan(30);
      expect(seconds, id).toBeGreaterThan(0);
    }
    expect(facts.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThanOrEqual(total * 60);
  });

  test("lets nothing of other slides take the focus, and lets screen readers read", async () => {
    const { page } = await openDeck(deck);
    const look = () =>
      page.evaluate(() => ({
        role: document.querySelector(".reveal")?.getAttribute("role") ?? null,
        awake: Reveal.getSlides()
          .filter((slide) => !slide.inert)
          .map((slide) => slide.id),
        current: Reveal.getCurrentSlide().id,
      }));
    for (const index of [0, 2]) {
      await page.evaluate((to) => Reveal.slide(to), index);
      const { role, awake, current } = await look();
      expect(role).toBeNull();
      expect(awake).toEqual([current]);
    }
    await page.close();
  });

  test("leaves the keys to a button that has the focus", async () => {
    const { page } = await openDeck(deck);
    const index = await page.evaluate(() =>
      Reveal.getSlides().findIndex((slide) => slide.querySelector(".timer button")),
    );
    if (index >= 0) {
      await page.evaluate((to) => Reveal.slide(to), index);
      const before = await place(page);
      await page.evaluate(() =>
        Reveal.getCurrentSlide().querySelector<HTMLElement>(".timer button")?.focus(),
      );
      await page.keyboard.press("Space");
      expect(await place(page)).toEqual(before);
      const label = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
      expect(label).toMatch(/^Stop the clock/);
    }
    await page.close();
  });

  test("turns dark by a key and by its address", async () => {
    const { page } = await openDeck(deck);
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.keyboard.press("d");
    const dark = await paper();
    await page.close();
    expect(dark).not.toBe(light);
    const second = await openDeck(deck, "?theme=dark");
    expect(await second.page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      dark,
    );
    await second.page.close();
  });

  test("fits its frame at every step", async () => {
    expect(await deckOffenders(browser, join(slides, deck))).toEqual([]);
  });

  test("passes the accessibility checks on every slide", async () => {
    const { page } = await openDeck(deck);
    await page.evaluate(axeSource);
    const found = await page.evaluate(async () => {
      type Axe = {
        run(
          on: Element,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
      const { axe } = globalThis as unknown as { axe: Axe };
      const problems: string[] = [];
      for (const [index, slide] of Reveal.getSlides().entries()) {
        Reveal.slide(index, 0, slide.querySelectorAll(".fragment").length - 1);
        // What is dimmed is dimmed for a moment and by intent; the lit state is checked.
        for (const line of slide.querySelectorAll<HTMLElement>(".line")) line.style.opacity = "1";
        const { violations } = await axe.run(slide, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"],
        });
        for (const { id, nodes } of violations)
          problems.push(`${slide.id}: ${id} ${nodes[0]?.html.slice(0, 80) ?? ""}`);
      }
      return problems;
    });
    await page.close();
    expect(found).toEqual([]);
  });

  test("prints one page a slide, tagged and outlined, the same each time", async () => {
    const folder = join(slides, deck);
    const { page } = await openDeck(deck);
    const count = await page.evaluate(() => Reveal.getSlides().length);
    await page.close();
    const pdf = await deckPdf(browser, folder);
    const text = Buffer.from(pdf).toString("latin1");
    expect(text.match(/\/Type \/Page\b(?!s)/g)?.length).toBe(count);
    // Booleans: a failure should not print a file.
    expect(text.includes("/MarkInfo")).toBe(true);
    expect(text.includes("/Outlines")).toBe(true);
    expect(text.includes("/Subtype /Type3")).toBe(false);
    expect(Buffer.compare(Buffer.from(pdf), Buffer.from(await deckPdf(browser, folder)))).toBe(0);
  });

  test("names no address outside its folder", () => {
    const folder = join(slides, deck);
    for (const name of ["index.html", "notes.html", "assets/deck.css", "assets/reveal.css"]) {
      const text = readFileSync(join(folder, name), "utf8").replaceAll("http://www.w3.org/", "");
      expect(text, name).not.toMatch(/(?:src|href)="(?:https?:)?\/\/|url\(["']?(?:https?:)?\/\//);
    }
  });

  test("has a page of slides and notes to read", async () => {
    const folder = join(slides, deck);
    const page = await newPage(browser, { folders: [folder] });
    await page.setViewport({ width: 390, height: 800 });
    await page.goto(pathToFileURL(join(folder, "notes.html")).href);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    const { told, wide } = await page.evaluate(() => ({
      told: document.querySelectorAll(".told").length,
      wide: document.documentElement.scrollWidth,
    }));
    await page.close();
    expect(told).toBeGreaterThan(5);
    expect(wide).toBeLessThanOrEqual(390);
  });
});

test("listings of decks go through their lines", () => {
  expect(stepsLit).toBeGreaterThan(5);
});

test("the check of slides finds what is gray, long or too wide, at any step of a widget", async () => {
  const deck = decks.find((name) =>
    /has-widget/.test(readFileSync(join(slides, name, "index.html"), "utf8")),
  );
  const spoiled = mkdtempSync(join(tmpdir(), "deck-"));
  cpSync(join(slides, deck ?? ""), spoiled, { recursive: true });
  appendFileSync(
    join(spoiled, "assets/deck.css"),
    ".deck .body p { color: #888 } .deck .has-widget .widget-say { white-space: nowrap; font-size: 80px }",
  );
  const page = readFileSync(join(spoiled, "index.html"), "utf8");
  const line = /<span class="line">/;
  writeFileSync(
    join(spoiled, "index.html"),
    page.replace(line, `${'<span class="line">x</span>\n'.repeat(15)}<span class="line">`),
  );
  const told = (await deckOffenders(browser, spoiled)).map(({ reason }) => reason).join("\n");
  rmSync(spoiled, { recursive: true });
  expect(told).toMatch(/has a contrast of 3\.\d:1, less than 7/);
  expect(told).toMatch(/a listing has \d+ lines, more than 14/);
  expect(told).toMatch(
    /p\.widget-say .* leaves the frame by \d+ px, at step [1-9]\d* of the widget/,
  );
});
