/**
 * Makes a section's tree fit for paper: heading levels that nest under the parts, notes
 * beside their paragraph, hints unfolded, places for page numbers, soft hyphens.
 * Pure; the tree that is given stays as it is.
 */
import type { Element, ElementContent, Parents, Root, RootContent } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { h } from "hastscript";
import hyphen from "hyphen/en-us/index.js";
import { SKIP, visit } from "unist-util-visit";
import { hasClass } from "../tree.ts";

export type PaperOptions = {
  /** Added to every heading's level: 1 in a book whose parts stand above its chapters. */
  readonly headingShift: 0 | 1;
  /** True for a chapter: its first words are set in small capitals. */
  readonly leadIn: boolean;
};

export function paperTree(tree: Root, options: PaperOptions): ElementContent[] {
  const copy = structuredClone(tree);
  const notes = takeFootnotes(copy);
  visit(copy, "element", (node, index, parent) => {
    if (/^h[2-5]$/.test(node.tagName)) {
      const level = Number(node.tagName.slice(1));
      // The look goes by the level within the chapter, whatever the level within the book.
      if (classes(node).length === 0) addClass(node, `level-${level}`);
      node.tagName = `h${level + options.headingShift}`;
    } else if (node.tagName === "aside") {
      // PDF 1.7 knows no Aside; a note is what these are.
      node.tagName = "div";
      node.properties.role = "note";
    } else if (node.tagName === "figure" || node.tagName === "details") {
      // In a tagged PDF a Figure is a picture and has to have a text alternative; a listing is none.
      node.tagName = "div";
    } else if (node.tagName === "summary") {
      node.tagName = "p";
      addClass(node, "unfolded-title");
    } else if (hasClass(node, "rungs")) {
      wrapRungs(node);
    } else if (hasClass(node, "ref")) {
      addPlaceForPage(node, isInParentheses(parent, index));
    }
    return undefined;
  });
  setFootnotes(copy, notes);
  unwrapNoted(copy);
  markFollowingParagraphs(copy);
  if (options.leadIn) setLeadIn(copy);
  hyphenate(copy, 7);
  breakAddresses(copy);
  return copy.children.filter((child): child is ElementContent => child.type !== "doctype");
}

/** An element that layout fills with the page number of the thing that `id` names. */
export function pageOf(id: string, style: "bare" | "reference" | "inner-reference"): Element {
  // A stand-in of about the right width, until a print tells the number.
  const text = { bare: "000", reference: " (page\u00A0000)", "inner-reference": ", page\u00A0000" };
  return h("span.page-of", { "data-to": id, "data-style": style }, text[style]);
}

function addPlaceForPage(link: Element, inParentheses: boolean): void {
  const target = String(link.properties.href ?? "");
  if (!target.startsWith("#")) return;
  for (const text of link.children) {
    // The number stays with its word.
    if (text.type === "text") text.value = text.value.replace(/ (?=[\dIVX]+[.\d]*$)/, "\u00A0");
  }
  link.children.push(pageOf(target.slice(1), inParentheses ? "inner-reference" : "reference"));
}

/** A page number in parentheses must not stand within parentheses. */
function isInParentheses(parent: Parents | undefined, index: number | undefined): boolean {
  if (!parent || index === undefined) return false;
  const before = parent.children
    .slice(0, index)
    .map((child) => textOf(child as Element))
    .join("");
  return before.lastIndexOf("(") > before.lastIndexOf(")");
}

/** Level and answer stay together on a page. */
function wrapRungs(list: Element): void {
  const rungs: Element[] = [];
  for (const child of list.children.filter(isElement)) {
    if (child.tagName === "dt" || rungs.length === 0) rungs.push(h("div.rung"));
    rungs.at(-1)?.children.push(child);
  }
  list.children = rungs;
}

/** Cuts the notes' bodies out of the end of the tree. */
function takeFootnotes(tree: Root): Map<string, Element> {
  const notes = new Map<string, Element>();
  visit(tree, "element", (node, index, parent) => {
    if (!hasClass(node, "footnotes") || !parent || index === undefined) return undefined;
    visit(node, "element", (item) => {
      if (item.tagName === "li" && item.properties.id) notes.set(String(item.properties.id), item);
    });
    parent.children.splice(index, 1);
    return [SKIP, index];
  });
  return notes;
}

/**
 * Puts each note into the line that refers to it: a float there begins beside that line. Its
 * paragraphs become spans, since it stands inside a paragraph now.
 */
function setFootnotes(tree: Root, notes: ReadonlyMap<string, Element>): void {
  visit(tree, "element", (node, index, parent) => {
    if (!isFootnoteCall(node) || !parent || index === undefined) return;
    const id = String(node.properties.href ?? "").slice(1);
    const note = notes.get(id);
    if (!note) return;
    const number = node.children.filter((child) => child.type === "text").map((text) => text.value);
    const body = note.children.filter(isElement).map((block) => ({
      ...block,
      tagName: "span",
      properties: { className: ["note-paragraph"] },
      children: block.children.filter((child) => !isBackReference(child)),
    }));
    const beside = h("span.note.footnote", { id, role: "note" }, [
      h("span.note-number", number.join("")),
      ...body,
    ]);
    // The reference sits in a <sup>; the note goes behind that, so that it is not small.
    (parent as Element).children.splice(index + 1, 0, beside);
  });
  visit(tree, "element", (node, index, parent) => {
    if (node.tagName !== "sup" || !parent || index === undefined) return;
    const floating = node.children.filter(
      (child) => isElement(child) && hasClass(child, "footnote"),
    );
    if (floating.length === 0) return;
    node.children = node.children.filter((child) => !floating.includes(child));
    (parent as Element).children.splice(index + 1, 0, ...floating);
  });
}

