/** What stands on a slide, block by block: columns, questions, exercises, pictures and widgets of chapters, programs to run. */
import type { Element, ElementContent } from "hast";
import { h, s as xml } from "hastscript";
import type { Code, List, Root, RootContent } from "mdast";
import type { ContainerDirective, LeafDirective } from "mdast-util-directive";
import { toString as textOf } from "mdast-util-to-string";
import type { Node } from "unist";
import { fail } from "../report.ts";
import { elements, hasClass, property } from "../tree.ts";
import { fenceKind, fenceOf } from "./fences.ts";
import { findPicture, imageKey, insertFigures } from "./figures.ts";
import { block, leaf } from "./hast.ts";
import { addWrittenSteps, type Listing, listingOf } from "./slide-listings.ts";
import type { Work } from "./slide-parts.ts";
import { includeKey, slideWidget } from "./widgets.ts";

/** A row of blocks; `. . .` alone hides what follows it until the next step. */
export function convertAll(nodes: readonly Node[], work: Work): Node[] {
  const groups: Node[][] = [[]];
  let listing: Listing | null = null;
  const showIn = (node: RootContent | undefined): ContainerDirective | null =>
    node?.type === "containerDirective" && node.name === "show" ? node : null;
  for (const [index, node] of (nodes as RootContent[]).entries()) {
    if (node.type === "paragraph" && textOf(node).trim() === ". . .") {
      groups.push([]);
      continue;
    }
    const target = groups.at(-1) ?? [];
    if (node.type === "code" && fenceKind(node) === "listing") {
      const next = (nodes as RootContent[])[index + 1];
      listing = listingOf(node, showIn(next), work);
      if (listing) target.push(leaf("div", {}, [listing.element], node.position));
      continue;
    }
    if (showIn(node) !== null) {
      if (listing === null)
        fail(work.file, node, "block-place", {
          reason: "What to show of a listing stands right after it",
        });
      continue;
    }
    if (node.type === "containerDirective" && node.name === "steps") {
      if (listing === null)
        fail(work.file, node, "block-place", {
          reason: "Steps stand right after the listing that they go through",
        });
      else addWrittenSteps(node, listing, work);
    } else target.push(...convert(node, work));
    listing = null;
  }
  const [shown = [], ...later] = groups;
  return [
    ...shown,
    ...later.map((group) =>
      block("div", { className: ["fragment", "later"] }, group, group[0]?.position),
    ),
  ];
}

function convert(node: RootContent, work: Work): Node[] {
  if (node.type === "containerDirective") return container(node, work);
  if (node.type === "leafDirective") {
    if (node.name === "run") return runButton(node, work);
    return node.name === "include" ? include(node, work) : [];
  }
  if (node.type === "code") return fence(node, work);
  if (
    node.type === "paragraph" &&
    node.children.length === 1 &&
    node.children[0]?.type === "image"
  ) {
    const [image] = node.children;
    return pictureOf(imageKey(image.url, work.folder), image.alt ?? "", node, work);
  }
  if (node.type === "html") {
    fail(work.file, node, "no-raw-html", { reason: "Raw HTML is off", found: node.value });
    return [];
  }
  if ("children" in node && ["blockquote", "list", "listItem"].includes(node.type))
    return [{ ...node, children: convertAll(node.children, work) } as RootContent];
  return [node];
}

