/**
 * The index of the search in the HTML edition, as scripts that a page loads from its folder when somebody asks: a core with
 * titles and index terms, postings in shards by first letters, and texts by page for excerpts. No library that is kept
 * stays below 300 kB from file://; this one does because it loads by shards.
 */
import type { Element, Root, RootContent } from "hast";
import type { EditionBook, IndexEntry, Section } from "../model.ts";
import { byCodePoint } from "../report.ts";
import { isRoundWidget } from "../transform/widgets.ts";
import { elements, hasClass, property } from "../tree.ts";
import { fullTitle } from "./document.ts";
import { dataScript } from "./screen-scripts.ts";
import { type SearchCore, type Term, type Unit, wordsOf } from "./search-rank.ts";

type Draft = { readonly id: string; readonly title: string; text: string };

/** Bytes that a shard may have before the next begins; two first letters stay together. */
const shardBytes = 40_000;
/** A word in more than this share of all sections is left out. */
const commonShare = 0.4;
/** More places of one term than these are found by its own entry in the index. */
const placesMax = 3;

/**
 * Scripts by path below assets/: `search/core.js`, `search/<n>.js`, `search/text-<page>.js`.
 *
 * @param pages  sections that have a page, in reading order
 * @param pageName  file name of a section's page
 */
export function searchFiles(
  book: EditionBook,
  pages: readonly Section[],
  pageName: (section: Section) => string,
): Map<string, string> {
  const units: Unit[] = [];
  const words: string[][] = [];
  const unitOfId = new Map<string, number>();
  const files = new Map<string, string>();
  pages.forEach((section, page) => {
    const made = unitsOf(section, (id, index) => unitOfId.set(id, units.length + index));
    for (const unit of made) {
      const own = wordsOf(unit.text);
      units.push([page, unit.id, unit.title, own.length]);
      words.push(own);
    }
    const name = `search/text-${page}`;
    files.set(
      `${name}.js`,
      dataScript(
        name,
        made.map(({ text }) => text),
      ),
    );
  });
  const { shards, common } = shardsOf(words);
  shards.forEach((shard, index) => {
    files.set(`search/${index}.js`, dataScript(`search/${index}`, Object.fromEntries(shard)));
  });
  const core: SearchCore = {
    pages: pages.map((section) => [pageName(section), fullTitle(section)]),
    units,
    terms: book.indexEntries.flatMap((entry) => termsOf(entry, [], unitOfId)),
    shards: shards.map((shard) => shard[0]?.[0].slice(0, 2) ?? ""),
    common,
  };
  files.set("search/core.js", dataScript("search/core", core));
  return files;
}

/** Cut a page into its headings with what stands under each; what stands before the first belongs to the page's title. */
function unitsOf(section: Section, onId: (id: string, unit: number) => void): Draft[] {
  const units: Draft[] = [{ id: "", title: section.title, text: "" }];
  if (section.page === "index" || section.page === "glossary") return units;
  let current = 0;
  const open = (id: string, title: string): void => {
    current = units.push({ id, title, text: "" }) - 1;
  };
  const add = (text: string): void => {
    const unit = units[current];
    if (unit) unit.text += text;
  };
  const walk = (node: Root | RootContent): void => {
    if (node.type === "text") add(node.value);
    else if (node.type === "root") node.children.forEach(walk);
    if (node.type !== "element" || isSilent(node)) return;
    const before = current;
    const begun = unitBegun(node);
    if (begun) open(begun.id, begun.title);
    const id = property(node, "id");
    if (id !== null) onId(id, current);
    const space = inline.has(node.tagName) ? "" : " ";
    add(space);
    if (hasClass(node, "picture")) add(property(node, "ariaLabel") ?? "");
    // A heading is the unit's title already.
    const isTitle = begun !== null && /^h[23]$/.test(node.tagName);
    if (isTitle) for (const inner of idsBelow(node)) onId(inner, current);
    else node.children.filter((child) => !isCardTitle(node, child, begun)).forEach(walk);
    add(space);
    // What follows a card belongs to the heading before it.
    if (node.tagName === "section" || node.tagName === "li") current = before;
  };
  onId(section.id, 0);
  walk(section.tree);
  return units.map((unit) => ({ ...unit, text: unit.text.replace(/\s+/g, " ").trim() }));
}

