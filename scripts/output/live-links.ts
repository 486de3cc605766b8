/**
 * From a printed widget to the live one: each has a short page in the HTML edition, which leads to the chapter's figure in
 * the state that is printed. Paper carries its address and a code of it, or only its path where no address is known. Pure.
 */
import type { Element, ElementContent } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { h } from "hastscript";
import { encode } from "uqr";
import type { EditionBook, Section } from "../model.ts";
import { copyTree, elements, hasClass, property } from "../tree.ts";
import { labelElement } from "./document.ts";

export type LiveFigure = {
  readonly id: string;
  /** Of its short page below html/, without its ending: `w/raft-log`. */
  readonly path: string;
  /** "Figure 10.7". */
  readonly label: string;
  /** The printed state, as in an address. */
  readonly state: string;
  /** Counted from 1, as the live figure counts. */
  readonly step: number;
};

/** Quiet modules on each side (ISO/IEC 18004, 9.1); a width that a telephone reads at arm's length; the least of a module. */
const quietModules = 4;
const codeMm = 16;
const moduleMm = 0.4;
const pxOfMm = 96 / 25.4;
/** Letters of an address in the narrowest margin column. */
const columnsMax = 18;

export function widgetFigures(tree: Section["tree"]): Element[] {
  return elements(tree, (node) => hasClass(node, "has-widget"));
}

/** The ids of figures begin with `fig-` and are unique in the book: so are paths. */
export function liveFigure(figure: Element): LiveFigure {
  const id = property(figure, "id") ?? "";
  const label = labelElement(figure);
  const state = property(figure, "dataPrintState") ?? "";
  return {
    id,
    path: `w/${id.replace(/^fig-/, "")}`,
    label: label ? textOf(label) : "Figure",
    state,
    step: Number(new URLSearchParams(state).get("step") ?? 0) + 1,
  };
}

/** The book with the way to the live figure at each still one: beside it on paper, in its caption in an EPUB. */
export function withLiveLinks(book: EditionBook, format: "pdf" | "epub"): EditionBook {
  let isFirst = true;
  const sections = book.sections.map((section) => {
    if (widgetFigures(section.tree).length === 0) return section;
    const tree = copyTree(section.tree);
    for (const figure of widgetFigures(tree)) {
      const mark = format === "pdf" ? besideFigure : inCaption;
      mark(figure, book.book.address, isFirst);
      isFirst = false;
    }
    return { ...section, tree };
  });
  return { ...book, sections };
}

function besideFigure(figure: Element, address: string | null, isFirst: boolean): void {
  const live = liveFigure(figure);
  const words = wordsOf(live, address);
  const how = isFirst ? [h("p", howTo(address))] : [];
  if (address === null) {
    figure.children.push(h("div.live", [h("p", ["Live: ", pathCode(words, "wbr")]), ...how]));
    return;
  }
  const href = addressOf(live, address);
  const alt = `Code for ${words}: this figure, live, at step ${live.step}`;
  figure.children.push(
    h("div.live", [
      codePicture(href, alt),
      h("p", h("a", { href }, [pathCode(words, "br")])),
      ...how,
    ]),
  );
}

function inCaption(figure: Element, address: string | null, isFirst: boolean): void {
  const live = liveFigure(figure);
  const path = pathCode(wordsOf(live, address), "wbr");
  const way = address === null ? path : h("a", { href: addressOf(live, address) }, [path]);
  const how = isFirst ? ` ${howTo(address)}` : "";
  const caption = figure.children.find(
    (child): child is Element => child.type === "element" && child.tagName === "figcaption",
  );
  caption?.children.push({ type: "text", value: " " }, h("span.live", ["Live: ", way, how]));
}

/** Said once, at the first figure of an edition. */
function howTo(address: string | null): string {
  return address === null
    ? "In the HTML edition this figure moves: the file of this name, with .html behind it, opens it in the state shown here."
    : "In a browser this figure moves: the address opens it in the state shown here.";
}

function addressOf({ path }: LiveFigure, address: string): string {
  return `${address}${path}.html`;
}

/** What is read and typed. Most hosts serve a page without its ending; code and link have it, for those that do not. */
function wordsOf({ path }: LiveFigure, address: string | null): string {
  return `${address ?? ""}${path}`.replace(/^https:\/\//, "");
}

/**
 * Broken behind slashes, and behind the hyphens of a name only where that is wider than the column.
 *
 * @param beforeName  in the margin a name has a line of its own, lest a hyphen of it be taken for one of a broken word
 */
function pathCode(words: string, beforeName: "br" | "wbr"): Element {
  const pieces = words.split(/(?<=\/)/);
  const name = pieces.pop() ?? "";
  const parts = name.length > columnsMax ? name.split(/(?<=-)/) : [name];
  return h("code", [...withBreaks(pieces), h(beforeName), ...withBreaks(parts)]);
}

function withBreaks(pieces: readonly string[]): ElementContent[] {
  return pieces.flatMap((value, index): ElementContent[] => [
    ...(index > 0 ? [h("wbr")] : []),
    { type: "text", value },
  ]);
}

/**
 * A QR code of level M, one path of runs; hung into the gap by its quiet zone, so that its dark edge stands in line. An
 * image, since Chromium tags a drawing within a page as no figure.
 */
function codePicture(text: string, alt: string): Element {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  const side = size + 2 * quietModules;
  const modulePx = Math.max(codeMm / size, moduleMm) * pxOfMm;
  const runs = data.flatMap((row, y) =>
    [
      ...row
        .map((dark) => (dark ? "1" : "0"))
        .join("")
        .matchAll(/1+/g),
    ].map(
      ({ index, 0: { length } }) =>
        `M${index + quietModules} ${y + quietModules}h${length}v1h-${length}z`,
    ),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}"><path d="${runs.join("")}"/></svg>`;
  return h("img", {
    alt,
    src: `data:image/svg+xml,${encodeURIComponent(svg)}`,
    style: `width: ${(side * modulePx).toFixed(2)}px; margin-left: ${(-quietModules * modulePx).toFixed(2)}px`,
  });
}
