/**
 * A cut deck to one folder that presents itself from `file://` with the network off: reveal.js as a classic script, a window for
 * the speaker, own faces, no Markdown and no highlighter at run time. Pure.
 */
import type { Element, ElementContent, Root } from "hast";
import { h } from "hastscript";
import { type Face, faces, fontFaceCss } from "../fonts.ts";
import type { BookMeta } from "../model.ts";
import type { ProgramData } from "../run/page.ts";
import { type CutDeck, type DeckSlide, minutes } from "../transform/slides.ts";
import { elements, property } from "../tree.ts";
import { deferred, htmlDocument, widgetScripts } from "./document.ts";
import { type Runnable, runBody, runData, runPageName, runScriptsOf } from "./run-pages.ts";

/** Units of a slide; the browser scales them to the projector. */
export const slideWidthPx = 1280;
export const slideHeightPx = 720;

export type DeckDeps = {
  /** A file of theme/. */
  readonly theme: (name: string) => string;
  /** A file of reveal.js. */
  readonly reveal: (path: string) => string;
  /** WOFF2 of a face with these characters. */
  readonly subset: (face: Face, characters: string) => Promise<Uint8Array>;
  /** Scripts of widgets by path. */
  readonly widgets: ReadonlyMap<string, string>;
  readonly runnable: Runnable | null;
};

/** Scripts of a deck's page, in the order in which they load. */
const deckScripts = ["bus", "show", "widgets", "exercise", "pointer", "pace"] as const;

/** All files of a deck's folder, by path within it. Equal input gives equal bytes. */
export async function deckFiles(
  deck: CutDeck,
  book: BookMeta,
  deps: DeckDeps,
): Promise<Map<string, string | Uint8Array>> {
  const programs = deps.runnable ? programsIn(deck).map(deps.runnable.program) : [];
  const pages = new Map<string, string>([
    ["index.html", deckHtml(deck, book)],
    ["speaker.html", speakerHtml(deck, book)],
    ["notes.html", transcriptHtml(deck, book)],
    ...runPages(deck, book, programs),
  ]);
  const files = new Map<string, string | Uint8Array>([
    ...pages,
    ["assets/reveal.css", deps.reveal("reveal.css")],
    ["assets/reveal.js", deps.reveal("reveal.js")],
    ["assets/deck.css", deckStyles(deps, (face) => `fonts/${face.id}.woff2`)],
    ["assets/deck.js", deckScripts.map((name) => deps.theme(`deck/${name}.js`)).join("\n")],
    [
      "assets/speaker.js",
      ["bus", "speaker"].map((name) => deps.theme(`deck/${name}.js`)).join("\n"),
    ],
    ...movingParts(deck, programs, deps),
  ]);
  const characters = charactersOf([...pages.values()].join(""));
  for (const face of deckFaces)
    files.set(`assets/fonts/${face.id}.woff2`, await deps.subset(face, characters));
  return files;
}

/** The faces that slides.css asks for. */
export const deckFaces: readonly Face[] = faces.filter(({ family }) =>
  ["PF Sans", "PF Code", "PF Math", "PF Serif", "PF Serif Display"].includes(family),
);

export function deckStyles(deps: Pick<DeckDeps, "theme">, urlOf: (face: Face) => string): string {
  const sheets = ["tokens", "figures", "code", "heard", "slides", "speaker", "widgets", "run"];
  return [fontFaceCss(deckFaces, urlOf), ...sheets.map((name) => deps.theme(`${name}.css`))].join(
    "\n",
  );
}

/** Every character of the pages, and what scripts and style sheets may add to them. */
export function charactersOf(html: string): string {
  const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
  return [...new Set(`${ascii}–—−…·×→←↑↓✓●“”‘’${html}`)].sort().join("");
}

/** Programs that a deck runs: folders of code/. */
function programsIn(deck: CutDeck): string[] {
  const names = deck.slides.flatMap(({ body }) =>
    elements(body, (node) => property(node, "dataSample") !== null).map(
      (node) => (property(node, "dataSample") ?? "").split("/")[0] ?? "",
    ),
  );
  return [...new Set(names)].sort();
}

function movingParts(
  deck: CutDeck,
  programs: readonly ProgramData[],
  { widgets, runnable }: DeckDeps,
): [string, string][] {
  return [
    ...widgetScripts(bodiesOf(deck)).map((path): [string, string] => [
      path,
      widgets.get(path) ?? "",
    ]),
    ...(programs.length > 0 ? (runnable?.scripts ?? []) : []),
    ...programs.map((program): [string, string] => [
      `assets/run/${program.name}.js`,
      runData(program),
    ]),
  ];
}

