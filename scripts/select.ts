/**
 * The part of a chapter that an edition takes: some of its sections, without some kinds of block. A section is an `h2`, or a
 * block with an `h2` of its own, and all that follows it up to the next; what stands before the first is the lead.
 */
import type { Element, ElementContent, Root } from "hast";
import type { Hideable, Selection } from "./model.ts";
import { elements, hasClass, property, unwrapElements } from "./tree.ts";

const classOf = (kind: Hideable): string => (kind === "aside" ? "note" : kind);

/** Ids of the sections of a chapter, in their order. */
export function sectionIds(tree: Root): string[] {
  return tree.children.map(sectionIdOf).filter((id) => id !== null);
}

/** The blocks with which sections begin. */
export function sectionStarts(tree: Root): Element[] {
  return tree.children
    .filter((node): node is Element => node.type === "element")
    .filter((node) => sectionIdOf(node) !== null);
}

/** The id of the section that begins with this node, or null where none does. */
export function sectionIdOf(node: Root["children"][number]): string | null {
  if (node.type !== "element") return null;
  if (node.tagName === "h2") return property(node, "id");
  const head = node.tagName === "section" ? node.children.find(isHead) : undefined;
  return head ? property(head, "id") : null;
}

function isHead(node: ElementContent): node is Element {
  return node.type === "element" && node.tagName === "h2" && !hasClass(node, "footnotes-title");
}

/** Cut a chapter's tree down to what a selection names. A head with nothing left under it goes too. */
export function selectSections(tree: Root, selection: Selection): void {
  const { sections, without, hide } = selection;
  let wanted = true;
  tree.children = tree.children.filter((node) => {
    const id = sectionIdOf(node);
    if (id !== null) wanted = sections ? sections.includes(id) : !without.includes(id);
    return wanted || (node.type === "element" && hasClass(node, "footnotes"));
  });
  const hidden = hide.map(classOf);
  if (hidden.length > 0)
    unwrapElements(tree, (node) =>
      hidden.some((name) => hasClass(node, name)) && ["section", "aside"].includes(node.tagName)
        ? "remove"
        : "keep",
    );
  tree.children = tree.children.filter(
    (node, index) => !(isContent(node) && isHead(node) && isEnd(tree, index + 1)),
  );
  keepCalledNotes(tree);
}

function isContent(node: Root["children"][number]): node is ElementContent {
  return node.type !== "doctype";
}

/** Nothing but white space stands between here and the next section. */
function isEnd(tree: Root, index: number): boolean {
  const next = tree.children.slice(index).find((node) => node.type === "element");
  return !next || sectionIdOf(next) !== null || (next.type === "element" && isNotes(next));
}

function isNotes(node: Element): boolean {
  return hasClass(node, "footnotes");
}

/** Notes whose call is gone go as well. */
function keepCalledNotes(tree: Root): void {
  const called = new Set(
    elements(tree, (node) => hasClass(node, "footnote-ref")).map((node) =>
      (property(node, "href") ?? "").slice(1),
    ),
  );
  unwrapElements(tree, (node) => {
    if (isNotes(node)) return called.size === 0 ? "remove" : "keep";
    const isNote = node.tagName === "li" && /-fn-[^/]+$/.test(property(node, "id") ?? "");
    return isNote && !called.has(property(node, "id") ?? "") ? "remove" : "keep";
  });
}
