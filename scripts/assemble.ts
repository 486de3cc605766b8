/**
 * The pool seen through one edition: its chapters copied, cut, numbered and resolved; its pages made. The order of the
 * steps is the order of this file's main function.
 */
import type { Element, ElementContent, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import { type CslEntry, openingId } from "./load.ts";
import type {
  BackPage,
  BookMeta,
  Chapter,
  Edition,
  EditionBook,
  EditionPart,
  Format,
  FrontPage,
  Heading,
  Label,
  LabelKind,
  OutsideReference,
  Section,
} from "./model.ts";
import * as pages from "./pages.ts";
import { countWords, minutesOf, sum } from "./reading-time.ts";
import { selectSections } from "./select.ts";
import { type SkillList, skillsPage } from "./skills.ts";
import {
  type CitationStyle,
  type CitedWorks,
  citeWorks,
  writeCitations,
} from "./transform/citations.ts";
import { gatherIndex } from "./transform/index-terms.ts";
import { numberChapter } from "./transform/labels.ts";
import { resolveReferences } from "./transform/references.ts";
import { copyTree, elements, hasClass, property, unwrapElements } from "./tree.ts";

export type Assembly = {
  readonly book: BookMeta;
  readonly chapters: ReadonlyMap<string, Chapter>;
  readonly frontmatter: ReadonlyMap<string, Chapter>;
  readonly openings: ReadonlyMap<string, Chapter>;
  readonly bibliography: readonly CslEntry[];
  readonly citationStyle: CitationStyle;
  readonly ids: ReadonlyMap<string, { readonly kind: LabelKind; readonly title: string }>;
  /** Title of the edition that has everything. */
  readonly completeTitle: string;
  readonly colophon: pages.Colophon;
  /** Sentences of the skill map; null where the book has none. */
  readonly skills: SkillList | null;
  /** Lines of a printed region, and how many of them can be executed. */
  readonly linesOf: (path: string, region: string) => PrintedLines;
};

type PrintedLines = { readonly printed: number; readonly executable: number };

type Draft = {
  readonly section: Omit<Section, "tree" | "headings" | "words" | "minutes">;
  readonly tree: Root;
  readonly chapter: Chapter | null;
};

export function assembleEdition(edition: Edition, assembly: Assembly): EditionBook {
  const { book } = assembly;
  const drafts = draftSections(edition, assembly);
  const written = drafts.filter((draft) => draft.chapter !== null);
  for (const { section, tree } of written) cut(edition, section, tree);

  const labels = new Map<string, Label>();
  for (const { section, tree, chapter } of written)
    if (chapter)
      for (const label of numberChapter(tree, chapter, section.number ?? ""))
        labels.set(label.id, { ...label, sectionId: section.id });

  const chapters = written
    .filter(({ section }) => section.kind === "chapter")
    .map(({ section, tree }) => ({ title: section.title, number: section.number ?? "", tree }));
  if (!hasSolutions(edition)) for (const { tree } of chapters) pages.dropSolutions(tree);
  // References are resolved where they were written, so that one that leads nowhere can be told with its place.
  const outside: OutsideReference[] = [];
  for (const { tree, chapter } of written)
    resolveReferences(tree, {
      labels,
      ids: assembly.ids,
      completeTitle: assembly.completeTitle,
      onOutside: (node, id) => chapter && outside.push({ chapter, node, id }),
    });
  const solutions = pages.takeSolutions(chapters);
  const trees = [...written.map(({ tree }) => tree), solutions];
  const colophon = { ...assembly.colophon, ...printedIn(trees, assembly) };
  const works = citeWorks(trees, assembly.bibliography, assembly.citationStyle);
  const glossary = pages.glossaryPage(trees);
  const indexEntries = gatherIndex([
    ...written.map(({ section, tree }) => ({ id: section.id, title: section.title, tree })),
    { id: "solutions", title: "Solutions", tree: solutions },
  ]);
  if (!edition.back.includes("bibliography")) unlink(trees, "#bib-");

  const partTitle = (draft: Draft): string | null =>
    drafts.slice(0, drafts.indexOf(draft)).findLast(({ section }) => section.kind === "part")
      ?.section.title ?? null;
  const made: Readonly<Record<FrontPage | BackPage, Root>> = {
    "half-title": pages.halfTitle(book),
    title: pages.titlePage(book, edition, colophon.draft),
    copyright: pages.copyrightPage(book, edition, colophon),
    contents: { type: "root", children: [] },
    preface: { type: "root", children: [] },
    solutions,
    skills: assembly.skills
      ? skillsPage(
          written.flatMap((draft) => {
            const { section, chapter } = draft;
            return section.kind === "chapter" && chapter
              ? [{ ...chapter.meta, number: section.number ?? "", partTitle: partTitle(draft) }]
              : [];
          }),
          assembly.skills,
        )
      : { type: "root", children: [] },
    glossary,
    bibliography: pages.bibliographyPage(works),
    index: pages.indexPage(indexEntries),
  };
  const sections = drafts
    .map((draft) =>
      finish(
        draft,
        draft.chapter
          ? draft.tree
          : draft.section.page === null
            ? draft.tree
            : made[draft.section.page],
      ),
    )
    .filter((section) => section.kind !== "back" || section.tree.children.length > 0);
  tellMinutes(edition, sections);
  const contents = pages.contentsPage(sections.filter((section) => section.page !== "contents"));
  const whole = sections.map((section) =>
    section.page === "contents" ? { ...section, tree: contents } : section,
  );
  for (const section of whole)
    for (const label of pages.labelsOfPage(section))
      if (!labels.has(label.id)) labels.set(label.id, label);
  return { book, edition, sections: whole, labels, indexEntries, outside };
}

/** What one chapter again needs of the edition that it stands in. */
export type Surroundings = Pick<Assembly, "ids" | "completeTitle"> & {
  readonly book: EditionBook;
  /** All that the edition cites. */
  readonly works: CitedWorks;
  /** Number of index marks before. */
  readonly marksBefore: number;
  /** Where it is a part of the chapter: how much of each kind is numbered in the parts before. */
  readonly countsBefore?: Readonly<Record<string, number>>;
};

/**
 * One chapter of an edition anew, or a part of it, after its text has changed: what else the edition has stays, and pages
 * that are made of all chapters are not made again.
 */
export function assembleAgain(chapter: Chapter, before: Section, around: Surroundings): Section {
  const { edition, labels: all } = around.book;
  const { title, question, abstract } = chapter.meta;
  const section = { ...before, title, question, abstract };
  const tree = copyTree(chapter.tree);
  cut(edition, section, tree);
  const { ids, completeTitle, countsBefore } = around;
  const others = [...all].filter(([, { sectionId }]) => countsBefore || sectionId !== before.id);
  const labels = new Map(others);
  for (const label of numberChapter(tree, chapter, section.number ?? "", countsBefore))
    labels.set(label.id, { ...label, sectionId: section.id });
  if (!hasSolutions(edition)) pages.dropSolutions(tree);
  resolveReferences(tree, { labels, ids, completeTitle, onOutside() {} });
  pages.takeSolutions([{ title, number: section.number ?? "", tree }]);
  writeCitations(tree, around.works);
  // The glossary and the index are thrown away: what is wanted are the anchors of terms and marks.
  pages.glossaryPage([tree]);
  gatherIndex([{ id: section.id, title, tree }], around.marksBefore);
  if (!edition.back.includes("bibliography")) unlink([tree], "#bib-");
  return finish({ section, tree, chapter }, tree);
}

function hasSolutions({ solutions, back }: Edition): boolean {
  return solutions === "back" && back.includes("solutions");
}

/** What of the proof's counts belongs to this edition. */
function printedIn(trees: readonly Root[], { linesOf }: Assembly) {
  const figures = trees.flatMap((tree) => elements(tree, (node) => node.tagName === "figure"));
  const listings = figures.filter((node) => hasClass(node, "listing"));
  const lines = listings.map((node) =>
    linesOf(property(node, "dataFile") ?? "", property(node, "dataRegion") ?? ""),
  );
  const isRun = (node: Element): boolean =>
    hasClass(node, "figure") && elements(node, (child) => hasClass(child, "proof")).length > 0;
  return {
    listings: listings.length,
    printedLines: lines.reduce((total, { printed }) => total + printed, 0),
    executableLines: lines.reduce((total, { executable }) => total + executable, 0),
    transcripts: figures.filter((node) => hasClass(node, "transcript")).length,
    runFigures: figures.filter(isRun).length,
  };
}

const titles: Readonly<Record<FrontPage | BackPage, string>> = {
  "half-title": "Half title",
  title: "Title page",
  copyright: "Copyright and colophon",
  contents: "Contents",
  preface: "Preface",
  solutions: "Solutions",
  glossary: "Glossary",
  bibliography: "Bibliography",
  index: "Index",
  skills: "Skills",
};

function draftSections(edition: Edition, assembly: Assembly): Draft[] {
  const { chapters, frontmatter, openings } = assembly;
  const drafts: Draft[] = [];
  const page = (kind: "front" | "back", name: FrontPage | BackPage): Draft => ({
    section: {
      kind,
      page: name,
      id: name,
      slug: name,
      number: null,
      title: titles[name],
      question: null,
      abstract: null,
    },
    tree: { type: "root", children: [] },
    chapter: null,
  });
  for (const name of edition.front) {
    const chapter = frontmatter.get(name);
    if (chapter) drafts.push({ ...page("front", name), tree: copyTree(chapter.tree), chapter });
    else if (name !== "preface") drafts.push(page("front", name));
  }
  let count = 0;
  edition.parts.forEach((part, index) => {
    if (part.chapters.length === 0) return;
    const opening = openings.get(openingId(edition, part, "")) ?? null;
    if (part.title !== null)
      drafts.push({
        section: {
          kind: "part",
          page: null,
          id: `part-${part.id}`,
          slug: `part-${part.id}`,
          number: edition.partName === "Part" ? roman(index + 1) : String(index + 1),
          title: part.title,
          question: opening?.meta.question ?? null,
          abstract: null,
        },
        tree: opening ? copyTree(opening.tree) : { type: "root", children: [] },
        chapter: opening,
      });
    for (const { id } of part.chapters) {
      const chapter = chapters.get(id);
      if (!chapter) continue;
      count += 1;
      const { title, question, abstract } = chapter.meta;
      drafts.push({
        section: {
          kind: "chapter",
          page: null,
          id,
          slug: `${String(count).padStart(2, "0")}-${id}`,
          number: String(count),
          title,
          question,
          abstract,
        },
        tree: copyTree(chapter.tree),
        chapter,
      });
    }
    const closing = openings.get(openingId(edition, part, "-next"));
    if (closing)
      drafts.push({
        section: {
          kind: "chapter",
          page: null,
          id: closing.meta.id,
          slug: `${part.id}-next`,
          number: null,
          title: closing.meta.title,
          question: null,
          abstract: null,
        },
        tree: copyTree(closing.tree),
        chapter: closing,
      });
  });
  for (const name of edition.back)
    if (name !== "solutions" || edition.solutions === "back") drafts.push(page("back", name));
  return drafts;
}

/** Each part of an edition with its sections: opening, chapters, closing. */
export function partsOf(
  edition: Edition,
  sections: readonly Section[],
): { readonly part: EditionPart; readonly sections: readonly Section[] }[] {
  const chapters = new Map<string, number>();
  const parts = edition.parts.filter((part) => part.chapters.length > 0);
  parts.forEach((part, index) => {
    for (const id of [
      `part-${part.id}`,
      openingId(edition, part, "-next"),
      ...part.chapters.map((selection) => selection.id),
    ])
      chapters.set(id, index);
  });
  return parts.map((part, index) => ({
    part,
    sections: sections.filter(
      ({ kind, id }) => (kind === "part" || kind === "chapter") && chapters.get(id) === index,
    ),
  }));
}

/** A part that has to keep a time says what it takes. */
function tellMinutes(edition: Edition, sections: readonly Section[]): void {
  for (const { part, sections: own } of partsOf(edition, sections)) {
    const opening = own.find((section) => section.kind === "part");
    if (part.minutes && opening)
      opening.tree.children.unshift(pages.partMinutes(sum(own.map((section) => section.minutes))));
  }
}

function roman(number: number): string {
  const digits: readonly [number, string][] = [
    [10, "X"],
    [9, "IX"],
    [5, "V"],
    [4, "IV"],
    [1, "I"],
  ];
  let rest = number;
  let text = "";
  for (const [value, letters] of digits)
    while (rest >= value) {
      text += letters;
      rest -= value;
    }
  return text;
}

/** Cut a tree down to what an edition takes of it. */
function cut(edition: Edition, section: Draft["section"], tree: Root): void {
  selectEdition(tree, edition.id);
  const selections = edition.parts.flatMap((part) => part.chapters);
  const selection = selections.findLast(({ id }) => id === section.id);
  if (section.kind === "chapter" && selection) selectSections(tree, selection);
}

/** Keep what is for this edition; what is for some formats keeps its container until a format is chosen. */
function selectEdition(tree: Root, editionId: string): void {
  unwrapElements(tree, (node) => {
    if (!hasClass(node, "only")) return "keep";
    const wanted = property(node, "dataEdition")?.split(/[\s,]+/);
    if (wanted && !wanted.includes(editionId)) return "remove";
    delete node.properties.dataEdition;
    return property(node, "dataFormat") === null ? "unwrap" : "keep";
  });
}

/** The book as one format has it: blocks of other formats gone, locators of one heading told once where headings are shown. */
export function forFormat(edition: EditionBook, format: Format): EditionBook {
  const sections = edition.sections.map((section) => {
    const tree = copyTree(section.tree);
    unwrapElements(tree, (node) => {
      if (!hasClass(node, "only")) return "keep";
      return property(node, "dataFormat")
        ?.split(/[\s,]+/)
        .includes(format)
        ? "unwrap"
        : "remove";
    });
    if (format !== "pdf" && section.page === "index")
      for (const item of elements(tree, (node) => node.tagName === "li")) mergeLocators(item);
    return { ...section, tree };
  });
  return { ...edition, sections };
}

function mergeLocators(item: { children: ElementContent[] }): void {
  const seen = new Set<string>();
  const kept: ElementContent[] = [];
  for (const child of item.children) {
    if (child.type === "element" && hasClass(child, "locator")) {
      const place = textOf(child);
      if (seen.has(place)) {
        if (kept.at(-1)?.type === "text") kept.pop();
        continue;
      }
      seen.add(place);
    }
    kept.push(child);
  }
  item.children = kept;
}

/** Links to a page that the edition does not have become plain text. */
function unlink(trees: readonly Root[], prefix: string): void {
  for (const tree of trees)
    for (const node of elements(
      tree,
      (element) => element.tagName === "a" && (property(element, "href") ?? "").startsWith(prefix),
    )) {
      node.tagName = "span";
      delete node.properties.href;
    }
}

function finish({ section }: Draft, tree: Root): Section {
  const headings = elements(
    tree,
    (node) =>
      (node.tagName === "h2" || node.tagName === "h3") &&
      property(node, "id") !== null &&
      !hasClass(node, "footnotes-title"),
  ).map(
    (node): Heading => ({
      id: property(node, "id") ?? "",
      depth: node.tagName === "h2" ? 2 : 3,
      title: textOf(node).trim(),
    }),
  );
  return {
    ...section,
    headings,
    words: countWords(tree),
    minutes: minutesOf(tree),
    tree,
  };
}
