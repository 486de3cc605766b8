/**
 * What all formats share when they turn sections into documents: the shell of an HTML page, the
 * opening of a section, links from section to section, and the fonts that cover an edition.
 * Pure: no disk, no browser.
 */
import type { Element, ElementContent, Root } from "hast";
import { toHtml } from "hast-util-to-html";
import { h } from "hastscript";
import remarkRehype from "remark-rehype";
import { unified } from "unified";
import { escapeAttribute, escapeText } from "../escape.ts";
import { charactersNotIn, type Face, screenFaces } from "../fonts.ts";
import type { EditionBook, Section } from "../model.ts";
import { parseInline } from "../parse.ts";
import { corePath, scriptPath } from "../script-files.ts";
import { copyTree, elements, hasClass, property } from "../tree.ts";

export type Shell = {
  readonly language: string;
  readonly title: string;
  readonly description: string | null;
  /** HTML text for the end of `head`: styles, scripts, policies. */
  readonly head: string;
  readonly bodyClass: string | null;
  readonly body: Root | ElementContent[];
};

/** A whole HTML page as text. */
export function htmlDocument(shell: Shell): string {
  const description = shell.description
    ? `<meta name="description" content="${escapeAttribute(shell.description)}">\n`
    : "";
  const bodyClass = shell.bodyClass ? ` class="${escapeAttribute(shell.bodyClass)}"` : "";
  return `<!doctype html>
<html lang="${escapeAttribute(shell.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(shell.title)}</title>
${description}${shell.head}
</head>
<body${bodyClass}>
${serializeHtml(shell.body)}
</body>
</html>
`;
}

/** Tree to HTML text, the same way in every format. */
export function serializeHtml(tree: Root | ElementContent[]): string {
  return toHtml(Array.isArray(tree) ? { type: "root", children: tree } : tree, {
    closeEmptyElements: true,
  });
}

/** Number, title and question of a section; the number is part of the heading's name. */
export function opening(section: Section): Element {
  const heading = section.number
    ? [h("span.number", section.number), " ", h("span.title", section.title)]
    : [h("span.title", section.title)];
  return h("header.opening", [
    h("h1", { id: section.id }, heading),
    ...(section.question ? [h("p.question", section.question)] : []),
  ]);
}

const toHast = unified().use(remarkRehype).freeze();

/** The abstract of a section: one line of Markdown, as its author wrote it. */
export function abstractOf(text: string): ElementContent[] {
  const paragraph = { type: "paragraph", children: parseInline(text, undefined) } as const;
  const [made] = (toHast.runSync({ type: "root", children: [paragraph] }) as Root).children;
  return made?.type === "element" ? made.children : [];
}

/** "12 Consensus": what a contents list, a window's title or a bookmark says. */
export function fullTitle(section: Section): string {
  return section.number ? `${section.number} ${section.title}` : section.title;
}

/** Id of the section that holds each id of the book; a section holds its own. */
export function idOwners(sections: readonly Section[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const section of sections) {
    owners.set(section.id, section.id);
    for (const node of elements(section.tree, (element) => property(element, "id") !== null)) {
      owners.set(property(node, "id") ?? "", section.id);
    }
  }
  return owners;
}

/** Rewrite each `#id` link of a tree; `hrefOf` gives the address of an id as seen from this tree. */
export function resolveLinks(tree: Root, hrefOf: (id: string) => string): void {
  for (const node of elements(tree, ({ tagName }) => tagName === "a")) {
    const href = property(node, "href");
    if (href?.startsWith("#")) node.properties.href = hrefOf(href.slice(1));
  }
}

/** Name footnotes, their calls and their ways back for those who style them and who hear them (DPUB-ARIA 1.1). */
export function nameFootnotes(tree: Root): void {
  for (const node of elements(tree, () => true)) {
    if (hasClass(node, "footnotes")) node.properties.role = "doc-endnotes";
    if (isFootnoteCall(node)) {
      node.properties.className = ["footnote-ref"];
      node.properties.role = "doc-noteref";
    }
    if (isFootnoteReturn(node)) {
      node.properties.className = ["footnote-back"];
      node.properties.role = "doc-backlink";
    }
  }
}

