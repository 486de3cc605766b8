/** `editions/`, `chapters/` and the bibliography from the disk: what an author wrote, checked one file at a time. */
import { isUtf8 } from "node:buffer";
import { basename, join } from "node:path";
import { toString as textOf } from "mdast-util-to-string";
import { VFile } from "vfile";
import { type Fields, readFields } from "./fields.ts";
import { exists, listFiles, readBytes, readText } from "./files.ts";
import {
  type BookMeta,
  backPages,
  type ChapterMeta,
  type Edition,
  type EditionPart,
  formats,
  frontPages,
  type Hideable,
  hideable,
  type Selection,
} from "./model.ts";
import { parseInline } from "./parse.ts";
import { fail } from "./report.ts";
import { checkSkills, type SkillList } from "./skills.ts";

/** A chapter before any transform: its file and what its front matter says. */
export type ChapterSource = {
  readonly path: string;
  readonly file: VFile;
  readonly meta: ChapterMeta;
  /** True where the front matter gives no title: the first heading is it then, and stands in the text no more. */
  readonly titleInText: boolean;
  readonly facts: readonly Fact[];
};
/** A claim of a chapter that was looked up: `facts:` in its front matter. */
export type Fact = {
  readonly claim: string;
  /** Id of the work in the bibliography, or an address. */
  readonly source: string;
  /** Where in it, and how it was seen where the work itself could not be opened. */
  readonly place: string;
  /** When the writer looked, as 2026-11-29. */
  readonly checked: string;
  /** When somebody else did. */
  readonly second: string | null;
};

/** One entry of the bibliography, CSL JSON 1.0.2. */
export type CslEntry = {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly [field: string]: unknown;
};

/** The terms that are asked of each chapter, by its id. */
export type TermList = {
  readonly file: VFile;
  readonly byChapter: ReadonlyMap<string, readonly string[]>;
};

export type Pool = {
  readonly root: string;
  readonly book: BookMeta;
  readonly chapters: readonly ChapterSource[];
  /** Pages of the front matter that are written, by page kind (`preface`). */
  readonly frontmatter: readonly ChapterSource[];
  /** Texts that open and close the parts of editions: `chapters/openings/<edition>/<part>.md` and `<part>-next.md`. */
  readonly openings: readonly ChapterSource[];
  readonly editions: readonly Edition[];
  /** Where the mistakes of an edition are noted, by its id. */
  readonly editionFiles: ReadonlyMap<string, VFile>;
  /** What each chapter has to explain: `chapters/terms.yaml`. */
  readonly terms: TermList | null;
  /** What a reader can do after each chapter: `chapters/skills.yaml`. */
  readonly skills: SkillList | null;
  readonly bibliography: readonly CslEntry[];
  readonly decks: readonly VFile[];
  /** `slides/courses.yaml`: how decks are put together. */
  readonly courses: VFile | null;
  /** All files that mistakes can be noted on, in the order of reading. */
  readonly files: readonly VFile[];
};

const chapterFields: Fields = {
  id: { type: "string" },
  title: { type: "string" },
  part: { type: "string" },
  question: { type: "string" },
  needs: { type: "strings" },
  teaches: { type: "strings" },
  level: { type: [1, 2, 3] },
  abstract: { type: "string" },
  facts: { type: "list" },
};
const bookFields: Fields = {
  title: { type: "string", required: true },
  subtitle: { type: "string" },
  authors: { type: "strings" },
  language: { type: "string" },
  publisher: { type: "string" },
  year: { type: "integer" },
  "licence-text": { type: "string" },
  "licence-code": { type: "string" },
  identifier: { type: "string" },
  address: { type: "address" },
  "code-columns-max": { type: "integer" },
  "wide-code": { type: ["refuse", "wrap"] },
  "unknown-characters": { type: ["refuse", "name"] },
  proof: { type: ["required", "off"] },
  "prose-avoid": { type: "strings" },
  "defined-in-order-of": { type: "string" },
  "everyday-words": { type: "strings" },
};
const editionFields: Fields = {
  id: { type: "string", required: true },
  title: { type: "string" },
  subtitle: { type: "string" },
  description: { type: "string" },
  "part-name": { type: "string" },
  parts: { type: "list" },
  chapters: { type: "strings" },
  front: { type: "strings" },
  back: { type: "strings" },
  formats: { type: "strings" },
  solutions: { type: ["back", "none"] },
  "stands-alone": { type: "boolean" },
  hide: { type: "strings" },
  trim: { type: "string" },
};

