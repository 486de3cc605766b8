/**
 * The EPUB edition: one XHTML document a section, styles without custom properties (old readers
 * know none), subset faces, a drawn cover, and a zip that is the same on every build.
 */
import { createHash } from "node:crypto";
import { zipSync } from "fflate";
import type { Element, ElementContent, Root } from "hast";
import { toHtml } from "hast-util-to-html";
import { h } from "hastscript";
import { escapeAttribute, escapeText } from "../escape.ts";
import { fontFaceCss, fontLicences, outlineText, screenFaces } from "../fonts.ts";
import type { BackPage, EditionBook, FrontPage, Section } from "../model.ts";
import { elements, hasClass, made, property } from "../tree.ts";
import {
  bodyOf,
  bookTitle,
  fullTitle,
  idOwners,
  nameFootnotes,
  opening,
  partGroups,
  type ScreenDeps,
  subsetsFor,
} from "./document.ts";
import {
  type AccessibilityCounts,
  containerDocument,
  type Landmark,
  type ManifestItem,
  type NavPoint,
  navDocument,
  ncxDocument,
  type PackageInput,
  packageDocument,
  stableUuid,
} from "./epub-package.ts";
import { withLiveLinks } from "./live-links.ts";

export type EpubDeps = ScreenDeps & {
  /** Seconds since 1970 from SOURCE_DATE_EPOCH; without it, the first day of the book's year. */
  readonly sourceDateEpochS?: number;
};

type Resource = {
  readonly item: ManifestItem;
  readonly data: string | Uint8Array;
};

/** One edition as the bytes of an .epub; the tree is the EPUB's own (`forFormat(book, "epub")`). */
export async function epubFile(given: EditionBook, deps: EpubDeps): Promise<Uint8Array> {
  const book = withLiveLinks(given, "epub");
  const sections = book.sections.filter((section) => section.page !== "contents");
  const hrefOf = linksOf(book, sections);
  const pictures = new Map<string, Resource>();
  const counts: AccessibilityCounts[] = [];

  const pages = sections.map((section): Resource => {
    const tree = bodyOf(section, hrefOf);
    prepareTree(tree, pictures);
    counts.push(countAccessibility(tree, section));
    return sectionPage(book, section, tree);
  });
  const fonts = [...(await subsetsFor(book, deps))].map(
    ([id, data]): Resource => ({
      item: { id, href: `fonts/${id}.woff2`, mediaType: "font/woff2", properties: [] },
      data,
    }),
  );
  const cover = coverDrawing(book, deps);
  const resources: Resource[] = [
    resource("cover", "cover.xhtml", "application/xhtml+xml", coverPage(book)),
    ...pages,
    {
      item: {
        id: "cover-image",
        href: "cover.svg",
        mediaType: "image/svg+xml",
        properties: ["cover-image"],
      },
      data: cover,
    },
    resource("style", "book.css", "text/css", styleSheet(deps)),
    ...fonts,
    ...pictures.values(),
  ];
  return zip(packed(book, sections, resources, counts, deps));
}

/** Files of the container by path, papers included. */
function packed(
  book: EditionBook,
  sections: readonly Section[],
  resources: readonly Resource[],
  counts: readonly AccessibilityCounts[],
  deps: EpubDeps,
): Map<string, string | Uint8Array> {
  const nav: ManifestItem = {
    id: "nav",
    href: "nav.xhtml",
    mediaType: "application/xhtml+xml",
    properties: ["nav"],
  };
  const ncx: ManifestItem = {
    id: "ncx",
    href: "toc.ncx",
    mediaType: "application/x-dtbncx+xml",
    properties: [],
  };
  const input: PackageInput = {
    identifier: `urn:uuid:${stableUuid(`${book.book.identifier}/${book.edition.id}`)}`,
    title: bookTitle(book),
    creators: book.book.authors,
    language: book.book.language,
    publisher: book.book.publisher,
    description: book.edition.description,
    rights: `${book.book.licenceText} ${book.book.licenceCode}`,
    year: book.book.year,
    modified: modifiedDate(book, deps),
    items: [nav, ncx, ...resources.map(({ item }) => item)],
    spine: readingOrder(sections),
    toc: tableOfContents(sections),
    landmarks: landmarks(sections),
    accessibility: {
      pictures: sum(counts, (count) => count.pictures),
      picturesDescribed: sum(counts, (count) => count.picturesDescribed),
      formulas: sum(counts, (count) => count.formulas),
      hasIndex: counts.some((count) => count.hasIndex),
    },
  };
  return new Map<string, string | Uint8Array>([
    ["META-INF/container.xml", containerDocument("EPUB/package.opf")],
    ["EPUB/package.opf", packageDocument(input)],
    ["EPUB/nav.xhtml", navDocument(input, "Contents")],
    ["EPUB/toc.ncx", ncxDocument(input)],
    ...resources.map(({ item, data }): [string, string | Uint8Array] => [
      `EPUB/${item.href}`,
      data,
    ]),
  ]);
}