function isFootnoteCall(node: Element): boolean {
  return hasClass(node, "footnote-ref") || node.properties.dataFootnoteRef !== undefined;
}

function isFootnoteReturn(node: Element): boolean {
  return hasClass(node, "footnote-back") || node.properties.dataFootnoteBackref !== undefined;
}

/** A copy of a section's tree that belongs to one format: its links lead where `hrefOf` says. */
export function bodyOf(section: Section, hrefOf: (id: string) => string): Root {
  const tree = copyTree(section.tree);
  resolveLinks(tree, hrefOf);
  for (const node of elements(tree, () => true)) {
    alignByClass(node);
    // For print, which joins the pages of a range; elsewhere a dead letter.
    delete node.properties.dataTo;
  }
  return tree;
}

/** `align` on cells is Markdown's way, and obsolete HTML: a class says the same. */
function alignByClass(node: Element): void {
  const { align, ...properties } = node.properties;
  if (!["td", "th"].includes(node.tagName) || typeof align !== "string") return;
  const known = Array.isArray(properties.className) ? properties.className : [];
  node.properties = { ...properties, className: [...known, `align-${align}`] };
}

/** "Partial Failure: The Five-Day Edition"; an edition without a title of its own is the book. */
export function bookTitle({ book, edition }: EditionBook): string {
  return isNamed(edition.title, book.title) ? `${book.title}: ${edition.title}` : book.title;
}

/** The title as the first page shows it: title, edition, subtitle, authors. */
export function titleBlock({ book, edition }: EditionBook): Element {
  const subtitle = edition.subtitle || book.subtitle;
  return h("header.title-block", [
    h("h1", h("span.title", book.title)),
    ...(isNamed(edition.title, book.title) ? [h("p.edition-title", edition.title)] : []),
    ...(subtitle ? [h("p.subtitle", subtitle)] : []),
    h("p.authors", book.authors.join(", ")),
  ]);
}

function isNamed(editionTitle: string, title: string): boolean {
  return editionTitle !== "" && editionTitle !== title;
}

/** Sections in reading order, gathered under the part that they follow. */
export type PartGroup = { readonly part: Section | null; readonly sections: readonly Section[] };
export function partGroups(sections: readonly Section[]): PartGroup[] {
  const groups: { part: Section | null; kind: Section["kind"]; sections: Section[] }[] = [];
  for (const section of sections) {
    const last = groups.at(-1);
    if (section.kind === "part") {
      groups.push({ part: section, kind: "chapter", sections: [] });
    } else if (!last || last.kind !== section.kind) {
      groups.push({ part: null, kind: section.kind, sections: [section] });
    } else {
      last.sections.push(section);
    }
  }
  return groups;
}

/** What the screen formats are handed: they read no disk themselves. */
export type ScreenDeps = {
  /** Text of a file of theme/. */
  readonly theme: (name: string) => string;
  /** WOFF2 of a face with these characters (`subsetFace`; the caller may keep what it made). */
  readonly subset: (face: Face, characters: string) => Promise<Uint8Array>;
};

/**
 * Subsets of the screen's faces that cover an edition, by face id.
 *
 * @param furtherCode  code that is shown and stands in no tree
 */
