/** Containers of the book: margin notes, cards, exercises, tables, editions' parts, callouts of code hosts. */
import type { Blockquote, Heading, Paragraph, Root, RootContent } from "mdast";
import type { ContainerDirective, TextDirective } from "mdast-util-directive";
import { toString as textOf } from "mdast-util-to-string";
import type { Node, Parent } from "unist";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { fail } from "../report.ts";
import { block, leaf, setHast, spaced, text } from "./hast.ts";

type Options = { readonly chapterId: string };
type Build = (node: ContainerDirective, options: Options, file: VFile, parent: Parent) => Node;

const builders: Readonly<Record<string, Build>> = {
  framework: (node) => card(node, "Framework", []),
  incident: (node) => card(node, "Incident", [incidentFacts(node)]),
  "when-not": (node, options) => titled(node, "When not to use it", options),
  "in-production": (node, options) => titled(node, "In production", options),
  brief: (node, options) => titled(node, "In five minutes", options),
  ladder,
  exercise,
  table,
  only: (node, _options, file) => limited("div", node, file),
  hint: part("Hint"),
  solution: part("Solution"),
};

/** Innermost first, so that a container sees its children already made. */
export function buildBlocks(options: Options) {
  return (tree: Root, file: VFile): void => {
    const found: { node: ContainerDirective; parent: Parent }[] = [];
    visit(tree, "containerDirective", (node, _index, parent) => {
      if (parent) found.push({ node, parent });
    });
    for (const { node, parent } of found.reverse()) {
      if (node.name === "aside") continue;
      const build = builders[node.name];
      const index = parent.children.indexOf(node);
      if (build && index >= 0)
        parent.children[index] = build(node, options, file, parent) as RootContent;
    }
    visit(tree, "blockquote", (node) => callout(node, file));
    placeAsides(tree, file);
  };
}

/** A margin note stands before its block in the tree, in one `div` with it. */
function placeAsides(tree: Root, file: VFile): void {
  visit(tree, (node) => {
    const parent = node as Parent;
    if (!Array.isArray(parent.children)) return;
    for (let index = 0; index < parent.children.length; index++) {
      const aside = parent.children[index] as ContainerDirective;
      if (aside.type !== "containerDirective" || aside.name !== "aside") continue;
      const before = parent.children[index - 1];
      if (!before || before.type === "heading" || before.type === "yaml") {
        fail(file, aside, "block-place", {
          reason: "A margin note follows nothing it could stand beside",
          expected: "it right after the paragraph that it belongs to",
        });
        setHast(aside, { name: "aside", properties: { className: ["note"] } });
        continue;
      }
      const note = block("aside", { className: ["note"] }, aside.children, aside.position);
      parent.children.splice(
        index - 1,
        2,
        block("div", { className: ["noted"] }, [note, before], before.position),
      );
      index -= 1;
    }
  });
}

function card(node: ContainerDirective, kicker: string, facts: readonly Node[]): Node {
  const head = [
    leaf("p", { className: ["kicker"] }, [text(kicker)], node.position),
    leaf("h3", { className: ["card-title"] }, [text(node.attributes?.title ?? "")], node.position),
  ];
  return block(
    "section",
    {
      className: [node.name],
      id: node.attributes?.id ?? "",
      dataTitle: node.attributes?.title ?? "",
      ariaLabel: `${kicker}: ${node.attributes?.title ?? ""}`,
    },
    [...head, ...facts, ...node.children],
    node.position,
  );
}

function incidentFacts(node: ContainerDirective): Node {
  const { date, duration, source } = node.attributes ?? {};
  const fact = (name: string, value: Node): Node[] => [
    leaf("dt", {}, [text(name)], node.position),
    block("dd", {}, [value], node.position),
  ];
  const plain = (value: string) => leaf("span", {}, [text(value)], node.position);
  return block(
    "dl",
    { className: ["facts"] },
    [
      ...fact("Date", plain(date ?? "")),
      ...(duration ? fact("Duration", plain(duration)) : []),
      ...fact(
        "Source",
        leaf("a", { className: ["cite"], dataCite: source ?? "" }, [], node.position),
      ),
    ],
    node.position,
  );
}

/** A section with a heading of its own, which enters the contents. */
function titled(node: ContainerDirective, title: string, options: Options): Node {
  const id = node.attributes?.id ?? `${options.chapterId}-${node.name}`;
  const heading: Heading = {
    type: "heading",
    depth: 2,
    children: [{ type: "text", value: node.attributes?.title ?? title }],
  };
  if (node.position) heading.position = node.position;
  setHast(heading, { properties: { id } });
  return block("section", { className: [node.name] }, [heading, ...node.children], node.position);
}

const levels = ["L3", "L4", "L5", "L6"];

function ladder(node: ContainerDirective, options: Options, file: VFile): Node {
  const list = node.children.find((child) => (child.type as string) === "defList") as
    | (Parent & Node)
    | undefined;
  const terms = (list?.children ?? [])
    .filter((child) => child.type === "defListTerm")
    .map((child) => textOf(child).trim());
  if (terms.join(" ") !== levels.join(" "))
    fail(file, node, "ladder-levels", {
      reason: "The answers of a ladder are others",
      found: terms.join(", ") || "no definition list",
      expected: levels.join(", "),
    });
  if (list) {
    setHast(list, { properties: { className: ["rungs"] } });
    visit(list, "paragraph", (paragraph: Paragraph) => {
      const first = paragraph.children[0];
      if (first?.type === "emphasis" && /^Missed:?$/.test(textOf(first)))
        setHast(paragraph, { properties: { className: ["missed"] } });
    });
  }
  return titled(node, "Calibration", options);
}

