/** Pages that are made and not written: title pages, contents, solutions, glossary, bibliography, index. */
import type { Element, ElementContent, Root } from "hast";
import { toString as textOf } from "hast-util-to-string";
import type { BookMeta, Edition, IndexEntry, Label, Minutes, Section } from "./model.ts";
import { type MutationScore, percent } from "./mutation.ts";
import { byCodePoint } from "./report.ts";
import { bibliographyId } from "./transform/citations.ts";
import { sortKey } from "./transform/index-terms.ts";
import { elements, hasClass, made, property } from "./tree.ts";

/** What the copyright page says of the proof. */
export type Colophon = {
  readonly listings: number;
  readonly printedLines: number;
  readonly executableLines: number;
  readonly tests: number;
  readonly transcripts: number;
  readonly runFigures: number;
  readonly mutation: MutationScore;
  readonly tools: readonly string[];
  /** True where the book was built without its proof. */
  readonly draft: boolean;
};

const root = (...children: (ElementContent | null)[]): Root => ({
  type: "root",
  children: children.filter((child): child is ElementContent => child !== null),
});
const paragraph = (className: string, text: string): Element | null =>
  text === "" ? null : made("p", { className: [className] }, text);

export function halfTitle(book: BookMeta): Root {
  return root(paragraph("half-title-text", book.title));
}

export function titlePage(book: BookMeta, edition: Edition, draft: boolean): Root {
  return root(
    paragraph("book-title", book.title),
    paragraph("book-subtitle", book.subtitle),
    paragraph("edition-title", edition.title),
    draft ? paragraph("draft-mark", "DRAFT: built without its proof") : null,
    paragraph("book-authors", book.authors.join(", ")),
    paragraph("book-publisher", book.publisher),
  );
}

export function copyrightPage(book: BookMeta, edition: Edition, colophon: Colophon): Root {
  const number = (value: number): string => value.toLocaleString("en-US");
  const proof = colophon.draft
    ? "This is a draft. It was built without the listing proof."
    : `In this build ${number(colophon.tests)} tests passed, and between them they executed every one of the ${number(colophon.executableLines)} executable lines among the ${number(colophon.printedLines)} lines of the ${number(colophon.listings)} listings printed here. ${number(colophon.transcripts)} transcripts were printed by the programs beside them and compared byte for byte with what is recorded, and ${number(colophon.runFigures)} figures are runs of the printed programs.`;
  return root(
    paragraph(
      "copyright-title",
      [book.title, edition.title].filter((part) => part !== "").join(": "),
    ),
    paragraph("copyright", `Copyright © ${book.year} ${book.authors.join(", ")}`),
    paragraph("licence", book.licenceText),
    paragraph("licence", book.licenceCode),
    made("h2", { id: "colophon", className: ["colophon-title"] }, "Colophon"),
    colophon.listings + colophon.transcripts > 0 ? paragraph("colophon-proof", proof) : null,
    colophon.draft ? null : paragraph("colophon-mutants", mutationSentence(colophon.mutation)),
    paragraph(
      "colophon-faces",
      "Text is set in Source Serif, headings and tables in Source Sans, programs in Source Code Pro, mathematics in STIX Two Math; all four are under the SIL Open Font License.",
    ),
    paragraph("colophon-tools", `Made with ${colophon.tools.join(", ")}.`),
  );
}

/** What mutation testing says of this code; nothing where nothing was measured on it. */
function mutationSentence(score: MutationScore): string {
  if (score.mutants === 0) return "";
  const number = (value: number): string => value.toLocaleString("en-US");
  const where =
    score.measured === score.regions
      ? "the printed regions"
      : `${number(score.measured)} of the ${number(score.regions)} printed regions, those that have not changed since they were measured,`;
  const rest = [
    score.explained > 0
      ? `${number(score.explained)} change nothing that a test could see, each with its reason beside the program`
      : "",
    score.alive > 0 ? `${number(score.alive)} went unnoticed` : "",
  ].filter((part) => part !== "");
  const others = rest.length > 0 ? `; of the others ${rest.join(", and ")}` : "";
  return `The tests were tested too. In ${where} a tool made ${number(score.mutants)} mutants, each one small mistake, and ran the tests against every one: ${percent(score.killed, score.mutants)} % were caught${others}.`;
}