/** Read a whole book below `root`. Mistakes are on the files; what could be read is returned all the same. */
export function loadPool(root: string): Pool {
  const files: VFile[] = [];
  const open = (path: string): VFile => {
    const file = openFile(root, path);
    files.push(file);
    return file;
  };
  const chapters = listFiles(join(root, "chapters"))
    .filter(
      (path) =>
        path.endsWith(".md") &&
        !/^(frontmatter|openings|sources)\//.test(path) &&
        !/(^|\/)(README|SUMMARY)\.md$/.test(path),
    )
    .map((path) => chapterFrom(open(`chapters/${path}`)));
  const frontmatter = listFiles(join(root, "chapters/frontmatter"))
    .filter((path) => path.endsWith(".md") && path !== "README.md")
    .map((path) => chapterFrom(open(`chapters/frontmatter/${path}`)));
  const openings = listFiles(join(root, "chapters/openings"))
    .filter((path) => path.endsWith(".md") && path !== "README.md")
    .map((path) => chapterFrom(open(`chapters/openings/${path}`)));
  checkChapters(chapters);
  if (chapters.length === 0) {
    const none = new VFile({ path: "chapters" });
    fail(none, { line: 1, column: 1 }, "chapter-has-text", {
      reason: "The book has no chapter",
      expected: "a Markdown file in the folder chapters/",
    });
    files.push(none);
  }
  const bibliography = loadBibliography(root, open);
  checkFacts(chapters, bibliography);
  const book = bookFrom(
    exists(join(root, "editions/book.yaml")) ? open("editions/book.yaml") : null,
    root,
  );
  const editions = listFiles(join(root, "editions"))
    .filter((path) => path.endsWith(".yaml") && path !== "book.yaml")
    .map((path) => {
      const file = open(`editions/${path}`);
      return { file, edition: editionFrom(file, chapters) };
    });
  checkEditions(editions);
  checkOpenings(
    openings,
    editions.map(({ edition }) => edition),
  );
  const decks = listFiles(join(root, "slides"))
    .filter((path) => path.endsWith(".md") && !path.includes("/") && path !== "README.md")
    .map((path) => open(`slides/${path}`));
  const whole =
    editions.length > 0 ? editions.map(({ edition }) => edition) : [wholeEdition(chapters)];
  const terms = exists(join(root, "chapters/terms.yaml"))
    ? termsFrom(open("chapters/terms.yaml"), chapters)
    : null;
  const skills = exists(join(root, "chapters/skills.yaml"))
    ? skillsFrom(open("chapters/skills.yaml"))
    : null;
  if (skills)
    checkSkills(
      chapters.map(({ meta }) => meta),
      skills,
    );
  return {
    root,
    book,
    chapters,
    frontmatter,
    openings,
    editions: whole,
    editionFiles: new Map(editions.map(({ file, edition }) => [edition.id, file])),
    bibliography,
    terms,
    skills,
    decks,
    courses: exists(join(root, "slides/courses.yaml")) ? open("slides/courses.yaml") : null,
    files,
  };
}

function openFile(root: string, path: string): VFile {
  const file = new VFile({ path, value: readText(join(root, path)) });
  checkBytes(file, readBytes(join(root, path)));
  return file;
}

/** One chapter alone, for who has the rest of the book already. */
export function readChapter(root: string, path: string): ChapterSource {
  return chapterFrom(openFile(root, path));
}

