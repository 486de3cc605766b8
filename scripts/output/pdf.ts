/**
 * The PDF of a book: prints the paged HTML of `print.ts`, reads where everything fell, fills in page numbers,
 * running heads and blank pages, and prints again until nothing moves. The last print is tagged and outlined.
 *
 *   printBook(book: EditionBook, options: PrintBookOptions): Promise<PrintedPdf>
 *
 * throws an Error that names what stands out of the page, what did not load, or what still moves.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { Browser, Page } from "puppeteer";
import { newPage } from "../browser.ts";
import { charactersMissing, facePath, faces, fontFaceCss } from "../fonts.ts";
import type { EditionBook } from "../model.ts";
import { escapeAttribute, escapeText, usedCharacters } from "./document.ts";
import { finishPdf } from "./pdf-finish.ts";
import { geometryCss, type PageGeometry, pageGeometry, printedBook } from "./print.ts";
import { calloutCss } from "./print-callouts.ts";
import {
  backLabels,
  facesThatFailed,
  fill,
  findTooWide,
  mendHoles,
  type Patch,
  probe,
  removeProbes,
  settleMargins,
  type TooWide,
} from "./print-layout.ts";
import {
  emptyPatch,
  nextPatch,
  type Paging,
  type Place,
  type Print,
  pageLabels,
} from "./print-pages.ts";

export type PrintBookOptions = {
  readonly browser: Browser;
  readonly outFile: string;
  /** Folder of tokens.css, figures.css, code.css and print.css. */
  readonly themeDir: string;
  /** Folder that relative addresses of images start from. */
  readonly root: string;
  readonly draft?: boolean;
  readonly onProgress?: (message: string) => void;
};

export type PrintedPdf = {
  readonly pages: number;
  /** Prints that were needed until nothing moved, the last one included. */
  readonly prints: number;
  readonly bytes: number;
};

/** More rounds than this have never been seen to help. */
const roundsMax = 6;
/** From this round on a page number that was once printed stays. */
const roundsLively = 3;
/** No page but a chapter's last is less full than four fifths, from its first line of text to its last. */
const fullEnough = 0.82;

export async function printBook(book: EditionBook, options: PrintBookOptions): Promise<PrintedPdf> {
  const geometry = pageGeometry(book.edition.trim);
  const tell = options.onProgress ?? (() => {});
  checkCharacters(book);
  const staging = realpathSync(mkdtempSync(join(tmpdir(), "print-")));
  const { html, locators } = printedBook(book, { draft: options.draft ?? false });
  writeFileSync(join(staging, "book.html"), htmlPage(book, geometry, html, options));
  const fontFolders = [...new Set(faces.map((face) => dirname(facePath(face))))];
  const page = await newPage(options.browser, {
    folders: [staging, realpathSync(options.root), ...fontFolders],
  });
  try {
    await openForPrint(page, join(staging, "book.html"), geometry);
    const mending = { textHeightPx: geometry.textHeightPx, fullEnough };
    await page.evaluate(backLabels);
    await page.evaluate(settleMargins);
    await page.evaluate(mendHoles, mending);
    refuseTooWide(await page.evaluate(findTooWide, { pageWidthPx: geometry.areaWidthPx }));

    let patch: Patch = emptyPatch;
    let print: Print | null = null;
    let round = 0;
    for (;;) {
      round += 1;
      const refs = await page.evaluate(probe);
      print = await readPlaces(await printOnce(page, false));
      tell(`print ${round}: ${print.pages} pages`);
      const calm = round > roundsLively;
      const wanted = nextPatch(book, locators, { refs, patch }, print, calm);
      const changed = await page.evaluate(fill, {
        patch: wanted,
        areaHeightPx: geometry.areaHeightPx,
      });
      patch = wanted;
      if (changed.length === 0) break;
      if (round === roundsMax) {
        throw new Error(
          `After ${round} prints these still move:\n${changed.slice(0, 10).join("\n")}`,
        );
      }
    }
    await page.evaluate(removeProbes);
    const bytes = await printOnce(page, true);
    const last = await readPlaces(bytes);
    refuseMoved(print, last);
    tell("finishing: page labels, metadata, tags");
    const paging: Paging = pageLabels(book, print);
    const finished = await finishPdf(bytes, {
      title: pdfTitle(book),
      authors: book.book.authors,
      language: book.book.language,
      description: book.edition.description,
      firstArabic: paging.firstArabic,
    });
    mkdirSync(dirname(options.outFile), { recursive: true });
    writeFileSync(options.outFile, finished);
    return { pages: print.pages, prints: round + 1, bytes: finished.length };
  } finally {
    await page.close();
    rmSync(staging, { recursive: true, force: true });
  }
}

function pdfTitle(book: EditionBook): string {
  const { title } = book.book;
  const edition = book.edition.title;
  return edition === "" || edition === title ? title : `${title}: ${edition}`;
}