function bodiesOf({ slides }: CutDeck): Root[] {
  return slides.map(({ body }) => body);
}

function runPages(
  deck: CutDeck,
  book: BookMeta,
  programs: readonly ProgramData[],
): (readonly [string, string])[] {
  return programs.map((program) => {
    const page = htmlDocument({
      language: book.language,
      title: `Run ${program.name} · ${deck.title}`,
      description: null,
      head: [...styles(["deck"]), ...runScriptsOf(program.name).map(deferred)].join("\n"),
      bodyClass: "run-page run-slide",
      body: runBody(program),
    });
    return [runPageName(program.name), page] as const;
  });
}

function styles(names: readonly string[]): string[] {
  return names.map((name) => `<link rel="stylesheet" href="assets/${name}.css">`);
}

/** The page that is presented. */
export function deckHtml(deck: CutDeck, book: BookMeta): string {
  const scripts = ["assets/reveal.js", ...widgetScripts(bodiesOf(deck)), "assets/deck.js"];
  return htmlDocument({
    language: book.language,
    title: `${deck.title}, ${book.title}`,
    description: deck.subtitle,
    head: styles(["reveal", "deck"]).join("\n"),
    bodyClass: "deck",
    body: [
      h("div.reveal", { dataDeck: deck.id, dataMinutes: String(deck.durationMin) }, [
        h("div.slides", slideElements(deck, book)),
      ]),
      ...scripts.map((src) => h("script", { src })),
    ],
  });
}

/** The slides as they are presented and printed. */
function slideElements(deck: CutDeck, book: BookMeta): Element[] {
  return timed(deck.slides).map(({ slide, startS }, index) =>
    slideElement(slide, startS, index, deck, book),
  );
}

/** Each slide with the second at which it begins. */
export function timed(
  slides: readonly DeckSlide[],
): { readonly slide: DeckSlide; readonly startS: number }[] {
  let startS = 0;
  return slides.map((slide) => {
    const one = { slide, startS };
    startS += slide.timeS;
    return one;
  });
}

function slideElement(
  slide: DeckSlide,
  startS: number,
  index: number,
  deck: CutDeck,
  book: BookMeta,
): Element {
  return h(
    "section",
    {
      id: slide.id,
      className: classesOf(slide),
      dataTiming: String(slide.timeS),
      dataCut: slide.cut === null ? undefined : String(slide.cut),
      ariaLabelledBy: `${slide.id}-title`,
    },
    [frame(slide, index, deck, book), h("aside.notes", told(slide, startS))],
  );
}

function classesOf(slide: DeckSlide): string[] {
  return ["slide", ...(slide.layout ? [`layout-${slide.layout}`] : []), ...slide.classes];
}

/** What the room sees. */
function frame(slide: DeckSlide, index: number, deck: CutDeck, book: BookMeta): Element {
  const heading = h(index === 0 ? "h1" : "h2", { id: `${slide.id}-title` }, slide.title);
  const body = h("div.body", slide.body.children as ElementContent[]);
  return h(
    "div.frame",
    slide.layout === "cover" ? cover(heading, body, deck, book) : [heading, body],
  );
}

function cover(heading: Element, body: Element, deck: CutDeck, book: BookMeta): ElementContent[] {
  return [
    h("p.book", book.title),
    heading,
    ...(deck.subtitle ? [h("p.subtitle", deck.subtitle)] : []),
    body,
    h("p.duration", `${deck.durationMin} minutes`),
  ];
}

export function childrenOf(tree: Root | null): ElementContent[] {
  return (tree?.children ?? []) as ElementContent[];
}

/** What the speaker says: with the slide, or instead of it. */
export function spoken({ notes, instead }: DeckSlide): ElementContent[] {
  const other =
    instead === null ? [] : [h("div.instead", [h("p.label", "Instead"), ...childrenOf(instead)])];
  return [...childrenOf(notes), ...other];
}

export function solved({ solution }: DeckSlide): ElementContent[] {
  return solution === null
    ? []
    : [h("div.solution", [h("p.label", "Solution"), ...childrenOf(solution)])];
}

/** All that the speaker has of a slide. */
function told(slide: DeckSlide, startS: number): ElementContent[] {
  return [schedule(slide, startS), ...spoken(slide), ...solved(slide)];
}