/** The contents of an edition; `sections` without the contents page itself. */
export function contentsPage(sections: readonly Section[]): Root {
  const list = made("ol", { className: ["toc"] });
  let chapters = list;
  for (const section of sections) {
    if (section.kind === "front" && section.page !== "preface") continue;
    const item = entry(section.kind, section.id, section.number, section.title);
    const inner =
      section.kind === "chapter" ? section.headings.filter((heading) => heading.depth === 2) : [];
    if (inner.length > 0)
      item.children.push(
        made(
          "ol",
          {},
          ...inner.map((heading) => entry("section", heading.id, null, heading.title)),
        ),
      );
    if (section.kind === "part") {
      chapters = made("ol", {});
      item.children.push(chapters);
      list.children.push(item);
    } else if (section.kind === "chapter") chapters.children.push(item);
    else {
      if (section.kind === "back") chapters = list;
      list.children.push(item);
    }
  }
  return root(list);
}

function entry(kind: string, id: string, number: string | null, title: string): Element {
  const numbered =
    number === null ? [] : [made("span", { className: ["toc-number"] }, number), " "];
  return made(
    "li",
    { className: [`toc-${kind}`] },
    made("a", { href: `#${id}` }, ...numbered, made("span", { className: ["toc-title"] }, title)),
  );
}

/** "About 62 minutes to read; the exercises take 70 more." */
export function partMinutes({ reading, handsOn }: Minutes): Element {
  const rest = handsOn > 0 ? `; its exercises take ${Math.round(handsOn)} more` : "";
  return made(
    "p",
    { className: ["part-minutes"] },
    `About ${Math.round(reading)} minutes to read${rest}.`,
  );
}

/** Leave no solution in a chapter. */
export function dropSolutions(tree: Root): void {
  for (const exercise of elements(tree, (node) => hasClass(node, "exercise")))
    exercise.children = exercise.children.filter((child) => !isSolution(child));
}

function isSolution(node: ElementContent): node is Element {
  return node.type === "element" && hasClass(node, "solution");
}

/** Take the solutions out of chapters into a page of their own. */
export function takeSolutions(
  chapters: readonly { readonly title: string; readonly number: string; readonly tree: Root }[],
): Root {
  const page = root();
  for (const chapter of chapters) {
    const taken: Element[] = [];
    for (const exercise of elements(chapter.tree, (node) => hasClass(node, "exercise"))) {
      const solution = exercise.children.find(isSolution);
      if (!solution) continue;
      exercise.children = exercise.children.filter((child) => child !== solution);
      const id = property(exercise, "id") ?? "";
      const label = elements(exercise, (node) => hasClass(node, "label"))[0];
      const title = property(exercise, "dataTitle");
      const heading = made(
        "h3",
        {},
        made("a", { className: ["ref"], href: `#${id}` }, label ? textOf(label) : id),
        title === null ? "" : ` ${title}`,
      );
      const body = solution.children.filter(
        (child) => !(child.type === "element" && child.tagName === "summary"),
      );
      taken.push(made("section", { className: ["solution"], id: `sol-${id}` }, heading, ...body));
      exercise.children.push(
        made(
          "p",
          { className: ["solution-link"] },
          made("a", { className: ["ref"], href: `#sol-${id}` }, "Solution"),
        ),
      );
    }
    if (taken.length > 0)
      page.children.push(made("h2", {}, `${chapter.number} ${chapter.title}`), ...taken);
  }
  return page;
}

