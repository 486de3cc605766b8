/**
 * Opens the PDF of the complete edition and looks at what a reader gets: text, numbers, links, bookmarks, faces,
 * tags. Expectations come from editions/, chapters/ and code/, not from the toolchain's own trees.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PDFDict, PDFDocument, PDFName, PDFStream } from "@cantoo/pdf-lib";
import { getDocument, type PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { beforeAll, describe, expect, it } from "vitest";
import { closeBrowser, openBrowser } from "../../scripts/browser.ts";
import { loadPool } from "../../scripts/load.ts";
import { printBook } from "../../scripts/output/pdf.ts";
import { type Cut, type MeasuredBlock, planPages } from "../../scripts/output/print-plan.ts";
import { regionsOf } from "../../scripts/regions.ts";
import { fixtureBook } from "../fixtures/print/book.ts";
import { requireDist, rootPath as root } from "./dist.ts";

/** A line of text on a page, in the order in which it is drawn. */
type Line = {
  readonly text: string;
  readonly xPt: number;
  readonly yPt: number;
  readonly sizePt: number;
};
type PageText = { readonly label: string; readonly lines: readonly Line[] };
type Opened = {
  readonly bytes: Uint8Array;
  readonly pdf: PDFDocumentProxy;
  readonly pages: readonly PageText[];
  readonly widthPt: number;
  readonly heightPt: number;
};

async function openPdf(path: string): Promise<Opened> {
  const bytes = new Uint8Array(readFileSync(path));
  const pdf = await getDocument({ data: bytes.slice(), verbosity: 0 }).promise;
  const labels = (await pdf.getPageLabels()) ?? [];
  const pages: PageText[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const lines: Line[] = [];
    let open: { text: string; xPt: number; yPt: number; sizePt: number } | null = null;
    for (const item of items) {
      if (!("str" in item)) continue;
      const [, , , sizePt = 0, xPt = 0, yPt = 0] = item.transform as number[];
      if (open && Math.abs(open.yPt - yPt) < 1 && item.str !== "") open.text += item.str;
      else if (item.str.trim() !== "") {
        open = { text: item.str, xPt, yPt, sizePt: Math.abs(sizePt) };
        lines.push(open);
      }
    }
    pages.push({ label: labels[number - 1] ?? String(number), lines });
  }
  const [, , widthPt = 0, heightPt = 0] = (await pdf.getPage(1)).view;
  return { bytes, pdf, pages, widthPt, heightPt };
}

/** Text with one space between words and typewriter quotes, so that sources and prints compare. */
function plain(text: string): string {
  return text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/\s+/g, " ").trim();
}

/** As `plain`, without spaces and hyphens: whatever the line breaks. */
function squeezed(text: string): string {
  return plain(text).replace(/[\s\u00AD‐-]/g, "");
}

function pool() {
  const { editions, chapters } = loadPool(root);
  const edition = editions.find(({ id }) => id === "complete");
  if (!edition) throw new Error("There is no edition “complete”.");
  return edition.parts
    .flatMap((part) => part.chapters)
    .map(({ id }, index) => {
      const chapter = chapters.find(({ meta }) => meta.id === id);
      if (!chapter) throw new Error(`There is no chapter “${id}”.`);
      const markdown = String(chapter.file.value);
      const prose = markdown.replace(/^(`{3,}).*?^\1$/gms, "").replace(/^---$.*?^---$/ms, "");
      return { number: index + 1, title: chapter.meta.title, markdown, prose };
    });
}

/** Heads of level two, as written; markup within them is taken off. */
function headsOf(prose: string): string[] {
  return [...prose.matchAll(/^## (.+?)\s*(?:\{#[^}]*\})?$/gm)].map((match) =>
    plain((match[1] ?? "").replace(/:\w+\[([^\]]*)\](?:\{[^}]*\})?/g, "$1").replace(/[`*_]/g, "")),
  );
}

type Bookmark = {
  readonly title: string;
  readonly dest: unknown;
  readonly items: readonly Bookmark[];
};

