/**
 * The thread that makes the whole book for a preview, as often as it is asked to: what is served in the end, and all mistakes.
 * It takes seconds; what the author looks at in the meantime is made by `again.ts`.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Browser } from "puppeteer";
import { forFormat } from "../assemble.ts";
import { type MadeBook, makeBook, themeText, titleAnchorsOf } from "../book.ts";
import { closeBrowser, openBrowser } from "../browser.ts";
import { oneOf, UsageError } from "../cli.ts";
import { keptPrograms, keptSubset } from "../kept.ts";
import type { EditionBook } from "../model.ts";
import { htmlFiles } from "../output/html.ts";
import { type PageScripts, pageScripts } from "../page-scripts.ts";
import { silent } from "../progress.ts";
import { hasErrors, type Mistake, mistakesOf } from "../report.ts";
import { sharedModules } from "../widgets.ts";
import { type Asked, citedIn, type Frame, hollow, marksBefore, type Told } from "./frame.ts";
import { brokenPrograms } from "./programs.ts";

const { root, wanted } = workerData as { readonly root: string; readonly wanted: string | null };
const told = new Map<string, string | Uint8Array>();

type Made = {
  readonly files: ReadonlyMap<string, string | Uint8Array> | null;
  readonly mistakes: readonly Mistake[];
  readonly frame: Frame | null;
};

async function make(): Promise<Made> {
  let browser: Promise<Browser> | null = null;
  const open = (): Promise<Browser> => {
    browser ??= openBrowser();
    return browser;
  };
  try {
    const only = wanted === null ? {} : { edition: wanted };
    const options = { root, browser: open, progress: silent, prove: false, ...only };
    const made = await makeBook(options);
    const ids = made.pool.editions.map((edition) => edition.id);
    const id = wanted === null ? ids[0] : oneOf("edition", wanted, ids);
    const mistakes = hasErrors(made.files) ? mistakesOf(made.files) : [];
    const edition = made.editions.find((each) => each.edition.id === id);
    if (mistakes.length > 0 || !edition) return { files: null, mistakes, frame: null };
    return { mistakes, ...(await pagesOf(made, forFormat(edition, "html"))) };
  } finally {
    if (browser) await closeBrowser(await browser);
  }
}

async function pagesOf(made: MadeBook, edition: EditionBook) {
  const scripts = await pageScripts(root);
  const files = await htmlFiles(edition, {
    ...scripts,
    theme: (name) => themeText(root, name),
    subset: keptSubset(root),
    programs: keptPrograms(root, made.sources),
    printed: null,
  });
  return { files, frame: frameOf(made, edition, scripts) };
}

function frameOf({ pool, ids }: MadeBook, edition: EditionBook, { runnable }: PageScripts): Frame {
  const { bibliography, chapters } = pool;
  return {
    edition: hollow(edition),
    ids,
    bibliography,
    cited: citedIn(edition, bibliography),
    marksBefore: marksBefore(edition),
    chapterIds: new Map(chapters.map(({ path, meta }) => [path, meta.id])),
    titleAnchors: titleAnchorsOf(pool),
    shared: sharedModules(root),
    runnable: runnable?.names ?? null,
  };
}

/** Files that are new, others than before, or gone. */
function changesOf(files: ReadonlyMap<string, string | Uint8Array>) {
  const changes: [string, string | Uint8Array | null][] = [];
  for (const [path, data] of files) {
    const before = told.get(path);
    const isSame =
      typeof data === "string" || before === undefined || typeof before === "string"
        ? before === data
        : Buffer.compare(before, data) === 0;
    if (!isSame) changes.push([path, data]);
    told.set(path, data);
  }
  for (const path of [...told.keys()].filter((path) => !files.has(path))) {
    changes.push([path, null]);
    told.delete(path);
  }
  return changes;
}

/** A program that does not parse keeps a book from being made: it is found by its own parser, which knows the column. */
function mistakesIn(error: unknown): Mistake[] {
  const broken = brokenPrograms(root);
  const reason = String((error as Error).message).split("\n")[0] ?? "";
  return broken.length > 0 ? broken : [{ place: "the book", rule: "unknown", text: reason }];
}

function tell(message: Told): void {
  parentPort?.postMessage(message);
}

async function answer({ edit }: Asked): Promise<void> {
  const startMs = performance.now();
  const made = await make().catch((error): Made | null => {
    if (error instanceof UsageError) tell({ kind: "usage", message: error.message });
    return error instanceof UsageError
      ? null
      : { files: null, mistakes: mistakesIn(error), frame: null };
  });
  if (!made) return;
  const { files, mistakes, frame } = made;
  const tookMs = Math.round(performance.now() - startMs);
  tell({ kind: "made", edit, files: files ? changesOf(files) : [], mistakes, frame, tookMs });
}

let running: Promise<void> = Promise.resolve();
parentPort?.on("message", (asked: Asked) => {
  running = running.then(() => answer(asked));
});
