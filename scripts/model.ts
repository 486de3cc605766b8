/**
 * The nouns of the toolchain. Every other module speaks in these types; none of them
 * reads a disk or starts a browser.
 */
import type { Element, Root as HastRoot } from "hast";
import type { VFile } from "vfile";

/** Front matter of a chapter, checked. */
export type ChapterMeta = {
  readonly id: string;
  readonly title: string;
  readonly part: string | null;
  /** The one question that the chapter answers; printed under its title. */
  readonly question: string | null;
  /** Ids of chapters to read first: a DAG. */
  readonly needs: readonly string[];
  readonly teaches: readonly string[];
  readonly level: number | null;
  readonly abstract: string | null;
};

/** A chapter of the pool after the chapter pipeline: one hast, whatever the edition. */
export type Chapter = {
  readonly path: string;
  readonly file: VFile;
  readonly meta: ChapterMeta;
  readonly tree: HastRoot;
};

export const formats = ["pdf", "epub", "html"] as const;
export type Format = (typeof formats)[number];

export const frontPages = ["half-title", "title", "copyright", "contents", "preface"] as const;
export const backPages = ["solutions", "skills", "glossary", "bibliography", "index"] as const;
export type FrontPage = (typeof frontPages)[number];
export type BackPage = (typeof backPages)[number];

/** `editions/book.yaml`: what all editions share. */
export type BookMeta = {
  readonly title: string;
  readonly subtitle: string;
  readonly authors: readonly string[];
  readonly language: string;
  readonly publisher: string;
  readonly year: number;
  readonly licenceText: string;
  readonly licenceCode: string;
  /** Stable identifier; the EPUB's unique identifier is made of it and the edition's id. */
  readonly identifier: string;
  /** Where the files of an edition's html/ are put, ending with a slash; null where no place is known. */
  readonly address: string | null;
  /** Widest code line that the print column takes, in columns. */
  readonly codeColumnsMax: number;
  /** `refuse` stops at a wider line; `wrap` folds lines of literal code (never of listings). */
  readonly wideCode: "refuse" | "wrap";
  /** `name` prints a character that no face has as its number, [U+0928]; `refuse`, without a word here, stops at it. */
  readonly unknownCharacters?: "refuse" | "name";
  /** Phrases that the text does without. */
  readonly proseAvoid: readonly string[];
  /** The edition in whose order no term is used before its definition; empty where nobody looks. */
  readonly definedInOrderOf: string;
  /** Terms that are everyday words as well: nobody looks for them. */
  readonly everydayWords: readonly string[];
  /** `required`: program code may be printed only as a listing. */
  readonly proof: "required" | "off";
};

/** `editions/<id>.yaml`. */
export type Edition = {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly description: string;
  /** What a part is called: `Part`, with Roman numbers, or another word, as `Day`, with Arabic ones. */
  readonly partName: string;
  readonly parts: readonly EditionPart[];
  readonly front: readonly FrontPage[];
  readonly back: readonly BackPage[];
  readonly formats: readonly Format[];
  /** `back`: in a section at the end; `none`: nowhere in any file of the edition. */
  readonly solutions: "back" | "none";
  /** True: nothing in it may refer to what it does not contain. */
  readonly standsAlone: boolean;
  readonly trim: { readonly widthIn: number; readonly heightIn: number };
};
export type EditionPart = {
  readonly id: string;
  readonly title: string | null;
  readonly chapters: readonly Selection[];
  /** Minutes of reading that the part may take, by the model of `reading-time.ts`; null where nobody counts. */
  readonly minutes: { readonly from: number; readonly to: number } | null;
};

/** A chapter of the pool, or a part of it, as an edition has it. */
export type Selection = {
  readonly id: string;
  /** Ids of the sections that are taken; null takes all. What stands before the first section is always taken. */
  readonly sections: readonly string[] | null;
  /** Ids of sections that are left out. */
  readonly without: readonly string[];
  /** Kinds of block that are left out. */
  readonly hide: readonly Hideable[];
};

/** Kinds of block that an edition may leave out. */
export const hideable = [
  "aside",
  "brief",
  "exercise",
  "framework",
  "in-production",
  "incident",
  "ladder",
  "when-not",
] as const;
export type Hideable = (typeof hideable)[number];

/** What a label counts: each kind has its own numbers within a chapter. */
export type LabelKind =
  | "chapter"
  | "section"
  | "figure"
  | "listing"
  | "table"
  | "exercise"
  | "framework"
  | "incident";

/** One thing that can be referred to. */
export type Label = {
  readonly id: string;
  readonly kind: LabelKind;
  /** "12.9", or null for things without a number (sections, frameworks, incidents). */
  readonly number: string | null;
  readonly title: string;
  /** Id of the section (see `Section.id`) whose page holds it. */
  readonly sectionId: string;
};

