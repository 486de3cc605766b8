/**
 * One section of a chapter anew: the fastest that an edit can be shown. The lines of other sections are left blank, so that
 * all places stay, and numbers go on from the blocks before as they stand in the page. Where that could come out otherwise
 * than in the whole chapter (footnotes, heads that come or go, mistakes), nothing is made: the chapter follows at once.
 */
import { dirname } from "node:path";
import type { Element, Root } from "hast";
import { VFile } from "vfile";
import { assembleAgain } from "../assemble.ts";
import { completeTitle } from "../book.ts";
import { gatherNeeds, joinNeeds, type Needs } from "../gather.ts";
import { type ChapterSource, readChapter } from "../load.ts";
import { serializeHtml } from "../output/document.ts";
import { blocksOfPage, pageName, pageOfBlocks } from "../output/html.ts";
import { parseMarkdown } from "../parse.ts";
import { transformChapter } from "../pipeline.ts";
import { isIndexMark } from "../transform/index-terms.ts";
import { countNumbered } from "../transform/labels.ts";
import { elements, hasClass, property } from "../tree.ts";
import {
  check,
  forScreen,
  gather,
  isHead,
  type Kept,
  type Last,
  materialsOf,
  needsStale,
  programsOf,
  sectionOf,
  worksFor,
} from "./again.ts";
import type { Part } from "./messages.ts";
import { equalEnds } from "./morph.ts";

export type PartAgain = {
  readonly page: string;
  readonly part: Part;
  /** The whole page with it. */
  readonly html: () => string;
};

/** More are as slow as the whole chapter. */
const partsMax = 4;

/** The sections that are touched; null where only the whole chapter can tell. */
export async function partsOfChapter(
  kept: Kept,
  path: string,
  touched: readonly string[],
): Promise<PartAgain[] | null> {
  const last = kept.last.get(path);
  if (!last) return null;
  const source = readChapter(kept.root, path);
  const lines = String(source.file.value).split("\n");
  const edited = editedPart(last, lines);
  const stale = last.needs.flatMap((needs, at) => (needsStale(kept, needs, touched) ? [at] : []));
  const parts = [...new Set(edited === null ? stale : [edited, ...stale])];
  if (parts.includes(-1) || parts.length > partsMax) return null;
  const made: PartAgain[] = [];
  for (const part of parts) {
    const one = await makePart(kept, source, kept.last.get(path) ?? last, part, lines);
    if (!one) return null;
    made.push(one);
  }
  return made;
}

/** Number of the section in which all differences lie, 0 before the first head; null where there are none, -1 where there is no such section. */
export function editedPart(
  { lines: old, starts }: Pick<Last, "lines" | "starts">,
  lines: readonly string[],
): number | null {
  if (old.join("\n") === lines.join("\n")) return null;
  const { start: first, end: same } = equalEnds(old, lines, (a, b) => a === b);
  const part = starts.findLastIndex((start) => start <= first) + 1;
  // Lines that are put in before a head end where it begins.
  const end = Math.max(old.length - same, first);
  return end <= (starts[part] ?? old.length) ? part : -1;
}