/** What a drawing says stands in its description; buttons and tables of a widget are no text. */
function isSilent(node: Element): boolean {
  return node.tagName === "svg" || hasClass(node, "footnote-back") || isRoundWidget(node);
}

function isCardTitle(node: Element, child: RootContent, begun: unknown): boolean {
  const isHeading = child.type === "element" && child.tagName === "h3";
  return begun !== null && node.tagName === "section" && isHeading;
}

function idsBelow(node: Element): string[] {
  return elements(node, (child) => child !== node).flatMap((child) => property(child, "id") ?? []);
}

const inline = new Set(
  "a abbr code dfn em i b kbd mi mn mo span strong sub sup samp q small s del".split(" "),
);

/** The heading that an element is, or opens with; a work of the bibliography is one of its own. */
function unitBegun(node: Element): { id: string; title: string } | null {
  const id = property(node, "id");
  if (id === null) return null;
  if (/^h[23]$/.test(node.tagName)) return { id, title: titleOf(node) };
  if (node.tagName === "li" && id.startsWith("bib-"))
    return { id, title: shortened(titleOf(node)) };
  const heading = node.children.find((child) => child.type === "element" && child.tagName === "h3");
  return node.tagName === "section" && heading?.type === "element"
    ? { id, title: titleOf(heading) }
    : null;
}

function titleOf(node: Element): string {
  const text = (each: Element): string =>
    each.children
      .map((child) =>
        child.type === "text"
          ? child.value
          : child.type === "element" && !hasClass(child, "minutes")
            ? text(child)
            : "",
      )
      .join("");
  return text(node).replace(/\s+/g, " ").trim();
}

function shortened(title: string): string {
  return title.length < 80 ? title : `${title.slice(0, 80).replace(/\s+\S*$/, "")}…`;
}

/** Words with their postings, cut into shards at a change of the first two letters. */
function shardsOf(texts: readonly (readonly string[])[]): {
  shards: (readonly [string, string])[][];
  common: string[];
} {
  const places = new Map<string, Map<number, number>>();
  texts.forEach((text, unit) => {
    for (const word of text) {
      const units = places.get(word) ?? new Map<number, number>();
      units.set(unit, (units.get(unit) ?? 0) + 1);
      places.set(word, units);
    }
  });
  const words = [...places.keys()].sort(byCodePoint);
  const isCommon = (word: string): boolean =>
    (places.get(word)?.size ?? 0) > Math.max(10, texts.length * commonShare);
  const shards: (readonly [string, string])[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  let start = "";
  for (const word of words.filter((each) => !isCommon(each))) {
    if (bytes > shardBytes && word.slice(0, 2) !== start) {
      shards.push([]);
      bytes = 0;
    }
    start = word.slice(0, 2);
    const posting = packed(places.get(word) ?? new Map());
    bytes += word.length + posting.length + 6;
    shards.at(-1)?.push([word, posting]);
  }
  return { shards, common: words.filter(isCommon) };
}

function packed(units: ReadonlyMap<number, number>): string {
  let before = 0;
  return [...units]
    .map(([unit, count]) => {
      const distance = (unit - before).toString(36);
      before = unit;
      return count === 1 ? distance : `${distance}:${count.toString(36)}`;
    })
    .join(" ");
}

/** An entry of the index and those below it, each under its whole name: "snapshot, Raft". */
function termsOf(
  entry: IndexEntry,
  path: readonly string[],
  unitOfId: ReadonlyMap<string, number>,
): Term[] {
  const names = [...path, entry.term];
  const ordered = [...entry.locators].sort((a, b) => Number(b.main) - Number(a.main));
  const places = ordered.slice(0, placesMax).flatMap(({ from }) => {
    const unit = unitOfId.get(from);
    return unit === undefined ? [] : [[unit, from] as const];
  });
  const own: Term = [names.join(", "), places, entry.see[0]?.replaceAll(" > ", ", ") ?? ""];
  const inner = entry.children.flatMap((child) => termsOf(child, names, unitOfId));
  return places.length > 0 || own[2] !== "" ? [own, ...inner] : inner;
}
