/**
 * One chapter anew, as fast as can be: its text is transformed and set into the edition as it stood, with pictures and runs
 * that are kept as long as nothing that they are made of changes. What other pages owe to the change comes with the whole book.
 */
import { dirname, join } from "node:path";
import type { ElementContent, Root } from "hast";
import type { Root as MdastRoot } from "mdast";
import { assembleAgain, forFormat } from "../assemble.ts";
import { cacheFolder, citationStyle, completeTitle, drawSources } from "../book.ts";
import { filesOf } from "../closure.ts";
import { isFile } from "../files.ts";
import { charactersMissing } from "../fonts.ts";
import { gatherNeeds, type Needs } from "../gather.ts";
import { createHighlight, type Highlight } from "../highlight.ts";
import { readChapter } from "../load.ts";
import type { Chapter, EditionBook, Section } from "../model.ts";
import { onePage, pageName } from "../output/html.ts";
import type { Program } from "../output/program-pages.ts";
import { parseMarkdown } from "../parse.ts";
import { forgetDrawn, makePictures, waitToDraw } from "../pictures.ts";
import { type Materials, transformChapter } from "../pipeline.ts";
import { silent } from "../progress.ts";
import { hasErrors, type Mistake, mistakesOf } from "../report.ts";
import { listSamples, runSamples } from "../samples.ts";
import { isSource, loadSources, readSource, type Source, sourcesOf } from "../sources.ts";
import { type CitedWorks, checkCitations, citedKeys, citedWorks } from "../transform/citations.ts";
import { diagramKey, type Picture } from "../transform/figures.ts";
import { checkIdForms, collectIds } from "../transform/labels.ts";
import { checkReferences } from "../transform/references.ts";
import type { Run } from "../transform/transcripts.ts";
import { fileOfKey } from "../transform/widgets.ts";
import type { Frame } from "./frame.ts";

export type Again = {
  /** File name of the chapter's page. */
  readonly page: string;
  /** Null where there are mistakes. */
  readonly html: string | null;
  readonly mistakes: readonly Mistake[];
};

export type Last = {
  readonly lines: readonly string[];
  /** The lines at which its sections begin, counted from 0. */
  readonly starts: readonly number[];
  /** What each section needs, the text before the first of them at the beginning. */
  readonly needs: readonly Needs[];
  /** Its blocks as they stand in the page. */
  readonly tree: Root;
  readonly section: Section;
};

/** What is kept between one edit and the next. */
export type Kept = {
  readonly root: string;
  readonly sources: Map<string, Source>;
  readonly pictures: Map<string, Picture>;
  readonly runs: Map<string, Run>;
  /** The files that each picture and each run is made of, by its key. */
  readonly madeOf: Map<string, readonly string[]>;
  /** Keys of pictures and runs that stand in for what they will be once they are made anew. */
  readonly stale: Set<string>;
  /** What chapters asked for when they were made last, by path. */
  readonly needs: Map<string, Needs>;
  readonly highlighted: Map<string, ElementContent[][]>;
  /** Chapters as they were made last, by path: what a part of one is set into. */
  readonly last: Map<string, Last>;
  frame: Frame;
  works: CitedWorks | null;
};

export function keepFor(root: string, frame: Frame): Kept {
  return {
    root,
    sources: new Map(loadSources(root).all),
    pictures: new Map(),
    runs: new Map(),
    madeOf: new Map(),
    stale: new Set(),
    needs: new Map(),
    highlighted: new Map(),
    last: new Map(),
    frame,
    works: null,
  };
}

/** Take the programs among these files as they are now. Returns the regions with another text, as `path#name`. */
export function rereadSources({ root, sources }: Kept, paths: readonly string[]): string[] {
  return paths.filter(isSource).flatMap((path) => {
    const before = sources.get(path)?.regions;
    if (isFile(join(root, path))) sources.set(path, readSource(root, path).source);
    else sources.delete(path);
    const now = sources.get(path)?.regions;
    return [...new Set([...(before?.keys() ?? []), ...(now?.keys() ?? [])])]
      .filter((name) => before?.get(name)?.text !== now?.get(name)?.text)
      .map((name) => `${path}#${name}`);
  });
}

/** Note which pictures and runs are made of one of these files; true where there are any. */
export function markStale({ root, madeOf, stale }: Kept, paths: readonly string[]): boolean {
  for (const [key, files] of madeOf) if (files.some((file) => paths.includes(file))) stale.add(key);
  forgetDrawn(root, paths);
  return stale.size > 0;
}

