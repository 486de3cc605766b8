/**
 * The HTML edition: a contents page, one page a chapter, the pages of front and back matter,
 * and the assets they need. Everything works from a folder, without a server and without a
 * network: relative links, no modules, no fetch, and a policy in each page that forbids both.
 */
import type { Element, ElementContent, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { h } from "hastscript";
import { SKIP, visit } from "unist-util-visit";
import { escapeAttribute } from "../escape.ts";
import { fontFaceCss, fontLicences, screenFaces } from "../fonts.ts";
import type { EditionBook, PrintedPage, Section } from "../model.ts";
import type { ProgramData } from "../run/page.ts";
import { sharedScript } from "../script-files.ts";
import { elements, hasClass, property, replaceElements } from "../tree.ts";
import { bar, dialogs } from "./controls.ts";
import { markParagraphs, nameBlocks } from "./deep-links.ts";
import {
  abstractOf,
  bodyOf,
  bookTitle,
  deferred,
  fullTitle,
  htmlDocument,
  idOwners,
  labelElement,
  nameFootnotes,
  opening,
  partGroups,
  type ScreenDeps,
  subsetsFor,
  titleBlock,
  widgetScripts,
} from "./document.ts";
import { liveFigure, widgetFigures } from "./live-links.ts";
import { foldNotes } from "./margin-notes.ts";
import { previewsOf } from "./previews.ts";
import {
  homeOf,
  linkPrograms,
  listingsOf,
  type PrintedRegion,
  type Program,
  type ProgramDeps,
  programBody,
  programPageName,
} from "./program-pages.ts";
import {
  addRunLinks,
  type Runnable,
  runBody,
  runData,
  runnablePrograms,
  runPageName,
  runScriptsOf,
} from "./run-pages.ts";
import { dataScript, screenScript, screenScriptPath } from "./screen-scripts.ts";
import { searchFiles } from "./search.ts";
import { glossaryTerms, linkTerms } from "./term-links.ts";

/** No script, style, font or picture from outside the folder, and no request at all from scripts. */
const policy = [
  "default-src 'none'",
  "script-src 'self' file:",
  "style-src 'self' file: 'unsafe-inline'",
  "font-src 'self' file:",
  "img-src 'self' file: data:",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");
/** The style sheet of all pages, below html/. */
export const styleSheetPath = "assets/book.css";
/** A program that is changed is text that becomes a script: its page may make one of its own, in a worker. */
const runPolicy = policy.replace("script-src 'self' file:", "$& blob:; worker-src blob:");

/**
 * @param place  id of the section, under which its page is remembered; empty where nothing is
 * @param home  address of the edition's folder as seen from the page
 */
function head(book: EditionBook, place: string, home = "", rules = policy): string {
  const edition = `${encodeURIComponent(book.book.identifier)}/${book.edition.id}`;
  return `<meta http-equiv="Content-Security-Policy" content="${rules}">
<meta name="color-scheme" content="light dark">
<meta name="reader-place" content="${escapeAttribute(`${edition} ${place}`.trim())}">
<link rel="stylesheet" href="${home}${styleSheetPath}">
<script src="${home}${screenScriptPath}"></script>`;
}

export type HtmlDeps = ScreenDeps &
  ProgramDeps & {
    /** Pages of the PDF that was made in the same build, or null: then nothing leads to them. */
    readonly printed: readonly PrintedPage[] | null;
    /** Scripts of widgets by path. */
    readonly widgets: ReadonlyMap<string, string>;
    /** Programs that the reader may change and run; null where there are none. */
    readonly runnable: Runnable | null;
  };

/** What every page needs to know of the edition. */
type Frame = {
  readonly book: EditionBook;
  readonly pages: readonly Section[];
  /** True where printed pages can be looked up. */
  readonly hasPrinted: boolean;
};

/**
 * All files of one edition's HTML, by path below `html/`.
 *
 * Pages that repeat what others show (half title, title, contents) have none of their own; links
 * to them lead to the contents page.
 */
export async function htmlFiles(
  book: EditionBook,
  deps: HtmlDeps,
): Promise<Map<string, string | Uint8Array>> {
  const pages = book.sections.filter(hasPage);
  const frame: Frame = { book, pages, hasPrinted: deps.printed !== null };
  const paths = pages.flatMap(({ tree }) => listingsOf(tree)).map(fileOf);
  const programs = await deps.programs([...new Set(paths)].sort());
  const { files, printed, linked } = sectionPages(frame, programs, deps.runnable);
  files.set("index.html", contentsPage(frame));
  for (const [path, program] of programs)
    files.set(programPageName(path), programPage(frame, path, program, printed));

  for (const [name, text] of shortPages(frame, deps)) files.set(name, text);

  const code = [...programs.values()].map(({ text }) => text).join("");
  for (const [id, bytes] of await subsetsFor(book, deps, code))
    files.set(`assets/${id}.woff2`, bytes);
  for (const [name, text] of assets(frame, linked, deps)) files.set(`assets/${name}`, text);
  for (const [path, text] of movingParts(frame, deps)) files.set(path, text);
  return files;
}

/** What moves in the pages: widgets, programs to run, the skill map. By path below html/. */
function movingParts(frame: Frame, deps: HtmlDeps): Map<string, string> {
  const { book } = frame;
  const trees = book.sections.map(({ tree }) => tree);
  const programs = deps.runnable ? runnablePrograms(trees, deps.runnable) : [];
  const files = new Map(programs.length > 0 ? deps.runnable?.scripts : []);
  for (const program of programs) {
    files.set(`assets/run/${program.name}.js`, runData(program));
    files.set(runPageName(program.name), runPage(frame, program));
  }
  for (const path of widgetScripts(trees)) files.set(path, deps.widgets.get(path) ?? "");
  if (book.sections.some(({ page }) => page === "skills")) {
    files.set("assets/skills.js", deps.theme("skills.js"));
    files.set("assets/recall.js", recallScript(book));
  }
  return files;
}

type SectionPages = {
  readonly files: Map<string, string | Uint8Array>;
  readonly printed: readonly PrintedRegion[];
  /** Ids that other pages than their own link to. */
  readonly linked: ReadonlySet<string>;
};

function sectionPages(
  frame: Frame,
  programs: ReadonlyMap<string, Program>,
  runnable: Runnable | null,
): SectionPages {
  const { book, pages } = frame;
  const hrefFrom = linksOf(book, pages);
  const terms = glossaryTerms(book);
  const files: SectionPages["files"] = new Map();
  const printed: PrintedRegion[] = [];
  const linked = new Set<string>();
  for (const section of pages) {
    const hrefOf = (id: string): string => {
      const href = hrefFrom(section, id);
      if (!href.startsWith("#")) linked.add(id);
      return href;
    };
    const tree = linkedBody(section, terms, hrefOf);
    printed.push(...listingsOf(tree).map((node) => printedRegion(node, pageName(section))));
    finishBlocks(tree, programs, runnable?.names);
    files.set(pageName(section), sectionPage(frame, section, tree));
  }
  return { files, printed, linked };
}

/** A section's own tree for the screen, each block with an address, words linked to the glossary. */
function linkedBody(
  section: Section,
  terms: ReturnType<typeof glossaryTerms>,
  hrefOf: (id: string) => string,
): Root {
  const tree = bodyOf(section, hrefOf);
  nameBlocks(tree);
  if (section.kind !== "back" && section.page !== "copyright") linkTerms(tree, terms, hrefOf);
  return tree;
}

/**
 * The page of one section alone, for a preview, and the tree of its text.
 *
 * @param book  trees of other sections may be hollow: only their ids are asked for, and the glossary
 */
export function onePage(
  book: EditionBook,
  section: Section,
  programs: ReadonlyMap<string, Program>,
  runnable: ReadonlySet<string> | undefined,
): { readonly html: string; readonly tree: Root } {
  const frame = unprinted(book);
  const hrefFrom = linksOf(book, frame.pages);
  const tree = linkedBody(section, glossaryTerms(book), (id) => hrefFrom(section, id));
  finishBlocks(tree, programs, runnable);
  return { html: sectionPage(frame, section, tree), tree };
}

/**
 * Some blocks of such a page, finished.
 *
 * @param section  its tree has these blocks alone
 * @param before  blocks that stand before them, finished: a term that is linked there is not linked again
 */
export function blocksOfPage(
  book: EditionBook,
  section: Section,
  programs: ReadonlyMap<string, Program>,
  runnable: ReadonlySet<string> | undefined,
  before: readonly Element[],
): Root {
  const links = linksOf(book, book.sections.filter(hasPage));
  const here = book.sections.find(({ id }) => id === section.id) ?? section;
  const hrefOf = (id: string): string => links(here, id);
  const linked = before.flatMap((block) => elements(block, (node) => hasClass(node, "term-use")));
  const done = new Set(linked.map((link) => property(link, "href")));
  const terms = glossaryTerms(book).filter(({ id }) => !done.has(hrefOf(id)));
  const tree = linkedBody(section, terms, hrefOf);
  finishBlocks(tree, programs, runnable);
  return tree;
}

/** The page of a section whose blocks are finished. */
export function pageOfBlocks(book: EditionBook, section: Section, tree: Root): string {
  const sections = book.sections.map((each) => (each.id === section.id ? section : each));
  return sectionPage(unprinted({ ...book, sections }), section, tree);
}

/** The frame of a preview: nothing leads to printed pages. */
function unprinted(book: EditionBook): Frame {
  return { book, pages: book.sections.filter(hasPage), hasPrinted: false };
}

/** Style, script, and the data that pages load when they are asked for it, by path below assets/. */
function assets(
  { book, pages }: Frame,
  linked: ReadonlySet<string>,
  deps: HtmlDeps,
): Map<string, string> {
  const files = searchFiles(book, pages, pageName);
  files.set("book.css", styleSheet(deps));
  files.set("screen.js", screenScript(deps));
  files.set("previews.js", dataScript("previews", previewsOf(book, linked, pageName)));
  const toPrinted = deps.printed && printedLinks(deps.printed, book, pages);
  if (toPrinted) files.set("print-pages.js", dataScript("print-pages", toPrinted));
  return files;
}

function fileOf(listing: Element): string {
  return property(listing, "dataFile") ?? "";
}

function printedRegion(listing: Element, page: string): PrintedRegion {
  const label = labelElement(listing);
  return {
    path: fileOf(listing),
    name: property(listing, "dataRegion") ?? "",
    label: label ? textOf(label) : "a listing",
    href: `${page}#${property(listing, "id")}`,
  };
}

function programPage(
  { book, hasPrinted }: Frame,
  path: string,
  program: Program,
  printed: readonly PrintedRegion[],
): string {
  const own = printed.filter((region) => region.path === path);
  const { body, fill } = programBody(path, program, own);
  const home = homeOf(programPageName(path));
  return fill(
    htmlDocument({
      language: book.book.language,
      title: `${path} · ${bookTitle(book)}`,
      description: `The whole program ${path}, with the lines marked that the book prints.`,
      head: head(book, "", home),
      bodyClass: "program",
      body: [...bar(book, home, false), ...body, ...dialogs(hasPrinted)],
    }),
  );
}

/** A short page for each widget that is printed, and the script that leads on. */
function shortPages({ book, pages }: Frame, deps: HtmlDeps): Map<string, string> {
  const files = new Map<string, string>();
  for (const section of pages)
    for (const figure of widgetFigures(section.tree))
      files.set(`${liveFigure(figure).path}.html`, shortPage(book, section, figure));
  if (files.size > 0) files.set(liveScript, deps.theme("live.js"));
  return files;
}

const liveScript = "assets/live.js";

/**
 * From the address of a printed widget to the live one in its chapter, in the state that is printed. Where no script can
 * show a state it leads to the figure: browsers do not agree on which of two refreshes counts, so the other way is a script.
 */
function shortPage(book: EditionBook, section: Section, figure: Element): string {
  const { id, path, label, state, step } = liveFigure(figure);
  const [panel] = elements(figure, (node) => hasClass(node, "widget-panel"));
  const title = `${label}: ${panel ? (property(panel, "ariaLabel") ?? "") : ""}`;
  const home = homeOf(path);
  const href = `${home}${pageName(section)}#${id}`;
  const live = `${href}?${state}`;
  return htmlDocument({
    language: book.book.language,
    title: `${title} · ${bookTitle(book)}`,
    description: `${label} of ${bookTitle(book)}, live, in the state that is printed.`,
    head: `<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<noscript><meta http-equiv="refresh" content="0; url=${escapeAttribute(href)}"></noscript>
<link rel="stylesheet" href="${home}${styleSheetPath}">
<script src="${home}${liveScript}" defer></script>`,
    bodyClass: "short-page",
    body: [
      h("main#main", [
        h("article", [
          h("header.opening", [h("h1", title)]),
          h("p", [
            h("a", { href: live }, `This figure, live, at step ${step}`),
            `, stands in “${fullTitle(section)}”.`,
          ]),
        ]),
      ]),
    ],
  });
}

function runPage({ book, hasPrinted }: Frame, program: ProgramData): string {
  return htmlDocument({
    language: book.book.language,
    title: `Run ${program.name} · ${bookTitle(book)}`,
    description: `The program ${program.name} of ${book.book.title}, to change and to run.`,
    head: `${head(book, "", "", runPolicy)}
<meta name="reader-late" content="${escapeAttribute(runScriptsOf(program.name).join(" "))}">`,
    bodyClass: "run-page",
    body: [...bar(book, "", false), ...runBody(program), ...dialogs(hasPrinted)],
  });
}

export function styleSheet(deps: Pick<ScreenDeps, "theme">): string {
  const notices = fontLicences.map((font) => `${font.family}: ${font.notice}`).join("\n   ");
  return [
    `/* Faces:\n   ${notices} (https://openfontlicense.org) */\n`,
    fontFaceCss(screenFaces, (face) => `${face.id}.woff2`),
    ...[
      "tokens.css",
      "figures.css",
      "code.css",
      "heard.css",
      "screen.css",
      "widgets.css",
      "run.css",
      "skills.css",
      "screen/controls.css",
      "screen/program.css",
    ].map(deps.theme),
  ].join("\n");
}

function hasPage(section: Section): boolean {
  if (section.kind === "part") return section.tree.children.length > 0;
  return !["half-title", "title", "contents"].includes(section.page ?? "");
}

/** File name of a section's page; index.html is the contents, whatever the sections are called. */
export function pageName(section: Section): string {
  return section.slug === "index" ? "index-of-terms.html" : `${section.slug}.html`;
}

/** Address of an id as seen from a page. */
function linksOf(
  book: EditionBook,
  pages: readonly Section[],
): (from: Section, id: string) => string {
  const owners = idOwners(book.sections);
  const sections = new Map(book.sections.map((section) => [section.id, section]));
  return (from, id) => {
    const owner = sections.get(owners.get(id) ?? from.id);
    if (owner === undefined || owner === from) return `#${id}`;
    if (!pages.includes(owner)) {
      return owner.kind === "part" ? `index.html#${owner.id}` : "index.html";
    }
    return id === owner.id ? pageName(owner) : `${pageName(owner)}#${id}`;
  };
}

/** Where the text of each printed page is, by its number; a page on which nothing has an id leads to what came last before it. */
function printedLinks(
  printed: readonly PrintedPage[],
  book: EditionBook,
  pages: readonly Section[],
): Record<string, string> {
  const owners = idOwners(book.sections);
  const hrefOf = (id: string): string | null => {
    const owner = pages.find((section) => section.id === owners.get(id));
    if (!owner) return null;
    return id === owner.id ? pageName(owner) : `${pageName(owner)}#${id}`;
  };
  let last = "index.html";
  const links = printed.map(({ label, ids }) => {
    const hrefs = ids.map(hrefOf).filter((href) => href !== null);
    const link = [label, hrefs[0] ?? last] as const;
    last = hrefs.at(-1) ?? last;
    return link;
  });
  return Object.fromEntries(links);
}

function sectionPage({ book, pages, hasPrinted }: Frame, section: Section, tree: Root): string {
  const at = pages.indexOf(section);
  const neighbors = { previous: pages[at - 1] ?? null, next: pages[at + 1] ?? null };
  return htmlDocument({
    language: book.book.language,
    title: `${fullTitle(section)} · ${bookTitle(book)}`,
    description: section.abstract
      ? abstractOf(section.abstract).map(textOf).join("")
      : (section.question ?? book.edition.description),
    head: [head(book, section.id), ...scriptsOf(section, tree).map(deferred)].join("\n"),
    bodyClass: section.kind,
    body: [
      ...bar(book, "", true),
      h("div.page", [
        contents(book, pages, section),
        h("main#main", [
          h("article", [timedOpening(section), ...(tree.children as ElementContent[])]),
          turn(neighbors),
        ]),
      ]),
      ...dialogs(hasPrinted),
    ],
  });
}

/** Links to programs, notes, buttons: what is added to a body in its place. */
function finishBlocks(
  tree: Root,
  programs: ReadonlyMap<string, Program>,
  runnable: ReadonlySet<string> | undefined,
): void {
  linkPrograms(listingsOf(tree), programs);
  if (runnable) addRunLinks(tree, runnable);
  nameFootnotes(tree);
  foldNotes(tree);
  markParagraphs(tree);
  addPermalinks(tree);
  addCopyButtons(tree);
  countLines(tree);
  dressBlocks(tree);
}

function scriptsOf(section: Section, tree: Root): string[] {
  const own = section.page === "skills" ? ["assets/recall.js", "assets/skills.js"] : [];
  return [...widgetScripts([tree]), ...own];
}

/** Terms with their definitions, by the chapter that defines them: what is asked again in days. */
function recallScript(book: EditionBook): string {
  const owners = idOwners(book.sections);
  const glossary = book.sections.find(({ page }) => page === "glossary");
  const rows = glossary ? elements(glossary.tree, ({ tagName }) => tagName === "dt") : [];
  const definitions = glossary ? elements(glossary.tree, ({ tagName }) => tagName === "dd") : [];
  const cards = rows.map((row, at) => {
    const [link] = elements(row, ({ tagName }) => tagName === "a");
    const mark = (link ? (property(link, "href") ?? "") : "").slice(1);
    const definition = definitions[at];
    return {
      term: textOf(row),
      definition: definition ? textOf(definition) : "",
      chapter: owners.get(mark) ?? "",
    };
  });
  return sharedScript("cards", cards);
}

/** The opening of a section, and how long it takes where that is worth telling. */
function timedOpening(section: Section): Element {
  const header = opening(section);
  const { reading, handsOn } = section.minutes;
  if (section.kind !== "chapter" || reading < 1) return header;
  const exercises = handsOn > 0 ? `, and ${Math.round(handsOn)} for the exercises` : "";
  header.children.push(
    h("p.chapter-minutes", `About ${minutesWord(Math.round(reading))} to read${exercises}`),
  );
  return header;
}

function minutesWord(minutes: number): string {
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

/** A chapter in the contents: number, title, minutes, what it is about, and room for how much of it is read. */
function chapterLine(section: Section): Element {
  const { kind, number, title, abstract, minutes } = section;
  const isTimed = kind === "chapter" && minutes.reading >= 1;
  return h("li", [
    h("a.chapter-link", { href: pageName(section) }, [
      ...(number ? [h("span.number", number), " "] : []),
      h("span.title", title),
    ]),
    ...(kind === "chapter" ? [h("span.progress", { dataSection: section.id })] : []),
    ...(isTimed ? [" ", h("span.chapter-minutes", `${Math.round(minutes.reading)} min`)] : []),
    ...(abstract ? [h("p.abstract", abstractOf(abstract))] : []),
  ]);
}

function contentsPage({ book, pages, hasPrinted }: Frame): string {
  const copyright = pages.find((section) => section.page === "copyright");
  const first = pages.find((section) => section !== copyright);
  const groups = partGroups(book.sections).map((group) => {
    const shown = group.sections.filter(
      (section) => pages.includes(section) && section !== copyright,
    );
    const list = h("ol.chapters", shown.map(chapterLine));
    if (!group.part) return shown.length > 0 ? h("section.group", [list]) : null;
    const title = pages.includes(group.part)
      ? [h("a", { href: pageName(group.part) }, fullTitle(group.part))]
      : [fullTitle(group.part)];
    return h("section.group", [
      h("h2.part-title", { id: group.part.id }, title),
      ...(group.part.abstract ? [h("p.abstract", abstractOf(group.part.abstract))] : []),
      list,
    ]);
  });
  return htmlDocument({
    language: book.book.language,
    title: bookTitle(book),
    description: book.edition.description,
    head: head(book, ""),
    bodyClass: "contents-page",
    body: [
      ...bar(book, "", false),
      h("main#main", [
        h("article", [
          titleBlock(book),
          h("p.description", book.edition.description),
          ...(first ? [h("p.go-on", h("a", { href: pageName(first) }, "Begin to read"))] : []),
          ...groups.filter((group) => group !== null),
        ]),
        h("p.licence", [
          `${book.book.licenceText} ${book.book.licenceCode} `,
          ...(copyright ? [h("a", { href: pageName(copyright) }, copyright.title)] : []),
        ]),
      ]),
      ...dialogs(hasPrinted),
    ],
  });
}

/** The contents at the side: all chapters, and the sections of the one that is open. */
function contents(book: EditionBook, pages: readonly Section[], current: Section): Element {
  const groups = partGroups(book.sections).flatMap((group) => {
    const shown = group.sections.filter((section) => pages.includes(section));
    if (shown.length === 0) return [];
    const title = group.part ? [h("p.part-title", fullTitle(group.part))] : [];
    return [
      ...title,
      h(
        "ol",
        shown.map((section) => contentsLine(section, current)),
      ),
    ];
  });
  return h("nav#contents", { popover: "auto", ariaLabel: "Contents" }, groups);
}

function contentsLine(section: Section, current: Section): Element {
  const isCurrent = section.id === current.id;
  const properties = {
    href: pageName(section),
    dataSection: section.id,
    ...(isCurrent ? { ariaCurrent: "page" } : {}),
  };
  const link = h("a", properties, [
    ...(section.number ? [h("span.number", section.number), " "] : []),
    section.title,
  ]);
  const headings = isCurrent ? section.headings.filter((heading) => heading.depth === 2) : [];
  if (headings.length === 0) return h("li", link);
  return h("li", [
    link,
    h(
      "ol.sections",
      headings.map((heading) => h("li", h("a", { href: `#${heading.id}` }, heading.title))),
    ),
  ]);
}

function turn(neighbors: {
  readonly previous: Section | null;
  readonly next: Section | null;
}): Element {
  const link = (section: Section | null, rel: "prev" | "next", word: string) =>
    section
      ? [
          h("a", { href: pageName(section), rel: [rel], className: [rel] }, [
            h("span.direction", word),
            " ",
            h("span.title", fullTitle(section)),
          ]),
        ]
      : [];
  return h("nav.turn", { ariaLabel: "Previous and next page" }, [
    ...link(neighbors.previous, "prev", "Previous"),
    ...link(neighbors.next, "next", "Next"),
  ]);
}

/** Headings end in a link to themselves or to the card they open; the label of a figure is one. */
function addPermalinks(tree: Root): void {
  for (const node of elements(tree, (element) => property(element, "id") !== null)) {
    const id = property(node, "id") ?? "";
    const heading = /^h[23]$/.test(node.tagName) ? node : cardHeading(node);
    heading?.children.push(permalink(id, [{ type: "text", value: "#" }], "Link to this place"));
    const label = node.tagName === "figure" ? labelElement(node) : null;
    if (label) label.children = [permalink(id, label.children, null)];
  }
}

/** The heading of a card or exercise, which bears the id for it. */
function cardHeading(node: Element): Element | null {
  if (node.tagName !== "section") return null;
  const heading = node.children.find((child) => child.type === "element" && child.tagName === "h3");
  return heading?.type === "element" ? heading : null;
}

function permalink(id: string, children: ElementContent[], name: string | null): Element {
  const label = name === null ? {} : { ariaLabel: name };
  return h("a.permalink", { href: `#${id}`, ...label }, children);
}

/** In the page from the start, so that nothing moves when the script has loaded; without it they are not shown. */
function addCopyButtons(tree: Root): void {
  for (const listing of elements(tree, (node) => hasClass(node, "listing"))) {
    const label = labelElement(listing);
    const caption = listing.children.find(
      (child): child is Element => child.type === "element" && child.tagName === "figcaption",
    );
    caption?.children.push(
      { type: "text", value: " " },
      copyButton(label ? textOf(label) : "this listing"),
    );
  }
  replaceElements(
    tree,
    (node) => node.tagName === "pre" && hasClass(node, "literal"),
    (node) => [h("div.literal-block", [node, copyButton("this code")])],
  );
}

function copyButton(what: string): Element {
  return h("button.copy", { type: "button", ariaLabel: `Copy ${what}` }, "Copy");
}

/**
 * What the screen needs beyond the vocabulary: a scroller round all that can be wider than the
 * page, the name a reader of the screen hears for it, and a picture's size relative to the measure.
 */
function dressBlocks(tree: Root): void {
  visit(tree, "element", (node, index, parent) => {
    if (node.tagName === "aside") node.properties.role = "note";
    if (node.tagName === "figure") {
      const label = labelElement(node);
      const name = label ? textOf(label) : hasClass(node, "transcript") ? "Transcript" : "Code";
      visit(node, "element", (child) => {
        if (["pre", "table"].includes(child.tagName) || hasClass(child, "picture")) {
          child.properties.dataLabel ??= name;
        }
      });
    }
    const kind = wideKind(node);
    if (kind === null || !parent || index === undefined) return;
    if (hasClass(node, "picture")) setPictureWidth(node);
    const { dataLabel, ...properties } = node.properties;
    node.properties = properties;
    parent.children[index] = h("div.scroller", { dataLabel: dataLabel ?? kind }, [node]);
    return [SKIP, index + 1];
  });
}

/** Lines of code never wrap: their number and length are the size of a block that the browser has not laid out yet. */
function countLines(tree: Root): void {
  for (const pre of elements(tree, ({ tagName }) => tagName === "pre")) {
    const lines = textOf(pre).replace(/\n$/, "").split("\n");
    const columns = Math.max(...lines.map(({ length }) => length));
    pre.properties.style = `--lines: ${lines.length}; --columns: ${columns}`;
  }
}

/** What can be wider than a page, by the name that it has where it has no label. */
function wideKind(node: Element): string | null {
  if (node.tagName === "table") return "Table";
  if (node.tagName === "math") return node.properties.display === "block" ? "Formula" : null;
  return hasClass(node, "picture") ? "Figure" : null;
}

/** A viewBox unit is a CSS pixel at print size; the text column there is 456 of them wide. */
function setPictureWidth(picture: Element): void {
  const drawing = picture.children.find(
    (child): child is Element => child.type === "element" && child.tagName === "svg",
  );
  const [, , width] = String(drawing?.properties.viewBox ?? "").split(/[\s,]+/);
  if (width === undefined) return;
  picture.properties.style = `--picture-width: ${Number(width)}`;
}