describe("the PDF of the complete edition", () => {
  let book: Opened;
  let path: string;
  let chapters: ReturnType<typeof pool>;
  beforeAll(async () => {
    path = requireDist("complete", "complete.pdf");
    book = await openPdf(path);
    chapters = pool();
  });

  it("has more than a hundred pages of the edition's trim", () => {
    expect(book.pages.length).toBeGreaterThan(100);
    expect([book.widthPt, book.heightPt]).toEqual([540, 666]);
  });

  it("has the text of each chapter", () => {
    const text = squeezed(
      book.pages.flatMap(({ lines }) => lines.map((line) => line.text)).join(""),
    );
    for (const { title, prose } of chapters) {
      expect(text).toContain(squeezed(title));
      // Plain runs of words, cut at anything that is markup.
      const runs = prose
        .split(/\n\s*\n/)
        .filter((paragraph) => /^[A-Z]/.test(paragraph) && !/[`*_$<>[\]{}|:\\"']/.test(paragraph))
        .map((paragraph) => squeezed(paragraph).slice(0, 40));
      const found = runs.filter((run) => text.includes(run));
      // A line of a margin note may be drawn between two lines of a paragraph.
      expect(found.length, `${title}: ${runs.length} paragraphs`).toBeGreaterThanOrEqual(
        Math.floor(runs.length * 0.9),
      );
    }
  });

  it("has bookmarks for each part, chapter and section, one in the other", async () => {
    const outline = (await book.pdf.getOutline()) as readonly Bookmark[];
    const flat = (marks: readonly Bookmark[], depth: number): { title: string; depth: number }[] =>
      marks.flatMap((mark) => [
        { title: plain(mark.title), depth },
        ...flat(mark.items, depth + 1),
      ]);
    const all = flat(outline, 0);
    for (const { number, title, prose } of chapters) {
      const at = all.findIndex((mark) => squeezed(mark.title) === squeezed(`${number}${title}`));
      expect(at, `bookmark of “${title}”`).toBeGreaterThanOrEqual(0);
      const depth = all[at]?.depth ?? 0;
      const end = all.findIndex((mark, index) => index > at && mark.depth <= depth);
      const inner = all.slice(at + 1, end === -1 ? undefined : end);
      for (const head of headsOf(prose)) {
        expect(
          inner.filter((mark) => mark.depth === depth + 1).map((mark) => squeezed(mark.title)),
          `bookmarks of “${title}”`,
        ).toContain(squeezed(head));
      }
    }
  });

  it("is tagged, names its language and title, and shows the title", async () => {
    const { info } = (await book.pdf.getMetadata()) as { info: Record<string, unknown> };
    expect(info.Title).toMatch(/^Partial Failure/);
    expect(info.Language).toMatch(/^en/);
    expect(info).not.toHaveProperty("CreationDate");
    // A Map or a plain object, by version of pdf.js.
    const marks: unknown = await book.pdf.getMarkInfo();
    expect(marks instanceof Map ? marks.get("Marked") : marks).toEqual(
      marks instanceof Map ? true : expect.objectContaining({ Marked: true }),
    );
    expect(await (await book.pdf.getPage(20)).getStructTree()).not.toBeNull();
    expect((await book.pdf.getViewerPreferences())?.get?.("DisplayDocTitle")).toBe(true);
  });

  it("embeds every face, none as Type 3", async () => {
    const pdf = await PDFDocument.load(book.bytes, { updateMetadata: false });
    const names: string[] = [];
    for (const [, object] of pdf.context.enumerateIndirectObjects()) {
      if (!(object instanceof PDFDict)) continue;
      const type = object.lookup(PDFName.of("Type"));
      if (type === PDFName.of("Font")) {
        expect(object.lookup(PDFName.of("Subtype"))).not.toBe(PDFName.of("Type3"));
      }
      if (type === PDFName.of("FontDescriptor")) {
        const name = String(object.lookup(PDFName.of("FontName")));
        const files = ["FontFile", "FontFile2", "FontFile3"].map((key) =>
          object.lookup(PDFName.of(key)),
        );
        expect(
          files.some((file) => file instanceof PDFStream),
          name,
        ).toBe(true);
        names.push(name);
      }
    }
    expect(names.length).toBeGreaterThan(5);
    expect(
      names.filter((name) => !/Source(?:Serif4|Sans3|CodePro)|STIXTwoMath/.test(name)),
    ).toEqual([]);
  });

  it("leads every link somewhere", async () => {
    const known = (await book.pdf.getDestinations()) as unknown;
    const names = new Set(known instanceof Map ? known.keys() : Object.keys(known as object));
    let links = 0;
    for (let number = 1; number <= book.pages.length; number++) {
      const page = await book.pdf.getPage(number);
      for (const annotation of await page.getAnnotations()) {
        if (annotation.subtype !== "Link") continue;
        links += 1;
        const target: unknown = annotation.dest ?? annotation.url;
        expect(target, `a link on page ${number}`).toBeTruthy();
        if (typeof annotation.dest === "string") expect(names).toContain(annotation.dest);
        const words = annotation.contentsObj?.str ?? "";
        expect(words, `what a link on page ${number} is called`).toMatch(/\S{2}/);
        expect(words).not.toBe("Link within this book");
      }
    }
    expect(links).toBeGreaterThan(50);
  });

  it("prints in its contents the pages where the heads really are", async () => {
    const labelled = new Map(book.pages.map((page) => [page.label, page]));
    const start = book.pages.findIndex(
      ({ lines }) =>
        lines[0]?.text === "Contents" ||
        lines.some((line) => line.text === "Contents" && line.sizePt > 20),
    );
    const end = book.pages.findIndex(({ label }) => label === "1");
    const entries = book.pages
      .slice(start, end)
      .flatMap(({ lines }) => lines)
      .map((line) => /^(.+?)\s*([ivxlc]+|\d+)$/.exec(plain(line.text)))
      .filter((match) => match !== null);
    const titles = chapters.flatMap(({ prose }) => [...new Set(headsOf(prose))]);
    const isRitual = (head: string): boolean =>
      titles.filter((title) => title === head).length > chapters.length / 2;
    // Two chapters may have a section of one name, so each is looked for behind its chapter's line.
    let from = 0;
    for (const { number, title, prose } of chapters) {
      const wanted = [`${number}${title}`, ...headsOf(prose).filter((head) => !isRitual(head))];
      for (const head of wanted) {
        const at = entries.findIndex(
          (match, index) => index >= from && squeezed(match[1] ?? "") === squeezed(head),
        );
        const entry = entries[at];
        from = Math.max(from, at);
        expect(entry, `contents line of “${head}”`).toBeDefined();
        const page = labelled.get(entry?.[2] ?? "");
        const large = squeezed(
          (page?.lines ?? [])
            .filter((line) => line.sizePt > 12.5)
            .map((line) => line.text)
            .join(""),
        );
        expect(large, `page ${entry?.[2]}`).toContain(squeezed(head));
      }
    }
  });

  it("numbers the front matter in roman and begins again with 1 on a right-hand page", () => {
    const first = book.pages.findIndex(({ label }) => label === "1");
    expect(book.pages[0]?.label).toBe("i");
    expect(first % 2).toBe(0);
    expect(book.pages.slice(first).map(({ label }) => label)).toEqual(
      book.pages.slice(first).map((_, index) => String(index + 1)),
    );
  });

  it("opens every chapter on a right-hand page, without a running head", () => {
    for (const { title } of chapters) {
      const at = book.pages.findIndex(({ lines }) =>
        squeezed(
          lines
            .filter((line) => line.sizePt > 20)
            .map((line) => line.text)
            .join(""),
        ).endsWith(squeezed(title)),
      );
      expect(at, title).toBeGreaterThan(0);
      expect(at % 2, `${title} is on page ${at + 1}`).toBe(0);
      expect(book.pages[at]?.lines.filter((line) => line.yPt > book.heightPt - 60)).toEqual([]);
    }
  });

  it("prints its running heads at one height, with the number that the page is labelled with", () => {
    const heads = book.pages.flatMap(({ label, lines }) =>
      lines.filter((line) => line.yPt > book.heightPt - 57).map((line) => ({ label, line })),
    );
    expect(heads.length).toBeGreaterThan(50);
    // One shrunk print would let the heads drift from page to page.
    expect(new Set(heads.map(({ line }) => line.yPt.toFixed(1))).size).toBe(1);
    for (const { label, line } of heads)
      expect(` ${line.text} `).toMatch(new RegExp(`^ ${label}|${label} $`));
  });

  it("prints no text within a quarter of an inch of the edge", () => {
    const outside = book.pages.flatMap(({ label, lines }) =>
      lines
        .filter(
          ({ xPt, yPt }) =>
            xPt < 18 || xPt > book.widthPt - 18 || yPt < 18 || yPt > book.heightPt - 18,
        )
        .map((line) => `${label}: ${line.text}`),
    );
    expect(outside).toEqual([]);
  });

  // Five of 834 pages are: what follows each is a figure, a card or a transcript that cannot be cut or parted from its question.
  it("leaves one page in a hundred less than four fifths full, none less than seven tenths, but the last of chapters", () => {
    const textTop = book.heightPt - 0.85 * 72;
    const foot = 0.8 * 72;
    const begins = (page: PageText | undefined) =>
      !page || page.lines.length === 0 || page.lines.every((line) => line.yPt < book.heightPt - 57);
    const thin = book.pages.flatMap((page, index) => {
      if (begins(page) || begins(book.pages[index + 1])) return [];
      const lowest = Math.min(...page.lines.map((line) => line.yPt));
      const full = (textTop - lowest) / (textTop - foot);
      return full < 0.8 ? [{ label: page.label, full }] : [];
    });
    expect(thin.filter(({ full }) => full < 0.7)).toEqual([]);
    expect(
      thin.length,
      thin.map(({ label, full }) => `page ${label}: ${Math.round(full * 100)} %`).join(", "),
    ).toBeLessThanOrEqual(book.pages.length / 100);
  });

  it("keeps listings of up to thirty lines on one page, nearly always", () => {
    const places = book.pages.flatMap((page, number) =>
      page.lines.map((line) => ({ text: line.text.trim(), number })),
    );
    let short = 0;
    let cut = 0;
    for (const { markdown } of chapters) {
      for (const [, file, region] of markdown.matchAll(
        /^`{3,}\w+ file="([^"]+)" region="([^"]+)"/gm,
      )) {
        const source = readFileSync(join(root, file ?? ""), "utf8");
        const text = regionsOf(file ?? "", source).regions.get(region ?? "")?.text ?? "";
        const wanted = text
          .split("\n")
          .flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
        if (text.split("\n").length > 30) continue;
        short += 1;
        const isWhole = book.pages.some((_, number) =>
          isRun(
            places.filter((place) => place.number === number).map((place) => place.text),
            wanted,
          ),
        );
        if (!isWhole) cut += 1;
      }
    }
    expect(short).toBeGreaterThan(10);
    expect(cut / short).toBeLessThan(0.1);
  });

  it("hands out text without soft hyphens", () => {
    for (const { lines } of book.pages) {
      for (const { text } of lines) expect(text).not.toContain("\u00AD");
    }
  });

  it("hands out each listing as its region's text", () => {
    const lines = book.pages.flatMap((page) => page.lines.map((line) => line.text.trim()));
    let listings = 0;
    for (const { markdown } of chapters) {
      for (const [, file, region] of markdown.matchAll(
        /^`{3,}\w+ file="([^"]+)" region="([^"]+)"/gm,
      )) {
        const source = readFileSync(join(root, file ?? ""), "utf8");
        const wanted = regionsOf(file ?? "", source)
          .regions.get(region ?? "")
          ?.text.split("\n")
          .map((line) => line.trim())
          .filter((line) => line !== "");
        expect(wanted, `${file}#${region}`).toBeDefined();
        expect(isRun(lines, wanted ?? []), `${file}#${region}`).toBe(true);
        listings += 1;
      }
    }
    expect(listings).toBeGreaterThan(10);
  });

  it.skipIf(!hasProgram("pdftotext"))(
    "joins words cut at a line's end when copied (needs poppler's pdftotext)",
    () => {
      const { stdout } = spawnSync("pdftotext", [path, "-"], {
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
      });
      expect(stdout).not.toContain("\u00AD");
      const cut = stdout.match(/\p{Ll}{3}-\n\p{Ll}{3}/gu) ?? [];
      expect(cut.length).toBeLessThan(20);
    },
  );

  it.skipIf(!hasProgram("pdfinfo"))(
    "is a tagged PDF for poppler too (needs poppler's pdfinfo)",
    () => {
      const { stdout } = spawnSync("pdfinfo", [path], {
        encoding: "utf8",
      });
      expect(stdout).toMatch(/^Tagged:\s+yes$/m);
    },
  );
});

describe("planning pages", () => {
  const linePx = 18;
  const pageHeightPx = 40 * linePx;
  const block = (kind: MeasuredBlock["kind"], lines: number, more: Partial<MeasuredBlock> = {}) => {
    const lastCut = kind === "text" ? lines - 2 : 0;
    const cuts: Cut[] = Array.from({ length: Math.max(0, lastCut - 1) }, (_, index) => ({
      atPx: (index + 2) * linePx,
      restPx: (lines - index - 2) * linePx,
      penalty: 0.3,
      line: index + 2,
    }));
    const standing = { parent: 0, marginTopPx: 0, marginBottomPx: 0, gapPx: 0, noteBottomPx: 0 };
    const free = { announced: false, mayMove: kind !== "text", heightPx: lines * linePx };
    return { kind, cuts, ...standing, ...free, ...more } satisfies MeasuredBlock;
  };
  const plan = (blocks: readonly MeasuredBlock[]) => {
    const { pages } = planPages(blocks, { pageHeightPx, startPx: 0, gapsPx: new Map() });
    return pages.map((page) => page.map((piece) => piece.block));
  };

  it("moves a listing that does not fit behind the text that follows it", () => {
    const blocks = [block("text", 28), block("listing", 20), block("text", 12), block("text", 20)];
    expect(plan(blocks)).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  it("leaves a transcript between its question and its explanation", () => {
    const blocks = [block("text", 32), block("transcript", 20), block("text", 8), block("text", 9)];
    expect(plan(blocks)).toEqual([[0], [1, 2, 3]]);
  });

  it("leaves no heading at the foot of a page", () => {
    const blocks = [block("text", 37), block("heading", 2), block("text", 20)];
    expect(plan(blocks)).toEqual([[0], [1, 2]]);
  });

  it("cuts a long program where that is cheapest", () => {
    const cuts = [10, 20].map((line) => ({
      atPx: line * linePx,
      restPx: (45 - line) * linePx,
      penalty: line === 20 ? 14 : 30,
      line,
    }));
    const blocks = [block("text", 17), block("listing", 45, { cuts }), block("text", 9)];
    const { pages } = planPages(blocks, { pageHeightPx, startPx: 0, gapsPx: new Map() });
    expect(pages.flat().filter((piece) => piece.block === 1)).toEqual([
      { block: 1, from: -1, to: 1 },
      { block: 1, from: 1, to: null },
    ]);
  });
});

describe("printing", () => {
  it("gives equal bytes each time", async () => {
    const folder = mkdtempSync(join(tmpdir(), "print-test-"));
    const browser = await openBrowser();
    try {
      const prints: Buffer[] = [];
      for (const name of ["one.pdf", "two.pdf"]) {
        const outFile = join(folder, name);
        await printBook(fixtureBook(), { browser, outFile, themeDir: join(root, "theme"), root });
        prints.push(readFileSync(outFile));
      }
      expect(prints[0]?.equals(prints[1] ?? Buffer.alloc(0))).toBe(true);
    } finally {
      await closeBrowser(browser);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("refuses a line that is too wide, and names it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "print-test-"));
    const browser = await openBrowser();
    try {
      const book = fixtureBook();
      const wide = book.sections
        .flatMap((section) => section.tree.children)
        .find((node) => node.type === "element" && node.properties.dataRegion !== undefined);
      if (wide?.type !== "element") throw new Error("The fixture has no listing.");
      wide.children.unshift({
        type: "element",
        tagName: "pre",
        properties: {},
        children: [{ type: "text", value: "x".repeat(140) }],
      });
      const printing = printBook(book, {
        browser,
        outFile: join(folder, "wide.pdf"),
        themeDir: join(root, "theme"),
        root,
      });
      await expect(printing).rejects.toThrow(/code\/raft\/raft\.ts#advance-commit/);
    } finally {
      await closeBrowser(browser);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Whether the lines stand one after the other; heads, folios and notes of a page may come between. */
function isRun(lines: readonly string[], wanted: readonly string[]): boolean {
  const slackMax = 80;
  return lines.some((_, start) => {
    if (lines[start] !== wanted[0]) return false;
    let at = start;
    for (const line of wanted) {
      const found = lines.slice(at, at + slackMax).indexOf(line);
      if (found === -1) return false;
      at += found + 1;
    }
    return true;
  });
}

function hasProgram(name: string): boolean {
  return spawnSync(name, ["-v"], { stdio: "ignore" }).error === undefined;
}