/** Make anew what is stale. Returns its keys. */
export async function freshen(kept: Kept): Promise<string[]> {
  const { pictures, runs, stale } = kept;
  const keys = [...stale];
  stale.clear();
  await Promise.all([
    draw(
      kept,
      keys.filter((key) => pictures.has(key)),
    ),
    run(
      kept,
      keys.filter((key) => runs.has(key)),
    ),
  ]);
  waitToDraw(kept.root, aheadOf(kept));
  return keys;
}

/** Whether a chapter is one of these files, or shows what is made of them. */
export function dependsOn(kept: Kept, chapter: string, touched: readonly string[]): boolean {
  const needs = kept.needs.get(chapter);
  return !needs || touched.includes(chapter) || needsStale(kept, needs, touched);
}

/** Whether one of these regions, pictures or runs is printed, or one that is not there yet. */
export function needsStale(
  { pictures, runs }: Kept,
  needs: Needs,
  touched: readonly string[],
): boolean {
  return (
    needs.regions.some((region) => touched.includes(region.join("#"))) ||
    needs.pictures.some((key) => touched.includes(key) || !pictures.has(key)) ||
    needs.runs.some((run) => touched.includes(run) || !runs.has(run))
  );
}

/** The page of a chapter as its files are now; null where only the whole book can tell. */
export async function chapterAgain(kept: Kept, path: string): Promise<Again | null> {
  const { root, frame } = kept;
  if (!isFile(join(root, path))) return null;
  const source = readChapter(root, path);
  const before = sectionOf(kept, source.meta.id);
  if (!before || frame.chapterIds.get(path) !== source.meta.id) return null;
  const tree = parseMarkdown(source.file);
  const needs = gatherNeeds([{ tree, folder: dirname(path) }]);
  const parts = partsOf(tree, dirname(path));
  kept.needs.set(path, needs);
  kept.last.delete(path);
  await gather(kept, needs);
  const chapter = transformChapter(source, tree, await materialsOf(kept, needs), []);
  const others = [...frame.ids].filter(([, { chapterId }]) => chapterId !== chapter.meta.id);
  const ids = check(kept, chapter, new Map(others));
  const page = pageName(before);
  if (hasErrors([source.file])) return { page, html: null, mistakes: mistakesOf([source.file]) };
  const made = pageOf(kept, chapter, before, ids);
  if (source.file.messages.length === 0)
    kept.last.set(path, { ...made, ...parts, lines: String(source.file.value).split("\n") });
  return { page, html: made.html, mistakes: [] };
}

/** A chapter as it stood in the edition. */
export function sectionOf({ frame }: Kept, chapterId: string): Section | undefined {
  return frame.edition.sections.find(({ kind, id }) => kind === "chapter" && id === chapterId);
}

/** Where the sections of a chapter begin, and what each needs. */
function partsOf({ children }: MdastRoot, folder: string): Pick<Last, "starts" | "needs"> {
  const heads = children.flatMap((node, at) => (isHead(node) ? [at] : []));
  const bounds = [0, ...heads, children.length];
  return {
    starts: heads.map((at) => (children[at]?.position?.start.line ?? 1) - 1),
    needs: bounds.slice(1).map((end, at) => {
      const tree: MdastRoot = { type: "root", children: children.slice(bounds[at], end) };
      return gatherNeeds([{ tree, folder }]);
    }),
  };
}

export function isHead(node: MdastRoot["children"][number]): boolean {
  return node.type === "heading" && node.depth === 2;
}

/** Make what a chapter needs and is not kept. */
export async function gather(kept: Kept, needs: Needs): Promise<void> {
  const { root, pictures, runs } = kept;
  const missing = needs.pictures.filter((key) => !pictures.has(key));
  const diagrams = needs.diagrams.filter((text) => !pictures.has(diagramKey(text)));
  await draw(kept, missing);
  const drawn = await drawDiagrams(kept, new Map(diagrams.map((text) => [text, text])));
  for (const [text, picture] of drawn) pictures.set(diagramKey(text), picture);
  await run(
    kept,
    needs.runs.filter((command) => !runs.has(command)),
  );
  waitToDraw(root, aheadOf(kept));
}

