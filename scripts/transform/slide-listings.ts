/** Listings on slides: a region of a program or the part of it that fits, the steps through it, its size. */
import type { Element, ElementContent, Root as HastRoot } from "hast";
import { toString as hastText } from "hast-util-to-string";
import { h } from "hastscript";
import type { Code, Paragraph, PhrasingContent } from "mdast";
import type { ContainerDirective } from "mdast-util-directive";
import type { Node } from "unist";
import type { Region } from "../model.ts";
import { fail } from "../report.ts";
import { elements, hasClass } from "../tree.ts";
import { fenceOf } from "./fences.ts";
import { codeLines } from "./listings.ts";
import { toHast, type Work } from "./slide-parts.ts";

/** A listing on its way: its text, and the element that steps are added to. */
export type Listing = { readonly region: Region; readonly element: Element };

export function listingOf(node: Code, show: ContainerDirective | null, work: Work): Listing | null {
  const { file, sources } = work;
  const { language, attributes } = fenceOf(node);
  const { file: path = "", region: name = "" } = attributes;
  if (node.value.trim() !== "")
    fail(file, node, "listing-empty-fence", {
      reason: "A listing has text of its own",
      expected: "an empty fence: its text stands in its program",
    });
  const found = sources.region(path, name);
  if (found.kind === "no-file") {
    fail(file, node, "listing-file-exists", {
      reason: "A listing names a file that is not there",
      found: path,
      known: found.known,
    });
    return null;
  }
  if (found.kind === "no-region") {
    fail(file, node, "listing-region-exists", {
      reason: `${path} has no such region`,
      found: name,
      known: found.known,
    });
    return null;
  }
  sources.printed.push({ region: found.region, file, node });
  const region = show === null ? found.region : partOf(found.region, show, work);
  const element = h("figure", { className: ["listing"], dataFile: path, dataRegion: name }, [
    h("pre", { className: ["code"], dataLang: language, tabIndex: 0 }, [
      h("code", codeLines(sources.highlight(region.text, language))),
    ]),
    h("div", { className: ["step-captions"] }),
    h("figcaption", [h("span.proof", `${path}, ${name}`)]),
  ]);
  const listing = { region, element };
  if (attributes.steps) addNamedSteps(attributes.steps, listing, node, work);
  return listing;
}

/** `steps="merge|tick|all"`: each names a region nested in the listing's. */
function addNamedSteps(written: string, listing: Listing, node: Node, work: Work): void {
  const { region, element } = listing;
  written.split("|").forEach((part, index) => {
    const name = part.trim();
    const range = name === "all" ? ([1, region.lines.length] as const) : region.nested.get(name);
    if (range === undefined) {
      fail(work.file, node, "slide-steps-exist", {
        reason: `Region "${region.name}" of ${region.path} has no such region in it`,
        found: name,
        known: [...region.nested.keys(), "all"],
      });
      return;
    }
    addStep(element, index + 1, rangeOf(range[0], range[1]), []);
  });
}

/** `:::steps`: a list; each item begins with code that stands in exactly one line, `a` … `b` for a range, then says why. */
export function addWrittenSteps(node: ContainerDirective, listing: Listing, work: Work): void {
  const list = node.children.find((child) => child.type === "list");
  if (node.children.length !== 1 || list?.type !== "list") {
    fail(work.file, node, "block-content", {
      reason: "Steps are one list",
      expected: "- `code of the line` What it is for.",
    });
    return;
  }
  list.children.forEach((item, index) => {
    const paragraph = item.children[0];
    const { lines, rest } = linesNamed(paragraph, listing.region, item, work);
    const caption = toHast([{ type: "paragraph", children: rest } as Node], work.file).children[0];
    addStep(listing.element, index + 1, lines, caption?.type === "element" ? caption.children : []);
  });
}

/**
 * Lines of a region that a paragraph names at its beginning: `code`, or `code` … `code`, each of exactly one line. Code and
 * not numbers, so that an edit of the program cannot shift what is meant.
 */
