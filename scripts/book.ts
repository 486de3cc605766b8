/**
 * A whole book made ready: loaded, its programs run, its pictures drawn, its chapters transformed, everything checked, and
 * every edition assembled. What commands share. Mistakes are on `files`; nothing is written but the cache.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { slug } from "github-slugger";
import type { Browser } from "puppeteer";
import { VFile } from "vfile";
import { type Assembly, assembleEdition } from "./assemble.ts";
import { type DiagramError, renderDiagrams } from "./diagrams.ts";
import { checkEdition, checkSelections } from "./edition-checks.ts";
import { exists, listFiles, readText } from "./files.ts";
import { charactersMissing } from "./fonts.ts";
import { gatherNeeds, includedStates, joinNeeds, type Needs } from "./gather.ts";
import { createHighlight, type Highlight } from "./highlight.ts";
import { keptChapters } from "./kept-chapters.ts";
import { loadPool, type Pool } from "./load.ts";
import type { Chapter, EditionBook, Proof } from "./model.ts";
import { commandFor, mutationScore } from "./mutation.ts";
import type { Colophon } from "./pages.ts";
import { parseMarkdown } from "./parse.ts";
import { makePictures, svgPicture } from "./pictures.ts";
import type { Materials } from "./pipeline.ts";
import type { Progress } from "./progress.ts";
import { checkExecuted, prove } from "./proof.ts";
import { fail, formatMessages, hasErrors } from "./report.ts";
import { listSamples, runSamples } from "./samples.ts";
import { loadSources, type Sources, unusedSources } from "./sources.ts";
import { checkTermOrder } from "./term-order.ts";
import { checkTerms } from "./terms.ts";
import { type CitationStyle, checkCitations } from "./transform/citations.ts";
import { diagramKey, type Picture } from "./transform/figures.ts";
import { checkIndex } from "./transform/index-terms.ts";
import { checkIdForms, collectIds } from "./transform/labels.ts";
import type { Printed } from "./transform/listings.ts";
import { checkReferences } from "./transform/references.ts";
import type { Run } from "./transform/transcripts.ts";
import { fileOfKey } from "./transform/widgets.ts";
import { elements, hasClass, property } from "./tree.ts";

export const toolchainRoot = join(dirname(fileURLToPath(import.meta.url)), "..");

export type BookOptions = {
  readonly root: string;
  /** Opens the build's browser when something has to be drawn in it. */
  readonly browser: () => Promise<Browser>;
  readonly progress: Progress;
  /** False builds without the listing proof. */
  readonly prove: boolean;
  /** The one edition that is assembled; all of them unless given. */
  readonly edition?: string;
};

export type MadeBook = {
  readonly pool: Pool;
  readonly files: readonly VFile[];
  readonly chapters: ReadonlyMap<string, Chapter>;
  readonly editions: readonly EditionBook[];
  readonly sources: Sources;
  readonly highlight: Highlight;
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly runs: ReadonlyMap<string, Run>;
  /** Key of the picture that a widget begins with, by id of figure. */
  readonly widgets: ReadonlyMap<string, string>;
  readonly proof: Proof | null;
  readonly colophon: Colophon;
  /** Every id of the pool. */
  readonly ids: ReturnType<typeof collectIds>;
};

/** What an edition calls the one that has everything. */
export const completeTitle = "the complete edition";

export function cacheFolder(root: string, name: string): string {
  return join(root, ".cache", name);
}