/** Terms with their definitions, as the chapters of the edition give them; reads marks before the index takes them. */
export function glossaryPage(trees: readonly Root[]): Root {
  const terms = trees.flatMap((tree) => elements(tree, (node) => hasClass(node, "term")));
  for (const node of terms)
    node.properties.id = `term-${termSlug(property(node, "dataTerm") ?? "")}`;
  const sorted = terms
    .map((node) => ({
      term: property(node, "dataTerm") ?? "",
      definition: property(node, "dataDef") ?? "",
      id: property(node, "id") ?? "",
    }))
    .sort((a, b) => byCodePoint(sortKey(a.term), sortKey(b.term)));
  const rows = sorted.flatMap(({ term, definition, id }) => [
    made("dt", { id: `gl-${termSlug(term)}` }, made("a", { href: `#${id}` }, term)),
    made("dd", {}, definition),
  ]);
  return rows.length === 0 ? root() : root(made("dl", { className: ["glossary"] }, ...rows));
}

/** `hot spot` and `hotspot`, `causal` and `causal+` are terms of their own, and have ids of their own. */
function termSlug(term: string): string {
  return term
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll("+", " plus ")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

export function bibliographyPage(
  entries: readonly { readonly id: string; readonly entry: readonly ElementContent[] }[],
): Root {
  return entries.length === 0
    ? root()
    : root(
        made(
          "ul",
          { className: ["bibliography"] },
          ...entries.map(({ id, entry }) =>
            made("li", { id: bibliographyId(id) }, ...entry.map(linked)),
          ),
        ),
      );
}

/** An address in a bibliography is a link. */
function linked(node: ElementContent): ElementContent {
  if (node.type !== "text") return node;
  const match = /^(.*?)((?:https?:\/\/|doi:)\S+?)([.,]?)$/s.exec(node.value);
  if (!match?.[2]) return node;
  const href = match[2].startsWith("doi:") ? `https://doi.org/${match[2].slice(4)}` : match[2];
  return made(
    "span",
    {},
    match[1] ?? "",
    made("a", { href, className: ["external"] }, match[2]),
    match[3] ?? "",
  );
}

export function indexPage(entries: readonly IndexEntry[]): Root {
  const page = root();
  let letter = "";
  let list = made("ul", { className: ["index"] });
  for (const item of entries) {
    const first = sortKey(item.term).charAt(0).toUpperCase();
    const next = /[A-Z]/.test(first) ? first : "Symbols";
    if (next !== letter) {
      letter = next;
      list = made("ul", { className: ["index"] });
      page.children.push(made("h2", { className: ["index-letter"] }, letter), list);
    }
    list.children.push(indexItem(item));
  }
  return page;
}

function indexItem(item: IndexEntry): Element {
  const locators = item.locators.flatMap((locator) => [
    ", ",
    made(
      "a",
      {
        className: locator.main ? ["locator", "main"] : ["locator"],
        href: `#${locator.from}`,
        ...(locator.to === locator.from ? {} : { dataTo: `#${locator.to}` }),
      },
      locator.place,
    ),
  ]);
  const see =
    item.see.length === 0
      ? []
      : [made("span", { className: ["see"] }, made("em", {}, "see"), ` ${item.see.join("; ")}`)];
  const also =
    item.seeAlso.length === 0
      ? []
      : [
          made(
            "span",
            { className: ["see-also"] },
            made("em", {}, "see also"),
            ` ${item.seeAlso.join("; ")}`,
          ),
        ];
  const inner = item.children.length === 0 ? [] : [made("ul", {}, ...item.children.map(indexItem))];
  return made(
    "li",
    {},
    made("span", { className: ["index-term"] }, item.term),
    ...locators,
    ...see.flatMap((node) => [", ", node]),
    ...also.flatMap((node) => ["; ", node]),
    ...inner,
  );
}

/** Labels of the places that made pages have, so that references may lead there. */
export function labelsOfPage(section: Section): Label[] {
  const ids = elements(section.tree, (node) => property(node, "id") !== null).map(
    (node) => property(node, "id") ?? "",
  );
  return [
    {
      id: section.id,
      kind: "chapter" as const,
      number: section.number,
      title: section.title,
      sectionId: section.id,
    },
    ...ids.map((id) => ({
      id,
      kind: "section" as const,
      number: null,
      title: section.title,
      sectionId: section.id,
    })),
  ];
}
