/** The pages of the finished HTML edition, and the browser in which they are opened as readers open them. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import type { Page } from "puppeteer";
import { listFiles } from "../../scripts/files.ts";
import { elements, hasClass } from "../../scripts/tree.ts";
import { requireDist } from "./dist.ts";

export * from "./watched-pages.ts";

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

export async function open(page: Page, name: string): Promise<void> {
  await page.goto(pathToFileURL(join(folder, name)).href);
  await page.evaluate(async () => {
    await document.fonts.ready;
  });
}
