/** `:::figure`, Mermaid fences and images -> figures with a picture, a text alternative and what proves them. */

import { posix } from "node:path";
import type { Element, ElementContent } from "hast";
import type { Code, Image, Paragraph, Root, RootContent } from "mdast";
import type { ContainerDirective } from "mdast-util-directive";
import { toString as textOf } from "mdast-util-to-string";
import type { Node } from "unist";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { fail } from "../report.ts";
import type { RuleId } from "../rules.ts";
import type { Still } from "../widget/still.ts";
import { fenceKind } from "./fences.ts";
import { block, leaf, spaced, text } from "./hast.ts";

/** A picture ready to stand in a page, or what is wrong with it. */
export type Picture =
  | { readonly kind: "svg"; readonly svg: Element; readonly proof: string | null }
  | { readonly kind: "widget"; readonly svg: Element; readonly still: Still }
  | { readonly kind: "raster"; readonly dataUri: string; readonly widthPx: number | null }
  | {
      readonly kind: "problem";
      readonly rule: RuleId;
      readonly reason: string;
      readonly known?: readonly string[];
      readonly line?: number;
      /** Where the program of the picture fails, as `path:line:column`. */
      readonly at?: string;
    };

type Options = {
  /** Folder of the chapter, for images with relative paths; "" for the book's root. */
  readonly folder: string;
  /** By repository path, or by `mermaid:` and the diagram's text. */
  readonly pictures: ReadonlyMap<string, Picture>;
};

export function insertFigures(options: Options) {
  return (tree: Root, file: VFile): void => {
    visit(tree, (node, index, parent) => {
      if (!parent || index === undefined) return;
      if (node.type === "containerDirective" && node.name === "figure")
        parent.children[index] = figure(node, options, file) as RootContent;
      else if (node.type === "code" && fenceKind(node) === "diagram")
        parent.children[index] = diagram(node, options, file) as RootContent;
      else if (node.type === "image")
        parent.children[index] = image(node, options, file) as RootContent;
    });
  };
}

function figure(node: ContainerDirective, options: Options, file: VFile) {
  const { src, alt } = node.attributes ?? {};
  const fence = node.children.find(
    (child): child is Code => child.type === "code" && fenceKind(child) === "diagram",
  );
  const caption = node.children.filter((child): child is Paragraph => child.type === "paragraph");
  const others = node.children.filter((child) => child !== fence && child.type !== "paragraph");
  if (others.length > 0 || caption.length !== 1 || !caption[0])
    fail(file, node, "figure-caption", {
      reason:
        caption.length === 0 ? "A figure has no caption" : "A figure holds more than its caption",
      expected: "one paragraph that states the figure's point",
    });
  if (fence && src)
    fail(file, node, "attribute-value", {
      reason: "A figure has both a diagram and a src",
      expected: "one of them",
    });
  if (!fence && !src)
    fail(file, node, "attribute-required", {
      reason: 'A figure needs "src" or a mermaid fence',
      expected: 'src="figures/…"',
    });
  const key = fence ? diagramKey(fence.value) : (src ?? "");
  const described = fence ? descriptionOf(fence, file) : src?.endsWith(".mmd") ? "" : null;
  if (described === null && !alt)
    fail(file, node, "figure-alt", {
      reason: "A figure has no text alternative",
      expected: 'alt="the whole picture in words"',
    });
  const picture = findPicture(key, fence ?? node, options, file);
  const label = alt ?? described ?? "";
  const proof =
    picture?.kind === "svg" && picture.proof !== null
      ? [leaf("span", { className: ["proof"] }, [text(picture.proof)], node.position)]
      : [];
  return block(
    "figure",
    { className: ["figure"], id: node.attributes?.id ?? "" },
    [
      leaf(
        "div",
        { className: ["picture"], role: "img", ariaLabel: label },
        picture ? [drawn(picture, label)] : [],
        node.position,
      ),
      block(
        "figcaption",
        {},
        spaced([
          leaf("span", { className: ["label"], dataLabel: "figure" }, [], node.position),
          block("span", { className: ["caption"] }, caption[0]?.children ?? [], node.position),
          ...proof,
        ]),
        node.position,
      ),
    ],
    node.position,
  );
}

