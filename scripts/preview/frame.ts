/** What one chapter again needs to know of a book that is made: small enough to be handed from thread to thread. Pure. */
import { h } from "hastscript";
import type { CslEntry } from "../load.ts";
import type { EditionBook, Section } from "../model.ts";
import type { Mistake } from "../report.ts";
import { bibliographyId } from "../transform/citations.ts";
import { isIndexMark } from "../transform/index-terms.ts";
import type { collectIds } from "../transform/labels.ts";
import { elements, property } from "../tree.ts";

export type Frame = {
  /** The edition with hollow sections: of their trees the ids are left, and the whole glossary. */
  readonly edition: EditionBook;
  readonly ids: ReturnType<typeof collectIds>;
  readonly bibliography: readonly CslEntry[];
  /** Keys of the works that the edition cites. */
  readonly cited: readonly string[];
  /** Number of index marks before each section, by its id. */
  readonly marksBefore: ReadonlyMap<string, number>;
  /** Path of a chapter -> its id, and its id -> the anchor of its title, of the whole book. */
  readonly chapterIds: ReadonlyMap<string, string>;
  readonly titleAnchors: ReadonlyMap<string, string>;
  /** What the scripts of widgets share. */
  readonly shared: readonly string[];
  /** Folders of code/ that run in a page; null where none does. */
  readonly runnable: ReadonlySet<string> | null;
};

/** What the thread that makes whole books tells. */
export type Told =
  | {
      readonly kind: "made";
      /** Number of the edit after which it began. */
      readonly edit: number;
      /** Files that differ from those told before, null where there is none any more. */
      readonly files: readonly (readonly [string, string | Uint8Array | null])[];
      readonly mistakes: readonly Mistake[];
      /** Null where mistakes stood in the way. */
      readonly frame: Frame | null;
      readonly tookMs: number;
    }
  /** The command was called with a name that does not exist. */
  | { readonly kind: "usage"; readonly message: string };

/** What it is asked for: a book with everything up to this edit. */
export type Asked = { readonly edit: number };

export function hollow(book: EditionBook): EditionBook {
  const sections = book.sections.map(
    (section): Section =>
      section.page === "glossary" ? section : { ...section, tree: idsOf(section) },
  );
  return { ...book, sections, indexEntries: [], outside: [] };
}

function idsOf({ tree }: Section): Section["tree"] {
  const named = elements(tree, (node) => property(node, "id") !== null);
  return {
    type: "root",
    children: named.map((node) => h("a", { id: property(node, "id") ?? "" })),
  };
}

/** Keys of the works in the bibliography of an edition. */
export function citedIn(book: EditionBook, bibliography: readonly CslEntry[]): string[] {
  const page = book.sections.find((section) => section.page === "bibliography");
  const ids = new Set(page && elements(page.tree, () => true).map((node) => property(node, "id")));
  return bibliography.map(({ id }) => id).filter((key) => ids.has(bibliographyId(key)));
}

export function marksBefore(book: EditionBook): Map<string, number> {
  let count = 0;
  return new Map(
    book.sections.map((section) => {
      const before = count;
      count += elements(section.tree, isIndexMark).length;
      return [section.id, before];
    }),
  );
}
