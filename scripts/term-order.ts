/**
 * No term before its definition: in the order of one edition, a chapter that uses a term which is defined later marks it (`:index`, where it
 * explains the word in passing) or refers forward, no later than in the section of its first use. A mark in an earlier chapter will do. What
 * stands before a chapter's first section may use the chapter's own terms: it asks what the rest answers.
 */
import type { Element, Root } from "hast";
import type { Chapter } from "./model.ts";
import { fail } from "./report.ts";
import { sectionStarts } from "./select.ts";
import { entryPath } from "./transform/index-terms.ts";
import { hasClass, property } from "./tree.ts";

type Place = { readonly chapter: number; readonly section: number; readonly node: Element };
type Word = { readonly text: string; readonly section: number; readonly node: Element };

type Reading = {
  /** Prose, element by element, with the section that it stands in. */
  readonly words: readonly Word[];
  /** Where each term is marked first, by section. */
  readonly marked: ReadonlyMap<string, number>;
  /** Chapters referred to, with the section of the first reference. */
  readonly referred: ReadonlyMap<string, number>;
  readonly defined: ReadonlyMap<string, Element>;
};

/**
 * @param order  the chapters as the edition has them
 * @param chapterOf  the chapter that an id belongs to
 * @param everyday  terms that are everyday words as well, and are not looked for
 * @param editionId  what is for other editions only is not read
 */
export function checkTermOrder(
  order: readonly Chapter[],
  chapterOf: (id: string) => string | null,
  everyday: readonly string[],
  editionId: string,
): void {
  const readings = order.map((chapter) => readingOf(chapter, chapterOf, editionId));
  const definitions = new Map<string, Place>();
  readings.forEach(({ defined, words }, chapter) => {
    for (const [term, node] of defined)
      if (!everyday.includes(term))
        definitions.set(term, {
          chapter,
          section: words.find((word) => word.node === node)?.section ?? 0,
          node,
        });
  });
  const explained = new Set<string>();
  order.forEach((chapter, index) => {
    const reading = readings[index];
    if (!reading) return;
    for (const [term, place] of definitions) {
      if (place.chapter < index || explained.has(term)) continue;
      const words =
        place.chapter === index
          ? reading.words.filter(({ section }) => section > 0)
          : reading.words;
      const use = firstUse(term, words);
      if (!use || (place.chapter === index && use.section >= place.section)) continue;
      const home = order[place.chapter];
      if (isPartOfKnown(term, { chapter: index, section: use.section }, definitions)) continue;
      const forward = home && home !== chapter ? reading.referred.get(home.meta.id) : undefined;
      const helpAt = Math.min(
        reading.marked.get(term) ?? Number.POSITIVE_INFINITY,
        forward ?? Number.POSITIVE_INFINITY,
      );
      if (helpAt <= use.section) continue;
      fail(chapter.file, use.node, "term-order", {
        reason: "A term is used before it is defined, explained or referred forward",
        found: term,
        expected: `:index[${term}] with a word of explanation, or a reference to where it is defined`,
        other: `${home?.path ?? ""}:${place.node.position?.start.line ?? 1} (defined there)`,
      });
    }
    for (const term of reading.marked.keys()) explained.add(term);
  });
}

/** `network partition`, defined by now, explains what a partition is here. */
function isPartOfKnown(
  term: string,
  here: Pick<Place, "chapter" | "section">,
  definitions: ReadonlyMap<string, Place>,
): boolean {
  return [...definitions].some(
    ([name, place]) =>
      (name.startsWith(`${term} `) || name.endsWith(` ${term}`)) &&
      (place.chapter < here.chapter ||
        (place.chapter === here.chapter && place.section <= here.section)),
  );
}

function firstUse(term: string, words: readonly Word[]): Word | undefined {
  const escaped = term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}-])${escaped}s?(?![\\p{L}\\p{N}-])`, "iu");
  return words.find(({ text }) => pattern.test(text));
}

const blocks = ["p", "li", "td", "th", "dd", "dt", "h2", "h3"];

function readingOf(
  { tree }: Chapter,
  chapterOf: (id: string) => string | null,
  editionId: string,
): Reading {
  const words: Word[] = [];
  const marked = new Map<string, number>();
  const referred = new Map<string, number>();
  const defined = new Map<string, Element>();
  const note = (map: Map<string, number>, name: string, section: number): void => {
    if (!map.has(name)) map.set(name, section);
  };
  const walk = (node: Root | Element, section: number): string => {
    let text = "";
    for (const child of node.children) {
      if (child.type === "text") text += child.value;
      if (child.type !== "element" || isSilent(child) || isElsewhere(child, editionId)) continue;
      const term = property(child, "dataTerm");
      if (term !== null) {
        const name = entryPath(term).join(" > ").toLowerCase();
        if (hasClass(child, "term")) {
          defined.set(name, child);
          words.push({ text: "", section, node: child });
        } else for (const part of [name, ...name.split(" > ")]) note(marked, part, section);
      }
      const target = property(child, "dataRef");
      const chapter = target === null ? null : chapterOf(target);
      if (chapter !== null) note(referred, chapter, section);
      const inner = walk(child, section);
      if (blocks.includes(child.tagName)) words.push({ text: inner, section, node: child });
      else text += inner;
    }
    return text;
  };
  let section = 0;
  const starts = new Set(sectionStarts(tree));
  for (const child of tree.children) {
    if (child.type !== "element") continue;
    if (starts.has(child)) section += 1;
    walk({ type: "root", children: [child] }, section);
  }
  return { words, marked, referred, defined };
}

function isElsewhere(node: Element, editionId: string): boolean {
  const editions = hasClass(node, "only") ? property(node, "dataEdition") : null;
  return editions !== null && !editions.split(/[\s,]+/).includes(editionId);
}

/** What is no prose: programs, pictures, formulas, where things came from. */
function isSilent(node: Element): boolean {
  return (
    ["pre", "code", "svg", "math"].includes(node.tagName) ||
    ["proof", "picture", "listing", "transcript", "facts"].some((name) => hasClass(node, name))
  );
}