export type Heading = {
  readonly id: string;
  readonly depth: 2 | 3;
  /** Plain text. */
  readonly title: string;
};

/**
 * One page of the HTML edition, one file of the EPUB, one run of pages in print: a part's
 * title, a chapter, or a page of the front or back matter. Trees hold no `h1` of their own:
 * outputs write the opening from `number`, `title` and `question`.
 */
export type Section = {
  readonly kind: "front" | "part" | "chapter" | "back";
  /** The page kind for front and back matter: `half-title`, `index`, … else null. */
  readonly page: FrontPage | BackPage | null;
  readonly id: string;
  /** File name without ending: `12-consensus`, `index-of-terms`. */
  readonly slug: string;
  readonly number: string | null;
  readonly title: string;
  readonly question: string | null;
  readonly abstract: string | null;
  readonly headings: readonly Heading[];
  readonly words: number;
  readonly minutes: Minutes;
  readonly tree: HastRoot;
};

/** How long a section takes: to read, and to do what its exercises ask. */
export type Minutes = { readonly reading: number; readonly handsOn: number };

/** A reference of an edition to something that it does not contain. */
export type OutsideReference = {
  readonly chapter: Chapter;
  readonly node: Element;
  readonly id: string;
};

/** The pool seen through one edition: numbered, resolved, ready for every format. */
export type EditionBook = {
  readonly book: BookMeta;
  readonly edition: Edition;
  readonly sections: readonly Section[];
  readonly labels: ReadonlyMap<string, Label>;
  readonly indexEntries: readonly IndexEntry[];
  readonly outside: readonly OutsideReference[];
};

/** A page of the finished book, for those who look for it elsewhere. */
export type PrintedPage = {
  /** Its printed number. */
  readonly label: string;
  /** What stands on it, from top to bottom. */
  readonly ids: readonly string[];
};

/** One line of the index; sub-entries are nested. */
export type IndexEntry = {
  readonly term: string;
  readonly locators: readonly Locator[];
  readonly see: readonly string[];
  readonly seeAlso: readonly string[];
  readonly children: readonly IndexEntry[];
};
export type Locator = {
  /** Id of the mark in the text; for a range, of its first and last mark. */
  readonly from: string;
  readonly to: string;
  readonly sectionId: string;
  /** Title of the nearest heading before the mark: what HTML and EPUB show. */
  readonly place: string;
  /** True where the term is defined. */
  readonly main: boolean;
};

/** A named region of a file under code/. */
export type Region = {
  readonly path: string;
  readonly name: string;
  /** Its text without region markers, outdented, with no final newline. */
  readonly text: string;
  /** For each line of `text`, its line number in the file (from 1). */
  readonly lines: readonly number[];
  /** Regions nested in it, by name, as ranges of lines of `text` (from 1, both inclusive). */
  readonly nested: ReadonlyMap<string, readonly [number, number]>;
};

/** Result of the listing proof: what is printed was run. */
export type Proof = {
  readonly testsPassed: number;
  readonly testFiles: number;
  /** Repository path → line number → number of times its statements ran (statement lines only). */
  readonly lineHits: ReadonlyMap<string, ReadonlyMap<number, number>>;
};

/** A deck, cut into slides. */
export type Deck = {
  readonly path: string;
  readonly file: VFile;
  readonly id: string;
  readonly title: string;
  /** Chapters that it teaches, by id. */
  readonly chapters: readonly string[];
  readonly durationMin: number;
  readonly slides: readonly Slide[];
};
export type Slide = {
  readonly id: string;
  readonly title: string;
  readonly timeS: number;
  readonly layout: string | null;
  readonly cut: number | null;
  readonly body: HastRoot;
  /** Speaker notes, or null. */
  readonly notes: HastRoot | null;
};

/** A course as it is taught: days of sessions and pauses (`slides/courses.yaml`). */
export type Course = {
  readonly id: string;
  readonly title: string;
  readonly days: readonly CourseDay[];
};
export type CourseDay = {
  readonly title: string;
  /** Minutes after midnight. */
  readonly startsMin: number;
  readonly items: readonly (Session | Pause)[];
};
/** An hour or so in a room: the slides that its decks have for this course. */
export type Session = {
  readonly kind: "session";
  /** Of its course; with the course's id before it, of its folder. */
  readonly id: string;
  readonly title: string | null;
  readonly decks: readonly string[];
  readonly minutes: number;
  /** In courses.yaml, for messages. */
  readonly line: number;
};
export type Pause = { readonly kind: "pause"; readonly title: string; readonly minutes: number };