function linesNamed(
  paragraph: Node | undefined,
  region: Region,
  place: Node,
  work: Work,
): { lines: number[]; rest: PhrasingContent[] } {
  const rest = paragraph?.type === "paragraph" ? [...(paragraph as Paragraph).children] : [];
  const texts = region.text.split("\n");
  const lines: number[] = [];
  let isRange = false;
  for (let part = rest[0]; part !== undefined; part = rest[0]) {
    if (part.type === "text" && /^\s*…?\s*$/.test(part.value)) isRange = part.value.includes("…");
    else if (part.type === "inlineCode") {
      const code = part.value;
      const [line, ...others] = texts.flatMap((text, i) => (text.includes(code) ? [i + 1] : []));
      if (line === undefined || others.length > 0) {
        fail(work.file, part, "slide-steps-exist", {
          reason: `Code stands in ${line === undefined ? "no line" : `${others.length + 1} lines`} of region "${region.name}"`,
          found: code,
          expected: "code of exactly one line",
        });
      } else {
        const from = lines.at(-1);
        lines.push(...(isRange && from !== undefined ? rangeOf(from, line) : [line]));
      }
      isRange = false;
    } else break;
    rest.shift();
  }
  if (rest[0]?.type === "text") rest[0] = { ...rest[0], value: rest[0].value.trimStart() };
  if (lines.length === 0)
    fail(work.file, place, "slide-steps-exist", {
      reason: "No line of the listing is named",
      expected: "`code of the line` at the beginning",
    });
  return { lines, rest };
}

function indentOf(text: string | undefined): number {
  return text?.search(/\S/) ?? 0;
}

/**
 * The part of a region that fits a slide: from one line to another with the bracket that closes it, or the lines between
 * blank ones around one line.
 */
function partOf(region: Region, show: ContainerDirective, work: Work): Region {
  const { lines } = linesNamed(show.children[0], region, show, work);
  const texts = region.text.split("\n");
  let [from, to] = [lines[0] ?? 1, lines.at(-1) ?? texts.length];
  const closer = texts[to] ?? "";
  if (
    lines.length > 1 &&
    /^[)}\];,]+$/.test(closer.trim()) &&
    indentOf(closer) === indentOf(texts[from - 1])
  )
    to += 1;
  if (lines.length === 1) {
    while ((texts[from - 2] ?? "") !== "") from -= 1;
    while ((texts[to] ?? "") !== "") to += 1;
  }
  const part = texts.slice(from - 1, to);
  const indent = Math.min(...part.filter((text) => text !== "").map(indentOf));
  const nested = [...region.nested]
    .filter(([, [first, last]]) => first >= from && last <= to)
    .map(([name, [first, last]]) => [name, [first - from + 1, last - from + 1]] as const);
  return {
    ...region,
    text: part.map((text) => text.slice(indent)).join("\n"),
    lines: region.lines.slice(from - 1, to),
    nested: new Map(nested),
  };
}

function addStep(
  listing: Element,
  number: number,
  lines: readonly number[],
  caption: ElementContent[],
): void {
  const spans = elements(listing, (node) => hasClass(node, "line"));
  for (const line of new Set(lines)) {
    const span = spans[line - 1];
    if (span)
      span.properties.className = [...(span.properties.className as string[]), `in-${number}`];
  }
  const captions = listing.children[1] as Element;
  captions.children.push(
    h(
      "p",
      { className: ["step", "fragment", "current-visible"], dataStep: String(number) },
      caption,
    ),
  );
}

function rangeOf(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
/** Room for code on a slide, in pixels, and what a column and a line need of a type size. */
const codeRoom = {
  widthPx: 1090,
  heightPx: 505,
  captionsPx: 84,
  proofPx: 34,
  gapPx: 20,
  runPx: 72,
};
const codeType = { sizePxMin: 20, sizePxMax: 28, columnEm: 0.6, lineEm: 1.36 };

/** All listings of a slide in one size: as large as the longest line and the number of lines allow. */
export function sizeCode(tree: HastRoot): HastRoot {
  const listings = elements(tree, (node) => hasClass(node, "listing"));
  if (listings.length === 0) return tree;
  const lines = listings.flatMap((listing) => hastText(listing.children[0] as Element).split("\n"));
  const columns = Math.max(...lines.map((line) => line.length));
  const hasCaptions = listings.some(
    (listing) => (listing.children[1] as Element).children.length > 0,
  );
  const hasRun = elements(tree, (node) => hasClass(node, "run")).length > 0;
  const extra =
    listings.length * (codeRoom.proofPx + codeRoom.gapPx) +
    (hasCaptions ? codeRoom.captionsPx : 0) +
    (hasRun ? codeRoom.runPx : 0);
  const byHeight = (codeRoom.heightPx - extra) / (lines.length * codeType.lineEm);
  const byWidth = codeRoom.widthPx / (columns * codeType.columnEm);
  const size = Math.max(codeType.sizePxMin, Math.min(codeType.sizePxMax, byHeight, byWidth));
  for (const listing of listings)
    (listing.children[0] as Element).properties.style = `--size:${Math.floor(size * 2) / 2}px`;
  return tree;
}
