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
  readonly title: string;
  /** The heading that is the title stands in the text, as other Markdown books have it, and is dropped. */
  readonly titleInText: boolean;
};

export function identifyHeadings(options: Options) {
  return (tree: Root, file: VFile): void => {
    const slugger = new Slugger();
    const title = dropTitle(tree, options);
    // Others count the title's anchor too: a section of the same words is `-1` there and so it is here.
    if (title) slugger.slug(textOf(title));
    // A file whose title is `##` has its sections at `###`.
    const levels = (title?.depth ?? 1) - 1;
    let depthBefore = 1;
    visit(tree, "heading", (node: Heading, _index, parent) => {
      const id = takeId(node) ?? `${options.chapterId}-${slugger.slug(textOf(node)) || "section"}`;
      setHast(node, { properties: { id } });
      if (textOf(node).trim() === "")
        fail(file, node, "heading-text", { reason: "A heading has no words" });
      if (parent?.type === "blockquote") {
        // What is quoted has its own order and stands in no contents.
        node.depth = Math.max(4, node.depth) as Heading["depth"];
        return;
      }
      if (levels > 0) node.depth = Math.max(2, node.depth - levels) as Heading["depth"];
      if (node.depth === 1)
        fail(file, node, "no-level-one-heading", {
          reason: options.titleInText
            ? "A chapter has one title"
            : "A chapter has one title, in its front matter",
          found: `# ${textOf(node)}`,
          expected: `## ${textOf(node)}`,
        });
      else if (node.depth > depthBefore + 1)
        fail(file, node, "heading-order", {
          reason: `A heading of level ${node.depth + levels} follows one of level ${depthBefore + levels}`,
          found: textOf(node),
          expected: `level ${depthBefore + levels + 1} or less`,
        });
      depthBefore = node.depth;
    });
  };
}

/** Take out the heading that is the chapter's title, or repeats it; null where there is none. */
function dropTitle(tree: Root, { title, titleInText }: Options): Heading | null {
  const index = tree.children.findIndex((node) =>
    titleInText ? node.type === "heading" : node.type !== "yaml" && node.type !== "html",
  );
  const first = tree.children[index];
  if (first?.type !== "heading" || (!titleInText && first.depth !== 1)) return null;
  const words = textOf(first).replace(/\s*\{#[a-z][a-z0-9-]*\}\s*$/, "");
  if (words.trim() !== title.trim()) return null;
  takeId(first);
  tree.children.splice(index, 1);
  return first;
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
