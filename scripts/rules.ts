/**
 * Every rule that can stop a build, with one sentence each. A message names its rule, so that an author can look it up
 * with `npm run check -- --rules`.
 */
export const rules = {
  // Front matter and editions
  "yaml-valid": "YAML must parse.",
  "field-known": "A field that no reader knows is a misspelling.",
  "field-required": "A field that must be there is missing.",
  "field-type": "A field has a value of another type than expected.",
  "chapter-id-unique": "No two chapters share an id.",
  "chapter-id-form": "An id is lower-case letters, digits and hyphens.",
  "needs-exist": "`needs` names chapters of the pool.",
  "needs-acyclic": "Chapters that need each other in a circle can be read in no order.",
  "edition-chapter-exists": "An edition names chapters of the pool.",
  "edition-chapter-once": "A chapter stands in an edition once.",
  // Text
  "no-raw-html": "Raw HTML is off; what is needed has a directive.",
  "no-level-one-heading": "The title is in the front matter; sections start at ##.",
  "heading-order": "A heading is at most one level below the one before it.",
  "heading-text": "A heading has words.",
  "image-alt": "An image without a description is unreadable to many.",
  "image-exists": "An image file must be there.",
  "link-exists": "A link inside the book must lead somewhere.",
  "chapter-has-text": "A chapter has text.",
  "word-doubled": "A word typed twice is a slip.",
  "prose-avoided": "The book has phrases that it does without.",
  "markup-raw": "Markup that did not parse would stand in the page as it was typed.",
  "fence-closed": "A fence that begins must end; else it swallows the rest of the chapter.",
  "table-cells": "A row of a table has as many cells as its head.",
  "math-valid": "Math must be TeX that can be set.",
  "character-in-face": "A character that no loaded face has prints as nothing.",
  // Directives
  "directive-known": "An unknown directive is a misspelling.",
  "directive-form": "A directive is written as container, leaf or text; each has its one form.",
  "attribute-known": "An unknown attribute is a misspelling.",
  "attribute-required": "A directive lacks an attribute that it needs.",
  "attribute-value": "An attribute has a value that it cannot have.",
  "container-closed": "A container directive ends with its own row of colons.",
  "block-content": "A block must hold what its kind is made of.",
  "block-place": "A block stands in a place where it means nothing.",
  "ladder-levels": "A ladder has L3, L4, L5 and L6, in this order.",
  "callout-matches-one-line":
    "A callout names code that stands in exactly one line of the listing.",
  "callouts-follow-listing": "Callouts stand right after the listing they explain.",
  // Ids and references
  "id-unique": "An id is given once in the whole book.",
  "id-form":
    "An id is lower-case letters, digits and hyphens, and begins with what it is for: fig-, tab-, lst-, ex-.",
  "reference-exists": "A reference names an id of the book.",
  "citation-exists": "A citation names an entry of the bibliography.",
  "bibliography-valid":
    "Bibliography files are CSL JSON: a list of objects with id, type and title.",
  "bibliography-unique": "An entry of the bibliography is given once.",
  "index-target-exists": "`see` and `see-also` name terms of the index.",
  "index-range-closed": "A range of the index has one start and one end, in this order.",
  "term-defined-once": "A term is defined once.",
  // Listings
  "fence-backtick":
    "The first line of a fence of backticks holds no backtick; a fence of tildes may.",
  "listing-path-inside": "A path stays inside the book's folder.",
  "listing-file-exists": "The file of a listing must be there.",
  "listing-region-exists": "The region of a listing must be there.",
  "listing-empty-fence": "The text of a listing stands in its program and nowhere else.",
  "listing-has-source": "Program code is printed as a region of a tested program.",
  "listing-width": "A line wider than the print column would shrink the whole book.",
  "listing-length": "A listing fits a page.",
  "listing-executed": "A printed line was not executed by any passing test.",
  "language-known": "The language of a fence is one that the highlighter knows, or `text`.",
  "region-unique": "A region is marked once in a file.",
  "region-closed": "A region that begins must end.",
  "region-not-empty": "A region has lines.",
  "code-file-used":
    "A file of code/ is printed, used by something printed, or waived with a reason.",
  "tests-pass": "The tests of the printed programs pass.",
  "mutants-recorded": "A record of mutants is what `npm run mutants` wrote.",
  "mutant-explained": "An explanation of a mutant fits one that lives.",
  // Transcripts
  "transcript-program-exists": "A transcript names a sample.",
  "transcript-recorded": "A transcript is recorded beside its program.",
  "transcript-matches": "A program must print what is recorded.",
  "transcript-exit": "A program must end as the transcript says.",
  "transcript-empty-fence": "A transcript is filled by the build.",
  "transcript-lines": "`lines` names lines of the output.",
  "transcript-width": "A line of output wider than the print column is refused.",
  // Figures
  "figure-path-inside": "A path stays inside the book's folder.",
  "figure-exists": "The file of a figure must be there.",
  "figure-kind": "A figure is .svg, .mmd, .ts, .png or .jpg.",
  "figure-alt": "A figure needs a text alternative.",
  "figure-caption": "A figure needs a caption.",
  "figure-draws": "The program of a figure must draw one svg element.",
  "figure-safe": "A drawing holds no script and loads nothing.",
  "diagram-valid": "A Mermaid diagram must parse.",
  "diagram-described": "A Mermaid diagram has accTitle and accDescr.",
  "figure-used": "A file of figures/ is used by a chapter or a deck.",
  // Decks
  "slide-heading": "A slide has a heading.",
  "slide-notes": "A slide has notes.",
  "slide-time": "Minutes of slides add up to no more than the deck's duration.",
  "slide-include-exists": "An include names a figure, listing or table of a chapter.",
  "slide-steps-exist": "Steps name regions nested in the listing's region.",
  "slide-fits": "A slide fits its frame.",
  // Labs
  "lab-cut": "A lab cuts functions out of regions of the programs, and names tests of code/.",
  "lab-step": "A step of a lab has a title and the words of its tests' titles.",
  "lab-minutes": "A lab takes at least, typically and at most so many minutes.",
  "lab-text": "A lab has a goal, a task, three hints, a stretch task and a recap.",
} as const;

export type RuleId = keyof typeof rules;
