/** Whether each chapter marks the terms that `chapters/terms.yaml` asks of it. */
import type { TermList } from "./load.ts";
import type { Chapter } from "./model.ts";
import { fail } from "./report.ts";
import { entryPath } from "./transform/index-terms.ts";
import { elements, property } from "./tree.ts";

/** Note each term that its chapter has no mark for. */
export function checkTerms(chapters: readonly Chapter[], { file, byChapter }: TermList): void {
  const lines = String(file.value).split("\n");
  for (const chapter of chapters) {
    const asked = byChapter.get(chapter.meta.id) ?? [];
    const marked = markedTerms(chapter);
    const from = lines.findIndex((line) => line.startsWith(`${chapter.meta.id}:`));
    // `membership (of partitions)`: the words in brackets tell two terms of the curriculum apart, and may stay away.
    for (const term of asked)
      if (![term, term.replace(/ \(.*\)$/, "")].some((words) => marked.has(spelled(words))))
        fail(file, placeOf(term, lines, from), "terms-marked", {
          reason: `${chapter.path} has no mark for a term that is asked of it`,
          found: term,
          expected: `:term[${term}]{def="…"} or :index[…]{term="${term}"} where it is explained`,
        });
  }
}

function placeOf(term: string, lines: readonly string[], from: number) {
  const line = lines.findIndex((text, index) => index > from && text.includes(term));
  return { line: Math.max(0, line) + 1, column: Math.max(0, lines[line]?.indexOf(term) ?? 0) + 1 };
}

/** Every spelling under which a chapter's marks stand in the index: the whole path, and its last word. */
function markedTerms(chapter: Chapter): Set<string> {
  const marks = elements(chapter.tree, (node) => property(node, "dataTerm") !== null);
  return new Set(
    marks
      .map((node) => entryPath(property(node, "dataTerm") ?? ""))
      .flatMap((path) => [path.join(" "), [...path].reverse().join(" "), path.at(-1) ?? ""])
      .map(spelled),
  );
}

/** One spelling for all: no case, article, plural or punctuation; -ise and -ize alike. */
function spelled(term: string): string {
  return term
    .toLowerCase()
    .replace(/isation/g, "ization")
    .replace(/[^a-z0-9+>=]+/g, " ")
    .trim()
    .split(" ")
    .filter((word) => word !== "the" && word !== ">")
    .map((word) => word.replace(/(?<=[^s])s$/, ""))
    .join(" ");
}