function isFootnoteCall(node: Element): boolean {
  return hasClass(node, "footnote-ref") || node.properties.dataFootnoteRef !== undefined;
}

function isBackReference(node: ElementContent): boolean {
  return (
    isElement(node) &&
    (hasClass(node, "footnote-backref") || node.properties.dataFootnoteBackref !== undefined)
  );
}

/** A note and its block become neighbors in the flow, so that paragraphs stay siblings. */
function unwrapNoted(tree: Root): void {
  visit(tree, "element", (node, index, parent) => {
    if (!hasClass(node, "noted") || !parent || index === undefined) return undefined;
    parent.children.splice(index, 1, ...node.children);
    return index;
  });
}

/** A paragraph that follows a paragraph is indented; a note between them does not count. */
function markFollowingParagraphs(tree: Root): void {
  visit(tree, (node) => {
    if (!("children" in node)) return;
    let previous: RootContent | null = null;
    for (const child of node.children) {
      if (!isElement(child) || hasClass(child, "note")) continue;
      const follows = isElement(previous) && previous.tagName === "p" && isPlain(previous);
      if (child.tagName === "p" && isPlain(child) && follows) addClass(child, "follows");
      previous = child;
    }
  });
}

function isPlain(paragraph: Element): boolean {
  const names = classes(paragraph);
  return names.length === 0 || names.includes("follows");
}

/** The first words of a chapter, up to about thirty letters or the first comma. */
function setLeadIn(tree: Root): void {
  const first = tree.children.filter(isElement).find((child) => !hasClass(child, "note"));
  if (first?.tagName !== "p") return;
  const text = first.children[0];
  addClass(first, "lead");
  if (text?.type !== "text") return;
  const found = /^(?:[^—]{3,32}?(?=[,.;:?!]\s|—)|.{20,32}?(?=\s))/u.exec(text.value);
  if (!found) return;
  const rest = text.value.slice(found[0].length);
  first.children.splice(0, 1, h("span.lead-in", found[0]), { type: "text", value: rest });
}

/** An address breaks before its dots and behind its slashes, not within a word. */
function breakAddresses(tree: Root): void {
  visit(tree, "element", (node) => {
    const [text] = node.children;
    if (node.tagName !== "a" || text?.type !== "text" || !/^(?:https?:|doi:)/.test(text.value))
      return;
    const pieces = text.value.split(/(?<=[^/:]\/)(?=[^/])|(?<=:\/\/)|(?=[.?&#_])/);
    node.children.splice(
      0,
      1,
      ...pieces.flatMap((value, index): ElementContent[] =>
        index === 0 ? [{ type: "text", value }] : [h("wbr"), { type: "text", value }],
      ),
    );
  });
}

function hyphenate(node: Root | RootContent, lettersMin: number): void {
  if (node.type === "text") node.value = hyphenateText(node.value, lettersMin);
  if (node.type !== "root" && node.type !== "element") return;
  if (isElement(node) && isUnbroken(node)) return;
  // These are ragged: only a word that would leave half a line empty is cut there.
  const isRagged = isElement(node) && (hasClass(node, "note") || hasClass(node, "bibliography"));
  const inner = isRagged ? 11 : lettersMin;
  for (const child of node.children) hyphenate(child, inner);
}

const unbrokenTags = ["code", "pre", "kbd", "samp", "svg", "math", "dt", "th", "script", "style"];
const unbrokenClasses = ["label", "kicker", "proof", "page-of", "lead-in", "picture"];

function isUnbroken(node: Element): boolean {
  return (
    unbrokenTags.includes(node.tagName) ||
    /^h[1-6]$/.test(node.tagName) ||
    unbrokenClasses.some((name) => hasClass(node, name))
  );
}

/**
 * Breaks only words of plain letters: an identifier or an address is never cut. At least three letters stay
 * on either side.
 */
function hyphenateText(text: string, lettersMin: number): string {
  return text.replace(
    /(?<![\p{L}\p{N}_./@:#\\\u00AD-])\p{Lu}?\p{Ll}{6,}(?![\p{L}\p{N}_/@(\\-]|\.\p{L})/gu,
    (word) => {
      if (word.length < lettersMin) return word;
      const cut = hyphen.hyphenateSync(word, { minWordLength: 7 });
      return (
        cut
          .replace(/^(.{1,2})\u00AD/u, "$1")
          .replace(/\u00AD(.{1,2})$/u, "$1")
          // A ligature swallows the soft hyphen in it, and is copied with it.
          .replace(/f\u00AD(?=[fijlt])/gu, "f")
      );
    },
  );
}

export function isElement(node: unknown): node is Element {
  return (node as { type?: string } | null)?.type === "element";
}

function addClass(node: Element, name: string): void {
  node.properties.className = [...classes(node), name];
}

function classes(node: Element): string[] {
  const names = node.properties.className;
  return Array.isArray(names) ? names.map(String) : [];
}