/** The id of the text that opens a part of an edition, or closes it. */
export function openingId(edition: Edition, part: EditionPart, end: "" | "-next"): string {
  return `openings-${edition.id}-${part.id}${end}`;
}

/** Note texts for a part that no edition has. */
function checkOpenings(openings: readonly ChapterSource[], editions: readonly Edition[]): void {
  const known = editions.flatMap((edition) =>
    edition.parts.flatMap((part) => [
      openingId(edition, part, ""),
      openingId(edition, part, "-next"),
    ]),
  );
  for (const { file, meta } of openings)
    if (!known.includes(meta.id))
      fail(file, { line: 1, column: 1 }, "opening-has-part", {
        reason: "No edition has the part that this text opens or closes",
        found: meta.id,
        known,
      });
}

/** `chapters/terms.yaml`: a chapter's id and the terms that it has to explain. */
function termsFrom(file: VFile, chapters: readonly ChapterSource[]): TermList {
  const ids = chapters.map((chapter) => chapter.meta.id);
  const fields = Object.fromEntries(ids.map((id) => [id, { type: "strings" as const }]));
  const values = readFields(file, String(file.value), 1, fields) ?? {};
  return { file, byChapter: new Map(Object.entries(values) as [string, string[]][]) };
}

/** `chapters/skills.yaml`: a sentence a skill, and ids that have been given up. */
function skillsFrom(file: VFile): SkillList {
  const fields = { skills: { type: "map", required: true }, aliases: { type: "map" } } as const;
  const values = readFields(file, String(file.value), 1, fields) ?? {};
  const texts = (map: unknown) =>
    new Map(Object.entries(map ?? {}).map(([id, text]) => [id, String(text)]));
  return { file, sentences: texts(values.skills), aliases: texts(values.aliases) };
}

