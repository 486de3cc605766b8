/** What an edit touches of the pages that are open, made anew and nothing else: pages, style sheet, scripts of widgets. */
import { themeText, toolchainRoot } from "../book.ts";
import { styleSheet, styleSheetPath } from "../output/html.ts";
import { screenScript, screenScriptPath } from "../output/screen-scripts.ts";
import type { Mistake } from "../report.ts";
import { corePath, scriptPath } from "../script-files.ts";
import { bundleCore, bundleWidget } from "../widgets.ts";
import { chapterAgain, dependsOn, type Kept, NotHere } from "./again.ts";
import { type PartAgain, partsOfChapter } from "./part.ts";

export type MadeFile = readonly [string, string];
export type Note = (path: string, found: readonly Mistake[]) => void;

/** The sections of these chapters that show what is touched; chapters that have to be made whole are noted. */
export async function partsAgain(
  kept: Kept,
  chapters: readonly string[],
  touched: readonly string[],
  unfinished: Set<string>,
): Promise<PartAgain[]> {
  const parts: PartAgain[] = [];
  for (const chapter of chapters.filter((path) => dependsOn(kept, path, touched))) {
    const made = await partsOfChapter(kept, chapter, touched).catch(waitForWhole);
    if (made) parts.push(...made);
    else unfinished.add(chapter);
  }
  return parts;
}

/** The pages of these chapters, whole. */
export async function pagesAgain(
  kept: Kept,
  chapters: readonly string[],
  note: Note,
): Promise<MadeFile[]> {
  const files: MadeFile[] = [];
  for (const chapter of chapters) {
    const made = await chapterAgain(kept, chapter).catch(waitForWhole);
    if (!made) continue;
    note(chapter, made.mistakes);
    if (made.html !== null) files.push([made.page, made.html]);
  }
  return files;
}

/** A chapter that is made once before its first edit has its pictures and its code at hand. */
export async function warm(kept: Kept, page: string): Promise<void> {
  const [path] = chaptersOn(kept, [page]);
  if (path && !kept.needs.has(path)) await chapterAgain(kept, path).catch(waitForWhole);
}

function waitForWhole(error: unknown): null {
  if (error instanceof NotHere) return null;
  throw error;
}

/** Paths of the chapters that stand on these pages. */
export function chaptersOn({ frame }: Kept, pages: readonly string[]): string[] {
  const sections = frame.edition.sections.filter(({ slug }) => pages.includes(`${slug}.html`));
  const ids = new Set(sections.map(({ id }) => id));
  return [...frame.chapterIds].filter(([, id]) => ids.has(id)).map(([path]) => path);
}

export function themeFiles(root: string): MadeFile[] {
  const theme = (name: string): string => themeText(root, name);
  return [
    [styleSheetPath, styleSheet({ theme })],
    [screenScriptPath, screenScript({ theme })],
  ];
}

/**
 * The scripts of the widgets whose own files these are; the core and all of them where it is a file that they share.
 *
 * @param names  of the widgets that the edition has
 */
export async function widgetScripts(
  { root, frame }: Kept,
  names: readonly string[],
  paths: readonly string[],
): Promise<MadeFile[]> {
  const { shared } = frame;
  const isCore = names.length > 0 && paths.some((path) => shared.includes(path));
  const isOwn = (name: string): boolean =>
    paths.some((path) => path.startsWith(`figures/${name}/`));
  const core: MadeFile[] = isCore
    ? [[corePath, await bundleCore(root, toolchainRoot, shared)]]
    : [];
  const scripts = names
    .filter((name) => isCore || isOwn(name))
    .map(
      async (name): Promise<MadeFile> => [scriptPath(name), await bundleWidget(root, name, shared)],
    );
  return [...core, ...(await Promise.all(scripts))];
}

/** Figures and their helpers: the page can only be right when they are drawn anew. */
export function areFigures(paths: readonly string[]): boolean {
  return paths.every((path) => path.startsWith("figures/"));
}
