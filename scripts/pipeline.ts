/**
 * THE ordered list: what happens to a chapter between Markdown and the one hast of which all formats are made.
 * Each line says why it stands where it stands.
 */
import { dirname } from "node:path";
import type { Root as HastRoot } from "hast";
import type { Root as MdastRoot } from "mdast";
import remarkRehype from "remark-rehype";
import remarkSmartypants from "remark-smartypants";
import { unified } from "unified";
import type { Highlight } from "./highlight.ts";
import type { ChapterSource } from "./load.ts";
import type { BookMeta, Chapter } from "./model.ts";
import type { Sources } from "./sources.ts";
import { buildBlocks } from "./transform/blocks.ts";
import { chapterDirectives, checkDirectives } from "./transform/directives.ts";
import { checkFences } from "./transform/fences.ts";
import { insertFigures, type Picture } from "./transform/figures.ts";
import { identifyHeadings } from "./transform/headings.ts";
import { markInline } from "./transform/inline.ts";
import { refuseHtml, resolveLinks } from "./transform/links.ts";
import { insertListings, type Printed } from "./transform/listings.ts";
import { displayMath, renderMath } from "./transform/math.ts";
import { checkProse } from "./transform/prose.ts";
import { checkCharacters, checkRaw, type FaceRole, nameCharacters } from "./transform/raw.ts";
import { definitionListHandlers, tidyFootnotes } from "./transform/to-hast.ts";
import { checkTranscriptLines, insertTranscripts, type Run } from "./transform/transcripts.ts";
import { insertWidgets } from "./transform/widgets.ts";

/** Everything from outside that a chapter is made with; all of it is handed in. */
export type Materials = {
  readonly book: BookMeta;
  readonly sources: Pick<Sources, "region">;
  readonly highlight: Highlight;
  readonly runs: ReadonlyMap<string, Run>;
  readonly pictures: ReadonlyMap<string, Picture>;
  readonly chapterIds: ReadonlyMap<string, string>;
  /** Chapter's id -> the anchor that its title would have: a link to it leads to the chapter. */
  readonly titleAnchors: ReadonlyMap<string, string>;
  /** Characters of a text that no face of its role has. */
  readonly charactersMissing: (text: string, role: FaceRole) => readonly string[];
};

/** One chapter from mdast to hast. Mistakes are on `source.file`; listings that it prints are added to `printed`. */
export function transformChapter(
  source: ChapterSource,
  tree: MdastRoot,
  materials: Materials,
  printed: Printed[],
): Chapter {
  const { book, sources, highlight, runs, pictures, chapterIds } = materials;
  const { id: chapterId, title, question, abstract } = source.meta;
  const folder = dirname(source.path);
  const columnsMax = book.codeColumnsMax;
  const processor = unified()
    // Headings first: a first line that repeats the title goes, and ids are made of words as the author wrote them.
    .use(identifyHeadings, {
      chapterId,
      title,
      titleInText: source.titleInText,
    })
    // Misspelled directives and attributes, before anybody reads them.
    .use(checkDirectives, { directives: chapterDirectives })
    // What Markdown lets pass without a word, while everything still is as it was parsed.
    .use(checkRaw)
    .use(checkProse, { avoid: book.proseAvoid })
    .use(checkCharacters, {
      missing: materials.charactersMissing,
      unknown: book.unknownCharacters ?? "refuse",
      titles: [title, question ?? "", abstract ?? ""],
    })
    .use(checkFences)
    .use(refuseHtml)
    .use(resolveLinks, { chapterId, folder, chapterIds, titleAnchors: materials.titleAnchors })
    // Fences are code until here: each of these three takes its own kind and leaves the rest.
    .use(insertListings, {
      sources,
      highlight,
      columnsMax,
      wideCode: book.wideCode,
      proof: book.proof,
      printed,
    })
    .use(checkTranscriptLines, { runs, columnsMax })
    .use(insertTranscripts, { runs, columnsMax })
    .use(insertFigures, { folder, pictures })
    .use(insertWidgets, { sources, highlight, pictures })
    .use(displayMath)
    // Containers after what they contain.
    .use(buildBlocks, { chapterId })
    // Labels of references and terms are read before quotes are educated.
    .use(markInline)
    .use(remarkSmartypants, { dashes: "oldschool" })
    .use(remarkRehype, {
      handlers: definitionListHandlers as never,
      clobberPrefix: `${chapterId}-`,
      footnoteLabel: "Notes",
      footnoteLabelProperties: { className: ["footnotes-title"] },
    })
    .use(tidyFootnotes, { chapterId })
    .use(renderMath);
  const hast = processor.runSync(tree, source.file) as unknown as HastRoot;
  const named = (text: string): string =>
    book.unknownCharacters === "name" ? nameCharacters(text, materials.charactersMissing) : text;
  const meta = { ...source.meta, title: named(title) };
  return { path: source.path, file: source.file, meta, tree: hast };
}
