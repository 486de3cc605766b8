/** Decks of a book: cut, put together to sessions, checked in the browser that shows them, written as folders and PDF. */
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Element } from "hast";
import type { Browser } from "puppeteer";
import { VFile } from "vfile";
import type { Stage } from "./artefacts.ts";
import { type MadeBook, themeText } from "./book.ts";
import { type CutBook, checkCourses, readCourses, taughtIn } from "./courses.ts";
import { readText, writeFile } from "./files.ts";
import { keptSubset } from "./kept.ts";
import { makeKit } from "./kit/make.ts";
import { loadLabs } from "./labs.ts";
import { type DeckDeps, deckFiles, type Handout, handoutHtml } from "./output/deck.ts";
import { deckOffenders } from "./output/deck-check.ts";
import { deckPdf, sheetsPdf } from "./output/deck-print.ts";
import type { PageScripts } from "./page-scripts.ts";
import { parseMarkdown } from "./parse.ts";
import type { Progress } from "./progress.ts";
import { checkExecuted } from "./proof.ts";
import { fail, hasErrors } from "./report.ts";
import { pageSamples } from "./runnable.ts";
import type { Printed } from "./transform/listings.ts";
import type { DeckSources } from "./transform/slide-parts.ts";
import { type CutDeck, checkRegions, cutDeck } from "./transform/slides.ts";
import { elements, hasClass, property } from "./tree.ts";

/** Beside `<deck>.pdf`: what is printed on paper, by the end of its name. */
const handouts: ReadonlyMap<string, Handout> = new Map([
  ["notes-a4", { kind: "notes", paper: "A4" }],
  ["notes-letter", { kind: "notes", paper: "Letter" }],
  ["handout-a4", { kind: "three", paper: "A4" }],
  ["handout-letter", { kind: "three", paper: "Letter" }],
]);

type Rendering = {
  readonly root: string;
  readonly stage: Stage;
  readonly browser: () => Promise<Browser>;
  readonly progress: Progress;
  readonly scripts: () => Promise<PageScripts>;
  /** A PDF with one page a step too. */
  readonly steps: boolean;
};

/** Cut every deck of a book that has no mistakes; those of a deck are noted on its file. */
export function cutDecks(made: MadeBook): CutBook {
  const printed: Printed[] = [];
  const sources = deckSources(made, printed);
  const decks = made.pool.decks.map((source) => {
    const file = new VFile({ path: source.path, value: String(source.value) });
    return cutDeck(parseMarkdown(file), file, sources);
  });
  // A deck answers to the proof as a chapter does.
  if (made.proof) checkExecuted(printed, made.proof);
  const labs = loadLabs(made.pool.root).map(({ id }) => id);
  for (const deck of decks) {
    checkRegions(deck, made.chapters);
    checkNames(deck, labs, [...(made.pool.skills?.sentences.keys() ?? [])]);
  }
  const courses = made.pool.courses && readCourses(copyOf(made.pool.courses));
  if (courses) checkCourses(courses, decks);
  const files = [...decks.map(({ file }) => file), ...(courses ? [courses.file] : [])];
  return { decks, courses, files };
}

/** Labs and skills that a deck names are there. */
function checkNames(deck: CutDeck, labs: readonly string[], skills: readonly string[]): void {
  for (const found of deck.skills.filter((skill) => !skills.includes(skill)))
    fail(deck.file, { line: 1, column: 1 }, "slide-skill", {
      reason: "A deck teaches a skill that is in no list",
      found,
      known: skills,
    });
  for (const { body, line } of deck.slides)
    for (const node of elements(body, (each) => property(each, "dataLab") !== null)) {
      const found = property(node, "dataLab") ?? "";
      if (!labs.includes(found))
        fail(deck.file, { line, column: 1 }, "slide-lab", {
          reason: "An exercise names a lab that is not there",
          found,
          known: labs,
        });
    }
}

function copyOf(file: VFile): VFile {
  return new VFile({ path: file.path, value: String(file.value) });
}

/** What is taught: a deck a session, or each deck as it stands. */
function taughtDecks({ decks, courses }: CutBook): CutDeck[] {
  if (courses === null) return [...decks];
  return courses.courses.flatMap((course) => taughtIn(course, decks).map(({ deck }) => deck));
}

