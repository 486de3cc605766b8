/**
 * The whole book as one HTML document for paper, without page numbers yet: `pdf.ts` prints
 * it, reads where everything fell, and fills them in. Pure.
 */
import type { Element, ElementContent } from "hast";
import { h, s } from "hastscript";
import type { EditionBook, IndexEntry, Section } from "../model.ts";
import { sortKey } from "../transform/index-terms.ts";
import { partGroups, serializeHtml } from "./document.ts";
import { pageOf, paperTree } from "./print-tree.ts";

/** One entry's places in the text, for the page numbers of the index. */
export type PrintedLocator = { readonly from: string; readonly to: string; readonly main: boolean };

export type PrintedBook = {
  /** Contents of `body`. */
  readonly html: string;
  /** In the order of the `span.locators` of the index: `data-entry` is the position here. */
  readonly locators: readonly (readonly PrintedLocator[])[];
};

/** Measures of the page in CSS pixels (96 an inch), whole ones, so that no page drifts by a fraction. */
export type PageGeometry = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly innerPx: number;
  readonly outerPx: number;
  /** From the page's upper edge to the running head's zone. */
  readonly topPx: number;
  /** The zone of the running head, above the text. */
  readonly headZonePx: number;
  readonly bottomPx: number;
  /** Width between the side margins: text, gap and margin column. */
  readonly areaWidthPx: number;
  /** Height of head zone and text together. */
  readonly areaHeightPx: number;
  readonly textHeightPx: number;
  readonly measurePx: number;
  readonly gapPx: number;
  readonly notePx: number;
  /** Width of programs and cards, which lean into the margin column. */
  readonly widePx: number;
};

export function pageGeometry(trim: {
  readonly widthIn: number;
  readonly heightIn: number;
}): PageGeometry {
  const widthPx = Math.round(trim.widthIn * 96);
  const heightPx = Math.round(trim.heightIn * 96);
  const [innerPx, outerPx, topPx, headZonePx, bottomPx, gapPx] = [84, 48, 43, 39, 77, 19];
  const areaWidthPx = widthPx - innerPx - outerPx;
  const areaHeightPx = heightPx - topPx - bottomPx;
  const measurePx = Math.min(456, areaWidthPx - gapPx - 96);
  const notePx = areaWidthPx - measurePx - gapPx;
  return {
    widthPx,
    heightPx,
    innerPx,
    outerPx,
    topPx,
    headZonePx,
    bottomPx,
    areaWidthPx,
    areaHeightPx,
    textHeightPx: areaHeightPx - headZonePx,
    measurePx,
    gapPx,
    notePx,
    widePx: Math.min(490, areaWidthPx),
  };
}

/** The part of the style sheet that depends on the trim. */
export function geometryCss(page: PageGeometry): string {
  return `@page { size: ${page.widthPx}px ${page.heightPx}px; margin: ${page.topPx}px ${page.outerPx}px ${page.bottomPx}px ${page.innerPx}px; }
@page :left { margin-left: ${page.outerPx}px; margin-right: ${page.innerPx}px; }
:root {
  --page-width: ${page.areaWidthPx}px;
  --text-height: ${page.textHeightPx}px;
  --head-zone: ${page.headZonePx}px;
  --measure: ${page.measurePx}px;
  --note-gap: ${page.gapPx}px;
  --note-width: ${page.notePx}px;
  --wide: ${page.widePx}px;
}
`;
}

export type PrintOptions = {
  /** True stamps DRAFT on the title page: built without the listing proof. */
  readonly draft: boolean;
};

export function printedBook(book: EditionBook, options: PrintOptions): PrintedBook {
  const locators: PrintedLocator[][] = [];
  const groups = partGroups(book.sections);
  const children: ElementContent[] = [];
  for (const { part, sections } of groups) {
    if (part) children.push(partPage(part, book.edition.partName));
    for (const section of sections) {
      children.push(
        wholeSection(section, part !== null && section.kind === "chapter", () =>
          ownBody(section, book, options, locators),
        ),
      );
    }
  }
  const html = serializeHtml([
    h("main#flow", [...children, h("div#end-of-book")]),
    // Filled by layout: running heads and folios, and links that make Chromium write destinations.
    h("div#heads", { ariaHidden: "true" }),
    h("div#probes", { ariaHidden: "true" }),
  ]);
  return { html, locators };
}

