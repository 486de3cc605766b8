/** Decks on paper: one page a slide, slides with notes, three slides a page with lines to write on. */
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "puppeteer";
import { newPage } from "../browser.ts";
import { slideHeightPx, slideWidthPx } from "./deck.ts";

/** A deck's page in the browser, ready and without motion. */
export async function openDeck(browser: Browser, folder: string, query = ""): Promise<Page> {
  const page = await newPage(browser, { folders: [folder], scripts: true });
  await page.setViewport({ width: slideWidthPx, height: slideHeightPx });
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  await page.goto(pathToFileURL(join(folder, "index.html")).href + query);
  await page.waitForSelector("html[data-deck=ready]");
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return page;
}

/**
 * The deck as PDF: one page a slide with all of it shown, or one a step; tagged, with an outline. Equal input gives equal bytes.
 *
 * @param folder  where the files of `deckFiles` were written, as an absolute path
 */
export async function deckPdf(
  browser: Browser,
  folder: string,
  each: "slide" | "step" = "slide",
): Promise<Uint8Array> {
  const page = await openDeck(browser, folder, `?print-pdf${each === "step" ? "&steps" : ""}`);
  try {
    return await printed(page);
  } finally {
    await page.close();
  }
}

/**
 * A page of sheets as PDF, tagged and outlined. Equal input gives equal bytes.
 *
 * @param path  of the page, as an absolute path; what it loads lies beside it
 */
export async function sheetsPdf(browser: Browser, path: string): Promise<Uint8Array> {
  const page = await newPage(browser, { folders: [dirname(path)] });
  try {
    await page.goto(pathToFileURL(path).href);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    return await printed(page);
  } finally {
    await page.close();
  }
}

async function printed(page: Page): Promise<Uint8Array> {
  const options = { preferCSSPageSize: true, printBackground: true, tagged: true, outline: true };
  const text = Buffer.from(await page.pdf(options)).toString("latin1");
  return new Uint8Array(Buffer.from(withCountedIds(withoutDates(text)), "latin1"));
}

/** Chromium writes the time of printing; a date of the same length keeps all offsets of the file right. */
function withoutDates(text: string): string {
  return text.replace(
    /(\/(?:CreationDate|ModDate) \(D:)([^)]*)\)/g,
    (_, start: string, date: string) => {
      const other = "20000101000000+00'00'".slice(0, date.length).padEnd(date.length, "0");
      return `${start}${other})`;
    },
  );
}

/**
 * Cells of a table are named by numbers that differ from print to print: they are counted anew, as they come. Names have one length
 * and the tree of names stays sorted (ISO 32000-1, 7.9.6), so that offsets and look-ups stay right.
 */
export function withCountedIds(text: string): string {
  const names = new Map<string, string>();
  for (const [, name = ""] of text.matchAll(/\/ID \((node\d{8})\)/g))
    names.set(name, `node${String(names.size + 1).padStart(8, "0")}`);
  return text
    .replace(/\((node\d{8})\)/g, (whole, name: string) =>
      names.has(name) ? `(${names.get(name)})` : whole,
    )
    .replace(
      /\/Limits \[\(node\d{8}\) \(node\d{8}\)\](\s*\/Names \[)([^\]]*)\]/g,
      (_, between: string, pairs: string) => {
        const sorted = (pairs.match(/\(node\d{8}\) \d+ 0 R/g) ?? []).sort();
        const [first, last] = [sorted[0], sorted.at(-1)].map((pair) => pair?.slice(0, 14));
        return `/Limits [${first} ${last}]${between}${sorted.join(" ")}]`;
      },
    );
}
