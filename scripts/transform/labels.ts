/** What can be referred to: ids, and numbers by chapter, the same in every format. */
import type { Element, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import type { Chapter, Label, LabelKind } from "../model.ts";
import { fail } from "../report.ts";
import { elements, hasClass, property } from "../tree.ts";

const words: Readonly<Record<string, string>> = {
  figure: "Figure",
  listing: "Listing",
  table: "Table",
  exercise: "Exercise",
};

/** How many of each kind are numbered in trees that have their numbers: what a later part goes on from. */
export function countNumbered(trees: readonly Element[]): Record<string, number> {
  const kinds = Object.entries(words);
  const counts: Record<string, number> = {};
  for (const tree of trees)
    for (const span of elements(tree, (node) => hasClass(node, "label"))) {
      const [word, number] = textOf(span).split(" ");
      const kind = kinds.find(([, written]) => written === word)?.[0];
      if (kind) counts[kind] = Number(number?.split(".")[1] ?? 0);
    }
  return counts;
}

/** Every id of the pool, with the kind and title of what it names; ids given twice are noted. */
export function collectIds(
  chapters: readonly Chapter[],
): Map<string, { readonly kind: LabelKind; readonly title: string; readonly chapterId: string }> {
  const ids = new Map<
    string,
    { kind: LabelKind; title: string; chapterId: string; place: string }
  >();
  for (const chapter of chapters)
    ids.set(chapter.meta.id, {
      kind: "chapter",
      title: chapter.meta.title,
      chapterId: chapter.meta.id,
      place: `${chapter.path}:1`,
    });
  for (const chapter of chapters)
    for (const node of elements(chapter.tree, isLabelled)) {
      const id = property(node, "id") ?? "";
      const place = `${chapter.path}:${node.position?.start.line ?? 1}`;
      const other = ids.get(id);
      if (other)
        fail(chapter.file, node, "id-unique", {
          reason: `Id "${id}" is given twice`,
          found: id,
          other: `${other.place} (first given there)`,
        });
      else
        ids.set(id, {
          kind: kindOf(node),
          title: titleOf(node),
          chapterId: chapter.meta.id,
          place,
        });
    }
  return ids;
}

/** Note ids whose beginning says something else than what they name. */
export function checkIdForms(chapter: Chapter): void {
  const prefixes: Partial<Record<LabelKind, string>> = {
    figure: "fig-",
    listing: "lst-",
    table: "tab-",
    exercise: "ex-",
  };
  for (const node of elements(chapter.tree, isLabelled)) {
    const prefix = prefixes[kindOf(node)];
    const id = property(node, "id") ?? "";
    if (prefix && !new RegExp(`^${prefix}[a-z0-9-]+$`).test(id))
      fail(chapter.file, node, "id-form", {
        reason: `The id of ${kindOf(node) === "exercise" ? "an exercise" : `a ${kindOf(node)}`} has another form`,
        found: id,
        expected: `${prefix}…`,
      });
  }
}

function isLabelled(node: Element): boolean {
  if (!property(node, "id")) return false;
  if (/^h[2-6]$/.test(node.tagName)) return !hasClass(node, "footnotes-title");
  return (
    (node.tagName === "figure" || node.tagName === "section") &&
    !hasClass(node, "footnotes") &&
    node.properties.dataFootnotes === undefined
  );
}

function kindOf(node: Element): LabelKind {
  for (const kind of ["listing", "table", "figure", "exercise", "framework", "incident"] as const)
    if (hasClass(node, kind)) return kind;
  return "section";
}

function titleOf(node: Element): string {
  const given = property(node, "dataTitle");
  if (given !== null) return given;
  if (/^h\d$/.test(node.tagName)) return textOf(node).trim();
  const caption = elements(node, (child) => hasClass(child, "caption"))[0];
  return caption ? textOf(caption).trim() : "";
}

/**
 * Number what stands in a chapter and write the numbers into its tree.
 *
 * @param number  the chapter's number in this edition
 * @param before  how many of each kind the chapter has before this tree, where it is a part of one
 * @returns the labels of the chapter, itself first
 */
export function numberChapter(
  tree: Root,
  chapter: Chapter,
  number: string,
  before: Readonly<Record<string, number>> = {},
): Label[] {
  const counts: Record<string, number> = { ...before };
  const labels: Label[] = [
    {
      id: chapter.meta.id,
      kind: "chapter",
      number,
      title: chapter.meta.title,
      sectionId: chapter.meta.id,
    },
  ];
  const numbers = new Map<Element, string>();
  for (const node of elements(
    tree,
    (element) => element.tagName === "figure" || hasClass(element, "exercise"),
  )) {
    const span = elements(node, (child) => property(child, "dataLabel") !== null)[0];
    const kind = span ? (property(span, "dataLabel") ?? "") : "";
    if (!span || numbers.has(span)) continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
    const label = `${number}.${counts[kind]}`;
    numbers.set(span, label);
    numbers.set(node, label);
    span.children = [{ type: "text", value: `${words[kind] ?? kind} ${label}` }];
    delete span.properties.dataLabel;
  }
  for (const node of elements(tree, isLabelled)) {
    labels.push({
      id: property(node, "id") ?? "",
      kind: kindOf(node),
      number: numbers.get(node) ?? null,
      title: titleOf(node),
      sectionId: chapter.meta.id,
    });
  }
  return labels;
}
