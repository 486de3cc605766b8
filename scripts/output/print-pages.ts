/**
 * What one print teaches the next: page labels, running heads, blank pages, and the numbers in contents,
 * references and index. Pure.
 */
import type { EditionBook, PrintedPage } from "../model.ts";
import { opensRight, type PrintedLocator } from "./print.ts";
import type { Patch } from "./print-layout.ts";

/** Where an id fell in a print. */
export type Place = {
  /** Counted from 1, as a viewer counts. */
  readonly page: number;
  /** Distance of its upper edge from the page's foot, in points. */
  readonly yPt: number;
};

export type Print = {
  readonly pages: number;
  readonly places: ReadonlyMap<string, Place>;
};

/** What the page held when that print was made. */
export type Laid = {
  readonly refs: readonly { readonly id: string; readonly to: string; readonly style: string }[];
  readonly patch: Patch;
};

export type Paging = {
  /** Printed number of each page: roman in the front matter, then arabic from 1. */
  readonly labels: readonly string[];
  /** First page of the arabic numbers, counted from 1. */
  readonly firstArabic: number;
};

export function printedPages(paging: Paging, print: Print): PrintedPage[] {
  const byPage = Map.groupBy(print.places, ([, place]) => place.page);
  return paging.labels.map((label, index) => {
    const places = byPage.get(index + 1) ?? [];
    const fromTop = places.toSorted(([, a], [, b]) => b.yPt - a.yPt);
    return { label, ids: fromTop.map(([id]) => id) };
  });
}

export const emptyPatch: Patch = {
  pageTexts: [],
  locators: [],
  blankBefore: [],
  heads: [],
};

/**
 * The patch that the print asks for.
 *
 * @param calm from this round on a reference that once had a page number keeps it: it could otherwise come and go
 *   with its own width for ever.
 */
export function nextPatch(
  book: EditionBook,
  locators: readonly (readonly PrintedLocator[])[],
  laid: Laid,
  print: Print,
  calm: boolean,
): Patch {
  const paging = pageLabels(book, print);
  const label = (id: string): string => {
    const place = print.places.get(id);
    return place ? (paging.labels[place.page - 1] ?? "") : "";
  };
  const pageTexts = laid.refs.map((ref, position) => {
    if (ref.style === "bare") return label(ref.to);
    const [here, there] = [print.places.get(ref.id), print.places.get(ref.to)];
    const shown = laid.patch.pageTexts[position] ?? "";
    if (!there || (here?.page === there.page && !(calm && shown !== ""))) return "";
    const page = `page\u00A0${label(ref.to)}`;
    return ref.style === "inner-reference" ? `, ${page}` : ` (${page})`;
  });
  return {
    pageTexts,
    locators: locators.map((entry) => indexRuns(entry, print.places, paging.labels)),
    blankBefore: blankPages(book, laid.patch.blankBefore, print),
    heads: runningHeads(book, print, paging),
  };
}

export function pageLabels(book: EditionBook, print: Print): Paging {
  const main = book.sections.find((section) => section.kind !== "front");
  const firstArabic = (main && print.places.get(main.id)?.page) ?? 1;
  const labels = Array.from({ length: print.pages }, (_, page) =>
    page + 1 < firstArabic ? roman(page + 1) : String(page + 2 - firstArabic),
  );
  return { labels, firstArabic };
}

/** 4 is "iv". */
export function roman(number: number): string {
  const signs: readonly (readonly [number, string])[] = [
    [1000, "m"],
    [900, "cm"],
    [500, "d"],
    [400, "cd"],
    [100, "c"],
    [90, "xc"],
    [50, "l"],
    [40, "xl"],
    [10, "x"],
    [9, "ix"],
    [5, "v"],
    [4, "iv"],
    [1, "i"],
  ];
  let rest = number;
  let text = "";
  for (const [value, sign] of signs) {
    while (rest >= value) {
      text += sign;
      rest -= value;
    }
  }
  return text;
}