/** A Mermaid fence of its own: a picture without number and caption. */
function diagram(node: Code, options: Options, file: VFile) {
  const label = descriptionOf(node, file);
  const picture = label === "" ? null : findPicture(diagramKey(node.value), node, options, file);
  const inner = leaf(
    "div",
    { className: ["picture"], role: "img", ariaLabel: label },
    picture ? [drawn(picture, label)] : [],
    node.position,
  );
  return block("figure", { className: ["figure", "unnumbered"] }, [inner], node.position);
}

function image(node: Image, options: Options, file: VFile) {
  const alt = node.alt ?? "";
  if (alt.trim() === "")
    fail(file, node, "image-alt", {
      reason: "An image has no text alternative",
      found: node.url,
      expected: "![what the picture shows](…)",
    });
  const picture = findPicture(imageKey(node.url, options.folder), node, options, file);
  return leaf(
    "span",
    { className: ["picture"], role: "img", ariaLabel: alt },
    picture ? [drawn(picture, alt)] : [],
    node.position,
  );
}

export function diagramKey(source: string): string {
  return `mermaid:${source}`;
}
/** The book's path of an image that a chapter names relative to itself. */
export function imageKey(url: string, folder: string): string {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(url)) return url;
  let path = url;
  try {
    path = decodeURIComponent(url);
  } catch {
    // A stray % is part of the name then.
  }
  return path.startsWith("/") ? path : posix.normalize(posix.join(folder, path));
}

/** accTitle and accDescr of a diagram, as one text alternative. */
function descriptionOf(node: Code, file: VFile): string {
  const title = /^\s*accTitle\s*:\s*(.+)$/m.exec(node.value)?.[1]?.trim();
  const line = /^\s*accDescr\s*:\s*(.+)$/m.exec(node.value)?.[1]?.trim();
  const lines = /^\s*accDescr\s*\{([^}]*)\}/m.exec(node.value)?.[1]?.replace(/\s+/g, " ").trim();
  const description = line ?? lines;
  if (!title || !description)
    fail(file, node, "diagram-described", {
      reason: `A diagram lacks ${[title ? "" : "accTitle", description ? "" : "accDescr"].filter(Boolean).join(" and ")}`,
      expected: "accTitle: and accDescr: lines in the diagram",
    });
  return [title, description].filter(Boolean).join(". ");
}

/** A picture that was made; null where it was not, which is noted where somebody knows why. */
export function findPicture(
  key: string,
  node: Node,
  options: Pick<Options, "pictures">,
  file: VFile,
): Exclude<Picture, { kind: "problem" }> | null {
  const picture = options.pictures.get(key);
  if (picture?.kind !== "problem") return picture ?? null;
  const start = node.position?.start;
  const place = picture.line && start ? { line: start.line + picture.line, column: 1 } : node;
  const rule =
    node.type === "image" && picture.rule === "figure-exists" ? "image-exists" : picture.rule;
  fail(file, place, rule, {
    reason: picture.reason,
    ...(picture.known ? { found: key, known: picture.known } : {}),
    ...(picture.at ? { other: picture.at } : {}),
  });
  return null;
}

function drawn(picture: Picture, alt: string): ElementContent {
  if (picture.kind === "svg" || picture.kind === "widget") return structuredClone(picture.svg);
  if (picture.kind === "problem") return text(textOf(alt));
  return {
    type: "element",
    tagName: "img",
    properties: {
      src: picture.dataUri,
      alt: "",
      ...(picture.widthPx ? { width: picture.widthPx } : {}),
    },
    children: [],
  };
}
