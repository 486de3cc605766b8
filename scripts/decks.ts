/** Decks of a book: cut, checked in the browser that shows them, written as folders and PDF. */
import { join } from "node:path";
import type { Element } from "hast";
import type { Browser } from "puppeteer";
import { VFile } from "vfile";
import type { Stage } from "./artefacts.ts";
import { type MadeBook, toolchainRoot } from "./book.ts";
import { exists } from "./files.ts";
import { deckFiles, deckOffenders, deckPdf } from "./output/deck.ts";
import { parseMarkdown } from "./parse.ts";
import type { Progress } from "./progress.ts";
import { checkExecuted } from "./proof.ts";
import { fail, hasErrors } from "./report.ts";
import type { Printed } from "./transform/listings.ts";
import { type CutDeck, cutDeck, type DeckSources } from "./transform/slides.ts";
import { elements, hasClass, property } from "./tree.ts";

type Rendering = {
  readonly root: string;
  readonly stage: Stage;
  readonly browser: () => Promise<Browser>;
  readonly progress: Progress;
};

/** Cut every deck of a book that has no mistakes; those of a deck are noted on its file. */
export function cutDecks(made: MadeBook): CutDeck[] {
  const printed: Printed[] = [];
  const sources = deckSources(made, printed);
  const decks = made.pool.decks.map((source) => {
    const file = new VFile({ path: source.path, value: String(source.value) });
    return cutDeck(parseMarkdown(file), file, sources);
  });
  // A deck answers to the proof as a chapter does.
  if (made.proof) checkExecuted(printed, made.proof);
  return decks;
}

/** Stage every deck. Returns the files of the decks with what is wrong in them. */
export async function makeDecks(made: MadeBook, rendering: Rendering): Promise<VFile[]> {
  const { root, stage, browser, progress } = rendering;
  const themeDir = exists(join(root, "theme/slides.css"))
    ? join(root, "theme")
    : join(toolchainRoot, "theme");
  const files: VFile[] = [];
  for (const deck of cutDecks(made)) {
    const { file } = deck;
    files.push(file);
    if (hasErrors([file])) continue;
    progress.stage(`make deck ${deck.id}`);
    const start = performance.now();
    const folder = `slides/${deck.id}`;
    const lineOf = (id: string): number => deck.slides.find((slide) => slide.id === id)?.line ?? 1;
    for (const [name, data] of await deckFiles(deck, made.pool.book, themeDir))
      stage.write(`${folder}/${name}`, data);
    for (const offender of await deckOffenders(await browser(), join(stage.folder, folder)))
      fail(file, { line: lineOf(offender.slideId), column: 1 }, "slide-fits", {
        reason: `Slide "${offender.slideId}", step ${offender.step}: ${offender.reason}`,
      });
    stage.write(
      `slides/${deck.id}.pdf`,
      await deckPdf(await browser(), join(stage.folder, folder)),
    );
    const about = {
      group: "Slides",
      pages: deck.slides.length,
      words: null,
      listings: null,
      milliseconds: Math.round(performance.now() - start),
    };
    stage.add(`${folder}/`, { title: `${deck.title}: deck`, ...about });
    stage.add(`slides/${deck.id}.pdf`, { title: `${deck.title}: PDF`, ...about });
  }
  return files;
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
    printed,
    included,
  };
}
