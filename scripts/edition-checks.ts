/** What an edition promises: sections that exist, days that take as long as they may, nothing that leads outside. */
import type { VFile } from "vfile";
import { partsOf } from "./assemble.ts";
import type { Chapter, Edition, EditionBook } from "./model.ts";
import { sum } from "./reading-time.ts";
import { fail } from "./report.ts";
import { sectionIds } from "./select.ts";

/** Note sections that an edition names and a chapter does not have. */
export function checkSelections(
  edition: Edition,
  chapters: ReadonlyMap<string, Chapter>,
  file: VFile,
): void {
  for (const { id, sections, without } of edition.parts.flatMap((part) => part.chapters)) {
    const chapter = chapters.get(id);
    if (!chapter) continue;
    const known = sectionIds(chapter.tree);
    for (const name of [...(sections ?? []), ...without])
      if (!known.includes(name))
        fail(file, placeOf(file, name), "edition-section-exists", {
          reason: `Chapter "${id}" has no such section`,
          found: name,
          known,
        });
  }
}

/** Note parts that take too long or too short, and references of an edition that stands alone to what it lacks. */
export function checkEdition(made: EditionBook, file: VFile): void {
  const { edition } = made;
  for (const { part, sections } of partsOf(edition, made.sections)) {
    const { reading } = sum(sections.map((section) => section.minutes));
    if (!part.minutes || (reading >= part.minutes.from && reading <= part.minutes.to)) continue;
    const shares = sections
      .map((section) => `${section.id} ${Math.round(section.minutes.reading)}`)
      .join(", ");
    fail(file, placeOf(file, part.id), "edition-minutes", {
      reason: `Part "${part.id}" takes another time to read than it may`,
      found: `${reading.toFixed(1)} minutes (${shares})`,
      expected: `${part.minutes.from} to ${part.minutes.to} minutes`,
    });
  }
  if (edition.standsAlone)
    for (const { chapter, node, id } of made.outside)
      fail(chapter.file, node, "edition-stands-alone", {
        reason: `Edition "${edition.id}" stands alone, and this refers to what it does not contain`,
        found: id,
        expected: 'a reference to something it has, or :only[…]{edition="…"} around this one',
      });
}

function placeOf(file: VFile, needle: string) {
  const lines = String(file.value).split("\n");
  const line = lines.findIndex((text) => new RegExp(`\\b${needle}(?![\\w-])`).test(text));
  return {
    line: Math.max(0, line) + 1,
    column: Math.max(0, lines[line]?.indexOf(needle) ?? 0) + 1,
  };
}