function drawDiagrams({ root }: Kept, sources: ReadonlyMap<string, string>) {
  return drawSources({ root, browser: noBrowser, progress: silent }, sources);
}

async function draw(kept: Kept, keys: readonly string[]): Promise<void> {
  const { root, pictures, madeOf } = kept;
  if (keys.length === 0) return;
  const diagrams = (sources: ReadonlyMap<string, string>) => drawDiagrams(kept, sources);
  const made = await makePictures(root, keys, cacheFolder(root, "figures"), diagrams);
  for (const [key, picture] of made) {
    pictures.set(key, picture);
    madeOf.set(key, [...filesOf(root, fileOfKey(key)).keys()]);
  }
}

async function run({ root, runs, madeOf }: Kept, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return;
  const samples = listSamples(root);
  const made = await runSamples(root, commands, cacheFolder(root, "runs"), () => {});
  for (const [command, result] of made) {
    runs.set(command, result);
    const program = samples.get(command.split(" ")[0] ?? "") ?? "";
    madeOf.set(command, [...filesOf(root, program).keys()]);
  }
}

/** Diagrams that are drawn already are kept on disk; the browser for a new one is opened where the whole book is made. */
function noBrowser(): Promise<never> {
  return Promise.reject(new NotHere("a diagram has to be drawn first"));
}
/** Thrown where a chapter has to wait for the whole book. */
export class NotHere extends Error {}

/** What figures import, without themselves: it stays as it is while they are edited. */
function aheadOf({ madeOf, pictures }: Kept): string[] {
  const keys = [...pictures.keys()];
  const own = keys.map(fileOfKey);
  const files = new Set(keys.flatMap((key) => madeOf.get(key) ?? []));
  return [...files].filter(
    (path) => !own.includes(path) && /^code\/|^figures\/[^/]+\.ts$/.test(path),
  );
}

export async function materialsOf(kept: Kept, needs: Needs): Promise<Materials> {
  const { frame, pictures, runs } = kept;
  return {
    book: frame.edition.book,
    sources: sourcesOf(kept.sources, []),
    highlight: remembered(await createHighlight(needs.languages), kept.highlighted),
    runs,
    pictures,
    chapterIds: frame.chapterIds,
    titleAnchors: frame.titleAnchors,
    charactersMissing,
  };
}

/** To color code takes a third of the time, and the code of a chapter is mostly the same as before. */
function remembered(highlight: Highlight, known: Kept["highlighted"]): Highlight {
  return (code, language) => {
    const key = `${language} ${code}`;
    const lines = known.get(key) ?? highlight(code, language);
    known.set(key, lines);
    return structuredClone(lines);
  };
}

/** Note what is wrong with a chapter among all ids of the book: those of others, and its own, which it adds. */
export function check({ frame }: Kept, chapter: Chapter, others: Frame["ids"]): Frame["ids"] {
  const ids = new Map([...others, ...collectIds([chapter])]);
  checkIdForms(chapter);
  checkReferences(chapter, ids);
  checkCitations(chapter, frame.bibliography);
  return ids;
}

function pageOf(kept: Kept, chapter: Chapter, before: Section, ids: Frame["ids"]) {
  const { edition, marksBefore, runnable } = kept.frame;
  const around = {
    book: edition,
    ids,
    completeTitle,
    works: worksFor(kept, chapter),
    marksBefore: marksBefore.get(before.id) ?? 0,
  };
  const section = forScreen(edition, assembleAgain(chapter, before, around));
  const sections = edition.sections.map((each) => (each === before ? section : each));
  const book = { ...edition, sections };
  return { section, ...onePage(book, section, programsOf(kept), runnable ?? undefined) };
}

export function forScreen(edition: EditionBook, section: Section): Section {
  return forFormat({ ...edition, sections: [section] }, "html").sections[0] ?? section;
}

/** Programs without their lines, which stand in pages of their own. */
export function programsOf({ sources }: Kept): Map<string, Program> {
  return new Map(
    [...sources].map(([path, { text, regions }]) => [path, { text, regions, lines: [] }]),
  );
}

export function worksFor(kept: Kept, chapter: Chapter): CitedWorks {
  const { frame, root } = kept;
  const keys = citedKeys(chapter.tree);
  if (kept.works && keys.every(kept.works.has)) return kept.works;
  kept.works = citedWorks([...frame.cited, ...keys], frame.bibliography, citationStyle(root));
  return kept.works;
}