/** A section with its opening; `nested` tells that it stands under a part. */
function wholeSection(
  section: Section,
  nested: boolean,
  body: () => ElementContent[] | null,
): Element {
  const level = nested ? 1 : 0;
  const own = body();
  return h(
    "section.section",
    {
      className: [section.kind, section.page].filter((name) => name !== null),
      "data-section": section.id,
      "data-kind": section.kind,
      "data-head": runningHead(section),
      "data-opens": opensRight(section) ? "right" : "any",
    },
    [
      ...(hasOpening(section) ? [opening(section, level)] : []),
      ...(own ?? [
        h(
          "div.body",
          paperTree(section.tree, { headingShift: level, leadIn: section.kind === "chapter" }),
        ),
      ]),
    ],
  );
}

/** Parts, chapters and front matter open on a right-hand page; the back matter follows on. */
export function opensRight(section: Section): boolean {
  return section.page !== "copyright" && (section.kind !== "back" || section.page === "solutions");
}

function hasOpening(section: Section): boolean {
  return !(["half-title", "title", "copyright"] as (string | null)[]).includes(section.page);
}

function opening(section: Section, level: 0 | 1): Element {
  return h("header.opening", [
    h(`h${1 + level}`, { id: section.id, className: ["section-title"] }, [
      ...(section.number ? [h("span.number", section.number), " "] : []),
      h("span.title", section.title),
    ]),
    ...(section.question ? [h("p.question", section.question)] : []),
  ]);
}

function runningHead(section: Section): string {
  return section.kind === "chapter" && section.number
    ? `Chapter ${section.number}\u2002${section.title}`
    : section.title;
}

function partPage(part: Section, name: string): Element {
  return h(
    "section.section.part",
    {
      "data-section": part.id,
      "data-kind": "part",
      "data-head": part.title,
      "data-opens": "right",
    },
    [
      h("header.opening", [
        ...(part.number ? [h("p.part-label", `${name} ${part.number}`)] : []),
        h("h1.section-title", { id: part.id }, h("span.title", part.title)),
        ...(part.question ? [h("p.question", part.question)] : []),
      ]),
      h("div.body", paperTree(part.tree, { headingShift: 0, leadIn: false })),
    ],
  );
}

/** The pages that are made of the book's data; null for those whose tree is all. */
function ownBody(
  section: Section,
  book: EditionBook,
  options: PrintOptions,
  locators: PrintedLocator[][],
): ElementContent[] | null {
  if (section.page === "half-title")
    return [h("p.half-title-text", { id: section.id }, book.book.title)];
  if (section.page === "title") return titlePage(section, book, options);
  if (section.page === "copyright") return copyrightPage(section, book);
  if (section.page === "contents") return [contents(book)];
  if (section.page === "index") return [index(book.indexEntries, locators)];
  return null;
}

function titlePage(section: Section, book: EditionBook, options: PrintOptions): Element[] {
  const { book: meta, edition } = book;
  const lines = [
    h("p.title-text", { id: section.id }, meta.title),
    ...(meta.subtitle ? [h("p.subtitle-text", meta.subtitle)] : []),
    ornament(),
    ...(edition.title && edition.title !== meta.title ? [h("p.edition-text", edition.title)] : []),
    ...(edition.subtitle && edition.subtitle !== meta.subtitle
      ? [h("p.edition-subtitle", edition.subtitle)]
      : []),
    ...(options.draft ? [h("p.draft", "Draft: printed without the listing proof")] : []),
  ];
  const imprint = [
    h("p.authors", meta.authors.join(", ")),
    ...(meta.publisher ? [h("p.publisher", meta.publisher)] : []),
    h("p.publisher", String(meta.year)),
  ];
  return [h("div.title-page", [...lines, h("div.imprint", imprint)])];
}

/** Three nodes, four messages, one of which never arrives: the book's subject as its mark. */
function ornament(): Element {
  const node = (x: number) =>
    s("line.stroke-ink", { x1: x, y1: 4, x2: x, y2: 132, strokeWidth: 1.2 });
  const message = (x1: number, y1: number, x2: number, y2: number) =>
    s("line.stroke-blue", { x1, y1, x2, y2, strokeWidth: 1.2 });
  const arrival = (x: number, y: number) => s("circle.fill-green", { cx: x, cy: y, r: 3.2 });
  return h("div.ornament.picture", { ariaHidden: "true" }, [
    s("svg", { viewBox: "0 0 300 136", width: 300, height: 136 }, [
      node(20),
      node(150),
      node(280),
      message(20, 20, 150, 38),
      arrival(150, 38),
      message(150, 46, 20, 64),
      arrival(20, 64),
      message(20, 72, 280, 108),
      arrival(280, 108),
      s("line.stroke-accent.dashed", { x1: 280, y1: 112, x2: 196, y2: 123, strokeWidth: 1.2 }),
      s("path.stroke-accent", {
        d: "M 190 119.5 l 7 8 m 0 -8 l -7 8",
        fill: "none",
        strokeWidth: 1.2,
      }),
    ]),
  ]);
}

