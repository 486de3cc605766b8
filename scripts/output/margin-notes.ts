/** Margin notes on a screen: beside their block where there is room, and folded behind a numbered mark at its end where there is none. */
import type { Element, Root } from "hast";
import { h } from "hastscript";
import { elements, hasClass } from "../tree.ts";

/**
 * Number the margin notes of a page and give each the mark that unfolds it. Notes are folded as `until-found`, so that the browser's
 * search and links into them still find them; style sheets overrule it where there is a margin, no script, or paper.
 */
export function foldNotes(tree: Root): void {
  for (const [index, noted] of elements(tree, (node) => hasClass(node, "noted")).entries()) {
    const [note, block] = noted.children.filter((child) => child.type === "element");
    if (!note || !block) continue;
    const id = `note-${index + 1}`;
    note.properties.id = id;
    note.properties.hidden = "until-found";
    const number = h("span.note-number", { ariaHidden: "true" }, `${index + 1}`);
    firstParagraph(note).children.unshift(number, { type: "text", value: " " });
    place(mark(index + 1, id), noted, block);
  }
}

function firstParagraph(note: Element): Element {
  return elements(note, ({ tagName }) => tagName === "p")[0] ?? note;
}

function mark(number: number, id: string): Element {
  return h(
    "button.note-mark",
    { type: "button", ariaExpanded: "false", ariaControls: [id], ariaLabel: `Note ${number}` },
    String(number),
  );
}

/** At the end of a paragraph's last line; other blocks have it below them. */
function place(button: Element, noted: Element, block: Element): void {
  if (block.tagName === "p") {
    // No line breaks between the last word and its mark.
    block.children.push({ type: "text", value: "\u00A0" }, button);
  } else noted.children.push(button);
}