/** Stage every deck. Returns the files of the decks with what is wrong in them. */
export async function makeDecks(made: MadeBook, rendering: Rendering): Promise<readonly VFile[]> {
  const { progress } = rendering;
  const cut = cutDecks(made);
  if (hasErrors(cut.files)) return cut.files;
  const deps = await depsOf(rendering);
  const taught = taughtDecks(cut);
  progress.stage("make the decks");
  for (const [index, deck] of taught.entries()) {
    await makeDeck(deck, cut, deps, made, rendering);
    progress.count(index + 1, taught.length);
  }
  if (!hasErrors(cut.files)) await makeKit(made, cut, { ...rendering, deps });
  return cut.files;
}

async function makeDeck(
  deck: CutDeck,
  { decks }: CutBook,
  deps: DeckDeps,
  made: MadeBook,
  { stage, browser, steps }: Rendering,
): Promise<void> {
  const start = performance.now();
  const folder = `slides/${deck.id}`;
  const { book } = made.pool;
  for (const [name, data] of await deckFiles(deck, book, deps))
    stage.write(`${folder}/${name}`, data);
  for (const offender of await deckOffenders(await browser(), join(stage.folder, folder)))
    noteOffender(offender, deck, decks);
  const opened = await browser();
  stage.write(`${folder}.pdf`, await deckPdf(opened, join(stage.folder, folder)));
  if (steps)
    stage.write(`${folder}-steps.pdf`, await deckPdf(opened, join(stage.folder, folder), "step"));
  for (const [name, handout] of handouts) {
    const path = join(stage.folder, folder, "sheets.html");
    writeFile(path, handoutHtml(deck, book, handout));
    stage.write(`${folder}-${name}.pdf`, await sheetsPdf(opened, path));
    rmSync(path);
  }
  const about = {
    group: "Slides",
    pages: deck.slides.length,
    words: null,
    listings: null,
    milliseconds: Math.round(performance.now() - start),
  };
  stage.add(`${folder}/`, { title: `${deck.title}: deck`, ...about });
  stage.add(`${folder}.pdf`, { title: `${deck.title}: PDF`, ...about });
  if (steps)
    stage.add(`${folder}-steps.pdf`, { title: `${deck.title}: PDF, one page a step`, ...about });
  for (const [name, { kind, paper }] of handouts)
    stage.add(`${folder}-${name}.pdf`, {
      title: `${deck.title}: ${kind === "three" ? "handout, three slides a page" : "slides and notes"}, ${paper}`,
      ...about,
      group: "Slides on paper",
    });
}

/** A slide that does not fit is wrong in the deck that it was written in; a slide of two sessions is told once. */
function noteOffender(
  { slideId, step, reason }: { slideId: string; step: number; reason: string },
  taught: CutDeck,
  decks: readonly CutDeck[],
): void {
  const slide = taught.slides.find(({ id }) => id === slideId);
  const deck = decks.find(({ slides }) => slide !== undefined && slides.includes(slide));
  const told = `Slide "${slideId}", step ${step}: ${reason}`;
  if (!deck || deck.file.messages.some((message) => message.reason === told)) return;
  fail(deck.file, { line: slide?.line ?? 1, column: 1 }, "slide-fits", { reason: told });
}

async function depsOf({ root, scripts }: Rendering): Promise<DeckDeps> {
  const reveal = dirname(createRequire(import.meta.url).resolve("reveal.js/reveal.css"));
  const { widgets, runnable } = await scripts();
  return {
    theme: (name) => themeText(root, name),
    reveal: (path) => readText(join(reveal, path)),
    subset: keptSubset(root),
    widgets,
    runnable,
  };
}

/** What decks may take from the book: regions, pictures, and numbered things of chapters as the complete edition has them. */
function deckSources(made: MadeBook, printed: Printed[]): DeckSources {
  const included = new Map<string, Element>();
  for (const edition of [...made.editions].reverse())
    for (const section of edition.sections)
      for (const node of elements(
        section.tree,
        (element) =>
          element.tagName === "figure" &&
          property(element, "id") !== null &&
          !hasClass(element, "transcript"),
      ))
        included.set(`${section.id}#${property(node, "id") ?? ""}`, node);
  return {
    region: made.sources.region,
    highlight: made.highlight,
    pictures: made.pictures,
    runs: made.runs,
    widgets: made.widgets,
    samples: pageSamples(made.pool.root),
    printed,
    included,
  };
}