function copyrightPage(section: Section, book: EditionBook): ElementContent[] {
  const { book: meta } = book;
  const own = section.tree.children.some((child) => child.type === "element");
  const lines = own
    ? paperTree(section.tree, { headingShift: 0, leadIn: false }).map(asParagraph)
    : [
        h("p", `© ${meta.year} ${meta.authors.join(", ")}`),
        h("p", meta.licenceText),
        h("p", meta.licenceCode),
      ];
  return [h("div.copyright-page", { id: section.id }, lines)];
}

/** The copyright page is no section of the book: its heads stay out of the bookmarks. */
function asParagraph(node: ElementContent): ElementContent {
  return node.type === "element" && /^h[1-6]$/.test(node.tagName)
    ? { ...node, tagName: "p" }
    : node;
}

/** Parts, chapters and their sections, each with the number of its page. */
function contents(book: EditionBook): Element {
  const listed = book.sections.filter(
    (section) => !["half-title", "title", "copyright", "contents"].includes(section.page ?? ""),
  );
  const groups = partGroups(listed);
  const isRitual = ritualTitles(listed);
  return h(
    "div.body",
    h(
      "ol.toc",
      groups.flatMap(({ part, sections }) => {
        const lines = sections.map((section) => contentsOf(section, isRitual));
        return part
          ? [
              h("li.toc-part", [
                contentsLine(
                  part.id,
                  part.number ? `${book.edition.partName} ${part.number}` : null,
                  part.title,
                ),
                h("ol", lines),
              ]),
            ]
          : lines;
      }),
    ),
  );
}

/** Heads that most chapters share (Exercises, Recap) tell a reader of the contents nothing, in a book of many chapters. */
function ritualTitles(sections: readonly Section[]): (title: string) => boolean {
  const chapters = sections.filter((section) => section.kind === "chapter");
  const counts = new Map<string, number>();
  for (const { headings } of chapters)
    for (const title of new Set(headings.map((head) => head.title)))
      counts.set(title, (counts.get(title) ?? 0) + 1);
  return (title) => chapters.length > 5 && (counts.get(title) ?? 0) > chapters.length / 2;
}

function contentsOf(section: Section, isRitual: (title: string) => boolean): Element {
  const heads =
    section.kind === "chapter"
      ? section.headings.filter((head) => head.depth === 2 && !isRitual(head.title))
      : [];
  return h(`li.toc-${section.kind}`, [
    contentsLine(section.id, section.number, section.title),
    ...(heads.length > 0
      ? [
          h(
            "ol",
            heads.map((head) => h("li.toc-section", contentsLine(head.id, null, head.title))),
          ),
        ]
      : []),
  ]);
}

function contentsLine(id: string, number: string | null, title: string): Element {
  return h("a.toc-line", { href: `#${id}` }, [
    ...(number ? [h("span.toc-number", number), " "] : []),
    h("span.toc-title", title),
    h("span.toc-leader", { ariaHidden: "true" }),
    " ",
    pageOf(id, "bare"),
  ]);
}

function index(entries: readonly IndexEntry[], locators: PrintedLocator[][]): Element {
  const groups = new Map<string, IndexEntry[]>();
  for (const entry of entries) {
    const first = sortKey(entry.term).charAt(0).toUpperCase();
    const letter = /[A-Z]/.test(first) ? first : "Symbols";
    groups.set(letter, [...(groups.get(letter) ?? []), entry]);
  }
  return h(
    "div.body.index-columns",
    [...groups].map(([letter, members]) =>
      h("div.index-group", [h("p.index-letter", letter), indexList(members, locators)]),
    ),
  );
}

function indexList(entries: readonly IndexEntry[], locators: PrintedLocator[][]): Element {
  return h(
    "ul.index-entries",
    entries.map((entry) => {
      const see = [
        ...entry.see.map((term) => ({ word: "see", term })),
        ...entry.seeAlso.map((term) => ({ word: "see also", term })),
      ];
      const hasPages = entry.locators.length > 0;
      return h("li", [
        h("span.index-term", entry.term),
        ...(hasPages
          ? [", ", h("span.locators", { "data-entry": locators.push([...entry.locators]) - 1 })]
          : []),
        ...see.flatMap(({ word, term }, position) => [
          hasPages || position > 0 ? "; " : ", ",
          h("i", word),
          ` ${term}`,
        ]),
        ...(entry.children.length > 0 ? [indexList(entry.children, locators)] : []),
      ]);
    }),
  );
}
