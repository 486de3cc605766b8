/** The search of the HTML edition, from a folder, by keyboard. */
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "puppeteer";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../../scripts/browser.ts";
import { axeObjections, busiest, open, watchedPage } from "./html-pages.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

type Result = { readonly title: string; readonly place: string; readonly href: string };

async function results(page: Page): Promise<Result[]> {
  await page.waitForFunction(() => document.querySelector(".search-count")?.textContent !== "");
  return page.$$eval(".results a", (all) =>
    all.map((link) => ({
      title: link.querySelector(".result-title")?.textContent ?? "",
      place: link.querySelector(".result-place")?.textContent ?? "",
      href: (link as HTMLAnchorElement).href,
    })),
  );
}

test("answers with the keyboard alone: asked, walked through, opened", async () => {
  const { page, problems } = await watchedPage(browser);
  await open(page, busiest);
  await page.keyboard.press("/");
  await page.keyboard.type("vector clock");
  const found = await results(page);
  expect(found[0]).toMatchObject({ title: "vector clock" });
  expect(found.some(({ title }) => /vector clocks/i.test(title))).toBe(true);
  expect(await page.$eval("#search [role=status]", (node) => node.textContent)).toMatch(
    /^\d+ results/,
  );
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  expect(await page.evaluate(() => document.activeElement?.className)).not.toBe("open-search");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  expect(page.url()).toBe(found[0]?.href);
  const id = new URL(page.url()).hash.slice(1);
  expect(await page.evaluate((name) => document.getElementById(name) !== null, id)).toBe(true);
  await page.close();
  expect(problems).toEqual([]);
});

test("answers for the nearest word where the book does not have the one that is asked for", async () => {
  const { page, problems } = await watchedPage(browser);
  await open(page, busiest);
  await page.keyboard.press("/");
  await page.keyboard.type("linearizabilty");
  expect((await results(page))[0]).toMatchObject({ title: "linearizability" });
  expect(await page.$eval(".search-count", (node) => node.textContent)).toContain(
    "for “linearizability” instead",
  );
  await page.close();
  expect(problems).toEqual([]);
});

test("shows the words in the text that it found them in", async () => {
  const { page } = await watchedPage(browser);
  await open(page, "index.html");
  await page.keyboard.press("/");
  await page.keyboard.type("switch packets");
  await results(page);
  await page.waitForSelector(".results mark");
  const marks = await page.$$eval(".results mark", (all) => all.map((mark) => mark.textContent));
  expect(
    new Set(marks.map((word) => word?.toLowerCase().replace(/(?:e?s|ing|ed)$/, ""))),
  ).toContain("packet");
  await page.close();
});

test("loads less than 300 kB before the first answer", async () => {
  const { page } = await watchedPage(browser);
  const loaded: string[] = [];
  await open(page, "index.html");
  page.on("request", (request) => loaded.push(fileURLToPath(request.url())));
  await page.keyboard.press("/");
  await page.keyboard.type("consistent hashing");
  await results(page);
  const needed = loaded.filter((path) => !/text-\d+\.js$|previews\.js$/.test(path));
  expect(needed.length).toBeGreaterThan(1);
  expect(needed.reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThan(300_000);
  await page.close();
});

test("closes with Escape and gives the focus back to where it was", async () => {
  const { page } = await watchedPage(browser);
  await open(page, busiest);
  await page.focus(".open-search");
  await page.keyboard.press("Enter");
  expect(await page.$eval("#search", (node) => (node as HTMLDialogElement).open)).toBe(true);
  await page.keyboard.type("quorum");
  await page.keyboard.press("Escape");
  expect(await page.$eval("#search", (node) => (node as HTMLDialogElement).open)).toBe(false);
  expect(await page.evaluate(() => document.activeElement?.className)).toBe("open-search");
  await page.close();
});

test("gives axe nothing to object to while it shows results", async () => {
  const { page } = await watchedPage(browser);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await open(page, "index.html");
    await page.keyboard.press("/");
    await page.keyboard.type("lease");
    await results(page);
    expect(await axeObjections(page)).toEqual([]);
  }
  await page.close();
});