function container(node: ContainerDirective, work: Work): Node[] {
  const attributes = node.attributes ?? {};
  const inside = (): Node[] => convertAll(node.children, work);
  const made = (tag: string, className: string[], children = inside()): Node[] => [
    block(tag, { className }, children, node.position),
  ];
  switch (node.name) {
    case "figure":
      return figure(node, work);
    case "columns":
      return made("div", ["columns"]);
    case "column": {
      const style = attributes.width ? `flex:${attributes.width} 1 0` : undefined;
      return [
        block(
          "div",
          { className: ["column"], ...(style ? { style } : {}) },
          inside(),
          node.position,
        ),
      ];
    }
    case "incremental":
      return made(
        "div",
        ["incremental"],
        inside().map((child) => revealItems(child)),
      );
    case "question":
      return made("div", ["question"]);
    case "answer":
      return made("div", ["answer", "fragment"]);
    case "statement":
      return made("div", ["statement"]);
    case "credit":
      return made("div", ["credit"]);
    case "hint":
      return [
        block(
          "div",
          { className: ["hint", "fragment"] },
          [
            leaf("p", { className: ["label"] }, [{ type: "text", value: "Hint" }], undefined),
            ...inside(),
          ],
          node.position,
        ),
      ];
    case "solution":
      work.solutions.push(...(node.children as RootContent[]));
      return [];
    case "exercise": {
      const time = (attributes.time ?? "").replace(/m$/, "");
      const how = { alone: "alone", pairs: "in pairs", fives: "in fives", room: "all together" }[
        attributes.mode ?? ""
      ];
      const label = ["Exercise", attributes.title, how].filter(Boolean).join(" · ");
      const kicker = leaf(
        "p",
        { className: ["label"] },
        [{ type: "text", value: label }],
        node.position,
      );
      const clock = leaf(
        "p",
        { className: ["timer"], dataMinutes: time },
        [{ type: "text", value: `${time} min` }],
        node.position,
      );
      return [
        block(
          "div",
          {
            className: ["exercise"],
            role: "group",
            id: attributes.id ?? "",
            ...(attributes.lab ? { dataLab: attributes.lab } : {}),
          },
          [kicker, clock, ...inside()],
          node.position,
        ),
      ];
    }
    default:
      // Unknown names have been noted; notes and steps are read elsewhere.
      return [];
  }
}

function revealItems(node: Node): Node {
  if (node.type !== "list") return node;
  for (const item of (node as List).children) {
    item.data = { ...item.data, hProperties: { className: ["fragment"] } } as NonNullable<
      typeof item.data
    >;
  }
  return node;
}
function fence(node: Code, work: Work): Node[] {
  const kind = fenceKind(node);
  if (kind === "diagram") return diagram(node, work);
  const { language } = fenceOf(node);
  if (kind === "transcript" || /^(ts|typescript|js|javascript)$/.test(language)) {
    fail(work.file, node, "listing-has-source", {
      reason: "Program code on a slide is a listing",
      found: node.meta ?? language,
      expected: 'ts file="…" region="…"',
    });
    return [];
  }
  const lines = work.sources.highlight(node.value, language);
  const children = lines.flatMap((parts, i): ElementContent[] =>
    i === 0 ? parts : [{ type: "text", value: "\n" }, ...parts],
  );
  return [
    leaf(
      "pre",
      { className: ["code", "literal"], dataLang: language, tabIndex: 0 },
      [h("code", children)],
      node.position,
    ),
  ];
}

/** A Mermaid fence: chapters and decks show it the same way. */
function diagram(node: Code, work: Work): Node[] {
  const alone: Root = { type: "root", children: [node] };
  insertFigures({ folder: work.folder, pictures: work.sources.pictures })(alone, work.file);
  return alone.children;
}

function figure(node: ContainerDirective, work: Work): Node[] {
  const { src, alt, view } = node.attributes ?? {};
  const [first, ...rest] = node.children;
  if (src === undefined || src === null) {
    if (first?.type === "code" && fenceKind(first) === "diagram")
      return [...diagram(first, work), ...caption(rest, work)];
    fail(work.file, node, "attribute-required", {
      reason: "A figure shows nothing",
      expected: 'src="figures/…" or a mermaid fence',
    });
    return [];
  }
  return [...pictureOf(src, alt ?? "", node, work, view), ...caption(node.children, work)];
}

/** Words under a picture. */
function caption(nodes: readonly Node[], work: Work): Node[] {
  return nodes.length === 0
    ? []
    : [block("div", { className: ["caption"] }, convertAll(nodes, work), nodes[0]?.position)];
}

function pictureOf(key: string, alt: string, node: Node, work: Work, view?: string | null): Node[] {
  const { file, sources } = work;
  const found = findPicture(key, node, sources, file);
  if (found === null) {
    if (!sources.pictures.has(key))
      fail(file, node, "figure-exists", { reason: "A picture was not made" });
    return [];
  }
  if (alt.trim() === "")
    fail(file, node, "figure-alt", {
      reason: "A picture has no text alternative",
      found: key,
      expected: 'alt="the picture in words"',
    });
  const drawn =
    found.kind === "raster"
      ? h("img", { src: found.dataUri, alt: "" })
      : structuredClone(found.svg);
  const holder = h("div", { className: ["picture"], role: "img", ariaLabel: alt }, [drawn]);
  crop(holder, view);
  const proof =
    found.kind === "svg" && found.proof !== null
      ? [h("figcaption", [h("span.proof", found.proof)])]
      : [];
  return [leaf("figure", { className: ["figure"] }, [holder, ...proof], node.position)];
}