function htmlPage(
  book: EditionBook,
  geometry: PageGeometry,
  html: string,
  options: PrintBookOptions,
): string {
  const style = [
    fontFaceCss(faces, (face) => pathToFileURL(facePath(face)).href),
    ...["tokens.css", "figures.css", "code.css"].map((name) =>
      readFileSync(join(options.themeDir, name), "utf8"),
    ),
    geometryCss(geometry),
    readFileSync(join(options.themeDir, "print.css"), "utf8"),
    calloutCss(),
  ].join("\n");
  const root = pathToFileURL(join(realpathSync(options.root), "/")).href;
  const withImages = html.replace(
    /(<img\b[^>]*?\bsrc=")(?![a-z]+:)([^"]+)"/g,
    (_, start, source) => {
      return `${start}${new URL(source, root).href}"`;
    },
  );
  return `<!doctype html>
<html lang="${escapeAttribute(book.book.language)}" data-theme="light">
<head>
<meta charset="utf-8">
<title>${escapeText(pdfTitle(book))}</title>
<style>
${style}
</style>
</head>
<body>
${withImages}
</body>
</html>
`;
}

/** Loads the book, laid out on screen at the width of the page and with the styles of print. */
async function openForPrint(page: Page, path: string, geometry: PageGeometry): Promise<void> {
  await page.setViewport({ width: geometry.areaWidthPx, height: geometry.areaHeightPx });
  await page.emulateMediaType("print");
  const failed: string[] = [];
  page.on("requestfailed", (request) => failed.push(request.url()));
  await page.goto(pathToFileURL(path).href, { waitUntil: "load", timeout: 0 });
  const faceless = await page.evaluate(facesThatFailed);
  if (failed.length > 0 || faceless.length > 0) {
    throw new Error(`The book could not load:\n${[...failed, ...faceless].join("\n")}`);
  }
}

async function printOnce(page: Page, final: boolean): Promise<Uint8Array> {
  return page.pdf({
    preferCSSPageSize: true,
    printBackground: true,
    tagged: final,
    outline: final,
    timeout: 0,
  });
}

/** Page and height of every named destination. */
async function readPlaces(bytes: Uint8Array): Promise<Print> {
  const task = getDocument({ data: bytes.slice(), verbosity: 0 });
  const document = await task.promise;
  const destinations: Iterable<[string, unknown]> = entriesOf(await document.getDestinations());
  const pageNumbers = new Map<string, number>();
  const places = new Map<string, Place>();
  for (const [name, destination] of destinations) {
    if (!Array.isArray(destination)) continue;
    const [reference, , , yPt] = destination as [
      { num: number; gen: number },
      unknown,
      number,
      number,
    ];
    const key = `${reference.num} ${reference.gen}`;
    const page = pageNumbers.get(key) ?? (await document.getPageIndex(reference)) + 1;
    pageNumbers.set(key, page);
    places.set(name, { page, yPt });
  }
  // Running heads of an earlier round may stand on pages that the book no longer has.
  const pages = places.get("end-of-book")?.page ?? document.numPages;
  await task.destroy();
  return { pages, places };
}

/** pdf.js gives a Map or a plain object, by version. */
function entriesOf(destinations: unknown): Iterable<[string, unknown]> {
  return destinations instanceof Map ? destinations : Object.entries(destinations as object);
}

function refuseTooWide(found: readonly TooWide[]): void {
  if (found.length === 0) return;
  const lines = found.map(
    (wide) => `${wide.where}: ${wide.widthPx} px of ${wide.limitPx} px: ${wide.text}`,
  );
  throw new Error(
    `These do not fit on the page, and would shrink the whole book:\n${lines.join("\n")}`,
  );
}

/** The tagged print has to fall exactly as the measured one did. */
function refuseMoved(measured: Print, last: Print): void {
  const moved = [...last.places].filter(([id, place]) => {
    const known = measured.places.get(id);
    return known !== undefined && known.page !== place.page;
  });
  if (measured.pages === last.pages && moved.length === 0) return;
  const names = moved.slice(0, 10).map(([id]) => `#${id}`);
  throw new Error(
    `The last print has ${last.pages} pages instead of ${measured.pages}; moved: ${names.join(", ")}`,
  );
}

/** A character that no face has would print as nothing on a machine without fonts of its own. */
function checkCharacters(book: EditionBook): void {
  const problems: string[] = [];
  for (const section of book.sections) {
    const used = usedCharacters([section.tree]);
    const missing = [
      ...charactersMissing(used.text, "serif"),
      ...charactersMissing(used.code, "code"),
      ...charactersMissing(used.math, "math"),
    ];
    if (missing.length > 0) problems.push(`${section.slug}: ${[...new Set(missing)].join(" ")}`);
  }
  if (problems.length > 0) {
    throw new Error(`No face of the theme has these characters:\n${problems.join("\n")}`);
  }
}
