/** Headings: ids, given as `{#id}` or made of the words; their order. */
import Slugger from "github-slugger";
import type { Heading, Root } from "mdast";
import { toString as textOf } from "mdast-util-to-string";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { fail } from "../report.ts";
import { setHast } from "./hast.ts";

type Options = {
  /** Ids are made unique in the book by the chapter's id before them. */
  readonly chapterId: string;
  /** The chapter's title: a first `#` line that repeats it is dropped, as other Markdown books have it. */
  readonly title: string;
};

export function identifyHeadings(options: Options) {
  return (tree: Root, file: VFile): void => {
    const slugger = new Slugger();
    let depthBefore = 1;
    dropTitle(tree, options.title);
    visit(tree, "heading", (node: Heading) => {
      const id = takeId(node) ?? `${options.chapterId}-${slugger.slug(textOf(node)) || "section"}`;
      setHast(node, { properties: { id } });
      if (textOf(node).trim() === "")
        fail(file, node, "heading-text", { reason: "A heading has no words" });
      if (node.depth === 1)
        fail(file, node, "no-level-one-heading", {
          reason: "A chapter has one title, in its front matter",
          found: `# ${textOf(node)}`,
          expected: `## ${textOf(node)}`,
        });
      else if (node.depth > depthBefore + 1)
        fail(file, node, "heading-order", {
          reason: `A heading of level ${node.depth} follows one of level ${depthBefore}`,
          found: textOf(node),
          expected: `level ${depthBefore + 1} or less`,
        });
      depthBefore = node.depth;
    });
  };
}

function dropTitle(tree: Root, title: string): void {
  const index = tree.children.findIndex((node) => node.type !== "yaml" && node.type !== "html");
  const first = tree.children[index];
  if (first?.type === "heading" && first.depth === 1 && textOf(first).trim() === title.trim())
    tree.children.splice(index, 1);
}

/** `{#id}` at the end of a heading's text. */
export function takeId(node: Heading): string | null {
  const last = node.children.at(-1);
  if (last?.type !== "text") return null;
  const match = /\s*\{#([a-z][a-z0-9-]*)\}\s*$/.exec(last.value);
  if (!match) return null;
  last.value = last.value.slice(0, match.index);
  return match[1] ?? null;
}
