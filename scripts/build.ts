/** Command: everything, or some of it, into dist/. Load, transform, number, render, check, write: in this order, once. */
import { join } from "node:path";
import type { Browser } from "puppeteer";
import { openStage, publish, type Stage } from "./artefacts.ts";
import { forFormat } from "./assemble.ts";
import { type MadeBook, makeBook, reportMistakes, themeText, toolchainRoot } from "./book.ts";
import { closeBrowser, openBrowser } from "./browser.ts";
import { type Arguments, command, oneOf, UsageError } from "./cli.ts";
import { addressForm, isAddress } from "./fields.ts";
import { exists, readText, removeFolder } from "./files.ts";
import { keptPrograms, keptSubset } from "./kept.ts";
import {
  type BookMeta,
  type EditionBook,
  type Format,
  formats,
  type PrintedPage,
} from "./model.ts";
import { epubFile } from "./output/epub.ts";
import { htmlFiles } from "./output/html.ts";
import { startPage } from "./output/start.ts";
import { type PageScripts, pageScripts } from "./page-scripts.ts";
import { createProgress, type Progress } from "./progress.ts";
import type { Sources } from "./sources.ts";

const help = `npm run build                                    everything into dist/
npm run build -- sample                          one edition, or several
npm run build -- complete --format html,epub     some of its formats
npm run build -- slides                          the decks alone

  --format F   pdf, epub, html; several with commas
  --steps      decks: a PDF with one page a step too
  --address A  where html/ is put, as https://example.org/book/: stands in print instead of the book's own
  --draft      build without the listing proof; DRAFT stands on the title page
  --root DIR   another book that has this layout`;

async function build({ values, positionals, root }: Arguments): Promise<number> {
  const progress = createProgress(process.stderr);
  const wantedFormats =
    values.format === undefined
      ? formats
      : String(values.format)
          .split(",")
          .map((name) => oneOf("format", name.trim(), formats) as Format);
  const address = addressFrom(values.address);
  let opened: Promise<Browser> | null = null;
  const browser = (): Promise<Browser> => {
    opened ??= openBrowser({ onWarning: progress.note });
    return opened;
  };
  try {
    const made = await makeBook({ root, browser, progress, prove: values.draft !== true });
    const known = [...made.pool.editions.map((edition) => edition.id), "slides"];
    const wanted = positionals.map((name) => oneOf("edition", name, known));
    if (reportMistakes(made.files)) return 1;
    const stage = openStage(root);
    let madeScripts: Promise<PageScripts> | null = null;
    const scripts = (): Promise<PageScripts> => {
      madeScripts ??= pageScripts(root);
      return madeScripts;
    };
    for (const edition of made.editions) {
      if (wanted.length > 0 && !wanted.includes(edition.edition.id)) continue;
      const own = wantedFormats.filter((name) => edition.edition.formats.includes(name));
      const placed = {
        ...edition,
        book: { ...edition.book, address: address ?? edition.book.address },
      };
      await renderEdition(placed, own, {
        root,
        stage,
        browser,
        progress,
        draft: values.draft === true,
        sources: made.sources,
        scripts,
      });
    }
    const wholeBook = wanted.length === 0 && values.format === undefined;
    const decksWanted = wholeBook || wanted.includes("slides");
    const decks = decksWanted
      ? await (await import("./decks.ts")).makeDecks(made, {
          root,
          stage,
          browser,
          progress,
          scripts,
          steps: values.steps === true,
        })
      : [];
    if (reportMistakes(decks)) {
      removeFolder(stage.folder);
      return 1;
    }
    if (wholeBook) await stagePrograms(made.pool.book, root, stage);
    progress.stage("write dist/");
    const count = stage.artefacts.length;
    await publish(
      root,
      stage,
      { proof: proofCounts(made), versions: await versionsOf(opened) },
      wholeBook,
      (record) =>
        startPage(made.pool.book, record, {
          theme: (name) => themeText(root, name),
          subset: keptSubset(root),
        }),
    );
    progress.done();
    const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
    progress.note(`peak memory ${peakMb} MB, without the browser`);
    process.stdout.write(`${count} artefacts in dist/, beginning at dist/index.html\n`);
    return 0;
  } finally {
    if (opened) await closeBrowser(await opened);
  }
}

/** What stands behind `--address`; null where nothing does, and the book's own holds. */
function addressFrom(value: string | boolean | undefined): string | null {
  if (typeof value !== "string") return null;
  if (!isAddress(value)) throw new UsageError(`--address ${value}: expected ${addressForm}`);
  return value;
}

type Rendering = {
  readonly root: string;
  readonly stage: Stage;
  readonly browser: () => Promise<Browser>;
  readonly progress: Progress;
  readonly draft: boolean;
  readonly sources: Sources;
  /** Made once for all editions, by the first that has pages. */
  readonly scripts: () => Promise<PageScripts>;
  /** Pages of the edition's PDF, where it was printed in the same build. */
  readonly printed: readonly PrintedPage[] | null;
};