/** The type file first and stored (EPUB 3.3, 4.2.6.1), the others sorted, all of one date. */
function zip(files: ReadonlyMap<string, string | Uint8Array>): Uint8Array {
  const encoder = new TextEncoder();
  const bytes = (data: string | Uint8Array) =>
    typeof data === "string" ? encoder.encode(data) : data;
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  // The earliest date that a zip can hold; in local time, since that is what is written.
  const mtime = new Date(1980, 0, 1);
  return zipSync(
    {
      mimetype: [encoder.encode("application/epub+zip"), { level: 0 }],
      ...Object.fromEntries(sorted.map(([path, data]) => [path, bytes(data)])),
    },
    { level: 9, mtime },
  );
}

function modifiedDate(book: EditionBook, deps: EpubDeps): string {
  const date =
    deps.sourceDateEpochS === undefined
      ? new Date(Date.UTC(book.book.year, 0, 1))
      : new Date(deps.sourceDateEpochS * 1000);
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

// --- Structure ------------------------------------------------------------------------------

function fileName(section: Section): string {
  return `${section.slug}.xhtml`;
}

function itemId(section: Section): string {
  return `page-${section.slug}`;
}

function linksOf(book: EditionBook, sections: readonly Section[]): (id: string) => string {
  const owners = idOwners(book.sections);
  const byId = new Map(sections.map((section) => [section.id, section]));
  return (id) => {
    const section = byId.get(owners.get(id) ?? "");
    if (!section) return "nav.xhtml";
    return id === section.id ? fileName(section) : `${fileName(section)}#${id}`;
  };
}

/** The contents come where print has them: before the first page that is neither title nor copyright. */
function readingOrder(sections: readonly Section[]): string[] {
  const before = sections.filter((section) => isBeforeContents(section));
  const after = sections.filter((section) => !isBeforeContents(section));
  return ["cover", ...before.map(itemId), "nav", ...after.map(itemId)];
}

function isBeforeContents(section: Section): boolean {
  return ["half-title", "title", "copyright"].includes(section.page ?? "");
}

function tableOfContents(sections: readonly Section[]): NavPoint[] {
  const point = (section: Section, children: readonly NavPoint[]): NavPoint => ({
    title: fullTitle(section),
    href: fileName(section),
    children,
  });
  const leaf = (section: Section) =>
    point(
      section,
      section.headings
        .filter((heading) => heading.depth === 2 && section.kind === "chapter")
        .map((heading) => ({
          title: heading.title,
          href: `${fileName(section)}#${heading.id}`,
          children: [],
        })),
    );
  const listed = sections.filter((section) => section.page !== "half-title");
  return partGroups(listed).flatMap((group) => {
    const leaves = group.sections.map(leaf);
    return group.part ? [point(group.part, leaves)] : leaves;
  });
}

function landmarks(sections: readonly Section[]): Landmark[] {
  const body = sections.find((section) => section.kind === "part" || section.kind === "chapter");
  const named = (["bibliography", "glossary", "index"] as const).flatMap((page) =>
    sections
      .filter((section) => section.page === page)
      .map((section) => ({ type: page, title: section.title, href: fileName(section) })),
  );
  return [
    { type: "cover", title: "Cover", href: "cover.xhtml" },
    { type: "toc", title: "Contents", href: "nav.xhtml#toc" },
    ...(body ? [{ type: "bodymatter", title: "Start of the text", href: fileName(body) }] : []),
    ...named,
  ];
}

// --- Pages ------------------------------------------------------------------------------------

/** What a page is, in EPUB's and in ARIA's words; null where there is none. */
const pageTypes: Record<FrontPage | BackPage, readonly [string | null, string | null]> = {
  "half-title": ["halftitlepage", null],
  title: ["titlepage", null],
  copyright: ["copyright-page", null],
  contents: ["toc", "doc-toc"],
  preface: ["preface", "doc-preface"],
  solutions: [null, null],
  skills: [null, null],
  glossary: ["glossary", "doc-glossary"],
  bibliography: ["bibliography", "doc-bibliography"],
  index: ["index", "doc-index"],
};

function sectionPage(book: EditionBook, section: Section, tree: Root): Resource {
  const [type, role] = section.page
    ? pageTypes[section.page]
    : section.kind === "part"
      ? (["part", "doc-part"] as const)
      : (["chapter", "doc-chapter"] as const);
  const matter = {
    front: "frontmatter",
    part: "bodymatter",
    chapter: "bodymatter",
    back: "backmatter",
  };
  const isTitle = section.page === "title" || section.page === "half-title";
  const body = h(
    "section",
    {
      ...(type ? { "epub:type": type } : {}),
      ...(role ? { role } : {}),
      ...(isTitle ? { ariaLabel: section.title, id: section.id } : { ariaLabelledBy: section.id }),
      className: [`page-${section.page ?? section.kind}`],
    },
    [...(isTitle ? [] : [opening(section)]), ...(tree.children as ElementContent[])],
  );
  const has = (name: string) => elements(tree, (node) => node.tagName === name).length > 0;
  return {
    item: {
      id: itemId(section),
      href: fileName(section),
      mediaType: "application/xhtml+xml",
      properties: [
        ...(has("math") ? ["mathml" as const] : []),
        ...(has("svg") ? ["svg" as const] : []),
      ],
    },
    data: xhtmlDocument(book, fullTitle(section), matter[section.kind], [body]),
  };
}

function coverPage(book: EditionBook): string {
  const { authors } = book.book;
  const alt = `Cover: ${bookTitle(book)}, by ${authors.join(", ")}`;
  return xhtmlDocument(book, "Cover", "cover", [
    h("div.cover", [h("img", { src: "cover.svg", alt, role: "doc-cover" })]),
  ]);
}

/** HTML leaves a `<` in an attribute as it is (TeX in `alttext`, a text alternative); XML has it escaped. */
function escapeInAttributes(markup: string): string {
  return markup.replace(/<[a-z][^<>"']*(?:"[^"]*"[^<>"']*)+>/gi, (tag) =>
    tag.replace(/"[^"]*"/g, (value) => value.replaceAll("<", "&lt;")),
  );
}

function xhtmlDocument(
  book: EditionBook,
  title: string,
  type: string,
  children: ElementContent[],
): string {
  const language = escapeAttribute(book.book.language);
  const body = escapeInAttributes(
    toHtml({ type: "root", children }, { closeSelfClosing: true, closeEmptyElements: true }),
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="${language}" xml:lang="${language}">
<head>
<title>${escapeText(title)}</title>
<link rel="stylesheet" type="text/css" href="book.css"/>
</head>
<body epub:type="${type}">
${body}
</body>
</html>
`;
}

/** From the shared vocabulary to what an EPUB's XHTML may hold. */
function prepareTree(tree: Root, pictures: Map<string, Resource>): void {
  nameFootnotes(tree);
  for (const node of elements(tree, () => true)) {
    for (const [name, value] of Object.entries(node.properties)) {
      // XML knows no attribute without a value.
      if (value === true) node.properties[name] = "";
    }
    if (node.tagName === "svg") node.properties.xmlns = "http://www.w3.org/2000/svg";
    if (node.tagName === "math") node.properties.xmlns = "http://www.w3.org/1998/Math/MathML";
    if (node.tagName === "details") delete node.properties.open;
    if (node.tagName === "aside" && hasClass(node, "note")) node.properties.role = "note";
    if (hasClass(node, "noted")) noteAfterBlock(node);
    if (hasClass(node, "footnote-ref")) node.properties["epub:type"] = "noteref";
    if (hasClass(node, "footnotes")) footnotesAsAsides(node);
    if (hasClass(node, "picture")) limitWidth(node);
    if (node.tagName === "img") node.properties.src = extractPicture(node, pictures);
  }
}

/** Without a margin to stand in, a note is read after its paragraph. */
function noteAfterBlock(noted: Element): void {
  const notes = noted.children.filter((child) => isElement(child) && hasClass(child, "note"));
  noted.children = [...noted.children.filter((child) => !notes.includes(child)), ...notes];
}

/** `aside epub:type="footnote"` is what readers show as a pop-up. */
function footnotesAsAsides(section: Element): void {
  section.properties["epub:type"] = "footnotes";
  delete section.properties.role;
  section.children = section.children.flatMap((child): ElementContent[] => {
    if (!isElement(child) || child.tagName !== "ol") return [child];
    return child.children.filter(isElement).map((item, index) => {
      const first = item.children.find(isElement);
      const number = made("span", { className: ["footnote-number"] }, `${index + 1} `);
      (first?.tagName === "p" ? first : item).children.unshift(number);
      return made(
        "aside",
        { id: property(item, "id") ?? "", "epub:type": "footnote", role: "doc-footnote" },
        ...item.children,
      );
    });
  });
}

/** A drawing's unit is a CSS pixel where text is 10 pt; in em it follows the reader's size. */
function limitWidth(picture: Element): void {
  const drawing = picture.children.find((child) => isElement(child) && child.tagName === "svg");
  if (!drawing || !isElement(drawing)) return;
  const [, , width] = String(drawing.properties.viewBox ?? "").split(/[\s,]+/);
  if (width) picture.properties.style = `max-width: ${(Number(width) / 13.3).toFixed(1)}em`;
}

/** Pictures that came within the page as data become files; equal ones become one. */
function extractPicture(img: Element, pictures: Map<string, Resource>): string {
  const source = property(img, "src") ?? "";
  const match = /^data:(image\/(\w+)[^;,]*);base64,(.*)$/s.exec(source);
  const [, mediaType, kind, base64] = match ?? [];
  if (!mediaType || !kind || base64 === undefined) return source;
  const hash = createHash("sha256").update(base64).digest("hex").slice(0, 16);
  const href = `pictures/${hash}.${kind}`;
  pictures.set(href, {
    item: { id: `picture-${hash}`, href, mediaType, properties: [] },
    data: new Uint8Array(Buffer.from(base64, "base64")),
  });
  return href;
}

function countAccessibility(tree: Root, section: Section): AccessibilityCounts {
  const pictures = elements(tree, (node) => hasClass(node, "picture"));
  const described = pictures.filter((node) => (property(node, "ariaLabel") ?? "").trim() !== "");
  return {
    pictures: pictures.length,
    picturesDescribed: described.length,
    formulas: elements(tree, (node) => node.tagName === "math").length,
    hasIndex: section.page === "index",
  };
}

// --- Styles and cover ---------------------------------------------------------------------------

function styleSheet(deps: EpubDeps): string {
  const tokens = readTokens(deps.theme("tokens.css"));
  const notices = fontLicences.map(({ family, notice }) => `   ${family}: ${notice}.`);
  return [
    `/* Faces, with the characters that this book uses:\n${notices.join("\n")}\n   https://openfontlicense.org */`,
    fontFaceCss(screenFaces, (face) => `fonts/${face.id}.woff2`),
    ...["epub.css", "figures.css", "code.css"].map((name) =>
      withoutVariables(deps.theme(name), tokens),
    ),
  ].join("\n");
}

/** Name to value of the first `:root`, which is the light theme. */
function readTokens(css: string): Map<string, string> {
  const root = /:root \{([^}]*)\}/.exec(css)?.[1] ?? "";
  const tokens = new Map<string, string>();
  for (const [, name, value] of root.matchAll(/(--[\w-]+):\s*([^;]+);/g)) {
    if (name && value) {
      tokens.set(name, value.replace(/^light-dark\((.*?),.*\)$/s, "$1"));
    }
  }
  return tokens;
}

function withoutVariables(css: string, tokens: ReadonlyMap<string, string>): string {
  return css.replace(/var\((--[\w-]+)\)/g, (whole, name: string) => tokens.get(name) ?? whole);
}

/**
 * The cover: three nodes, their messages, the one that is lost, and the title, all of it outlines,
 * so that no reader has to have a face for it. Units are pixels of 1600 x 2560.
 */
function coverDrawing(book: EditionBook, deps: EpubDeps): string {
  const tokens = readTokens(deps.theme("tokens.css"));
  const color = (name: string) => tokens.get(`--${name}`) ?? "#000000";
  const face = (id: string) => {
    const found = screenFaces.find((candidate) => candidate.id === id);
    if (!found) throw new Error(`No face ${id}`);
    return found;
  };
  const setLines = (
    text: string,
    faceId: string,
    sizePx: number,
    fill: string,
    top: number,
  ): { svg: string; bottom: number } => {
    const lines = wrapped(text, (line) => outlineText(face(faceId), line, sizePx).widthPx, 1280);
    const svg = lines.map((line, index) => {
      const { path } = outlineText(face(faceId), line, sizePx);
      const y = Math.round(top + sizePx * (0.8 + index * 1.12));
      return `<path transform="translate(160 ${y})" fill="${fill}" d="${path}"/>`;
    });
    return { svg: svg.join("\n"), bottom: top + sizePx * 1.12 * lines.length };
  };
  const subtitle = book.edition.subtitle || book.book.subtitle;
  const title = setLines(book.book.title, "pf-serif-display-600", 250, color("ink"), 330);
  const edition =
    bookTitle(book) === book.book.title
      ? { svg: "", bottom: title.bottom }
      : setLines(book.edition.title, "pf-sans-400", 84, color("accent"), title.bottom + 70);
  const under = setLines(subtitle, "pf-serif-400-italic", 78, color("quiet"), edition.bottom + 60);
  const authors = setLines(book.book.authors.join(", "), "pf-sans-400", 58, color("ink"), 2340);
  const line = (x1: number, y1: number, x2: number, y2: number, name: string, more = "") =>
    `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${color(name)}"${more}/>`;
  const dashed = ` stroke-dasharray="30 22"`;
  return `<?xml version="1.0" encoding="utf-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 2560" width="1600" height="2560">
<title>${escapeText(bookTitle(book))}</title>
<rect width="1600" height="2560" fill="${color("paper")}"/>
<g fill="none" stroke-width="7">
${line(340, 1440, 340, 2190, "ink")}
${line(800, 1440, 800, 2190, "ink")}
${line(1260, 1440, 1260, 2190, "ink")}
${line(340, 1510, 800, 1580, "blue")}
${line(800, 1650, 340, 1720, "blue")}
${line(340, 1790, 1260, 1930, "blue")}
${line(1260, 2010, 520, 2120, "accent", dashed)}
</g>
<circle cx="340" cy="1720" r="24" fill="${color("green")}"/>
${[title, edition, under, authors].map((text) => text.svg).join("\n")}
</svg>
`;
}

/** Words into lines no wider than `widthPxMax`. */
function wrapped(text: string, widthOf: (line: string) => number, widthPxMax: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || widthOf(longer) > widthPxMax) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

// --- Small helpers --------------------------------------------------------------------------------

function resource(id: string, href: string, mediaType: string, data: string): Resource {
  return { item: { id, href, mediaType, properties: [] }, data };
}

function isElement(node: ElementContent): node is Element {
  return node.type === "element";
}

function sum<T>(list: readonly T[], amountOf: (item: T) => number): number {
  return list.reduce((total, item) => total + amountOf(item), 0);
}
