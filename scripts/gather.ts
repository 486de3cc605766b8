/** What the trees of a book need from outside before they can be transformed: runs, pictures, diagrams, grammars. */
import type { Root } from "mdast";
import { visit } from "unist-util-visit";
import { fenceKind, fenceOf } from "./transform/fences.ts";
import { imageKey } from "./transform/figures.ts";
import { includeKey, widgetKey } from "./transform/widgets.ts";

export type Needs = {
  /** `raft/figure-8 --seed 3` */
  readonly runs: readonly string[];
  /** Repository paths of pictures; those of widgets with the state that is drawn. */
  readonly pictures: readonly string[];
  /** Mermaid sources. */
  readonly diagrams: readonly string[];
  readonly languages: readonly string[];
  /** Path and name of each region that is printed. */
  readonly regions: readonly (readonly [string, string])[];
  /** Id of each figure that is a widget, and the key of the picture that it begins with. */
  readonly widgets: readonly (readonly [string, string])[];
};

/** @param trees  each tree with the folder of its file, which images are relative to */
export function gatherNeeds(
  trees: readonly { readonly tree: Root; readonly folder: string }[],
): Needs {
  const runs = new Set<string>();
  const pictures = new Set<string>();
  const diagrams = new Set<string>();
  const languages = new Set<string>();
  const regions = new Map<string, readonly [string, string]>();
  const widgets = new Map<string, string>();
  for (const { tree, folder } of trees)
    visit(tree, (node) => {
      if (node.type === "code") {
        const { language, attributes } = fenceOf(node);
        const kind = fenceKind(node);
        if (kind === "transcript") runs.add(attributes.run ?? "");
        else if (kind === "diagram") diagrams.add(node.value);
        else languages.add(language);
        if (kind === "listing") {
          const region = [attributes.file ?? "", attributes.region ?? ""] as const;
          regions.set(region.join("#"), region);
        }
      } else if (node.type === "containerDirective" && node.name === "figure") {
        if (node.attributes?.src) pictures.add(node.attributes.src);
      } else if (node.type === "containerDirective" && node.name === "widget") {
        languages.add("ts");
        widgets.set(node.attributes?.id ?? "", widgetKey(node, "step"));
        for (const at of ["step", "print-step"] as const) pictures.add(widgetKey(node, at));
      } else if (node.type === "image") pictures.add(imageKey(node.url, folder));
    });
  const sorted = (set: ReadonlySet<string>): string[] => [...set].sort();
  return {
    runs: sorted(runs),
    pictures: sorted(pictures),
    diagrams: sorted(diagrams),
    languages: sorted(languages),
    regions: sorted(new Set(regions.keys())).map((key) => regions.get(key) ?? ["", ""]),
    widgets: [...widgets],
  };
}

/** Pictures that decks need of the widgets of chapters: an include names a figure, and may name another state of it. */
export function includedStates(
  decks: readonly { readonly tree: Root }[],
  widgets: ReadonlyMap<string, string>,
): string[] {
  const keys = new Set<string>();
  for (const { tree } of decks)
    visit(tree, "leafDirective", (node) => {
      const key = node.name === "include" ? includeKey(node, widgets) : null;
      if (key !== null) keys.add(key);
    });
  return [...keys].sort();
}

/** What several trees need together. */
export function joinNeeds(all: readonly Needs[]): Needs {
  const joined = (pick: (needs: Needs) => readonly string[]): string[] =>
    [...new Set(all.flatMap(pick))].sort();
  return {
    runs: joined((needs) => needs.runs),
    pictures: joined((needs) => needs.pictures),
    diagrams: joined((needs) => needs.diagrams),
    languages: joined((needs) => needs.languages),
    regions: all.flatMap((needs) => needs.regions),
    widgets: all.flatMap((needs) => needs.widgets),
  };
}
