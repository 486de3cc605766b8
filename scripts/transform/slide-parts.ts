/** What the modules of a deck's slides share: what they are handed, and the way to hast. */
import type { Element, Root as HastRoot } from "hast";
import type { Root, RootContent } from "mdast";
import remarkRehype from "remark-rehype";
import remarkSmartypants from "remark-smartypants";
import { unified } from "unified";
import type { Node } from "unist";
import type { VFile } from "vfile";
import type { Highlight } from "../highlight.ts";
import type { Sources } from "../sources.ts";
import type { Picture } from "./figures.ts";
import type { Printed } from "./listings.ts";
import { renderMath } from "./math.ts";
import { definitionListHandlers } from "./to-hast.ts";
import type { Run } from "./transcripts.ts";

/** What decks are made of, beside their own text. */
export type DeckSources = {
  readonly region: Sources["region"];
  readonly highlight: Highlight;
  /** By repository path, or by `diagramKey`, as chapters find them. */
  readonly pictures: ReadonlyMap<string, Picture>;
  /** A figure, listing or table of a chapter, by `chapter#id`. */
  readonly included: ReadonlyMap<string, Element>;
  /** Key of the picture that a widget of a chapter begins with, by id of figure. */
  readonly widgets: ReadonlyMap<string, string>;
  /** Samples that run in a page, as `program/sample`. */
  readonly samples: ReadonlySet<string>;
  /** What programs printed, by `run`. */
  readonly runs: ReadonlyMap<string, Run>;
  /** Collects the regions that decks show: the proof answers for them too. */
  readonly printed: Printed[];
};
/** What the conversion of one slide shares. */
export type Work = {
  readonly file: VFile;
  readonly sources: DeckSources;
  readonly slideId: string;
  readonly folder: string;
  /** Solutions never reach the slide: they are told in the notes. */
  readonly solutions: RootContent[];
};
const rehype = unified()
  .use(remarkSmartypants, { dashes: "oldschool" })
  .use(remarkRehype, { handlers: { ...definitionListHandlers } })
  .use(renderMath)
  .freeze();

export function toHast(nodes: readonly Node[], file: VFile): HastRoot {
  const root = { type: "root", children: nodes as RootContent[] } as Root;
  return rehype.runSync(root, file) as HastRoot;
}