async function makePart(
  kept: Kept,
  { meta, ...source }: ChapterSource,
  last: Last,
  part: number,
  lines: readonly string[],
): Promise<PartAgain | null> {
  const { frame } = kept;
  const before = sectionOf(kept, meta.id);
  const blocks = blocksOf(last, part);
  const text = textOfPart(last, part, lines);
  if (!before || !blocks || text === null) return null;
  const file = new VFile({ path: source.path, value: text });
  const written = parseMarkdown(file);
  const isWhole =
    part === 0 ? !written.children.some(isHead) : written.children.filter(isHead).length === 1;
  if (!isWhole) return null;
  const needs = gatherNeeds([{ tree: written, folder: dirname(source.path) }]);
  await gather(kept, needs);
  const chapter = transformChapter(
    { ...source, meta, file },
    written,
    await materialsOf(kept, needs),
    [],
  );
  const ids = check(kept, chapter, withoutOwn(kept, chapter.tree));
  if (file.messages.length > 0) return null;
  const marks = blocks.before.flatMap((block) => elements(block, isIndexMark)).length;
  const section = assembleAgain(chapter, before, {
    book: frame.edition,
    ids,
    completeTitle,
    works: worksFor(kept, chapter),
    marksBefore: (frame.marksBefore.get(before.id) ?? 0) + marks,
    countsBefore: countNumbered(blocks.before),
  });
  const { edition, runnable } = frame;
  const made = forScreen(edition, section);
  if (headOf(made.tree) !== blocks.from) return null;
  const tree = blocksOfPage(edition, made, programsOf(kept), runnable ?? undefined, blocks.before);
  const next = setInto(last, part, lines, needs, tree);
  kept.last.set(source.path, next);
  kept.needs.set(source.path, joinNeeds(next.needs));
  const { from, to } = blocks;
  return {
    page: pageName(before),
    part: { kind: "part", from, to, html: serializeHtml(tree) },
    html: () => pageOfBlocks(edition, next.section, next.tree),
  };
}

/** The chapter as it is with a section made anew. */
function setInto(
  last: Last,
  part: number,
  lines: readonly string[],
  needs: Needs,
  made: Root,
): Last {
  const { children } = last.tree;
  const heads = children.flatMap((node, at) =>
    isElement(node) && node.tagName === "h2" ? [at] : [],
  );
  const notes = children.findIndex((node) => isElement(node) && hasClass(node, "footnotes"));
  const start = part === 0 ? 0 : (heads[part - 1] ?? 0);
  const end = heads[part] ?? (notes < 0 ? children.length : notes);
  const longer = lines.length - last.lines.length;
  return {
    ...last,
    lines,
    starts: last.starts.map((at, index) => (index < part ? at : at + longer)),
    needs: last.needs.with(part, needs),
    tree: { type: "root", children: children.toSpliced(start, end - start, ...made.children) },
  };
}

function isElement(node: Root["children"][number]): node is Element {
  return node.type === "element";
}

/** Ids of the book but for those of this tree, which it will add. */
function withoutOwn({ frame }: Kept, tree: Root) {
  const ids = new Map(frame.ids);
  for (const node of elements(tree, () => true)) ids.delete(property(node, "id") ?? "");
  return ids;
}

/** The blocks before a section in the page, and the heads between which it stands; null where the edition leaves some out. */
function blocksOf({ tree, starts }: Last, part: number) {
  const blocks = tree.children.filter(isElement);
  const heads = blocks.filter(({ tagName }) => tagName === "h2");
  if (heads.length !== starts.length) return null;
  const [head, next] = [heads[part - 1], heads[part]];
  return {
    before: head ? blocks.slice(0, blocks.indexOf(head)) : [],
    from: head ? property(head, "id") : null,
    to: next ? property(next, "id") : null,
  };
}

function headOf({ children }: Root): string | null {
  const head = children.filter(isElement).find(({ tagName }) => tagName === "h2");
  return head ? property(head, "id") : null;
}

/** The chapter's text with all else left blank, but for where links lead; null where it calls a footnote. */
function textOfPart(
  { lines: old, starts }: Last,
  part: number,
  lines: readonly string[],
): string | null {
  const from = part === 0 ? 0 : (starts[part - 1] ?? 0);
  const next = starts[part];
  const to = next === undefined ? lines.length : next + lines.length - old.length;
  if (lines.slice(from, to).some((line) => line.includes("[^"))) return null;
  const isKept = (line: string, at: number): boolean =>
    (at >= from && at < to) || /^\[[^\]^][^\]]*\]:\s/.test(line);
  return lines.map((line, at) => (isKept(line, at) ? line : "")).join("\n");
}
