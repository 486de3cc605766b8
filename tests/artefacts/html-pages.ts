/** The pages of the finished HTML edition, and the browser in which they are opened as readers open them. */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import type { Browser, Page } from "puppeteer";
import { listFiles } from "../../scripts/files.ts";
import { elements, hasClass } from "../../scripts/tree.ts";
import { requireDist } from "./dist.ts";

export const folder = requireDist("complete", "html");
const allPages = listFiles(folder).filter((name) => name.endsWith(".html"));
/** Pages that lead on to a live figure as soon as they are opened: `live.test.ts` follows such. */
export const shortPages = allPages.filter((name) => name.startsWith("w/"));
export const pages = allPages.filter((name) => !shortPages.includes(name));
/** Pages of text, and of whole programs: hundreds that one function makes, of which few stand for all where a look at each takes long. */
export const textPages = pages.filter((name) => !name.startsWith("code/"));
export const programPages = pages.filter((name) => name.startsWith("code/"));
const sizeOf = (name: string): number => statSync(join(folder, name)).size;
const programsBySize = programPages.toSorted((a, b) => sizeOf(a) - sizeOf(b));
export const samplePages = [
  ...textPages,
  ...new Set([programsBySize[0] ?? "", programsBySize.at(-1) ?? ""]),
].filter((name) => name !== "");
export const chapters = textPages.filter((name) => /^\d\d-/.test(name));
export const longest = chapters.reduce((best, name) => (sizeOf(name) > sizeOf(best) ? name : best));

export const trees = new Map<string, Root>(
  allPages.map((name) => [name, fromHtml(readFileSync(join(folder, name), "utf8"))]),
);

export function treeOf(name: string): Root {
  const tree = trees.get(name);
  if (!tree) throw new Error(`${join(folder, name)} was not read`);
  return tree;
}

/** The chapter with most listings stands for all where one is enough. */
export const busiest = chapters.reduce((best, name) =>
  listingsOf(name) > listingsOf(best) ? name : best,
);

function listingsOf(name: string): number {
  return elements(treeOf(name), (node) => hasClass(node, "listing")).length;
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
  "utf8",
);

/** A page that collects what goes wrong in it: errors, messages, and any request that leaves the folder. */
export async function watchedPage(browser: Browser): Promise<{ page: Page; problems: string[] }> {
  // Of its own, so that it remembers nothing of other pages.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const problems: string[] = [];
  await page.setOfflineMode(true);
  page.on("request", (request) => {
    if (!/^(?:file|data):/.test(request.url())) problems.push(`request: ${request.url()}`);
  });
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
  page.on("pageerror", (error) => problems.push(`error: ${error}`));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  return { page, problems };
}

export async function open(page: Page, name: string): Promise<void> {
  await page.goto(pathToFileURL(join(folder, name)).href);
  await page.evaluate(async () => {
    await document.fonts.ready;
  });
}

type Axe = {
  run(
    context: unknown,
    options: unknown,
  ): Promise<{
    violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
  }>;
};

/** What axe objects to on the page as it stands; colors are left to `contrastObjections` where they would take long. */
export async function axeObjections(
  page: Page,
  colors: "colors" | "no colors" = "colors",
): Promise<string[]> {
  await page.evaluate(axeSource);
  const rules = colors === "colors" ? {} : { rules: { "color-contrast": { enabled: false } } };
  return page.evaluate(runAxe, rules, "html");
}

/** Runs in the page. */
async function runAxe(options: unknown, within: string): Promise<string[]> {
  const { axe } = globalThis as unknown as { axe: Axe };
  const result = await axe.run({ include: [within] }, options);
  return result.violations.map(
    (violation) =>
      `${violation.id} (${violation.nodes.length}): ${violation.nodes[0]?.target.join(" ")}; ${violation.nodes[0]?.failureSummary}`,
  );
}

/**
 * What axe says of colors in some themes, of those kinds of text that `known` does not have yet; they are added to it. Two
 * texts are of one kind when they have the same colors, on the same grounds, in each of the themes.
 */
export async function contrastObjections(
  page: Page,
  themes: readonly string[],
  known: Set<string>,
): Promise<string[]> {
  const kinds = await page.evaluate(markNewKinds, [...themes], [...known]);
  if (kinds.length === 0) return [];
  for (const kind of kinds) known.add(kind);
  const onlyColors = { runOnly: { type: "rule", values: ["color-contrast"] } };
  const found: string[] = [];
  for (const theme of themes) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
    }, theme);
    const objections = await page.evaluate(runAxe, onlyColors, "[data-new-kind]");
    found.push(...objections.map((objection) => `${theme}: ${objection}`));
  }
  return found;
}

/** Runs in the page. */
function markNewKinds(themes: string[], known: string[]): string[] {
  const texts = [...document.body.querySelectorAll("*")].filter(
    (element) =>
      [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "",
      ) && element.checkVisibility(),
  );
  const colors = texts.map((): string[] => []);
  for (const theme of themes) {
    document.documentElement.dataset.theme = theme;
    const grounds = new Map<Element, string>();
    const groundOf = (element: Element): string => {
      const style = getComputedStyle(element);
      const above = element.parentElement
        ? (grounds.get(element.parentElement) ?? groundOf(element.parentElement))
        : "";
      const own = `${style.backgroundColor} ${style.backgroundImage} ${style.opacity}`;
      const ground = own === "rgba(0, 0, 0, 0) none 1" ? above : `${own} on ${above}`;
      grounds.set(element, ground);
      return ground;
    };
    texts.forEach((element, index) => {
      const { color, fontSize, fontWeight } = getComputedStyle(element);
      const isLarge = Number.parseFloat(fontSize) >= (Number(fontWeight) >= 700 ? 18.6 : 24);
      colors[index]?.push(`${color} ${isLarge} on ${groundOf(element)}`);
    });
  }
  const seen = new Set(known);
  const kinds: string[] = [];
  texts.forEach((element, index) => {
    const kind = colors[index]?.join("; ") ?? "";
    if (seen.has(kind)) return;
    seen.add(kind);
    kinds.push(kind);
    element.setAttribute("data-new-kind", "");
  });
  return kinds;
}