function exercise(node: ContainerDirective, _options: Options, file: VFile): Node {
  const { id, title, time, kind } = node.attributes ?? {};
  const names = node.children.map((child) => (child as { madeOf?: string }).madeOf);
  if (names.filter((name) => name === "solution").length > 1)
    fail(file, node, "block-content", {
      reason: "An exercise has more than one solution",
      expected: "one :::solution, with all that is to be said",
    });
  if (node.children.every((_child, index) => names[index] !== undefined))
    fail(file, node, "block-content", {
      reason: "An exercise has no task",
      expected: "what to do, before its hint and solution",
    });
  const facts = [kind, time?.replace(/m$/, " min")].filter(Boolean).join(", ");
  const head = block(
    "h3",
    { className: ["exercise-title"] },
    spaced([
      leaf("span", { className: ["label"], dataLabel: "exercise" }, [], node.position),
      ...(title ? [leaf("span", { className: ["caption"] }, [text(title)], node.position)] : []),
      ...(facts ? [leaf("span", { className: ["minutes"] }, [text(facts)], node.position)] : []),
    ]),
    node.position,
  );
  return block(
    "section",
    { className: ["exercise"], id: id ?? "", dataKind: kind ?? null, dataTitle: title ?? null },
    [head, ...node.children],
    node.position,
  );
}

/** What only some editions or formats have, in the tree until one of them is made. */
export function limited(
  name: "div" | "span",
  node: ContainerDirective | TextDirective,
  file: VFile,
): Node {
  const { edition, format } = node.attributes ?? {};
  if (!edition && !format)
    fail(file, node, "attribute-required", {
      reason: "What is limited to nothing is limited to nobody",
      expected: 'edition="…" or format="…"',
    });
  return block(
    name,
    { className: ["only"], dataEdition: edition ?? null, dataFormat: format ?? null },
    node.children,
    node.position,
  );
}

function part(name: string): Build {
  return (node, _options, file, parent) => {
    const outer = parent as unknown as ContainerDirective;
    if (outer.type !== "containerDirective" || outer.name !== "exercise")
      fail(file, node, "block-place", {
        reason: `A ${node.name} stands outside an exercise`,
        expected: `it inside ::::exercise, which has more colons than :::${node.name}`,
      });
    if (node.children.length === 0)
      fail(file, node, "block-content", { reason: `A ${node.name} is empty` });
    const summary = leaf("summary", {}, [text(name)], node.position);
    return Object.assign(
      block("details", { className: [node.name] }, [summary, ...node.children], node.position),
      { madeOf: node.name },
    );
  };
}

function table(node: ContainerDirective, _options: Options, file: VFile): Node {
  const [caption, grid, ...rest] = node.children;
  if (caption?.type !== "paragraph" || grid?.type !== "table" || rest.length > 0)
    fail(file, node, "block-content", {
      reason: "A table block holds something else than a caption and a table",
      expected: "one paragraph, the caption, and then one GFM table",
    });
  const head = block(
    "figcaption",
    {},
    spaced([
      leaf("span", { className: ["label"], dataLabel: "table" }, [], node.position),
      block(
        "span",
        { className: ["caption"] },
        caption?.type === "paragraph" ? caption.children : [],
        node.position,
      ),
    ]),
    node.position,
  );
  return block(
    "figure",
    { className: ["table"], id: node.attributes?.id ?? "" },
    [head, ...(grid ? [grid] : []), ...rest],
    node.position,
  );
}

const alerts: Readonly<Record<string, string>> = {
  NOTE: "Note",
  TIP: "Tip",
  IMPORTANT: "Important",
  WARNING: "Warning",
  CAUTION: "Caution",
};

/** `> [!NOTE]` as code hosts write it. */
function callout(node: Blockquote, file: VFile): void {
  const first = node.children[0];
  const words = first?.type === "paragraph" ? first.children[0] : undefined;
  if (first?.type !== "paragraph" || words?.type !== "text") return;
  const match = /^\[!(\w+)\][ \t]*(?:\n|$)/.exec(words.value);
  if (!match) return;
  const title = alerts[match[1]?.toUpperCase() ?? ""];
  if (!title) {
    fail(file, node, "attribute-value", {
      reason: "A callout of an unknown kind",
      found: match[1] ?? "",
      known: Object.keys(alerts),
    });
    return;
  }
  words.value = words.value.slice(match[0].length);
  if (words.value === "") first.children.shift();
  if (first.children[0]?.type === "break") first.children.shift();
  if (first.children.length === 0) node.children.shift();
  setHast(node, {
    name: "div",
    properties: { className: ["callout", `callout-${title.toLowerCase()}`], role: "note" },
  });
  node.children.unshift(
    leaf(
      "p",
      { className: ["callout-title"] },
      [text(title)],
      node.position,
    ) as RootContent as Paragraph,
  );
}
