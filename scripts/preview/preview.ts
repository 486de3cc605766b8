/**
 * What a preview does with an edit: what the author looks at is made anew at once, in this thread; the whole book follows
 * when edits have settled, in a thread of its own, and says the last word on every page and on all mistakes.
 */
import type { Worker } from "node:worker_threads";
import { UsageError } from "../cli.ts";
import { pageName } from "../output/html.ts";
import { formatMistakes } from "../report.ts";
import { widgetOf } from "../script-files.ts";
import { freshen, type Kept, keepFor, markStale, rereadSources } from "./again.ts";
import {
  areFigures,
  chaptersOn,
  type MadeFile,
  pagesAgain,
  partsAgain,
  themeFiles,
  warm,
  widgetScripts,
} from "./edit.ts";
import type { Asked, Frame, Told } from "./frame.ts";
import { isProgram, syntaxMistake } from "./programs.ts";
import {
  mistakesShown,
  noteMistakes,
  nothingServed,
  type Served,
  serve,
  serveWhole,
} from "./served.ts";
import { changeFor, type PreviewServer } from "./server.ts";

/** The whole book is made when nobody has written for so long. */
const settledMs = 400;

export type Preview = {
  readonly root: string;
  /** Where whole books are made. */
  readonly thread: Worker;
  /** Prints a line for the author. */
  readonly say: (text: string) => void;
  readonly served: Served;
  server: PreviewServer | null;
  kept: Kept | null;
  /** Number of the last edit. */
  edit: number;
  /** Chapters whose edits are not shown yet. */
  readonly unfinished: Set<string>;
  /** Edits are followed one after the other. */
  running: Promise<void>;
  timer: NodeJS.Timeout | null;
  isMaking: boolean;
  /** Pictures and runs are made anew, while other edits are followed. */
  isFreshening: boolean;
};

/** A preview whose book is made. @throws UsageError where there is no such edition */
export async function startPreview(
  root: string,
  thread: Worker,
  say: Preview["say"],
): Promise<Preview> {
  const preview: Preview = {
    root,
    thread,
    say,
    served: nothingServed(),
    server: null,
    kept: null,
    edit: 0,
    unfinished: new Set(),
    running: Promise.resolve(),
    timer: null,
    isMaking: true,
    isFreshening: false,
  };
  await new Promise<void>((resolve, reject) => {
    thread.once("error", reject);
    thread.on("message", (told: Told) => {
      if (told.kind === "usage") reject(new UsageError(told.message));
      else takeWhole(preview, told);
      resolve();
    });
    ask(preview);
  });
  // A first chapter is made before anybody waits for one: most of its time goes into what all need.
  const first = preview.kept?.frame.edition.sections.find(({ kind }) => kind === "chapter");
  if (first) prepare(preview, pageName(first));
  await preview.running;
  return preview;
}

function ask({ thread, edit }: Preview): void {
  const asked: Asked = { edit };
  thread.postMessage(asked);
}

/** Files were written. */
export function follow(preview: Preview, paths: readonly string[]): void {
  preview.edit += 1;
  const { edit } = preview;
  queue(preview, () => followEdit(preview, edit, paths)).then(() => askWhenSettled(preview));
}

/** A page was opened. */
export function prepare(preview: Preview, page: string): void {
  const { kept } = preview;
  if (kept) queue(preview, () => warm(kept, page));
}

/** What changes pages is done one after the other. */
function queue(preview: Preview, work: () => Promise<void>): Promise<void> {
  preview.running = preview.running.then(work).catch((error: Error) => preview.say(error.message));
  return preview.running;
}

function askWhenSettled(preview: Preview): void {
  if (preview.timer) clearTimeout(preview.timer);
  preview.timer = setTimeout(() => {
    if (preview.isMaking || preview.isFreshening) return;
    preview.isMaking = true;
    ask(preview);
  }, settledMs);
}

