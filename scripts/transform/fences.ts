/** The info string of a fence: a language and attributes, `ts file="a.ts" region="b"` or `console run="raft" must-fail`. */
import type { Code, Root } from "mdast";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { fail } from "../report.ts";

export type Fence = {
  readonly language: string;
  readonly attributes: Readonly<Record<string, string>>;
};

const attribute = /([a-zA-Z][\w-]*)(?:=(?:"([^"]*)"|'([^']*)'|(\S+)))?/g;

/** `rust,ignore` and `{.python}` of other Markdown books name a language too. */
export function fenceOf(node: Code): Fence {
  const language =
    (node.lang ?? "")
      .replace(/^\{\.?/, "")
      .split(/[,{}:]/)[0]
      ?.toLowerCase() ?? "";
  const attributes: Record<string, string> = {};
  for (const match of (node.meta ?? "").matchAll(attribute)) {
    const name = match[1] ?? "";
    attributes[name] = match[2] ?? match[3] ?? match[4] ?? "";
  }
  return { language, attributes };
}

const known: Record<"listing" | "transcript", readonly string[]> = {
  listing: ["file", "region", "id", "caption", "steps"],
  transcript: ["run", "lines", "caption", "must-fail"],
};

/** What a fence is: a listing, a transcript, a diagram or literal code. */
export function fenceKind(node: Code): "listing" | "transcript" | "diagram" | "literal" {
  const { language, attributes } = fenceOf(node);
  if (language === "mermaid") return "diagram";
  if (attributes.file !== undefined || attributes.region !== undefined) return "listing";
  return attributes.run !== undefined ? "transcript" : "literal";
}

/** Note attributes of listings and transcripts that nobody reads. */
export function checkFences() {
  return (tree: Root, file: VFile): void => {
    const lines = String(file.value).split("\n");
    visit(tree, "paragraph", (node) => {
      const first = lines[(node.position?.start.line ?? 0) - 1]?.trim() ?? "";
      if (/^```+\w+ .*`/.test(first))
        fail(file, node, "fence-backtick", {
          reason: "A fence of backticks has a backtick in its first line, so it is no fence",
          found: first,
          expected: "a fence of tildes (~~~), or words without backticks",
        });
    });
    visit(tree, "code", (node: Code) => {
      const kind = fenceKind(node);
      if (kind !== "listing" && kind !== "transcript") return;
      for (const name of Object.keys(fenceOf(node).attributes))
        if (!known[kind].includes(name))
          fail(file, node, "attribute-known", {
            reason: `Unknown attribute "${name}" of a ${kind}`,
            found: name,
            known: known[kind],
          });
    });
  };
}
