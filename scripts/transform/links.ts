/** Links between chapters, written as paths of their files, -> links to ids; raw HTML refused. */

import { posix } from "node:path";
import type { Html, Link, Root } from "mdast";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { fail } from "../report.ts";
import { setHast } from "./hast.ts";

type Options = {
  readonly chapterId: string;
  readonly folder: string;
  /** Repository path of a chapter's file -> its id. */
  readonly chapterIds: ReadonlyMap<string, string>;
  /** Chapter's id -> the anchor of its title, which stands in no text. */
  readonly titleAnchors: ReadonlyMap<string, string>;
};

export function resolveLinks(options: Options) {
  return (tree: Root, file: VFile): void => {
    visit(tree, ["link", "definition"], (found) => {
      const node = found as Link;
      const url = node.url;
      if (url.trim() === "" || (found.type === "link" && node.children.length === 0)) {
        fail(file, found, "link-exists", {
          reason: url.trim() === "" ? "A link leads nowhere" : "A link has no words",
          found: url,
          expected: "[words](a chapter, a place or an address)",
        });
        return;
      }
      if (/^[a-z][a-z0-9+.-]*:/i.test(url) || url.startsWith("//")) {
        if (!/^(https?|mailto|tel):/i.test(url))
          fail(file, node, "link-exists", {
            reason: "A link has a scheme that no reader should follow",
            found: url,
            expected: "https:, mailto: or a place in the book",
          });
        else setHast(node, { properties: { className: ["external"] } });
        return;
      }
      const [path = "", anchor] = url.split("#");
      const target =
        path === ""
          ? options.chapterId
          : options.chapterIds.get(
              posix.normalize(posix.join(options.folder, decoded(path))).replace(/\.html$/, ".md"),
            );
      if (target === undefined)
        fail(file, node, "link-exists", {
          reason: "A link leads to no chapter of the book",
          found: url,
          known: [...options.chapterIds.keys()],
        });
      else
        node.url =
          anchor === undefined || anchor === "" || anchor === options.titleAnchors.get(target)
            ? `#${target}`
            : `#${target}/${anchor}`;
    });
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A stray % is part of the name then.
    return path;
  }
}

/** Comments are dropped; any other HTML is a mistake, since no format but one could show it. */
export function refuseHtml() {
  return (tree: Root, file: VFile): void => {
    visit(tree, "html", (node: Html, index, parent) => {
      const rest = node.value.replace(/<!--[\s\S]*?-->/g, "").trim();
      if (rest !== "")
        fail(file, node, "no-raw-html", {
          reason: "Raw HTML is off",
          found: rest.split("\n")[0] ?? "",
          expected: "Markdown or a directive",
        });
      if (!parent || index === undefined) return;
      parent.children.splice(index, 1);
      return index;
    });
  };
}
