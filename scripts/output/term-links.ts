/**
 * Links from the words of a text to the glossary: the first time that a page uses a term outside the section that defines it.
 * In the HTML edition only, where the definition shows beside the link.
 */
import type { Element, ElementContent, Root, Text } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { h } from "hastscript";
import type { EditionBook } from "../model.ts";
import { elements, hasClass, property } from "../tree.ts";

export type GlossaryTerm = {
  readonly term: string;
  /** Ids of its entry in the glossary and of the place of its definition. */
  readonly id: string;
  readonly definedAt: string;
};

/** Terms of an edition's glossary that are no everyday words; empty where it has none. */
export function glossaryTerms({ book, sections }: EditionBook): GlossaryTerm[] {
  const glossary = sections.find((section) => section.page === "glossary");
  if (!glossary) return [];
  const everyday = new Set(book.everydayWords.map((word) => word.toLowerCase()));
  return elements(glossary.tree, (node) => node.tagName === "dt").flatMap((node) => {
    const link = elements(node, (child) => child.tagName === "a")[0];
    const term = textOf(node).trim();
    const definedAt = (link && property(link, "href")?.replace(/^#/, "")) ?? "";
    if (everyday.has(term.toLowerCase())) return [];
    return [{ term, id: property(node, "id") ?? "", definedAt }];
  });
}

/** Turn the first use of each term into a link, its address given by `hrefOf`. */
export function linkTerms(
  tree: Root,
  terms: readonly GlossaryTerm[],
  hrefOf: (id: string) => string,
): void {
  const byFirstWord = Map.groupBy(terms, ({ term }) => firstWord(term).toLowerCase());
  for (const list of byFirstWord.values()) list.sort((a, b) => b.term.length - a.term.length);
  const done = new Set<string>();
  for (const section of sectionsOf(tree)) {
    const ids = section.flatMap((node) =>
      [node, ...elements(node, () => true)].map((each) => property(each, "id")),
    );
    const definedHere = new Set(ids);
    const isFree = (term: GlossaryTerm): boolean =>
      !done.has(term.id) && !definedHere.has(term.definedAt);
    for (const node of section)
      linkIn(node, false, (text) => {
        const found = findTerm(text, byFirstWord, isFree);
        if (found) done.add(found.term.id);
        return found && { ...found, href: hrefOf(found.term.id) };
      });
  }
}

/** Blocks of a page, cut before each `h2` or block that opens with one. */
function sectionsOf(tree: Root): Element[][] {
  const sections: Element[][] = [[]];
  for (const node of tree.children) {
    if (node.type !== "element") continue;
    const opens = node.tagName === "h2" || elements(node, ({ tagName }) => tagName === "h2").length;
    if (opens) sections.push([]);
    sections.at(-1)?.push(node);
  }
  return sections;
}

type Found = { readonly start: number; readonly end: number; readonly href: string };

function linkIn(
  node: Element,
  isProse: boolean,
  find: (text: string) => Found | null | undefined,
): void {
  if (isClosed(node)) return;
  const prose = isProse || ["p", "li", "dd", "td"].includes(node.tagName);
  for (let index = 0; index < node.children.length; index++) {
    const child = node.children[index];
    if (child?.type === "element") linkIn(child, prose, find);
    if (child?.type !== "text" || !prose) continue;
    const found = find(child.value);
    if (!found) continue;
    node.children.splice(index, 1, ...cut(child, found));
    // What follows the link is looked at next.
    index += 1;
  }
}

function cut({ value }: Text, { start, end, href }: Found): ElementContent[] {
  return [
    { type: "text", value: value.slice(0, start) },
    h("a.term-use", { href }, value.slice(start, end)),
    { type: "text", value: value.slice(end) },
  ];
}

/** Where no term is linked: links, titles, code, what is defined, captions. */
function isClosed(node: Element): boolean {
  const closedTags = /^(?:a|code|dfn|figcaption|h[1-6]|math|pre|summary|svg|table)$/;
  const closedClasses = ["kicker", "callout-title", "facts", "footnote-ref", "transcript"];
  return closedTags.test(node.tagName) || closedClasses.some((name) => hasClass(node, name));
}

const word = /[\p{L}\p{N}]+/u;

function firstWord(text: string): string {
  return word.exec(text)?.[0] ?? "";
}

function findTerm(
  text: string,
  byFirstWord: ReadonlyMap<string, readonly GlossaryTerm[]>,
  isFree: (term: GlossaryTerm) => boolean,
): { term: GlossaryTerm; start: number; end: number } | null {
  for (const match of text.matchAll(/(?<![\p{L}\p{N}-])[\p{L}\p{N}]+/gu)) {
    const first = match[0].toLowerCase();
    const candidates = [
      ...(byFirstWord.get(first) ?? []),
      ...(byFirstWord.get(first.replace(/s$/, "")) ?? []),
    ];
    for (const term of candidates) {
      const end = match.index + term.term.length;
      const rest = /^s?(?![\p{L}\p{N}+-])/u.exec(text.slice(end));
      if (!rest || !isFree(term) || !isSame(term.term, text.slice(match.index, end))) continue;
      return { term, start: match.index, end: end + rest[0].length };
    }
  }
  return null;
}

/** `Raft` and `SWIM` are names, and no other words in lower case; `quorum` may begin a sentence. */
function isSame(term: string, written: string): boolean {
  return term === written || (!/\p{Lu}/u.test(term) && term === written.toLowerCase());
}
