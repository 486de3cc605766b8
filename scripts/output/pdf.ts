/**
 * The PDF of a book: prints the paged HTML of `print.ts`, reads where everything fell, fills in page numbers,
 * running heads and blank pages, and prints again until nothing moves. The last print is tagged and outlined.
 *
 *   printBook(given: EditionBook, options: PrintBookOptions): Promise<PrintedPdf>
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
import { escapeAttribute, escapeText } from "../escape.ts";
import { charactersMissing, facePath, faces, fontFaceCss } from "../fonts.ts";
import type { EditionBook, PrintedPage } from "../model.ts";
import { usedCharacters } from "./document.ts";
import { withLiveLinks } from "./live-links.ts";
import { finishPdf } from "./pdf-finish.ts";
import { geometryCss, type PageGeometry, pageGeometry, printedBook } from "./print.ts";
import { calloutCss } from "./print-callouts.ts";
import {
  carryOut,
  clearNotes,
  type FallenBlock,
  facesThatFailed,
  fill,
  findTooWide,
  type MeasuredSection,
  measureBlocks,
  type Patch,
  probe,
  removeProbes,
  type SectionOrder,
  settleMargins,
  type TooWide,
  targetNames,
  whereBlocksFell,
} from "./print-layout.ts";
import {
  emptyPatch,
  nextPatch,
  type Paging,
  type Place,
  type Print,
  pageLabels,
  printedPages,
} from "./print-pages.ts";
import { type Plan, planPages } from "./print-plan.ts";

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
  readonly printed: readonly PrintedPage[];
};

/** More rounds than this have never been seen to help. */
const roundsMax = 6;
/** From this round on a page number that was once printed stays. */
const roundsLively = 3;
/** Plans of a section, each knowing where the one before was mistaken. */
const plansMax = 5;

export async function printBook(
  given: EditionBook,
  options: PrintBookOptions,
): Promise<PrintedPdf> {
  const book = withLiveLinks(given, "pdf");
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
    await page.evaluate(settleMargins);
    await page.evaluate(clearNotes);
    await setBlocks(page, geometry.textHeightPx, tell);
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
      targets: new Map(await page.evaluate(targetNames)),
    });
    mkdirSync(dirname(options.outFile), { recursive: true });
    writeFileSync(options.outFile, finished);
    const printed = printedPages(paging, print);
    return { pages: print.pages, prints: round + 1, bytes: finished.length, printed };
  } finally {
    await page.close();
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Decides where pages end and blocks stand, and tries it out until each section falls as planned. */
async function setBlocks(
  page: Page,
  pageHeightPx: number,
  tell: (message: string) => void,
): Promise<void> {
  let open = (await page.evaluate(measureBlocks)).map((section) => ({
    section,
    gapsPx: new Map<string, number>(),
  }));
  for (let round = 1; open.length > 0; round++) {
    const planned = open.map(({ section, gapsPx }) => {
      const { startPx, blocks } = section;
      return { section, gapsPx, plan: planPages(blocks, { pageHeightPx, startPx, gapsPx }) };
    });
    const orders = planned.map(({ section, plan }) => orderFor(section, plan));
    await page.evaluate(carryOut, orders);
    await page.evaluate(clearNotes);
    const fallen = await page.evaluate(
      whereBlocksFell,
      orders.map(({ number }) => number),
    );
    const off = planned.flatMap(({ section, gapsPx, plan }, index) => {
      const seen = compare(section, plan, fallen[index]?.blocks ?? []);
      return seen.isAsPlanned
        ? []
        : [{ section: seen.section, gapsPx: new Map([...gapsPx, ...seen.gapsPx]) }];
    });
    tell(`plan ${round}: ${off.length} of ${planned.length} sections fell otherwise`);
    if (round === plansMax) {
      // Without fixed beginnings a mistake of one line stays one of one line.
      const numbers = off.map(({ section }) => section.number);
      const loose = orders.filter(({ number }) => numbers.includes(number));
      await page.evaluate(
        carryOut,
        loose.map((order) => ({ ...order, openers: [] })),
      );
      await page.evaluate(clearNotes);
      break;
    }
    open = off;
  }
}

/** What has to be done to a section to follow a plan. */
function orderFor(section: MeasuredSection, plan: Plan): SectionOrder {
  const pieces = plan.pages.flat();
  const order = pieces.filter(({ from }) => from < 0).map(({ block }) => block);
  const moved = new Set(plan.moved);
  const moves = order.flatMap((block, index) => {
    const behind = order[index - 1];
    return moved.has(block) && behind !== undefined ? [{ block, behind }] : [];
  });
  const cuts = new Map<number, number[]>();
  const rows = new Set<number>();
  for (const { block, to } of pieces) {
    const measured = section.blocks[block];
    const cut = to === null ? undefined : measured?.cuts[to];
    if (!cut) continue;
    if (measured?.kind === "table") rows.add(block);
    if (measured?.kind === "listing" || measured?.kind === "transcript")
      cuts.set(block, [...(cuts.get(block) ?? []), cut.line]);
  }
  const openers = plan.pages.slice(1).flatMap((page) => {
    const [first] = page;
    return first && first.from < 0 ? [first.block] : [];
  });
  return {
    number: section.number,
    moves,
    cuts: [...cuts].map(([block, lines]) => ({ block, lines })),
    rows: [...rows],
    openers,
  };
}

/** Whether the blocks fell where they were planned, and what was seen of their heights and the space between them. */
function compare(
  section: MeasuredSection,
  plan: Plan,
  fallen: readonly FallenBlock[],
): { isAsPlanned: boolean; section: MeasuredSection; gapsPx: Map<string, number> } {
  const places = new Map(fallen.map((place) => [place.block, place]));
  const pieces = plan.pages.flatMap((page, number) => page.map((piece) => ({ ...piece, number })));
  const gapsPx = new Map<string, number>();
  let isAsPlanned = true;
  for (const [index, piece] of pieces.entries()) {
    const place = places.get(piece.block);
    const before = pieces[index - 1];
    const above = before && places.get(before.block);
    if (!place || !before || !above || before.block === piece.block) continue;
    if (piece.number === 0 || above.lastPage === place.firstPage)
      gapsPx.set(`${before.block} ${piece.block}`, place.topPx - above.bottomPx);
    else gapsPx.set(`top ${piece.block}`, place.topPx);
    if (place.firstPage !== piece.number) isAsPlanned = false;
    if (piece.to === null && place.lastPage !== piece.number) isAsPlanned = false;
  }
  const blocks = section.blocks.map((block, number) => {
    const place = places.get(number);
    const isCut = pieces.some((piece) => piece.block === number && piece.to !== null);
    if (!place || (isCut && block.kind !== "text")) return block;
    const grownPx = place.heightPx - block.heightPx;
    if (Math.abs(grownPx) < 1) return block;
    const cuts = block.cuts.map((cut) => ({ ...cut, restPx: cut.restPx + grownPx }));
    return { ...block, heightPx: block.heightPx + grownPx, cuts };
  });
  return { isAsPlanned, section: { ...section, blocks }, gapsPx };
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
