/** `:ref[…]` and links -> links with the number and title of what they name. */
import type { Element, ElementContent, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import type { Chapter, Label, LabelKind } from "../model.ts";
import { fail } from "../report.ts";
import { elements, hasClass, property, replaceElements } from "../tree.ts";

type Known = ReadonlyMap<string, { readonly kind: LabelKind; readonly title: string }>;

/** Note references and inner links that name nothing in the pool. */
export function checkReferences(chapter: Chapter, ids: Known): void {
  const footnotes = new Set(
    elements(chapter.tree, (node) => property(node, "id") !== null).map(
      (node) => property(node, "id") ?? "",
    ),
  );
  for (const node of elements(chapter.tree, (element) => element.tagName === "a")) {
    const ref = property(node, "dataRef");
    if (ref !== null && ref !== "" && !ids.has(ref))
      fail(chapter.file, node, "reference-exists", {
        reason: `No "${ref}" in the book`,
        found: ref,
        known: [...ids.keys()],
      });
    const href = property(node, "href");
    if (ref !== null || href === null || !href.startsWith("#")) continue;
    const target = targetOf(href, ids);
    if (target === null && !footnotes.has(href.slice(1)))
      fail(chapter.file, node, "link-exists", {
        reason: "A link leads to no place of the book",
        found: href.slice(1).replace("/", "#"),
        known: [...ids.keys()],
      });
  }
}

/** `#consensus/the-commit-rule` (chapter and anchor as Markdown has them) -> the id of that place. */
function targetOf(href: string, ids: Known): string | null {
  const [chapter = "", anchor] = href.slice(1).split("/");
  if (anchor === undefined) return ids.has(chapter) ? chapter : null;
  return (
    [anchor, `${chapter}-${anchor}`, `${chapter}-${anchor.toLowerCase()}`].find((id) =>
      ids.has(id),
    ) ?? null
  );
}

type Options = {
  /** Labels of this edition. */
  readonly labels: ReadonlyMap<string, Label>;
  /** Everything of the pool, for what this edition lacks. */
  readonly ids: Known;
  /** Named where a reference leads outside this edition. */
  readonly completeTitle: string;
  /** Told of each reference that leads outside this edition. */
  readonly onOutside: (node: Element, id: string) => void;
};

export function resolveReferences(tree: Root, options: Options): void {
  let before = "";
  replaceElements(
    tree,
    (node) =>
      node.tagName === "a" &&
      (hasClass(node, "ref") || /^#[^/]+$|^#.+\/.+$/.test(property(node, "href") ?? "")),
    (node, parent) => {
      const ref = property(node, "dataRef");
      before = textBefore(node, parent);
      const target = ref ?? targetOf(property(node, "href") ?? "", options.ids);
      if (target === null) return [node];
      const isInside = options.labels.has(target);
      if (!isInside) options.onOutside(node, target);
      if (ref !== null) return reference(ref, /(^|[.!?:]\s+)$/.test(before), options);
      return isInside
        ? [{ ...node, properties: { ...node.properties, href: `#${target}` } }]
        : node.children;
    },
  );
}

function textBefore(node: Element, parent: Element | Root): string {
  const index = parent.children.indexOf(node);
  const previous = parent.children[index - 1];
  if (!previous) return "";
  return previous.type === "text"
    ? previous.value
    : previous.type === "element"
      ? textOf(previous)
      : "";
}

function reference(id: string, starts: boolean, options: Options): ElementContent[] {
  const label = options.labels.get(id);
  const known = options.ids.get(id);
  if (!label) {
    const title = known?.title ?? id;
    const what =
      known?.kind === "chapter" || known?.kind === "section"
        ? `“${title}”`
        : `a ${known?.kind ?? "place"}`;
    return [
      {
        type: "element",
        tagName: "span",
        properties: { className: ["ref-outside"] },
        children: [{ type: "text", value: `${what} in ${options.completeTitle}` }],
      },
    ];
  }
  return [
    {
      type: "element",
      tagName: "a",
      properties: { className: ["ref", `ref-${label.kind}`], href: `#${id}` },
      children: [{ type: "text", value: wording(label, starts) }],
    },
  ];
}

function wording(label: Label, starts: boolean): string {
  const chapter = starts ? "Chapter" : "chapter";
  switch (label.kind) {
    case "chapter":
      return `${chapter} ${label.number ?? ""}, “${label.title}”`;
    case "figure":
      return `Figure ${label.number ?? ""}`;
    case "listing":
      return `Listing ${label.number ?? ""}`;
    case "table":
      return `Table ${label.number ?? ""}`;
    case "exercise":
      return `Exercise ${label.number ?? ""}`;
    case "framework":
    case "incident":
      return label.title;
    case "section":
      return `“${label.title}”`;
  }
}