export async function subsetsFor(
  book: EditionBook,
  deps: ScreenDeps,
  furtherCode = "",
): Promise<Map<string, Uint8Array>> {
  const { text, code, math } = usedCharacters([
    ...book.sections.map((section) => section.tree),
    { type: "root", children: [{ type: "text", value: wordsOutsideTrees(book).join(" ") }] },
  ]);
  const allCode = `${code}${furtherCode}…`;
  const ofFamily: { readonly [family: string]: string } = {
    "PF Code": allCode,
    // The largest face a character: of what is not math only what it has to stand in for.
    "PF Math": [
      math,
      charactersNotIn("PF Serif", text),
      charactersNotIn("PF Sans", text),
      charactersNotIn("PF Code", allCode),
    ].join(""),
  };
  const subsets = new Map<string, Uint8Array>();
  for (const face of screenFaces) {
    const characters = ofFamily[face.family] ?? text + allCode + math;
    subsets.set(face.id, await deps.subset(face, characters));
  }
  return subsets;
}

/** Titles and labels that pages show and no tree holds. */
function wordsOutsideTrees(book: EditionBook): string[] {
  return [
    ...Object.values(book.book).flat().map(String),
    book.edition.title,
    book.edition.subtitle,
    book.edition.description,
    ...book.sections.flatMap((section) => [
      fullTitle(section),
      section.question ?? "",
      section.abstract ?? "",
      ...section.headings.map((heading) => heading.title),
    ]),
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 #¶↩–·…›,.",
  ];
}

export type UsedCharacters = {
  /** In text, heads, labels and, since it may fall back on them, math. */
  readonly text: string;
  readonly code: string;
  readonly math: string;
};

/** The characters of trees by what they are set in, each once. */
export function usedCharacters(trees: readonly Root[]): UsedCharacters {
  const used = { text: new Set<string>(), code: new Set<string>(), math: new Set<string>() };
  const collect = (node: Root | ElementContent, role: keyof typeof used): void => {
    if (node.type === "text") for (const character of node.value) used[role].add(character);
    if (!("children" in node)) return;
    const inner =
      node.type !== "element"
        ? role
        : ["code", "pre", "kbd", "samp"].includes(node.tagName) || hasClass(node, "code")
          ? "code"
          : node.tagName === "math"
            ? "math"
            : role;
    for (const child of node.children) {
      if (child.type === "element" || child.type === "text") collect(child, inner);
    }
  };
  for (const tree of trees) collect(tree, "text");
  for (const letter of [...used.math])
    for (const styled of mathItalic(letter)) used.math.add(styled);
  const sorted = (set: ReadonlySet<string>) => [...set].sort().join("");
  return { text: sorted(used.text), code: sorted(used.code), math: sorted(used.math) };
}

/** A single letter in `<mi>` is drawn with the italic letter of Unicode's math block (MathML Core, 4.2). */
function mathItalic(letter: string): string[] {
  const code = letter.codePointAt(0) ?? 0;
  if (letter === "h") return ["\u210E"];
  if (/[A-Z]/.test(letter)) return [String.fromCodePoint(0x1d434 + code - 0x41)];
  if (/[a-z]/.test(letter)) return [String.fromCodePoint(0x1d44e + code - 0x61)];
  if (/[Α-Ω]/.test(letter)) return [String.fromCodePoint(0x1d6e2 + code - 0x391)];
  if (/[α-ω]/.test(letter)) return [String.fromCodePoint(0x1d6fc + code - 0x3b1)];
  return [];
}

/** The label of a figure, listing or table ("Listing 12.9"); null where it has none. Drawings have labels too: those are no spans. */
export function labelElement(node: Element): Element | null {
  return elements(node, (child) => child.tagName === "span" && hasClass(child, "label"))[0] ?? null;
}

/** Scripts that the widgets of these trees need, the core first; none where there is no widget. */
export function widgetScripts(trees: readonly Root[]): string[] {
  const names = trees.flatMap((tree) =>
    elements(tree, (node) => hasClass(node, "has-widget")).map(
      (node) => property(node, "dataWidget") ?? "",
    ),
  );
  const paths = [...new Set(names)].sort().map(scriptPath);
  return paths.length > 0 ? [corePath, ...paths] : [];
}

export function deferred(path: string): string {
  return `<script src="${path}" defer></script>`;
}
