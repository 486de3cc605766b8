/**
 * The HTML edition: a contents page, one page a chapter, the pages of front and back matter,
 * and the assets they need. Everything works from a folder, without a server and without a
 * network: relative links, no modules, no fetch, and a policy in each page that forbids both.
 */
import type { Element, ElementContent, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { h, s } from "hastscript";
import { SKIP, visit } from "unist-util-visit";
import { fontFaceCss, fontLicences, screenFaces } from "../fonts.ts";
import type { EditionBook, Section } from "../model.ts";
import { elements, hasClass, property } from "../tree.ts";
import { corePath, scriptPath } from "../widgets.ts";
import {
  bodyOf,
  bookTitle,
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
} from "./document.ts";
import { addRunLinks, type Runnable, runFiles } from "./run-pages.ts";

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

const head = `<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="assets/book.css">
<script src="assets/screen.js"></script>`;

/**
 * All files of one edition's HTML, by path below `html/`.
 *
 * Pages that repeat what others show (half title, title, contents) have none of their own; links
 * to them lead to the contents page.
 */
export async function htmlFiles(
  book: EditionBook,
  deps: ScreenDeps & {
    /** Scripts of widgets by path. */
    readonly widgets: ReadonlyMap<string, string>;
    /** Programs that the reader may change and run; null where there are none. */
    readonly runnable: Runnable | null;
  },
): Promise<Map<string, string | Uint8Array>> {
  const pages = book.sections.filter(hasPage);
  const hrefFrom = linksOf(book, pages);
  const files = new Map<string, string | Uint8Array>();

  files.set("index.html", contentsPage(book, pages));
  for (const [index, section] of pages.entries()) {
    const neighbors = { previous: pages[index - 1] ?? null, next: pages[index + 1] ?? null };
    const tree = bodyOf(section, (id) => hrefFrom(section, id));
    if (deps.runnable) addRunLinks(tree, deps.runnable.names);
    files.set(pageName(section), sectionPage(book, pages, section, tree, neighbors));
  }

  for (const [id, bytes] of await subsetsFor(book, deps)) files.set(`assets/${id}.woff2`, bytes);
  files.set("assets/book.css", styleSheet(deps));
  if (book.sections.some(({ page }) => page === "skills")) {
    files.set("assets/skills.js", deps.theme("skills.js"));
    files.set("assets/recall.js", recallScript(book));
  }
  files.set("assets/screen.js", deps.theme("screen.js"));
  if (deps.runnable) {
    const trees = book.sections.map(({ tree }) => tree);
    for (const [path, text] of runFiles(book, trees, deps.runnable)) files.set(path, text);
  }
  for (const path of widgetScripts(book.sections.map(({ tree }) => tree)))
    files.set(path, deps.widgets.get(path) ?? "");
  return files;
}

function styleSheet(deps: ScreenDeps): string {
  const notices = fontLicences.map((font) => `${font.family}: ${font.notice}`).join("\n   ");
  return [
    `/* Faces:\n   ${notices} (https://openfontlicense.org) */\n`,
    fontFaceCss(screenFaces, (face) => `${face.id}.woff2`),
    ...[
      "tokens.css",
      "figures.css",
      "code.css",
      "screen.css",
      "widgets.css",
      "run.css",
      "skills.css",
    ].map(deps.theme),
  ].join("\n");
}

function hasPage(section: Section): boolean {
  if (section.kind === "part") return section.tree.children.length > 0;
  return !["half-title", "title", "contents"].includes(section.page ?? "");
}

/** File name of a section's page; index.html is the contents, whatever the sections are called. */
function pageName(section: Section): string {
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

function sectionPage(
  book: EditionBook,
  pages: readonly Section[],
  section: Section,
  tree: Root,
  neighbors: { readonly previous: Section | null; readonly next: Section | null },
): string {
  nameFootnotes(tree);
  addPermalinks(tree);
  dressBlocks(tree);
  return htmlDocument({
    language: book.book.language,
    title: `${fullTitle(section)} · ${bookTitle(book)}`,
    description: section.abstract ?? section.question ?? book.edition.description,
    head: [head, ...scriptsOf(section, tree).map(deferred)].join("\n"),
    bodyClass: section.kind,
    body: [
      ...bar(book),
      h("div.page", [
        contents(book, pages, section),
        h("main#main", [
          h("article", [opening(section), ...(tree.children as ElementContent[])]),
          turn(neighbors),
        ]),
      ]),
    ],
  });
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
  return `(globalThis.partialFailure ??= {}).cards = ${JSON.stringify(cards)};\n`;
}

/** Scripts that the widgets of these trees need, the core first; none where there is no widget. */
function widgetScripts(trees: readonly Root[]): string[] {
  const names = trees.flatMap((tree) =>
    elements(tree, (node) => hasClass(node, "has-widget")).map(
      (node) => property(node, "dataWidget") ?? "",
    ),
  );
  const paths = [...new Set(names)].sort().map(scriptPath);
  return paths.length > 0 ? [corePath, ...paths] : [];
}

function deferred(path: string): string {
  return `<script src="${path}" defer></script>`;
}

function contentsPage(book: EditionBook, pages: readonly Section[]): string {
  const copyright = pages.find((section) => section.page === "copyright");
  const groups = partGroups(book.sections).map((group) => {
    const shown = group.sections.filter(
      (section) => pages.includes(section) && section !== copyright,
    );
    const list = h(
      "ol.chapters",
      shown.map((section) =>
        h("li", [
          h("a.chapter-link", { href: pageName(section) }, [
            ...(section.number ? [h("span.number", section.number), " "] : []),
            h("span.title", section.title),
          ]),
          ...(section.abstract ? [h("p.abstract", section.abstract)] : []),
        ]),
      ),
    );
    if (!group.part) return shown.length > 0 ? h("section.group", [list]) : null;
    const title = pages.includes(group.part)
      ? [h("a", { href: pageName(group.part) }, fullTitle(group.part))]
      : [fullTitle(group.part)];
    return h("section.group", [
      h("h2.part-title", { id: group.part.id }, title),
      ...(group.part.abstract ? [h("p.abstract", group.part.abstract)] : []),
      list,
    ]);
  });
  return htmlDocument({
    language: book.book.language,
    title: bookTitle(book),
    description: book.edition.description,
    head,
    bodyClass: "contents-page",
    body: [
      ...bar(book),
      h("main#main", [
        h("article", [
          titleBlock(book),
          h("p.description", book.edition.description),
          ...groups.filter((group) => group !== null),
        ]),
        h("p.licence", [
          `${book.book.licenceText} ${book.book.licenceCode} `,
          ...(copyright ? [h("a", { href: pageName(copyright) }, copyright.title)] : []),
        ]),
      ]),
    ],
  });
}

/** The top of every page: where one is, the way to the contents, and the choice of colors. */
function bar(book: EditionBook): ElementContent[] {
  const themes = [
    ["", "As the system"],
    ["light", "Light"],
    ["dark", "Dark"],
    ["sepia", "Sepia"],
    ["contrast", "High contrast"],
  ] as const;
  return [
    h("a.skip", { href: "#main" }, "Skip to the text"),
    h("header.bar", [
      h("a.book-title", { href: "index.html" }, book.book.title),
      h("button.open-contents", { type: "button", popovertarget: "contents" }, "Contents"),
      h("button.open-themes", { type: "button", popovertarget: "themes" }, [
        s("svg", { viewBox: "0 0 16 16", width: 16, height: 16, ariaHidden: "true" }, [
          s("circle", { cx: 8, cy: 8, r: 6.5, fill: "none", stroke: "currentColor" }),
          s("path", { d: "M8 1.5a6.5 6.5 0 0 1 0 13z", fill: "currentColor" }),
        ]),
        h("span", "Colors"),
      ]),
      h("div#themes", { popover: "auto" }, [
        h("fieldset", [
          h("legend", "Colors"),
          ...themes.map(([value, name]) =>
            h("label", [h("input", { type: "radio", name: "theme", value }), ` ${name}`]),
          ),
        ]),
      ]),
    ]),
  ];
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
  const link = h("a", { href: pageName(section), ...(isCurrent ? { ariaCurrent: "page" } : {}) }, [
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