/** Each sample as one file that plain `node` runs. */
async function stagePrograms(book: BookMeta, root: string, stage: Stage): Promise<void> {
  const start = performance.now();
  const { joinPrograms } = await import("./programs.ts");
  const programs = await joinPrograms(book, root, {
    theme: (name) => themeText(root, name),
    subset: keptSubset(root),
  });
  if (programs.size === 0) return;
  for (const [name, text] of programs) stage.write(`code/${name}`, text);
  stage.add("code/", {
    title: `${programs.size - 1} programs, each in one file that node runs`,
    group: "Programs",
    pages: null,
    words: null,
    listings: null,
    milliseconds: since(start),
  });
}

/** In the order of `formats`: pages of the screen lead to those that were printed before them. */
async function renderEdition(
  edition: EditionBook,
  wanted: readonly Format[],
  rendering: Omit<Rendering, "printed">,
): Promise<void> {
  let printed: readonly PrintedPage[] | null = null;
  for (const format of formats.filter((name) => wanted.includes(name))) {
    const pages = await render[format](forFormat(edition, format), { ...rendering, printed });
    printed = pages ?? printed;
  }
}

type Render = (book: EditionBook, rendering: Rendering) => Promise<readonly PrintedPage[] | null>;

/** One edition in one format, staged; what is printed tells where everything fell. */
const render: Readonly<Record<Format, Render>> = {
  async pdf(book, { root, stage, browser, progress, draft }) {
    const { id, title } = book.edition;
    progress.stage(`print ${id}.pdf`);
    const start = performance.now();
    const path = `${id}/${id}.pdf`;
    // Its libraries take a third of a second to load, which a build of pages alone should not wait for.
    const { printBook } = await import("./output/pdf.ts");
    const printed = await printBook(book, {
      browser: await browser(),
      outFile: join(stage.folder, path),
      themeDir: themeFolder(root),
      root,
      draft,
      onProgress: progress.note,
    });
    stage.add(path, {
      title: "PDF, for paper and screen",
      group: title === "" ? id : title,
      pages: printed.pages,
      words: wordsOf(book),
      listings: listingsOf(book),
      milliseconds: since(start),
    });
    return printed.printed;
  },
  async epub(book, { root, stage, progress }) {
    const { id, title } = book.edition;
    progress.stage(`bind ${id}.epub`);
    const start = performance.now();
    const path = `${id}/${id}.epub`;
    stage.write(
      path,
      await epubFile(book, { theme: (name) => themeText(root, name), subset: keptSubset(root) }),
    );
    stage.add(path, {
      title: "EPUB, for readers",
      group: title === "" ? id : title,
      pages: null,
      words: wordsOf(book),
      listings: listingsOf(book),
      milliseconds: since(start),
    });
    return null;
  },
  async html(book, { root, stage, progress, sources, scripts, printed }) {
    const { id, title } = book.edition;
    progress.stage(`write ${id}/html`);
    const start = performance.now();
    const files = await htmlFiles(book, {
      theme: (name) => themeText(root, name),
      subset: keptSubset(root),
      programs: keptPrograms(root, sources),
      printed,
      ...(await scripts()),
    });
    for (const [name, data] of files) stage.write(`${id}/html/${name}`, data);
    stage.add(`${id}/html/`, {
      title: "HTML, for the browser, offline",
      group: title === "" ? id : title,
      pages: [...files.keys()].filter((name) => name.endsWith(".html")).length,
      words: wordsOf(book),
      listings: listingsOf(book),
      milliseconds: since(start),
    });
    return null;
  },
};

function since(startMs: number): number {
  return Math.round(performance.now() - startMs);
}
function wordsOf(book: EditionBook): number {
  return book.sections.reduce((sum, section) => sum + section.words, 0);
}
function listingsOf(book: EditionBook): number {
  return [...book.labels.values()].filter((label) => label.kind === "listing").length;
}
function themeFolder(root: string): string {
  const own = join(root, "theme");
  return exists(join(own, "print.css")) ? own : join(toolchainRoot, "theme");
}

function proofCounts(made: MadeBook): Record<string, number | boolean> {
  const { listings, printedLines, executableLines, tests, transcripts, runFigures, draft } =
    made.colophon;
  const { regions, measured, mutants, killed, explained, alive } = made.colophon.mutation;
  return {
    proved: !draft,
    listings,
    printedLines,
    executableLines,
    testsPassed: tests,
    transcripts,
    runFigures,
    mutatedRegions: measured,
    mutableRegions: regions,
    mutants,
    mutantsKilled: killed,
    mutantsExplained: explained,
    mutantsAlive: alive,
  };
}

/** @param browser  the one that was opened; a build that prints and draws nothing opens none, which takes longer than its pages */
async function versionsOf(browser: Promise<Browser> | null): Promise<Record<string, string>> {
  const lock = JSON.parse(readText(join(toolchainRoot, "package-lock.json"))) as {
    packages: Record<string, { version?: string }>;
  };
  const version = (name: string): string => lock.packages[`node_modules/${name}`]?.version ?? "?";
  const fonts = ["source-serif", "source-sans", "source-code-pro", "@fontsource/stix-two-math"];
  return {
    node: process.versions.node,
    browser: browser ? await (await browser).version() : "none was needed",
    ...Object.fromEntries(
      [...fonts, "mermaid", "shiki", "reveal.js"].map((name) => [name, version(name)]),
    ),
  };
}

await command(
  help,
  {
    format: { type: "string" },
    address: { type: "string" },
    steps: { type: "boolean" },
    draft: { type: "boolean" },
  },
  build,
);
