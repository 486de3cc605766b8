/**
 * An address for every block of a page. Headings and what is referred to have ids of their own; the others get one made of
 * what they say, so that it stays when something is inserted elsewhere. In the HTML edition only.
 */
import type { Element, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { h } from "hastscript";
import { sha256 } from "../files.ts";
import { elements, hasClass, property } from "../tree.ts";

/** Fewest digits of a hash: one in sixteen million for two paragraphs of a page. */
const digitsMin = 6;

/** Give an id to each paragraph, item of a list and figure that has none: `p-4f9a1c`, `f-…`. */
export function nameBlocks(tree: Root): void {
  const used = new Set(
    elements(tree, (node) => property(node, "id") !== null).map(
      (node) => property(node, "id") ?? "",
    ),
  );
  const name = (prefix: string, text: string): string => {
    const hash = sha256(text);
    const id = `${prefix}-${hash.slice(0, digitsMin)}`;
    for (let count = 2; used.has(id); count++)
      if (!used.has(`${id}-${count}`)) return `${id}-${count}`;
    return id;
  };
  for (const { node, prefix } of nameless(tree)) {
    const id = name(prefix, contentOf(node));
    used.add(id);
    node.properties.id = id;
  }
}

/** A mark beside each paragraph that leads to it, for pointers: readers who tab have the key `y`, and should not stop at each paragraph. */
export function markParagraphs(tree: Root): void {
  for (const node of elements(tree, (element) => /^p-/.test(property(element, "id") ?? "")))
    node.children.push(
      h("a.paragraph-mark", {
        href: `#${property(node, "id")}`,
        tabIndex: -1,
        ariaHidden: "true",
      }),
    );
}

/** What an id is made of: text without the space in it; of a listing its file and region, which stay when the code changes. */
function contentOf(node: Element): string {
  const region = property(node, "dataRegion");
  if (region !== null) return `${property(node, "dataFile")} ${region}`;
  return textOf(node).replace(/\s+/g, " ").trim();
}

function nameless(tree: Root): { node: Element; prefix: "p" | "f" }[] {
  const found: { node: Element; prefix: "p" | "f" }[] = [];
  const walk = (node: Root | Element): void => {
    for (const child of node.children) {
      if (child.type !== "element" || isFurniture(child)) continue;
      const isBlock = isParagraph(child) || child.tagName === "figure";
      if (isBlock && property(child, "id") === null)
        found.push({ node: child, prefix: child.tagName === "figure" ? "f" : "p" });
      if (child.tagName !== "figure") walk(child);
    }
  };
  walk(tree);
  return found;
}

function isParagraph(node: Element): boolean {
  if (node.tagName === "p") return true;
  const hasBlocks = node.children.some(
    (child) => child.type === "element" && /^(?:p|ul|ol|pre|figure|div)$/.test(child.tagName),
  );
  return node.tagName === "li" && !hasBlocks;
}

/** What nobody quotes, or what belongs to a block that has an address. */
function isFurniture(node: Element): boolean {
  return [
    "kicker",
    "callout-title",
    "callouts",
    "footnotes",
    "note",
    "solution-link",
    "part-minutes",
    "bibliography",
    "index",
    "glossary",
  ].some((name) => hasClass(node, name));
}