export async function makeBook(options: BookOptions): Promise<MadeBook> {
  const { root, progress } = options;
  progress.stage("read the book");
  const pool = loadPool(root);
  const sources = loadSources(root);
  const kept = keptChapters(cacheFolder(root, "chapters"), toolchainRoot);
  const written = [...pool.frontmatter, ...pool.openings, ...pool.chapters].map(kept.read);
  const decks = pool.decks.map((file) => ({ folder: "slides", tree: parseMarkdown(file) }));
  const chapterNeeds = joinNeeds(written.map((chapter) => chapter.needs));
  const needs = joinNeeds([chapterNeeds, gatherNeeds(decks)]);
  const widgets = new Map(chapterNeeds.widgets);
  const drawn = [...needs.pictures, ...includedStates(decks, widgets)];

  progress.stage("run the samples");
  const runs = await runSamples(root, needs.runs, cacheFolder(root, "runs"), (done) =>
    progress.count(done, needs.runs.length),
  );

  progress.stage("draw the figures");
  const diagrams = await drawDiagrams(options, needs.diagrams);
  const pictures = await makePictures(root, drawn, cacheFolder(root, "figures"), (files) =>
    drawSources(options, files),
  );
  for (const [source, picture] of diagrams) pictures.set(diagramKey(source), picture);

  progress.stage("transform the chapters");
  const highlight = await createHighlight(needs.languages);
  const printed: Printed[] = [];
  const chapterIds = new Map(pool.chapters.map((chapter) => [chapter.path, chapter.meta.id]));
  const materials: Materials = {
    book: pool.book,
    sources,
    highlight,
    runs,
    pictures,
    chapterIds,
    titleAnchors: titleAnchorsOf(pool),
    charactersMissing,
  };
  const made = written.map((chapter, index) => {
    progress.count(index + 1, written.length);
    return kept.transform(chapter, materials, printed);
  });
  const frontmatter = made.slice(0, pool.frontmatter.length);
  const firstChapter = pool.frontmatter.length + pool.openings.length;
  const openings = made.slice(pool.frontmatter.length, firstChapter);
  const chapters = made.slice(firstChapter);
  const ids = collectIds([...openings, ...chapters]);
  checkPool(made, chapters, pool, ids);
  const unused = checkUse(root, sources, pictures, needs);

  let proof: Proof | null = null;
  let counts = { printedLines: 0, executableLines: 0 };
  if (options.prove && printed.length > 0) {
    progress.stage("prove the listings");
    const result = await prove(root, cacheFolder(root, "proof"));
    if (result.kind === "proved") {
      proof = result.proof;
      counts = checkExecuted(printed, proof);
    } else for (const test of result.failed) unused.push(testFailure(test));
  }

  const mutation = mutationScore(root, sources, chapterNeeds.regions);
  const { stale, measured, regions } = mutation.score;
  const wasMeasured = [...sources.all.keys()].some((path) => path.endsWith("/mutants.json"));
  if (wasMeasured && stale.length > 0)
    progress.note(
      `mutants were measured for ${measured} of ${regions} printed regions: ${commandFor(stale)}`,
    );

  progress.stage("assemble the editions");
  const colophon: Colophon = {
    listings: printed.length,
    ...counts,
    tests: proof?.testsPassed ?? 0,
    transcripts: chapterNeeds.runs.length,
    runFigures: new Set(chapterNeeds.pictures.map(fileOfKey).filter((path) => path.endsWith(".ts")))
      .size,
    mutation: mutation.score,
    tools: [`Node.js ${process.versions.node.split(".")[0] ?? ""}`, "unified", "Chromium"],
    draft: !options.prove,
  };
  const assembly: Assembly = {
    book: pool.book,
    chapters: byId(chapters),
    frontmatter: byId(frontmatter),
    openings: byId(openings),
    bibliography: pool.bibliography,
    citationStyle: citationStyle(root),
    ids,
    completeTitle,
    colophon,
    skills: pool.skills,
    linesOf(path, name) {
      const found = sources.region(path, name);
      const lines = found.kind === "found" ? found.region.lines : [];
      const hits = proof?.lineHits.get(path);
      return { printed: lines.length, executable: lines.filter((line) => hits?.has(line)).length };
    },
  };
  const files = [...pool.files, ...sources.files, ...unused, ...mutation.files];
  for (const edition of pool.editions) {
    const file = pool.editionFiles.get(edition.id);
    if (file) checkSelections(edition, byId(chapters), file);
  }
  const editions = hasErrors(files)
    ? []
    : pool.editions
        .filter(({ id }) => options.edition === undefined || options.edition === id)
        .map((edition) => assembleEdition(edition, assembly));
  for (const edition of editions) {
    const file = pool.editionFiles.get(edition.edition.id);
    if (file) checkEdition(edition, file);
  }
  return {
    pool,
    files,
    chapters: byId(chapters),
    editions,
    sources,
    highlight,
    pictures,
    runs,
    widgets,
    proof,
    colophon,
    ids,
  };
}

export function titleAnchorsOf({ chapters }: Pool): ReadonlyMap<string, string> {
  return new Map(chapters.map(({ meta }) => [meta.id, slug(meta.title)]));
}

export function citationStyle(root: string): CitationStyle {
  return {
    style: themeText(root, "citations.csl"),
    locale: themeText(root, "locale-en-US.xml"),
  };
}

/** A file of the book's own theme/, or of the toolchain's. */
export function themeText(root: string, name: string): string {
  const own = join(root, "theme", name);
  return readText(exists(own) ? own : join(toolchainRoot, "theme", name));
}

function byId(chapters: readonly Chapter[]): ReadonlyMap<string, Chapter> {
  return new Map(chapters.map((chapter) => [chapter.meta.id, chapter]));
}