/** Show only a part of a drawing, as large as the slide allows: `view` is in the drawing's own units. */
function crop(tree: Element, view: string | null | undefined): void {
  if (!view) return;
  const [svg] = elements(tree, (node) => node.tagName === "svg");
  if (svg === undefined) return;
  const [x = 0, y = 0, width = 0, height = 0] = view.split(" ").map(Number);
  const window = xml("rect", { x, y, width, height }, []);
  // Another part may be shown beside it.
  const id = `view-${view.replaceAll(" ", "-")}`;
  svg.children = [
    xml("clipPath", { id }, [window]),
    xml("g", { clipPath: `url(#${id})` }, svg.children),
  ];
  Object.assign(svg.properties, { viewBox: view, className: ["cropped"] });
}

/** A figure, listing or table of a chapter: its picture, without number and caption, which are the page's. */
function include(node: LeafDirective, work: Work): Node[] {
  const ref = node.attributes?.ref ?? "";
  const found = work.sources.included.get(ref);
  if (found === undefined) {
    fail(work.file, node, "slide-include-exists", {
      reason: "An include names nothing that a chapter has",
      found: ref,
      known: [...work.sources.included.keys()],
    });
    return [];
  }
  const key = includeKey(node, work.sources.widgets);
  if (key !== null) return includedWidget(key, node, found, work);
  if (node.attributes?.state || node.attributes?.steps)
    fail(work.file, node, "slide-include-exists", {
      reason: "Only a widget has states",
      found: ref,
      known: [...work.sources.included.keys()].filter((name) =>
        work.sources.widgets.has(name.split("#")[1] ?? ""),
      ),
    });
  const copy = structuredClone(found);
  delete copy.properties.id;
  const kept = copy.children.filter(
    (child) => child.type !== "element" || child.tagName !== "figcaption",
  );
  const [holder] = elements(copy, (child) => hasClass(child, "picture"));
  if (holder && node.attributes?.alt) holder.properties.ariaLabel = node.attributes.alt;
  crop(copy, node.attributes?.view);
  const [proof] = elements(copy, (child) => hasClass(child, "proof"));
  if (proof) kept.push(h("figcaption", [proof]));
  return [leaf(copy.tagName, copy.properties, kept, node.position)];
}

/** A widget of a chapter, live, in the state that the deck asks for. */
function includedWidget(key: string, node: LeafDirective, figure: Element, work: Work): Node[] {
  const picture = work.sources.pictures.get(key);
  const goes = (node.attributes?.steps ?? "")
    .split("|")
    .filter((step) => step !== "")
    .map(Number);
  if (picture?.kind !== "widget") {
    fail(work.file, node, "widget-draws", {
      reason: picture?.kind === "problem" ? picture.reason : `No picture of ${key}`,
    });
    return [];
  }
  const last = picture.still.steps - 1;
  for (const step of goes)
    if (step > last)
      fail(work.file, node, "slide-steps-exist", {
        reason: "A widget has no such step in this run",
        found: String(step),
        expected: `0 to ${last}`,
      });
  const name = property(figure, "dataWidget") ?? "";
  const made = slideWidget(picture, { id: `${work.slideId}-${name}`, name, goes });
  return [leaf("div", {}, [made], node.position)];
}

/** Opens the program on the slide, to be changed and run there. */
function runButton(node: LeafDirective, work: Work): Node[] {
  const { sample = "", seed } = node.attributes ?? {};
  if (!work.sources.samples.has(sample ?? ""))
    fail(work.file, node, "sample-exists", {
      reason: "No such program runs in a page",
      found: sample ?? "",
      known: [...work.sources.samples],
    });
  const words = `npm run sample -- ${sample}${seed ? ` --seed ${seed}` : ""}`;
  const button = h(
    "button",
    { type: "button", dataSample: sample, ...(seed ? { dataSeed: seed } : {}) },
    "Run it",
  );
  return [leaf("p", { className: ["run"] }, [button, h("span.proof", words)], node.position)];
}