/**
 * Page numbers of one entry of the index. Equal and neighboring pages run together: 12, 14–16. A run is the main one
 * if any of its marks is.
 */
export function indexRuns(
  entry: readonly PrintedLocator[],
  places: ReadonlyMap<string, Place>,
  labels: readonly string[],
): { text: string; to: string; main: boolean }[] {
  const spans = entry
    .flatMap(({ from, to, main }) => {
      const [first, last] = [places.get(from)?.page, places.get(to)?.page];
      return first === undefined
        ? []
        : [{ first, last: Math.max(first, last ?? first), from, main }];
    })
    .sort((a, b) => a.first - b.first || b.last - a.last);
  const runs: { first: number; last: number; from: string; main: boolean }[] = [];
  for (const span of spans) {
    const run = runs.at(-1);
    // The place of definition keeps a number of its own, so that its weight says exactly one page.
    const joins =
      run && (span.first <= run.last || (span.first === run.last + 1 && span.main === run.main));
    if (!joins) runs.push({ ...span });
    else {
      run.last = Math.max(run.last, span.last);
      run.main ||= span.main;
    }
  }
  return runs.map(({ first, last, from, main }) => {
    const [start, end] = [labels[first - 1] ?? "", labels[last - 1] ?? ""];
    return { text: first === last ? start : `${start}–${end}`, to: from, main };
  });
}

/** Sections that open on a right-hand page and would not without a blank page before them. */
function blankPages(book: EditionBook, known: readonly string[], print: Print): string[] {
  const starts = book.sections.map((section) => print.places.get(section.id)?.page ?? 0);
  const needed: string[] = [];
  let page = 1;
  for (const [position, section] of book.sections.entries()) {
    if (opensRight(section) && page % 2 === 0) {
      needed.push(section.id);
      page += 1;
    }
    const next = book.sections[position + 1];
    const end = starts[position + 1] ?? print.pages + 1;
    const blank = next && known.includes(next.id) ? 1 : 0;
    page += end - (starts[position] ?? 0) - blank;
  }
  return needed;
}

/** Left pages name the chapter, right pages the section that begins on them or runs on. Openers have none. */
function runningHeads(book: EditionBook, print: Print, paging: Paging): Patch["heads"] {
  const starts = book.sections.map((section) => print.places.get(section.id)?.page ?? 0);
  const heads: Patch["heads"][number][] = [];
  const silent: readonly (string | null)[] = ["half-title", "title", "copyright"];
  for (const [position, section] of book.sections.entries()) {
    if (section.kind === "part" || silent.includes(section.page)) continue;
    const end = starts[position + 1] ?? print.pages + 1;
    const sections = section.headings.filter((heading) => heading.depth === 2);
    const lastPage = lastPageWithText(section.id, end, print);
    for (let page = (starts[position] ?? 0) + 1; page <= lastPage; page++) {
      const label = paging.labels[page - 1] ?? "";
      const name =
        section.kind === "chapter" && section.number
          ? `Chapter ${section.number}\u2002${section.title}`
          : section.title;
      if (page % 2 === 0) heads.push({ page: page - 1, left: label, right: name, folio: "left" });
      else {
        const begun = sections.filter(
          (heading) => (print.places.get(heading.id)?.page ?? 0) <= page,
        );
        const here = begun.find((heading) => print.places.get(heading.id)?.page === page);
        const text = (here ?? begun.at(-1))?.title ?? section.title;
        heads.push({
          page: page - 1,
          left: section.kind === "chapter" ? text : section.title,
          right: label,
          folio: "right",
        });
      }
    }
  }
  return heads;
}

/** A blank page that was put before the next section has no head. */
function lastPageWithText(sectionId: string, end: number, print: Print): number {
  const blank = print.places.get(`blank-after-${sectionId}`);
  return blank ? blank.page - 1 : end - 1;
}
