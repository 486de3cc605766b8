/** Slips of the pen that a reader stumbles over: a word typed twice, and phrases that the book has forsworn. */
import type { Root, Text } from "mdast";
import { SKIP, visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { location } from "vfile-location";
import { fail } from "../report.ts";

type Options = {
  /** Phrases, as `prose-avoid` in editions/book.yaml lists them; compared without regard to case. */
  readonly avoid: readonly string[];
};

/** Spelled alike: `AND and` is an operator and a word. */
const doubled = /\b([A-Za-z][a-z]+)\s+\1\b/g;
/** Doublings that are English. */
const allowed = new Set(["that", "had", "is", "who"]);

export function checkProse({ avoid }: Options) {
  const escaped = avoid.map((phrase) =>
    phrase.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+"),
  );
  const avoided = escaped.length === 0 ? null : new RegExp(`\\b(?:${escaped.join("|")})\\b`, "gi");
  return (tree: Root, file: VFile): void => {
    visit(tree, (node) => {
      if (node.type === "linkReference" || node.type === "blockquote") return SKIP;
      if (node.type !== "text") return undefined;
      for (const match of node.value.matchAll(doubled))
        if (!allowed.has((match[1] ?? "").toLowerCase()))
          fail(file, placeOf(node, match[0], file), "word-doubled", {
            reason: "A word stands twice",
            found: match[0],
          });
      if (avoided)
        for (const match of node.value.matchAll(avoided))
          fail(file, placeOf(node, match[0], file), "prose-avoided", {
            reason: "The book does without this phrase (prose-avoid in editions/book.yaml)",
            found: match[0],
            expected: "what it is to say, said plainly",
          });
      return undefined;
    });
  };
}

/** Where words of a text node stand in its file; the node, where the file spells them otherwise. */
function placeOf(node: Text, words: string, file: VFile) {
  const start = node.position?.start.offset ?? 0;
  const offset = String(file.value).indexOf(words, start);
  return offset >= 0 && offset <= (node.position?.end.offset ?? 0)
    ? location(file).toPoint(offset)
    : node;
}
