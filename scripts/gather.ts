/** What the trees of a book need from outside before they can be transformed: runs, pictures, diagrams, grammars. */
import type { Root } from "mdast";
import { visit } from "unist-util-visit";
import { fenceKind, fenceOf } from "./transform/fences.ts";
import { imageKey } from "./transform/figures.ts";

export type Needs = {
  /** `raft/figure-8 --seed 3` */
  readonly runs: readonly string[];
  /** Repository paths of pictures. */
  readonly pictures: readonly string[];
  /** Mermaid sources. */
  readonly diagrams: readonly string[];
  readonly languages: readonly string[];
  /** Paths of programs whose regions are printed. */
  readonly programs: readonly string[];
};

/** @param trees  each tree with the folder of its file, which images are relative to */
export function gatherNeeds(
  trees: readonly { readonly tree: Root; readonly folder: string }[],
): Needs {
  const runs = new Set<string>();
  const pictures = new Set<string>();
  const diagrams = new Set<string>();
  const languages = new Set<string>();
  const programs = new Set<string>();
  for (const { tree, folder } of trees)
    visit(tree, (node) => {
      if (node.type === "code") {
        const { language, attributes } = fenceOf(node);
        const kind = fenceKind(node);
        if (kind === "transcript") runs.add(attributes.run ?? "");
        else if (kind === "diagram") diagrams.add(node.value);
        else languages.add(language);
        if (kind === "listing") programs.add(attributes.file ?? "");
      } else if (node.type === "containerDirective" && node.name === "figure") {
        if (node.attributes?.src) pictures.add(node.attributes.src);
      } else if (node.type === "image") pictures.add(imageKey(node.url, folder));
    });
  const sorted = (set: ReadonlySet<string>): string[] => [...set].sort();
  return {
    runs: sorted(runs),
    pictures: sorted(pictures),
    diagrams: sorted(diagrams),
    languages: sorted(languages),
    programs: sorted(programs),
  };
}
