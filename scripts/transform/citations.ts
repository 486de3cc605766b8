/** `:cite[…]` -> author and year by a CSL style, and the list of the works that an edition cites. */
import CSL from "citeproc";
import type { Element, ElementContent, Root } from "hast";
import { fromHtml } from "hast-util-from-html";
import type { CslEntry } from "../load.ts";
import type { Chapter } from "../model.ts";
import { fail } from "../report.ts";
import { elements, made, property, replaceElements } from "../tree.ts";

export type CitationStyle = { readonly style: string; readonly locale: string };

function keysOf(node: Element): string[] {
  return (property(node, "dataCite") ?? "")
    .split(/[;,]/)
    .map((key) => key.trim())
    .filter((key) => key !== "");
}
/** Keys may have dots and colons (`go-1.9`); ids of a page may not. */
export function bibliographyId(key: string): string {
  return `bib-${key.replace(/[^A-Za-z0-9_-]/g, "-")}`;
}
function isCitation(node: Element): boolean {
  return property(node, "dataCite") !== null;
}

/** Note citations of works that the bibliography does not have. */
export function checkCitations(chapter: Chapter, bibliography: readonly CslEntry[]): void {
  const known = bibliography.map((entry) => entry.id);
  for (const node of elements(chapter.tree, isCitation))
    for (const key of keysOf(node))
      if (!known.includes(key))
        fail(chapter.file, node, "citation-exists", {
          reason: `No work "${key}" in the bibliography`,
          found: key,
          known,
        });
}

/** How the works that an edition cites are written in its text and in its bibliography. */
export type CitedWorks = {
  readonly has: (key: string) => boolean;
  readonly textFor: (key: string, place: string | null) => ElementContent[];
  readonly entries: () => { id: string; entry: ElementContent[] }[];
};

/**
 * Write all citations of an edition.
 *
 * @returns the bibliography: for each cited work its id and its entry
 */
export function citeWorks(
  trees: readonly Root[],
  bibliography: readonly CslEntry[],
  style: CitationStyle,
): { id: string; entry: ElementContent[] }[] {
  const cited = trees.flatMap(citedKeys);
  const works = citedWorks(cited, bibliography, style);
  for (const tree of trees) writeCitations(tree, works);
  return works.entries();
}

/** Keys of the works that a tree cites. */
export function citedKeys(tree: Root): string[] {
  return elements(tree, isCitation).flatMap(keysOf);
}

/** @param keys  of all that the edition cites: two works of a year are told apart by a letter */
export function citedWorks(
  keys: readonly string[],
  bibliography: readonly CslEntry[],
  { style, locale }: CitationStyle,
): CitedWorks {
  const works = new Map(bibliography.map((entry) => [entry.id, entry]));
  const cited = new Set(keys.filter((key) => works.has(key)));
  const has = (key: string): boolean => cited.has(key);
  if (cited.size === 0) return { has, textFor: () => [], entries: () => [] };
  const engine = new CSL.Engine(
    { retrieveLocale: () => locale, retrieveItem: (id: string) => works.get(id) },
    style,
  );
  engine.setOutputFormat("html");
  engine.updateItems([...cited].sort());
  const textFor = (key: string, place: string | null): ElementContent[] => {
    const suffix = place === null ? {} : { suffix: `, ${place}` };
    return inline(engine.makeCitationCluster([{ id: key, ...suffix }]));
  };
  const entries = () => {
    const [parameters, texts] = engine.makeBibliography();
    return parameters.entry_ids.map(([id], index) => ({
      id: String(id),
      entry: inline(String(texts[index] ?? "").replace(/^\s*<div[^>]*>|<\/div>\s*$/g, "")),
    }));
  };
  return { has, textFor, entries };
}

export function writeCitations(tree: Root, works: CitedWorks): void {
  replaceElements(tree, isCitation, (node, parent) => {
    const keys = keysOf(node).filter(works.has);
    const links = keys.flatMap((key, index) => {
      const place = index === keys.length - 1 ? property(node, "dataPlace") : null;
      const link = made(
        "a",
        { className: ["cite"], href: `#${bibliographyId(key)}`, role: "doc-biblioref" },
        ...works.textFor(key, place),
      );
      return index === 0 ? [link] : [made("span", {}, "; "), link];
    });
    return parent.type === "element" && parent.tagName === "dd"
      ? links
      : [made("span", { className: ["cite-group"] }, "(", ...links, ")")];
  });
}

function inline(markup: string): ElementContent[] {
  return (fromHtml(markup.trim(), { fragment: true }).children as ElementContent[]).map((node) =>
    stripped(node),
  );
}

function stripped(node: ElementContent): ElementContent {
  delete node.position;
  if (node.type === "element") node.children = node.children.map(stripped);
  return node;
}
