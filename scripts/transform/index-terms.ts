/** Index marks -> anchors and the entries of the index, with ranges, see, see also and sub-entries. */
import type { Element, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { visit } from "unist-util-visit";
import type { Chapter, IndexEntry, Locator } from "../model.ts";
import { byCodePoint, fail } from "../report.ts";
import { elements, hasClass, property } from "../tree.ts";

export function isIndexMark(node: Element): boolean {
  return hasClass(node, "index-mark") || hasClass(node, "term");
}

/** `quorum > intersection`, or with a qualifier `snapshot (Raft)` -> the path of an entry. */
export function entryPath(term: string): string[] {
  const qualified = /^(.+) \(([^()]+)\)$/.exec(term.trim());
  const path = qualified ? [qualified[1] ?? "", qualified[2] ?? ""] : term.split(" > ");
  return path.map((part) => part.trim()).filter((part) => part !== "");
}

/** Note terms defined twice, ranges that do not close, and `see` that leads nowhere, over the whole pool. */
export function checkIndex(chapters: readonly Chapter[]): void {
  const terms = new Set<string>();
  const defined = new Map<string, string>();
  const marks = chapters.map((chapter) => ({
    chapter,
    nodes: elements(chapter.tree, isIndexMark),
  }));
  for (const { nodes } of marks)
    for (const node of nodes)
      if (property(node, "dataSee") === null) {
        const path = entryPath(property(node, "dataTerm") ?? "");
        path.forEach((_part, index) => {
          terms.add(path.slice(0, index + 1).join(" > "));
        });
      }
  for (const { chapter, nodes } of marks) {
    const open = new Map<string, Element>();
    for (const node of nodes) {
      const term = property(node, "dataTerm") ?? "";
      if (hasClass(node, "term")) {
        const place = `${chapter.path}:${node.position?.start.line ?? 1}`;
        const other = defined.get(term.toLowerCase());
        if (other)
          fail(chapter.file, node, "term-defined-once", {
            reason: `Term "${term}" is defined twice`,
            found: term,
            other: `${other} (first defined there)`,
          });
        else defined.set(term.toLowerCase(), place);
      }
      for (const name of ["dataSee", "dataSeeAlso"]) {
        const target = property(node, name);
        if (target !== null && !terms.has(entryPath(target).join(" > ")))
          fail(chapter.file, node, "index-target-exists", {
            reason: "The index refers to a term that it does not have",
            found: target,
            known: [...terms],
          });
      }
      const range = property(node, "dataRange");
      if (range === "start") {
        if (open.has(term))
          fail(chapter.file, node, "index-range-closed", {
            reason: `A range of "${term}" is open already`,
            found: term,
          });
        open.set(term, node);
      } else if (range === "end" && !open.delete(term))
        fail(chapter.file, node, "index-range-closed", {
          reason: `A range of "${term}" ends that was not begun`,
          found: term,
          known: [...open.keys()],
        });
    }
    for (const [term, node] of open)
      fail(chapter.file, node, "index-range-closed", {
        reason: `The range of "${term}" is never ended`,
        found: term,
        expected: `:index{term="${term}" range=end}`,
      });
  }
}

type Draft = {
  locators: Locator[];
  see: Set<string>;
  seeAlso: Set<string>;
  children: Map<string, Draft>;
};

/**
 * Give the marks of an edition their anchors (`ix-1`, … in reading order) and gather the index.
 *
 * @param sections  trees in reading order, each with its id and title
 * @param before  number of marks that stand before them
 */
export function gatherIndex(
  sections: readonly { readonly id: string; readonly title: string; readonly tree: Root }[],
  before = 0,
): IndexEntry[] {
  const top = draft();
  let count = before;
  for (const section of sections) {
    let place = section.title;
    const open = new Map<string, { from: string; place: string }>();
    visit(section.tree, "element", (node) => {
      if (/^h[23]$/.test(node.tagName) && property(node, "id") !== null)
        place = textOf(node).trim();
      if (!isIndexMark(node)) return;
      const term = property(node, "dataTerm") ?? "";
      const range = property(node, "dataRange");
      count += 1;
      const id = `ix-${count}`;
      if (!hasClass(node, "term")) node.properties.id = id;
      else node.properties.id = property(node, "id") ?? id;
      const anchor = property(node, "id") ?? id;
      const entry = entryAt(top, entryPath(term));
      const see = property(node, "dataSee");
      const seeAlso = property(node, "dataSeeAlso");
      if (see !== null) entry.see.add(see);
      if (seeAlso !== null) entry.seeAlso.add(seeAlso);
      if (range === "start") open.set(term, { from: anchor, place });
      else if (range === "end") {
        const start = open.get(term);
        if (start)
          entry.locators.push({
            from: start.from,
            to: anchor,
            sectionId: section.id,
            place: start.place,
            main: false,
          });
      } else if (see === null)
        entry.locators.push({
          from: anchor,
          to: anchor,
          sectionId: section.id,
          place,
          main: hasClass(node, "term"),
        });
      for (const name of ["dataTerm", "dataSee", "dataSeeAlso", "dataRange", "dataDef"])
        delete node.properties[name];
    });
  }
  return finished(top.children);
}

function draft(): Draft {
  return { locators: [], see: new Set(), seeAlso: new Set(), children: new Map() };
}

function entryAt(top: Draft, path: readonly string[]): Draft {
  let entry = top;
  for (const part of path) {
    // `Raft log` and `raft log` are one entry, under its first spelling.
    const key =
      [...entry.children.keys()].find((known) => known.toLowerCase() === part.toLowerCase()) ??
      part;
    const next = entry.children.get(key) ?? draft();
    entry.children.set(key, next);
    entry = next;
  }
  return entry;
}

function finished(entries: ReadonlyMap<string, Draft>): IndexEntry[] {
  return [...entries]
    .map(([term, entry]) => ({
      term,
      locators: entry.locators,
      see: [...entry.see].sort(byCodePoint),
      seeAlso: [...entry.seeAlso].sort(byCodePoint),
      children: finished(entry.children),
    }))
    .sort((a, b) => byCodePoint(sortKey(a.term), sortKey(b.term)) || byCodePoint(a.term, b.term));
}

/** Letter by letter, without regard to case and punctuation. */
export function sortKey(term: string): string {
  return term
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "");
}