function checkPool(
  made: readonly Chapter[],
  chapters: readonly Chapter[],
  pool: Pool,
  ids: ReturnType<typeof collectIds>,
): void {
  for (const chapter of made) {
    checkIdForms(chapter);
    checkEditionsNamed(chapter, pool);
    checkReferences(chapter, ids);
    checkCitations(chapter, pool.bibliography);
  }
  checkIndex(chapters);
  if (pool.terms) checkTerms(chapters, pool.terms);
  const ordered = pool.editions.find((edition) => edition.id === pool.book.definedInOrderOf);
  if (ordered)
    checkTermOrder(
      ordered.parts
        .flatMap((part) => part.chapters)
        .flatMap(({ id }) => chapters.filter((chapter) => chapter.meta.id === id)),
      (id) => ids.get(id)?.chapterId ?? null,
      pool.book.everydayWords,
      ordered.id,
    );
}

/** Note blocks that are limited to editions which the book does not have. */
function checkEditionsNamed(chapter: Chapter, pool: Pool): void {
  const known = pool.editions.map((edition) => edition.id);
  for (const node of elements(chapter.tree, (element) => hasClass(element, "only")))
    for (const id of property(node, "dataEdition")?.split(/[\s,]+/) ?? [])
      if (!known.includes(id))
        fail(chapter.file, node, "attribute-value", {
          reason: "A block is limited to an edition that the book does not have",
          found: id,
          known,
        });
}

async function drawDiagrams(
  options: BookOptions,
  wanted: readonly string[],
): Promise<Map<string, Picture>> {
  return drawSources(options, new Map(wanted.map((source) => [source, source])));
}

export async function drawSources(
  { root, browser, progress }: Pick<BookOptions, "root" | "browser" | "progress">,
  wanted: ReadonlyMap<string, string>,
): Promise<Map<string, Picture>> {
  if (wanted.size === 0) return new Map();
  const drawn = await renderDiagrams(wanted, {
    browser,
    cacheDir: cacheFolder(root, "diagrams"),
    onProgress: progress.count,
  });
  return new Map([...drawn].map(([name, result]) => [name, diagramPicture(name, result)]));
}

function diagramPicture(name: string, result: string | DiagramError): Picture {
  if (typeof result === "string") return svgPicture(result, name, null);
  return {
    kind: "problem",
    rule: "diagram-valid",
    reason: `A diagram does not parse: ${result.message}`,
    line: result.line,
  };
}

/** Files of code/ that nobody prints or uses, and figures that nobody shows, each as a file with its message. */
function checkUse(
  root: string,
  sources: Sources,
  pictures: ReadonlyMap<string, Picture>,
  needs: Needs,
): VFile[] {
  const samples = listSamples(root);
  const programs = needs.runs
    .map((run) => samples.get(run.split(" ")[0] ?? ""))
    .filter((path) => path !== undefined);
  const figures = listFiles(join(root, "figures")).map((name) => `figures/${name}`);
  const shown = new Set(
    [...pictures.keys()].map(fileOfKey).filter((path) => figures.includes(path)),
  );
  const imported = new Set<string>();
  const follow = (path: string): void => {
    for (const match of readText(join(root, path)).matchAll(/from\s+["'](\.[^"']+)["']/g)) {
      const target = join(dirname(path), match[1] ?? "");
      if (imported.has(target)) continue;
      imported.add(target);
      if (target.startsWith("figures/") && exists(join(root, target))) follow(target);
    }
  };
  for (const path of shown) if (path.endsWith(".ts")) follow(path);
  const problems: VFile[] = [];
  for (const path of figures) {
    if (path.endsWith(".md") || path.endsWith(".test.ts") || shown.has(path) || imported.has(path))
      continue;
    const file = new VFile({ path });
    fail(file, { line: 1, column: 1 }, "figure-used", {
      reason: "No chapter and no deck shows this figure",
    });
    problems.push(file);
  }
  const used = new Set([...needs.regions.map(([path]) => path), ...programs]);
  for (const source of unusedSources(
    sources,
    used,
    [...imported].filter((path) => path.startsWith("code/")),
  )) {
    const file = new VFile({ path: source.path });
    fail(file, { line: 1, column: 1 }, "code-file-used", {
      reason: "Nobody prints or uses this file",
      expected: "a listing, an import from a printed file, or a line `// unprinted: reason`",
    });
    problems.push(file);
  }
  return problems;
}

function testFailure(test: { readonly path: string; readonly title: string }): VFile {
  const file = new VFile({ path: test.path });
  fail(file, { line: 1, column: 1 }, "tests-pass", { reason: `A test fails: ${test.title}` });
  return file;
}

/** Print what is wrong; true where something is. */
export function reportMistakes(files: readonly VFile[]): boolean {
  if (!hasErrors(files)) return false;
  const text = formatMessages(files);
  const count = text.split("\n").length;
  process.stderr.write(
    `\n${text}\n\n${count} ${count === 1 ? "mistake" : "mistakes"}; nothing was written\n`,
  );
  return true;
}
