/**
 * One chapter anew, as fast as can be: its text is transformed and set into the edition as it stood, with pictures and runs
 * that are kept as long as nothing that they are made of changes. What other pages owe to the change comes with the whole book.
 */
import { dirname, join } from "node:path";
import type { ElementContent } from "hast";
import { assembleAgain, forFormat } from "../assemble.ts";
import { cacheFolder, citationStyle, completeTitle, drawSources } from "../book.ts";
import { closureOf } from "../closure.ts";
import { isFile } from "../files.ts";
import { charactersMissing } from "../fonts.ts";
import { gatherNeeds, type Needs } from "../gather.ts";
import { createHighlight, type Highlight } from "../highlight.ts";
import { readChapter } from "../load.ts";
import type { Chapter } from "../model.ts";
import { onePage, pageName } from "../output/html.ts";
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

/** What is kept between one edit and the next. */
export type Kept = {
  readonly root: string;
  readonly sources: Map<string, Source>;
  readonly pictures: Map<string, Picture>;
  readonly runs: Map<string, Run>;
  /** What chapters asked for when they were made last, by path. */
  readonly needs: Map<string, Needs>;
  readonly highlighted: Map<string, ElementContent[][]>;
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
  if (!needs || paths.includes(chapter)) return true;
  return (
    needs.regions.some(([path]) => paths.includes(path)) ||
    needs.pictures.some((key) => !kept.pictures.has(key)) ||
    needs.runs.some((run) => !kept.runs.has(run))
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
  kept.needs.set(path, needs);
  await gather(kept, needs);
  const chapter = transformChapter(source, tree, await materialsOf(kept, needs), []);
  const ids = check(kept, chapter);
  const page = pageName(before);
  if (hasErrors([source.file])) return { page, html: null, mistakes: mistakesOf([source.file]) };
  return { page, html: pageOf(kept, chapter, ids), mistakes: [] };
}

/** Make what a chapter needs and is not kept. */
async function gather({ root, pictures, runs }: Kept, needs: Needs): Promise<void> {
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

async function materialsOf(kept: Kept, needs: Needs): Promise<Materials> {
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

/** Note what is wrong with a chapter among all ids of the book, which are returned with those that it has now. */
function check({ frame }: Kept, chapter: Chapter): Frame["ids"] {
  const others = [...frame.ids].filter(([, { chapterId }]) => chapterId !== chapter.meta.id);
  const ids = new Map([...others, ...collectIds([chapter])]);
  checkIdForms(chapter);
  checkReferences(chapter, ids);
  checkCitations(chapter, frame.bibliography);
  return ids;
}

function pageOf(kept: Kept, chapter: Chapter, ids: Frame["ids"]): string {
  const { edition, marksBefore, runnable } = kept.frame;
  const { id } = chapter.meta;
  const before = edition.sections.find((section) => section.id === id);
  if (!before) throw new NotHere(`${id} is no chapter of the edition`);
  const around = {
    book: edition,
    ids,
    completeTitle,
    works: worksFor(kept, chapter),
    marksBefore: marksBefore.get(id) ?? 0,
  };
  const made = assembleAgain(chapter, before, around);
  const [section = made] = forFormat({ ...edition, sections: [made] }, "html").sections;
  const sections = edition.sections.map((each) => (each === before ? section : each));
  const programs = new Map(
    [...kept.sources].map(([path, { text, regions }]) => [path, { text, regions, lines: [] }]),
  );
  return onePage({ ...edition, sections }, section, programs, runnable ?? undefined);
}

function worksFor(kept: Kept, chapter: Chapter): CitedWorks {
  const { frame, root } = kept;
  const keys = citedKeys(chapter.tree);
  if (kept.works && keys.every(kept.works.has)) return kept.works;
  kept.works = citedWorks([...frame.cited, ...keys], frame.bibliography, citationStyle(root));
  return kept.works;
}
