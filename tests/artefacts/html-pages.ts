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
export const pages = listFiles(folder).filter((name) => name.endsWith(".html"));
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
  pages.map((name) => [name, fromHtml(readFileSync(join(folder, name), "utf8"))]),
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
  const page = await browser.newPage();
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
 * What axe says of colors in a theme, of those kinds of text that `known` does not have yet; they are added to it. Two
 * texts are of one kind when names and classes up to the body are the same: then the style sheet colors them alike.
 */
export async function contrastObjections(
  page: Page,
  themes: readonly string[],
  known: Set<string>,
): Promise<string[]> {
  const kinds = await page.evaluate(markNewKinds, [...known]);
  if (kinds.length === 0) return [];
  for (const kind of kinds) known.add(kind);
  const found: string[] = [];
  for (const theme of themes) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
    }, theme);
    const onlyColors = { runOnly: { type: "rule", values: ["color-contrast"] } };
    const objections = await page.evaluate(runAxe, onlyColors, "[data-new-kind]");
    found.push(...objections.map((objection) => `${theme}: ${objection}`));
  }
  return found;
}

/** Runs in the page. */
function markNewKinds(known: string[]): string[] {
  const seen = new Set(known);
  const kinds: string[] = [];
  for (const element of document.body.querySelectorAll("*")) {
    const hasText = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "",
    );
    if (!hasText || !element.checkVisibility()) continue;
    const path: string[] = [];
    for (let node: Element | null = element; node; node = node.parentElement)
      path.push(`${node.tagName}.${[...node.classList].sort().join(".")}`);
    const kind = path.join(" ");
    if (seen.has(kind)) continue;
    seen.add(kind);
    kinds.push(kind);
    element.setAttribute("data-new-kind", "");
  }
  return kinds;
}