/** What the speaker must know before the first word: when this slide begins, how long it takes, whether it may go. */
function schedule(slide: DeckSlide, startS: number): Element {
  const cut = slide.cut === null ? "" : ` Late? Skip this slide (cut ${slide.cut}).`;
  const only = slide.courses.length === 0 ? "" : ` Only in: ${slide.courses.join(", ")}.`;
  const text = ` ${clock(startS)} to ${clock(startS + slide.timeS)}, ${minutes(slide.timeS)}.${cut}${only}`;
  return h("p.schedule", [h("strong", "Time:"), text]);
}

/** 305 → 5:05 */
export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The speaker's window: the slide that is shown, the next one, the notes, the clock. */
function speakerHtml(deck: CutDeck, book: BookMeta): string {
  const view = (role: string, title: string) =>
    h("iframe", { id: role, src: `index.html?role=${role}`, title });
  const button = (id: string, words: string, key: string) =>
    h("button", { id, type: "button" }, [words, " ", h("kbd", key)]);
  return htmlDocument({
    language: book.language,
    title: `Speaker: ${deck.title}`,
    description: null,
    head: styles(["deck"]).join("\n"),
    bodyClass: "speaker",
    body: [
      h("main", [
        h("h1", deck.title),
        h("section.now", { ariaLabel: "Now" }, [view("current", "The slide that the room sees")]),
        h("section.next", { ariaLabel: "Next" }, [h("h2", "Next"), view("next", "The next slide")]),
        h("section.clocks", { ariaLabel: "Time" }, [
          h("p#elapsed", "0:00"),
          h("p#pace", { role: "status" }),
          h("div.deeds", [
            button("pause-clock", "Stop the clock", "C"),
            button("behind", "Behind: skip", "X"),
            button("exercise-clock", "Exercise clock", "T"),
            button("hint", "Hint", "H"),
            button("blank", "Blank", "B"),
            button("laser", "Laser", "L"),
            button("zoom", "Zoom", "Z"),
            button("save-log", "Save the log", "W"),
          ]),
          h("p#skipped", { role: "status" }),
        ]),
        h("section.said", { ariaLabel: "Notes", tabIndex: 0 }, [h("div#notes")]),
      ]),
      h("script", { src: "assets/speaker.js" }),
    ],
  });
}

export type Handout = {
  /** Slides with what is said, for who teaches; three slides a page with lines to write on, for who listens. */
  readonly kind: "notes" | "three";
  readonly paper: "A4" | "Letter";
};

/** A deck as sheets of paper. Of the notes nothing stands on those for listeners. */
export function handoutHtml(deck: CutDeck, book: BookMeta, { kind, paper }: Handout): string {
  const sheets = timed(deck.slides).map(({ slide, startS }, index) => {
    const mini = h("div.mini", [
      h("section", { className: classesOf(slide) }, [frame(slide, index, deck, book)]),
    ]);
    const beside =
      kind === "three"
        ? h("div.lines", { ariaHidden: "true" })
        : h("div.spoken", told(slide, startS));
    return h("div.sheet", [mini, beside]);
  });
  return htmlDocument({
    language: book.language,
    title: `${deck.title}: ${kind === "three" ? "slides and lines" : "slides and notes"}, ${book.title}`,
    description: deck.subtitle,
    head: [...styles(["deck"]), `<style>@page { size: ${paper}; }</style>`].join("\n"),
    bodyClass: `deck handout handout-${kind}`,
    body: sheets,
  });
}

/** Slides and notes as one page to read: for who prepares, who was not there, and who cannot see the slides. */
export function transcriptHtml(deck: CutDeck, book: BookMeta): string {
  const parts = timed(deck.slides).map(({ slide, startS }, index) =>
    h("section.told", { id: slide.id }, [
      h("h2", [h("span.number", String(index + 1)), " ", slide.title]),
      h("div.shown", slide.body.children as ElementContent[]),
      h("div.spoken", told(slide, startS)),
    ]),
  );
  return htmlDocument({
    language: book.language,
    title: `${deck.title}: slides and notes, ${book.title}`,
    description: deck.subtitle,
    head: styles(["deck"]).join("\n"),
    bodyClass: "transcript-page",
    body: [
      h("main", [
        h("p.book", book.title),
        h("h1", deck.title),
        ...(deck.subtitle ? [h("p.subtitle", deck.subtitle)] : []),
        h("p.duration", `${deck.durationMin} minutes, ${deck.slides.length} slides. `, [
          h("a", { href: "index.html" }, "Present"),
        ]),
        ...parts,
      ]),
    ],
  });
}
