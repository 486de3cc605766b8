/**
 * The pool seen through one edition: its chapters copied, cut, numbered and resolved; its pages made. The order of the
 * steps is the order of this file's main function.
 */
import type { ElementContent, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import type { CslEntry } from "./load.ts";
import type {
  BackPage,
  BookMeta,
  Chapter,
  Edition,
  EditionBook,
  Format,
  FrontPage,
  Heading,
  Label,
  LabelKind,
  Section,
} from "./model.ts";
import * as pages from "./pages.ts";
import { type CitationStyle, citeWorks } from "./transform/citations.ts";
import { gatherIndex } from "./transform/index-terms.ts";
import { numberChapter } from "./transform/labels.ts";
import { resolveReferences } from "./transform/references.ts";
import { copyTree, elements, hasClass, property, unwrapElements } from "./tree.ts";

export type Assembly = {
  readonly book: BookMeta;
  readonly chapters: ReadonlyMap<string, Chapter>;
  readonly frontmatter: ReadonlyMap<string, Chapter>;
  readonly bibliography: readonly CslEntry[];
  readonly citationStyle: CitationStyle;
  readonly ids: ReadonlyMap<string, { readonly kind: LabelKind; readonly title: string }>;
  /** Title of the edition that has everything. */
  readonly completeTitle: string;
  readonly colophon: pages.Colophon;
};

type Draft = {
  readonly section: Omit<Section, "tree" | "headings" | "words">;
  readonly tree: Root;
  readonly chapter: Chapter | null;
};

export function assembleEdition(edition: Edition, assembly: Assembly): EditionBook {
  const { book, colophon } = assembly;
  const drafts = draftSections(edition, assembly);
  const written = drafts.filter((draft) => draft.chapter !== null);
  for (const { tree } of written) selectEdition(tree, edition.id);

  const labels = new Map<string, Label>();
  for (const { section, tree, chapter } of written)
    if (chapter)
      for (const label of numberChapter(tree, chapter, section.number ?? ""))
        labels.set(label.id, { ...label, sectionId: section.id });

  const solutions = pages.takeSolutions(
    written
      .filter(({ section }) => section.kind === "chapter")
      .map(({ section, tree }) => ({ title: section.title, number: section.number ?? "", tree })),
    edition.solutions === "back" && edition.back.includes("solutions"),
  );
  const trees = [...written.map(({ tree }) => tree), solutions];
  for (const tree of trees)
    resolveReferences(tree, {
      labels: labelsWith(labels, solutions),
      ids: assembly.ids,
      completeTitle: assembly.completeTitle,
    });
  const works = citeWorks(trees, assembly.bibliography, assembly.citationStyle);
  const glossary = pages.glossaryPage(trees);
  const indexEntries = gatherIndex([
    ...written.map(({ section, tree }) => ({ id: section.id, title: section.title, tree })),
    { id: "solutions", title: "Solutions", tree: solutions },
  ]);
  if (!edition.back.includes("bibliography")) unlink(trees, "#bib-");

  const made: Readonly<Record<FrontPage | BackPage, Root>> = {
    "half-title": pages.halfTitle(book),
    title: pages.titlePage(book, edition, colophon.draft),
    copyright: pages.copyrightPage(book, edition, colophon),
    contents: { type: "root", children: [] },
    preface: { type: "root", children: [] },
    solutions,
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
  const contents = pages.contentsPage(sections.filter((section) => section.page !== "contents"));
  const whole = sections.map((section) =>
    section.page === "contents" ? { ...section, tree: contents } : section,
  );
  for (const section of whole)
    for (const label of pages.labelsOfPage(section))
      if (!labels.has(label.id)) labels.set(label.id, label);
  return { book, edition, sections: whole, labels, indexEntries };
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
};

function draftSections(edition: Edition, { chapters, frontmatter }: Assembly): Draft[] {
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
    if (part.title !== null)
      drafts.push({
        section: {
          kind: "part",
          page: null,
          id: `part-${part.id}`,
          slug: `part-${part.id}`,
          number: roman(index + 1),
          title: part.title,
          question: null,
          abstract: null,
        },
        tree: { type: "root", children: [] },
        chapter: null,
      });
    for (const id of part.chapters) {
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
  });
  for (const name of edition.back)
    if (name !== "solutions" || edition.solutions === "back") drafts.push(page("back", name));
  return drafts;
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

function labelsWith(
  labels: ReadonlyMap<string, Label>,
  solutions: Root,
): ReadonlyMap<string, Label> {
  const all = new Map(labels);
  for (const node of elements(solutions, (element) => hasClass(element, "solution"))) {
    const id = property(node, "id") ?? "";
    all.set(id, { id, kind: "section", number: null, title: "Solution", sectionId: "solutions" });
  }
  return all;
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
    words: textOf(tree)
      .split(/\s+/)
      .filter((word) => /\w/.test(word)).length,
    tree,
  };
}