function takeWhole(preview: Preview, made: Extract<Told, { kind: "made" }>): void {
  preview.isMaking = false;
  const changed = serveWhole(preview.served, made);
  if (made.frame) takeFrame(preview, made.frame);
  preview.server?.tell((page) => changeFor(page, changed));
  tellMistakes(preview);
  const { mistakes, tookMs, edit } = made;
  preview.say(mistakes.length > 0 ? formatMistakes(mistakes) : `made in ${tookMs} ms`);
  if (edit < preview.edit) askWhenSettled(preview);
}

function takeFrame(preview: Preview, frame: Frame): void {
  if (preview.kept) Object.assign(preview.kept, { frame, works: null });
  else preview.kept = keepFor(preview.root, frame);
}

function tellMistakes({ server, served }: Preview): void {
  const mistakes = mistakesShown(served);
  server?.tell(() => ({ kind: "mistakes", mistakes }));
}

function put({ served, server }: Preview, edit: number, files: readonly MadeFile[]): void {
  const changed = serve(served, edit, files);
  server?.tell((page) => changeFor(page, changed));
}

async function followEdit(preview: Preview, edit: number, paths: readonly string[]): Promise<void> {
  const { root, kept } = preview;
  if (paths.some((path) => path.startsWith("theme/"))) put(preview, edit, themeFiles(root));
  const areWhole = noteBroken(preview, edit, paths);
  if (areWhole && kept) {
    const touched = [...paths, ...rereadSources(kept, paths)];
    // The text of a listing is there before the figures and the transcripts that its program makes.
    if (!areFigures(paths)) await show(preview, kept, edit, touched);
    if (markStale(kept, paths)) freshenAside(preview, kept);
    const names = [...preview.served.whole.keys()].flatMap((path) => widgetOf(path) ?? []);
    put(preview, edit, await widgetScripts(kept, names, paths));
  }
  tellMistakes(preview);
}

/** Make stale pictures and runs anew, and show them; an edit that comes in the meantime does not wait for them. */
function freshenAside(preview: Preview, kept: Kept): void {
  if (preview.isFreshening) return;
  preview.isFreshening = true;
  freshen(kept)
    .then((keys) =>
      queue(preview, async () => {
        await show(preview, kept, preview.edit, keys);
        tellMistakes(preview);
      }),
    )
    .catch((error: Error) => preview.say(error.message))
    .then(() => {
      preview.isFreshening = false;
      if (kept.stale.size > 0) freshenAside(preview, kept);
      else askWhenSettled(preview);
    });
}

/** Show the sections that were edited, which is the fastest, and then the chapters that have to be made whole. */
async function show(
  preview: Preview,
  kept: Kept,
  edit: number,
  touched: readonly string[],
): Promise<void> {
  const { server, served, unfinished } = preview;
  const open = chaptersOn(kept, server?.open() ?? []);
  const parts = await partsAgain(kept, open, touched, unfinished);
  for (const { page, part } of parts) server?.tell((each) => (each === page ? part : null));
  for (const { page, html } of parts) serve(served, edit, [[page, html()]]);
  if (edit === preview.edit) await finish(preview, kept, edit);
}

/** Make the chapters whole of which more than one section, or who knows what, was edited. */
async function finish(preview: Preview, kept: Kept, edit: number): Promise<void> {
  const open = chaptersOn(kept, preview.server?.open() ?? []);
  const chapters = open.filter((path) => preview.unfinished.has(path));
  const pages = await pagesAgain(kept, chapters, (path, found) =>
    noteMistakes(preview.served, edit, path, found),
  );
  for (const path of chapters) preview.unfinished.delete(path);
  put(preview, edit, pages);
}

/** Note the programs that do not parse; true where all do. */
function noteBroken({ root, served }: Preview, edit: number, paths: readonly string[]): boolean {
  const found = paths.filter(isProgram).map((path) => {
    const mistake = syntaxMistake(root, path);
    noteMistakes(served, edit, path, mistake ? [mistake] : []);
    return mistake;
  });
  return found.every((mistake) => mistake === null);
}
