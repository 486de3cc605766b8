/** What stands at the other end of a link to another page, shortened: shown beside the link before anybody follows it. */
import type { Element, ElementContent, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { h } from "hastscript";
import type { EditionBook, Section } from "../model.ts";
import { elements, hasClass, property } from "../tree.ts";
import { abstractOf, fullTitle, serializeHtml } from "./document.ts";

const textLengthMax = 280;
const codeLinesMax = 12;

/**
 * HTML by id, for the ids that are asked for and all terms of the glossary; of whole pages by file name.
 *
 * @param linked  ids that pages other than their own link to
 */
export function previewsOf(
  book: EditionBook,
  linked: ReadonlySet<string>,
  pageName: (section: Section) => string,
): Readonly<Record<string, string>> {
  const previews: Record<string, string> = {};
  for (const section of book.sections) {
    if (linked.has(section.id))
      previews[pageName(section)] = serializeHtml(sectionPreview(section));
    const blocks = inOrder(section.tree);
    blocks.forEach((node, index) => {
      const id = property(node, "id");
      if (id === null || !(linked.has(id) || id.startsWith("gl-"))) return;
      const shown = previewOf(node, blocks.slice(index + 1, index + 40));
      if (shown) previews[id] = serializeHtml(shown);
    });
  }
  return previews;
}

/** Elements below in the order of the text; a margin note stands before its paragraph and is none of it. */
function inOrder(tree: Root | Element): Element[] {
  const notes = elements(tree, ({ tagName }) => tagName === "aside");
  const inNotes = new Set(notes.flatMap((note) => [note, ...elements(note, () => true)]));
  return elements(tree, (node) => node !== tree && !inNotes.has(node));
}

function sectionPreview(section: Section): ElementContent[] {
  const { question, abstract } = section;
  return [
    h("strong", fullTitle(section)),
    ...(question ? [h("p", h("em", question))] : []),
    ...(abstract ? [h("p", abstractOf(abstract))] : []),
  ];
}

/** @param following  elements that come after it, in the order of the text */
function previewOf(node: Element, following: readonly Element[]): ElementContent[] | null {
  if (node.tagName === "figure") return figurePreview(node);
  if (node.tagName === "li") return [h("p", shortened(textOf(node), 600))];
  if (node.tagName === "dt") {
    const definition = following.find(({ tagName }) => tagName === "dd");
    return [h("strong", textOf(node)), h("p", definition ? textOf(definition) : "")];
  }
  // A solution shown by accident is none.
  if (hasClass(node, "solution")) return null;
  if (node.tagName === "section") return titled(inOrder(node));
  return /^h[23]$/.test(node.tagName) ? titled([node, ...following]) : null;
}

/** The first heading among some elements, and the first paragraph after it. */
function titled(nodes: readonly Element[]): ElementContent[] | null {
  const at = nodes.findIndex(({ tagName }) => /^h[23]$/.test(tagName));
  const heading = nodes[at];
  const paragraph = nodes.slice(at + 1).find(({ tagName }) => tagName === "p");
  if (!heading) return null;
  return [
    h("strong", textOf(heading).trim()),
    ...(paragraph ? [h("p", shortened(textOf(paragraph), textLengthMax))] : []),
  ];
}

function figurePreview(figure: Element): ElementContent[] {
  const caption = elements(figure, ({ tagName }) => tagName === "figcaption")[0];
  const part = (name: string): string => {
    const node = caption && elements(caption, (child) => hasClass(child, name))[0];
    return node ? textOf(node) : "";
  };
  const code = hasClass(figure, "listing")
    ? elements(figure, ({ tagName }) => tagName === "pre")[0]
    : undefined;
  const lines = code ? textOf(code).split("\n") : [];
  const shown = [...lines.slice(0, codeLinesMax), ...(lines.length > codeLinesMax ? ["…"] : [])];
  return [
    h("strong", part("label")),
    h("p", part("caption")),
    ...(code ? [h("pre", h("code", shown.join("\n")))] : []),
  ];
}

function shortened(text: string, lengthMax: number): string {
  const plain = text.replace(/\s+/g, " ").trim();
  return plain.length <= lengthMax
    ? plain
    : `${plain.slice(0, lengthMax).replace(/\s+\S*$/, "")} …`;
}
