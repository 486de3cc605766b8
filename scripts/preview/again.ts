/**
 * One chapter anew, as fast as can be: its text is transformed and set into the edition as it stood, with pictures and runs
 * that are kept as long as nothing that they are made of changes. What other pages owe to the change comes with the whole book.
 */
import { dirname, join } from "node:path";
import type { ElementContent, Root } from "hast";
import type { Root as MdastRoot } from "mdast";
import { assembleAgain, forFormat } from "../assemble.ts";
import { cacheFolder, citationStyle, completeTitle, drawSources } from "../book.ts";
import { closureOf } from "../closure.ts";
import { isFile } from "../files.ts";
import { charactersMissing } from "../fonts.ts";
import { gatherNeeds, type Needs } from "../gather.ts";
import { createHighlight, type Highlight } from "../highlight.ts";
import { readChapter } from "../load.ts";
import type { Chapter, EditionBook, Section } from "../model.ts";
import { onePage, pageName } from "../output/html.ts";
import type { Program } from "../output/program-pages.ts";
import { parseMarkdown } from "../parse.ts";
import { filesOfPicture, forgetDrawn, makePictures, waitToDraw } from "../pictures.ts";
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
    needs: new Map(),
    highlighted: new Map(),
    last: new Map(),
    frame,
    works: null,
  };
}

/** Take the programs among these files as they are now. */
export function rereadSources(kept: Kept, paths: readonly string[]): void {
  for (const path of paths.filter(isSource))
    if (isFile(join(kept.root, path))) kept.sources.set(path, readSource(kept.root, path).source);
    else kept.sources.delete(path);
}

/** Throw away pictures and runs that are made of one of these files; true where there were any. */
export function forget(kept: Kept, paths: readonly string[]): boolean {
  const { root, pictures, runs } = kept;
  const isTouched = (files: readonly string[]): boolean =>
    files.some((file) => paths.includes(file));
  const samples = listSamples(root);
  const programOf = (run: string): string => samples.get(run.split(" ")[0] ?? "") ?? "";
  const stale = [...pictures.keys()].filter((key) => isTouched(filesOfPicture(root, key)));
  const staleRuns = [...runs.keys()].filter((run) => isTouched(closureOf(root, programOf(run))));
  for (const key of stale) pictures.delete(key);
  for (const run of staleRuns) runs.delete(run);
  forgetDrawn(root, paths);
  return stale.length + staleRuns.length > 0;
}

/** Whether a chapter prints or shows one of these files. */
export function dependsOn(kept: Kept, chapter: string, paths: readonly string[]): boolean {
  const needs = kept.needs.get(chapter);
  return !needs || paths.includes(chapter) || needsStale(kept, needs, paths);
}

/** Whether one of these files is printed, or a picture or a run has to be made again. */
export function needsStale(
  { pictures, runs }: Kept,
  needs: Needs,
  paths: readonly string[],
): boolean {
  return (
    needs.regions.some(([path]) => paths.includes(path)) ||
    needs.pictures.some((key) => !pictures.has(key)) ||
    needs.runs.some((run) => !runs.has(run))
  );
}

/** The page of a chapter as its files are now; null where only the whole book can tell. */
export async function chapterAgain(kept: Kept, path: string): Promise<Again | null> {
  const { root, frame } = kept;
  if (!isFile(join(root, path))) return null;
  const source = readChapter(root, path);
  const before = frame.edition.sections.find(
    ({ kind, id }) => kind === "chapter" && id === source.meta.id,
  );
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
export async function gather({ root, pictures, runs }: Kept, needs: Needs): Promise<void> {
  const missing = needs.pictures.filter((key) => !pictures.has(key));
  const diagrams = needs.diagrams.filter((text) => !pictures.has(diagramKey(text)));
  const draw = (sources: ReadonlyMap<string, string>) =>
    drawSources({ root, browser: noBrowser, progress: silent }, sources);
  if (missing.length > 0) {
    const made = await makePictures(root, missing, cacheFolder(root, "figures"), draw);
    for (const [key, picture] of made) pictures.set(key, picture);
  }
  for (const [text, picture] of await draw(new Map(diagrams.map((text) => [text, text]))))
    pictures.set(diagramKey(text), picture);
  const missingRuns = needs.runs.filter((run) => !runs.has(run));
  const ran = await runSamples(root, missingRuns, cacheFolder(root, "runs"), () => {});
  for (const [run, result] of ran) runs.set(run, result);
  waitToDraw(root, aheadOf(root, needs));
}

/** Diagrams that are drawn already are kept on disk; the browser for a new one is opened where the whole book is made. */
function noBrowser(): Promise<never> {
  return Promise.reject(new NotHere("a diagram has to be drawn first"));
}
/** Thrown where a chapter has to wait for the whole book. */
export class NotHere extends Error {}

/** What the figures of a chapter import, without themselves: it stays as it is while they are edited. */
function aheadOf(root: string, needs: Needs): string[] {
  const own = needs.pictures.map((key) => key.split("?")[0] ?? "");
  const files = own
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => filesOfPicture(root, path));
  return [...new Set(files)].filter((path) => !own.includes(path) && !/^figures\/.*\//.test(path));
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