/** What no text may hold: bytes that are no UTF-8, and control characters, which XML forbids. */
function checkBytes(file: VFile, bytes: Uint8Array): void {
  if (!isUtf8(bytes))
    fail(file, { line: 1, column: 1 }, "character-in-face", {
      reason: "The file is no UTF-8",
      expected: "the same text saved as UTF-8",
    });
  String(file.value)
    .split("\n")
    .forEach((text, index) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      const found = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0\ufffe\uffff]/.exec(text);
      if (found)
        fail(file, { line: index + 1, column: found.index + 1 }, "character-in-face", {
          reason: `A control character stands in the text, U+${found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
          expected: "text",
        });
    });
}

/** Ids of editions become folders of dist/, beside these. */
const reservedIds = ["slides", "kit", "companions", "code"];

function checkEditions(
  editions: readonly { readonly file: VFile; readonly edition: Edition }[],
): void {
  const first = new Map<string, VFile>();
  const top = { line: 1, column: 1 };
  for (const { file, edition } of editions) {
    const other = first.get(edition.id);
    if (!/^[a-z][a-z0-9-]*$/.test(edition.id) || reservedIds.includes(edition.id))
      fail(file, top, "field-type", {
        reason: "An edition's id has another form",
        found: edition.id,
        expected: `lower-case letters, digits and hyphens, a letter first, and none of ${reservedIds.join(", ")}`,
      });
    else if (other)
      fail(file, top, "field-type", {
        reason: `Edition id "${edition.id}" is given twice`,
        other: `${other.path ?? ""}:1 (first given there)`,
      });
    else first.set(edition.id, file);
    if (file.messages.length === 0 && edition.parts.every((part) => part.chapters.length === 0))
      fail(file, top, "edition-chapter-exists", {
        reason: "An edition has no chapter",
        expected: "chapters: or parts: with ids of chapters",
      });
  }
}

/** A book without `editions/` has one: all its chapters in the order of their paths. */
function wholeEdition(chapters: readonly ChapterSource[]): Edition {
  return {
    id: "complete",
    title: "",
    subtitle: "",
    description: "",
    partName: "Part",
    parts: [
      {
        id: "all",
        title: null,
        chapters: chapters.map((chapter) => wholeChapter(chapter.meta.id, [])),
        minutes: null,
      },
    ],
    front: ["title", "contents"],
    back: [],
    formats,
    solutions: "back",
    standsAlone: false,
    trim: { widthIn: 7.5, heightIn: 9.25 },
  };
}

function wholeChapter(id: string, hide: readonly Hideable[]): Selection {
  return { id, sections: null, without: [], hide };
}

const frontMatter = /^---\n([\s\S]*?)\n?---[ \t]*(?:\n|$)/;

function chapterFrom(file: VFile): ChapterSource {
  const path = file.path ?? "?";
  const text = String(file.value);
  const match = frontMatter.exec(text);
  if (!match && /^---[ \t]*\n/.test(text))
    fail(file, { line: 1, column: 1 }, "yaml-valid", {
      reason: "Front matter is never ended",
      expected: "a second line of ---",
    });
  if (text.slice(match?.[0].length ?? 0).trim() === "")
    fail(file, { line: 1, column: 1 }, "chapter-has-text", { reason: "A chapter has no text" });
  const fields = match ? readFields(file, match[1] ?? "", 2, chapterFields) : {};
  const word = (name: string): string | null =>
    typeof fields?.[name] === "string" ? String(fields[name]) : null;
  const list = (name: string): string[] =>
    Array.isArray(fields?.[name]) ? (fields[name] as string[]) : [];
  const stem = slugOf(path.replace(/^chapters\/(frontmatter\/)?/, "").replace(/\.md$/, ""));
  const id = word("id") ?? stem;
  if (!/^[a-z][a-z0-9-]*$/.test(id))
    fail(file, { line: 1, column: 1 }, "chapter-id-form", {
      reason: "A chapter's id has another form",
      found: id,
      expected: "lower-case letters, digits and hyphens, a letter first",
    });
  const level = fields?.level;
  const title = word("title");
  const heading = title === null ? firstHeading(text.slice(match?.[0].length ?? 0)) : null;
  return {
    path,
    file,
    titleInText: heading !== null,
    facts: Array.isArray(fields?.facts) ? factsFrom(file, fields.facts) : [],
    meta: {
      id,
      title: title ?? heading ?? id,
      part: word("part"),
      question: word("question"),
      needs: list("needs"),
      teaches: list("teaches"),
      level: typeof level === "number" ? level : null,
      abstract: word("abstract"),
    },
  };
}

function factsFrom(file: VFile, list: readonly unknown[]): Fact[] {
  const lines = String(file.value).split("\n");
  const start = lines.findIndex((line) => /^facts:/.test(line));
  const isText = (value: unknown): value is string =>
    typeof value === "string" && value.trim() !== "";
  const isDate = (value: unknown): value is string =>
    isText(value) && /^\d{4}-\d{2}-\d{2}$/.test(value);
  return list.flatMap((item, index) => {
    const { claim, source, place, checked, second, ...rest } = mapOf(item);
    if (
      isText(claim) &&
      isText(source) &&
      isText(place) &&
      isDate(checked) &&
      (second === undefined || isDate(second)) &&
      Object.keys(rest).length === 0
    )
      return [{ claim, source, place, checked, second: second ?? null }];
    const items = lines.flatMap((line, at) => (at > start && /^ {2}- /.test(line) ? [at] : []));
    fail(file, { line: (items[index] ?? start) + 1, column: 3 }, "fact-form", {
      reason: "A fact has another form",
      found: JSON.stringify(item),
      expected:
        "claim, source, place, checked as 2026-11-29, and second where somebody else has checked it too",
    });
    return [];
  });
}

/** Note facts whose source is not in the bibliography. */
function checkFacts(chapters: readonly ChapterSource[], bibliography: readonly CslEntry[]): void {
  const known = bibliography.map((entry) => entry.id);
  for (const { file, facts } of chapters)
    for (const { source } of facts)
      if (/^[a-z0-9-]+$/.test(source) && !known.includes(source)) {
        const lines = String(file.value).split("\n");
        const line = lines.findIndex((text) => text.trim() === `source: ${source}`);
        fail(file, { line: Math.max(0, line) + 1, column: 1 }, "fact-source-exists", {
          reason: "The source of a fact is not in the bibliography",
          found: source,
          known,
        });
      }
}

/** The words of the heading that a text begins with, whatever its level, or else of its first `#` line. */
function firstHeading(text: string): string | null {
  const prose = text
    .replace(/^ {0,3}(`{3,}|~{3,})[\s\S]*?^ {0,3}\1/gm, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .trimStart();
  const match =
    /^#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$/.exec(prose.split("\n")[0] ?? "") ??
    /^(\S.*)\n(?:=+|-{2,})[ \t]*(?:\n|$)/.exec(prose) ??
    /^# +(.+?)(?:[ \t]+#+)?[ \t]*$/m.exec(prose);
  const words = match?.[1]?.replace(/\s*\{#[a-z][a-z0-9-]*\}$/, "") ?? "";
  const title = textOf(parseInline(words, undefined)).trim();
  return title === "" ? null : title;
}

/** `12-consensus` -> `consensus`; anything else in the form of an id. */
function slugOf(stem: string): string {
  const slug = stem
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/^\d+[-_.]/, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return /^[a-z]/.test(slug) ? slug : `chapter-${slug}`;
}

function checkChapters(chapters: readonly ChapterSource[]): void {
  const first = new Map<string, ChapterSource>();
  const top = { line: 1, column: 1 };
  for (const chapter of chapters) {
    const other = first.get(chapter.meta.id);
    if (other)
      fail(chapter.file, top, "chapter-id-unique", {
        reason: `Chapter id "${chapter.meta.id}" is given twice`,
        other: `${other.path}:1 (first given there)`,
      });
    else first.set(chapter.meta.id, chapter);
  }
  const ids = [...first.keys()];
  for (const chapter of chapters)
    for (const need of chapter.meta.needs)
      if (!first.has(need))
        fail(chapter.file, top, "needs-exist", {
          reason: `needs names no chapter of the pool`,
          found: need,
          known: ids,
        });
  const state = new Map<string, "open" | "done">();
  const visit = (id: string, path: readonly string[]): void => {
    const chapter = first.get(id);
    if (!chapter || state.get(id) === "done") return;
    if (state.get(id) === "open") {
      fail(chapter.file, top, "needs-acyclic", {
        reason: `Chapters need each other in a circle`,
        found: [...path.slice(path.indexOf(id)), id].join(" → "),
        expected: "an order in which they can be read",
      });
      return;
    }
    state.set(id, "open");
    for (const need of chapter.meta.needs) visit(need, [...path, id]);
    state.set(id, "done");
  };
  for (const id of ids) visit(id, []);
}

function bookFrom(file: VFile | null, root: string): BookMeta {
  const fields = file ? (readFields(file, String(file.value), 1, bookFields) ?? {}) : {};
  const word = (name: string, other: string): string =>
    typeof fields[name] === "string" ? String(fields[name]) : other;
  const year = fields.year;
  const columns = fields["code-columns-max"];
  const title = word("title", basename(root));
  return {
    title,
    subtitle: word("subtitle", ""),
    authors: Array.isArray(fields.authors) ? (fields.authors as string[]) : [],
    language: word("language", "en"),
    publisher: word("publisher", ""),
    year: typeof year === "number" ? year : 2000,
    licenceText: word("licence-text", ""),
    licenceCode: word("licence-code", ""),
    identifier: word("identifier", slugOf(title)),
    address: typeof fields.address === "string" ? fields.address : null,
    codeColumnsMax: typeof columns === "number" ? columns : 76,
    proseAvoid: Array.isArray(fields["prose-avoid"]) ? (fields["prose-avoid"] as string[]) : [],
    definedInOrderOf: word("defined-in-order-of", ""),
    everydayWords: Array.isArray(fields["everyday-words"])
      ? (fields["everyday-words"] as string[])
      : [],
    wideCode: fields["wide-code"] === "wrap" ? "wrap" : "refuse",
    unknownCharacters: fields["unknown-characters"] === "name" ? "name" : "refuse",
    proof:
      fields.proof === "off" || (fields.proof === undefined && !exists(join(root, "code")))
        ? "off"
        : "required",
  };
}

function editionFrom(file: VFile, chapters: readonly ChapterSource[]): Edition {
  const text = String(file.value);
  const fields = readFields(file, text, 1, editionFields) ?? {};
  const word = (name: string, other: string): string =>
    typeof fields[name] === "string" ? String(fields[name]) : other;
  const at = (needle: string) => {
    const index = text.split("\n").findIndex((line) => line.includes(needle));
    return {
      line: index < 0 ? 1 : index + 1,
      column: index < 0 ? 1 : (text.split("\n")[index]?.indexOf(needle) ?? 0) + 1,
    };
  };
  const choose = <T extends string>(
    name: string,
    known: readonly T[],
    other: readonly T[],
  ): readonly T[] => {
    const written = fields[name];
    if (!Array.isArray(written)) return other;
    for (const value of written as string[])
      if (!known.includes(value as T))
        fail(file, at(value), "field-type", {
          reason: `Field "${name}" names something unknown`,
          found: value,
          known,
        });
    return (written as T[]).filter((value) => known.includes(value));
  };
  const ids = [...new Set(chapters.map((chapter) => chapter.meta.id))];
  const hide = choose("hide", hideable, []);
  const parts = Array.isArray(fields.parts)
    ? fields.parts.map((part, index) => partFrom(part, index, { file, at, hide }))
    : [
        {
          id: "all",
          title: null,
          chapters: (Array.isArray(fields.chapters) ? (fields.chapters as string[]) : ids).map(
            (id) => wholeChapter(id, hide),
          ),
          minutes: null,
        },
      ];
  const seen = new Set<string>();
  for (const { id } of parts.flatMap((part) => part.chapters)) {
    if (!ids.includes(id))
      fail(file, at(id), "edition-chapter-exists", {
        reason: "An edition names a chapter that is not in the pool",
        found: id,
        known: ids,
      });
    else if (seen.has(id))
      fail(file, at(id), "edition-chapter-once", {
        reason: `Chapter "${id}" stands in this edition twice`,
      });
    seen.add(id);
  }
  const trim = /^([\d.]+) ?x ?([\d.]+) ?in$/.exec(word("trim", "7.5x9.25in"));
  if (!trim)
    fail(file, at("trim"), "field-type", {
      reason: `Field "trim" has another form`,
      found: word("trim", ""),
      expected: "width x height, as in 7.5x9.25in",
    });
  return {
    id: word("id", basename(file.path ?? "edition", ".yaml")),
    title: word("title", ""),
    subtitle: word("subtitle", ""),
    description: word("description", ""),
    partName: word("part-name", "Part"),
    parts: parts.map((part) => ({
      ...part,
      chapters: part.chapters.filter(
        ({ id }, index, all) =>
          ids.includes(id) && all.findIndex((other) => other.id === id) === index,
      ),
    })),
    front: choose("front", frontPages, ["title", "contents"]),
    back: choose("back", backPages, []),
    formats: choose("formats", formats, formats),
    solutions: fields.solutions === "none" ? "none" : "back",
    standsAlone: fields["stands-alone"] === true,
    trim: { widthIn: Number(trim?.[1] ?? 7.5), heightIn: Number(trim?.[2] ?? 9.25) },
  };
}

type PartContext = {
  readonly file: VFile;
  readonly at: (needle: string) => { line: number; column: number };
  /** Kinds of block that the whole edition leaves out. */
  readonly hide: readonly Hideable[];
};

function partFrom(part: unknown, index: number, context: PartContext): EditionPart {
  const { file, at } = context;
  const record = mapOf(part);
  const { id, title, chapters, minutes } = record;
  const range = minutesFrom(minutes);
  const unknown = Object.keys(record).find(
    (name) => !["id", "title", "chapters", "minutes"].includes(name),
  );
  if (
    typeof id !== "string" ||
    !/^[a-z0-9][a-z0-9-]*$/.test(id) ||
    !Array.isArray(chapters) ||
    (minutes !== undefined && range === null) ||
    unknown !== undefined
  )
    fail(file, at(typeof id === "string" ? id : "parts"), "field-type", {
      reason: `Part ${index + 1} has another form`,
      found: JSON.stringify(part),
      expected: "id, title, a list of chapters, and perhaps minutes as in 50-70",
    });
  return {
    id: typeof id === "string" ? id : `part-${index + 1}`,
    title: typeof title === "string" ? title : null,
    chapters: Array.isArray(chapters)
      ? chapters.map((chapter) => selectionFrom(chapter, context)).filter((one) => one !== null)
      : [],
    minutes: range,
  };
}

/** `50-70` -> a range of minutes. */
function minutesFrom(value: unknown): { from: number; to: number } | null {
  const match = /^(\d+)-(\d+)$/.exec(typeof value === "string" ? value : "");
  if (!match || Number(match[1]) > Number(match[2])) return null;
  return { from: Number(match[1]), to: Number(match[2]) };
}

/** A chapter's id, or a map of its id and what is taken of it. */
function selectionFrom(value: unknown, { file, at, hide: hidden }: PartContext): Selection | null {
  if (typeof value === "string") return wholeChapter(value, hidden);
  const { id, sections, without, hide, ...rest } = mapOf(value);
  const kinds = hide === undefined ? hidden : hide;
  const isRight =
    typeof id === "string" &&
    (sections === undefined || isTexts(sections)) &&
    (without === undefined || isTexts(without)) &&
    isTexts(kinds) &&
    kinds.every((kind) => (hideable as readonly string[]).includes(kind)) &&
    !(sections !== undefined && without !== undefined) &&
    Object.keys(rest).length === 0;
  if (!isRight) {
    fail(file, at(typeof id === "string" ? id : "chapters"), "field-type", {
      reason: "A chapter of an edition has another form",
      found: JSON.stringify(value),
      expected: `an id, or a map of id, either sections or without, and hide, whose kinds are ${hideable.join(", ")}`,
    });
    return null;
  }
  return {
    id,
    sections: isTexts(sections) ? sections : null,
    without: isTexts(without) ? without : [],
    hide: kinds as Hideable[],
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function loadBibliography(root: string, open: (path: string) => VFile): CslEntry[] {
  const entries = new Map<string, { entry: CslEntry; path: string }>();
  for (const name of listFiles(join(root, "chapters/sources"))) {
    if (!name.endsWith(".json")) continue;
    const path = `chapters/sources/${name}`;
    const file = open(path);
    const text = String(file.value);
    const lineOf = (needle: string) => ({
      line:
        Math.max(
          0,
          text.split("\n").findIndex((line) => line.includes(needle)),
        ) + 1,
      column: 1,
    });
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (error) {
      // JSON.parse has no other way to say that an author's file is broken.
      fail(file, { line: 1, column: 1 }, "bibliography-valid", {
        reason: `JSON does not parse: ${(error as Error).message}`,
      });
      continue;
    }
    for (const entry of Array.isArray(parsed) ? parsed : [parsed]) {
      const { id, type, title } = (entry ?? {}) as Record<string, unknown>;
      if (typeof id !== "string" || typeof type !== "string" || typeof title !== "string") {
        fail(file, lineOf(typeof id === "string" ? `"${id}"` : '"id"'), "bibliography-valid", {
          reason: "An entry lacks id, type or title",
          found: JSON.stringify(entry).slice(0, 60),
        });
        continue;
      }
      const other = entries.get(id);
      if (other)
        fail(file, lineOf(`"${id}"`), "bibliography-unique", {
          reason: `Entry "${id}" is given twice`,
          other: `${other.path} (first given there)`,
        });
      else entries.set(id, { entry: entry as CslEntry, path });
    }
  }
  return [...entries.values()].map(({ entry }) => entry);
}
