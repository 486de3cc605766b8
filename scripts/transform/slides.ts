/**
 * A deck's Markdown, cut into slides: headings with settings, notes with cues, listings that step through nested regions,
 * pictures of the chapters. Pure: what it shows is handed in.
 *
 * A slide's body speaks the vocabulary of ARCHITECTURE.md and adds: `.fragment` (appears at a step), `.step` (a step of the
 * listing beside it; lines have `in-1`, `in-2`, …), `.columns` > `.column`, `.question`, `.answer`, `.statement`, `.credit`.
 */
import { dirname } from "node:path";
import type { Element, ElementContent, Root as HastRoot } from "hast";
import { toString as hastText } from "hast-util-to-string";
import { h } from "hastscript";
import type { Heading, Root, RootContent } from "mdast";
import type { ContainerDirective } from "mdast-util-directive";
import { toString as textOf } from "mdast-util-to-string";
import type { Node } from "unist";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { type Fields, readFields } from "../fields.ts";
import type { Chapter, Deck, Slide } from "../model.ts";
import { fail } from "../report.ts";
import { elements, hasClass, property } from "../tree.ts";
import { checkDirectives } from "./directives.ts";
import { checkFences } from "./fences.ts";
import { convertAll } from "./slide-blocks.ts";
import { sizeCode } from "./slide-listings.ts";
import { type DeckSources, toHast, type Work } from "./slide-parts.ts";
import { checkTranscriptLines, insertTranscripts } from "./transcripts.ts";

/** A slide of a deck, with what only decks know of it. */
export type DeckSlide = Slide & {
  /** Where it begins in the deck's file, for messages of later checks. */
  readonly line: number;
  /** Courses that show it; empty: all. */
  readonly courses: readonly string[];
  readonly classes: readonly string[];
  /** Of its exercises; null without one. */
  readonly solution: HastRoot | null;
  /** What the speaker says when a slide that may go has gone; null where it may not. */
  readonly instead: HastRoot | null;
};
export type CutDeck = Omit<Deck, "slides"> & {
  readonly subtitle: string | null;
  readonly courses: readonly string[];
  /** What one can do afterwards: ids of `chapters/skills.yaml`. */
  readonly skills: readonly string[];
  readonly slides: readonly DeckSlide[];
};

const layouts = ["cover", "section", "statement", "question", "exercise", "recap"] as const;
/** What fits the frame at 20 px. */
const codeColumnsMax = 92;
const slideAttributes = ["id", "time", "layout", "cut", "in"];

const fields: Fields = {
  id: { type: "string" },
  title: { type: "string", required: true },
  subtitle: { type: "string" },
  chapters: { type: "strings" },
  duration: { type: "string", required: true },
  course: { type: "strings" },
  skills: { type: "strings" },
};

const text = { form: /\S/ };
const picture = {
  alt: { ...text, expected: "a text alternative" },
  view: { form: /^\d+( \d+){3}$/, expected: "a part of the picture, as in 0 0 240 160" },
};

/** The language of decks: these, fences, and plain Markdown. */
const deckDirectives = {
  notes: { form: "container" },
  instead: { form: "container" },
  include: {
    form: "leaf",
    attributes: {
      ...picture,
      ref: { ...text, required: true, expected: "chapter#id" },
      state: { ...text, expected: "a state of the widget, as in seed=7&step=4" },
      steps: { form: /^\d+(\|\d+)*$/, expected: "steps of the widget, as in 4|9|12" },
    },
  },
  run: {
    form: "leaf",
    attributes: {
      sample: { required: true, form: /^[a-z0-9-]+\/[a-z0-9-]+$/, expected: "program/sample" },
      seed: { form: /^\d+$/, expected: "a whole number" },
    },
  },
  figure: {
    form: "container",
    attributes: { ...picture, src: text },
  },
  show: { form: "container" },
  steps: { form: "container" },
  incremental: { form: "container" },
  columns: { form: "container" },
  column: {
    form: "container",
    attributes: { width: { form: /^[1-9]\d?$/, expected: "a share in percent, as in 60" } },
  },
  question: { form: "container" },
  answer: { form: "container" },
  statement: { form: "container" },
  credit: { form: "container" },
  exercise: {
    form: "container",
    id: "required",
    attributes: {
      title: text,
      time: { form: /^\d+m$/, required: true, expected: "minutes, as in 8m" },
      min: { form: /^\d+m$/, expected: "minutes, as in 5m" },
      max: { form: /^\d+m$/, expected: "minutes, as in 12m" },
      mode: { values: ["alone", "pairs", "fives", "room"] },
      lab: { form: /^\d\d-[a-z-]+$/, expected: "a lab of slides/kit/labs, as in 01-cap" },
    },
  },
  hint: { form: "container" },
  solution: { form: "container" },
} as const satisfies Parameters<typeof checkDirectives>[0]["directives"];

/**
 * Cut a deck. Mistakes are noted on the file; what could be cut is returned all the same.
 *
 * @param tree  of the deck's parser; it is taken apart
 */
export function cutDeck(tree: Root, file: VFile, sources: DeckSources): CutDeck {
  checkDirectives({ directives: deckDirectives })(tree, file);
  checkFences()(tree, file);
  const columnsMax = codeColumnsMax;
  checkTranscriptLines({ runs: sources.runs, columnsMax })(tree, file);
  insertTranscripts({ runs: sources.runs, columnsMax })(tree, file);
  const meta = metaOf(tree, file);
  const cut = sheets(tree, file);
  const slides = cut.map((sheet, index) => slideOf(sheet, index, file, sources, meta.courses));
  checkIds(slides, cut, file);
  checkTimes(slides, meta, file);
  return { path: file.path ?? "?", file, ...meta, slides };
}

type Meta = Pick<
  CutDeck,
  "id" | "title" | "subtitle" | "chapters" | "durationMin" | "courses" | "skills"
>;

function metaOf(tree: Root, file: VFile): Meta {
  const first = tree.children[0];
  const stem = (file.path ?? "deck").replace(/^.*\//, "").replace(/\.md$/, "");
  const line = (first?.position?.start.line ?? 1) + 1;
  const written = readFields(file, first?.type === "yaml" ? first.value : "", line, fields) ?? {};
  const word = (name: string): string | null =>
    typeof written[name] === "string" ? String(written[name]) : null;
  const seconds = secondsFrom(word("duration") ?? "");
  if (word("duration") !== null && (seconds === null || seconds % 60 !== 0))
    fail(file, first, "field-type", {
      reason: 'Field "duration" has another form',
      found: word("duration") ?? "",
      expected: "whole minutes, as in 45m",
    });
  return {
    id: word("id") ?? stem,
    title: word("title") ?? stem,
    subtitle: word("subtitle"),
    chapters: Array.isArray(written.chapters) ? (written.chapters as string[]) : [],
    durationMin: Math.floor((seconds ?? 0) / 60),
    courses: Array.isArray(written.course) ? (written.course as string[]) : [],
    skills: Array.isArray(written.skills) ? (written.skills as string[]) : [],
  };
}

/** One slide's share of the tree. */
type Sheet = {
  readonly heading: Heading | null;
  readonly nodes: readonly RootContent[];
  readonly first: Node | undefined;
};

/** `---` between blank lines ends a slide. */
function sheets(tree: Root, file: VFile): Sheet[] {
  const groups: RootContent[][] = [[]];
  for (const node of tree.children) {
    if (node.type === "yaml") continue;
    if (node.type === "thematicBreak") groups.push([]);
    else groups.at(-1)?.push(node);
  }
  return groups
    .filter((nodes) => nodes.length > 0)
    .map((nodes) => {
      for (const node of nodes)
        if (
          node.type === "heading" &&
          node.position &&
          node.position.start.line !== node.position.end.line
        )
          fail(file, node, "slide-heading", {
            reason: "A rule right under a line makes a heading of that line",
            found: textOf(node),
            expected: "a blank line before ---",
          });
      const at = nodes.findIndex((node) => node.type === "heading" && node.depth <= 2);
      const heading = nodes[at];
      if (heading?.type !== "heading") {
        fail(file, nodes[0], "slide-heading", {
          reason: "A slide has no heading",
          expected: "## What it says {#id time=2m}",
        });
        return { heading: null, nodes, first: nodes[0] };
      }
      return { heading, nodes: nodes.filter((node) => node !== heading), first: nodes[0] };
    });
}

function slideOf(
  sheet: Sheet,
  index: number,
  file: VFile,
  sources: DeckSources,
  courses: readonly string[],
): DeckSlide {
  const settings = settingsOf(sheet.heading, file, courses);
  const id = settings.id ?? `slide-${index + 1}`;
  const place = sheet.heading ?? sheet.first;
  const isNamed = (name: string) => (node: RootContent) =>
    node.type === "containerDirective" && node.name === name;
  const [isNotes, isInstead] = [isNamed("notes"), isNamed("instead")];
  const work: Work = {
    file,
    sources,
    slideId: id,
    folder: dirname(file.path ?? ""),
    solutions: [],
  };
  const shown = sheet.nodes.filter((node) => !isNotes(node) && !isInstead(node));
  const body = sizeCode(renameIds(toHast(convertAll(shown, work), file), id));
  const written = sheet.nodes.filter(isNotes) as ContainerDirective[];
  const words = written.map((node) => textOf(node)).join(" ");
  if (words.trim() === "")
    fail(file, place, "slide-notes", {
      reason: "A slide has no notes",
      expected: ":::notes with what the speaker says, asks and draws",
    });
  const steps = elements(body, (node) => hasClass(node, "fragment")).length;
  const cues = words.match(/\[click(?::\d+)?\]/g)?.length ?? 0;
  if (cues > steps)
    fail(file, written[0] ?? place, "slide-notes", {
      reason: "The notes have more cues than the slide has steps",
      found: `${cues} × [click]`,
      expected: `at most ${steps}`,
    });
  const instead = sheet.nodes.filter(isInstead) as ContainerDirective[];
  if ((settings.cut === null) !== (instead.length === 0))
    fail(file, instead[0] ?? place, "slide-instead", {
      reason:
        settings.cut === null
          ? "Words stand in for a slide that never goes"
          : "A slide may go, and nothing says what its speaker says then",
      expected: "cut=1 on the slide, and :::instead with a sentence or two",
    });
  const told = (nodes: readonly Node[]): HastRoot | null =>
    nodes.length === 0 ? null : toHast(convertAll(nodes, work), file);
  const spoken = told(written.flatMap(({ children }) => children));
  return {
    id,
    title: sheet.heading ? hastText(toHast([sheet.heading], file)).trim() : "",
    line: place?.position?.start.line ?? 1,
    timeS: settings.timeS,
    layout: settings.layout,
    cut: settings.cut,
    courses: settings.courses,
    classes: settings.classes,
    body,
    notes: spoken && markCues(spoken),
    solution: told(work.solutions),
    instead: told(instead.flatMap(({ children }) => children)),
  };
}

type Settings = {
  id: string | null;
  timeS: number;
  layout: string | null;
  cut: number | null;
  courses: string[];
  classes: string[];
};

/** `{#id .class key=value}` at the end of a heading; it is taken off the heading. */
function settingsOf(heading: Heading | null, file: VFile, courses: readonly string[]): Settings {
  const settings: Settings = {
    id: null,
    timeS: 0,
    layout: null,
    cut: null,
    courses: [],
    classes: [],
  };
  if (heading === null) return settings;
  const last = heading.children.at(-1);
  const match = last?.type === "text" ? /\s*\{([^{}]*)\}\s*$/.exec(last.value) : null;
  if (last?.type !== "text" || match === null) {
    fail(file, heading, "attribute-required", {
      reason: "A slide lacks its settings",
      found: textOf(heading),
      expected: "{#id time=2m} at the end of the heading",
    });
    return settings;
  }
  last.value = last.value.slice(0, match.index);
  const wrong = (name: string, found: string, expected: string): void => {
    fail(file, heading, "attribute-value", {
      reason: `Attribute "${name}" of a slide has a value it cannot have`,
      found,
      expected,
    });
  };
  for (const part of (match[1] ?? "").matchAll(
    /#(\S+)|\.(\S+)|([\w-]+)(?:=(?:"([^"]*)"|(\S+)))?/g,
  )) {
    const [whole, id, className, name] = part;
    const value = part[4] ?? part[5] ?? "";
    if (id !== undefined) {
      settings.id = id;
      if (!/^[a-z][a-z0-9-]*$/.test(id))
        fail(file, heading, "id-form", {
          reason: "An id has another form",
          found: id,
          expected: "lower-case letters, digits and hyphens, a letter first",
        });
    } else if (className !== undefined) settings.classes.push(className);
    else if (name === "time") {
      const seconds = secondsFrom(value);
      if (seconds === null) wrong("time", value, "3m, 90s or 1m30s");
      settings.timeS = seconds ?? 0;
    } else if (name === "layout") {
      settings.layout = value;
      if (!layouts.some((layout) => layout === value))
        fail(file, heading, "attribute-value", {
          reason: 'Attribute "layout" of a slide has a value it cannot have',
          found: value,
          known: layouts,
        });
    } else if (name === "cut") {
      if (!/^[123]$/.test(value))
        wrong("cut", value, "1, 2 or 3: what goes first when time is short");
      else settings.cut = Number(value);
    } else if (name === "in") {
      settings.courses = value.split(/[\s,]+/).filter((course) => course !== "");
      for (const course of settings.courses)
        if (!courses.includes(course))
          fail(file, heading, "attribute-value", {
            reason: "A slide is meant for a course that the deck does not name",
            found: course,
            known: courses,
          });
    } else
      fail(file, heading, "attribute-known", {
        reason: `Unknown attribute "${name ?? whole}" of a slide`,
        found: name ?? whole,
        known: slideAttributes,
      });
  }
  if (settings.id === null)
    fail(file, heading, "attribute-required", {
      reason: "A slide lacks an id",
      found: textOf(heading),
      expected: "{#id …}",
    });
  if (settings.timeS === 0)
    fail(file, heading, "slide-time", {
      reason: "A slide lacks its minutes",
      found: textOf(heading),
      expected: "time=2m",
    });
  return settings;
}

/** `3m`, `90s`, `1m30s` in seconds. */
function secondsFrom(written: string): number | null {
  const match = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(written.trim());
  if (!match || (match[1] === undefined && match[2] === undefined)) return null;
  return Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0);
}

function checkIds(slides: readonly DeckSlide[], cut: readonly Sheet[], file: VFile): void {
  const first = new Map<string, number>();
  slides.forEach((slide, index) => {
    const place = cut[index]?.heading ?? undefined;
    const other = first.get(slide.id);
    if (other !== undefined)
      fail(file, place, "id-unique", {
        reason: `Slide id "${slide.id}" is given twice`,
        other: `${file.path ?? "?"}:${cut[other]?.heading?.position?.start.line ?? 1} (first given there)`,
      });
    else first.set(slide.id, index);
  });
}

/** The minutes of each course must fit the deck's duration. */
function checkTimes(slides: readonly DeckSlide[], meta: Meta, file: VFile): void {
  for (const course of meta.courses.length > 0 ? meta.courses : [null]) {
    const shown = slides.filter((slide) => course === null || isShownIn(slide, course));
    const seconds = secondsOf(shown);
    if (seconds > meta.durationMin * 60)
      fail(file, { line: 1, column: 1 }, "slide-time", {
        reason: `The slides${course ? ` of course "${course}"` : ""} take longer than the deck`,
        found: minutes(seconds),
        expected: `at most ${meta.durationMin} min`,
      });
  }
}

/** A listing of a deck is one that a chapter of the deck prints: who reads the chapter finds it there. */
export function checkRegions(deck: CutDeck, chapters: ReadonlyMap<string, Chapter>): void {
  if (deck.chapters.length === 0) return;
  for (const id of deck.chapters)
    if (!chapters.has(id))
      fail(deck.file, { line: 1, column: 1 }, "edition-chapter-exists", {
        reason: "A deck names a chapter that is not in the pool",
        found: id,
        known: [...chapters.keys()],
      });
  const printed = new Set(
    deck.chapters.flatMap((id) => {
      const tree = chapters.get(id)?.tree;
      return tree ? elements(tree, (node) => hasClass(node, "listing")).map(regionName) : [];
    }),
  );
  for (const slide of deck.slides)
    for (const node of elements(slide.body, (each) => hasClass(each, "listing")))
      if (!printed.has(regionName(node)))
        fail(deck.file, { line: slide.line, column: 1 }, "slide-region", {
          reason: `Slide "${slide.id}" shows a listing that its chapters do not print`,
          found: regionName(node),
          known: [...printed],
        });
}

function regionName(listing: Element): string {
  return `${property(listing, "dataFile") ?? ""}#${property(listing, "dataRegion") ?? ""}`;
}

export function isShownIn({ courses }: Pick<DeckSlide, "courses">, course: string): boolean {
  return courses.length === 0 || courses.includes(course);
}

export function secondsOf(slides: readonly Pick<DeckSlide, "timeS">[]): number {
  return slides.reduce((sum, { timeS }) => sum + timeS, 0);
}

/** Seconds as the minutes that a person reads: "3 min", "1.5 min". */
export function minutes(seconds: number): string {
  return `${Math.round((seconds / 60) * 10) / 10} min`;
}

/** The same picture may stand on two slides: ids within it get the slide's before them, and references follow. */
function renameIds(tree: HastRoot, slideId: string): HastRoot {
  visit(tree, "element", (svg) => {
    if (svg.tagName !== "svg") return;
    visit(svg, "element", (node) => {
      for (const [key, value] of Object.entries(node.properties)) {
        if (typeof value !== "string") continue;
        if (key === "id") node.properties.id = `${slideId}-${value}`;
        else if (/href$/i.test(key)) node.properties[key] = value.replace(/^#/, `#${slideId}-`);
        else node.properties[key] = value.replaceAll("url(#", `url(#${slideId}-`);
      }
    });
  });
  return tree;
}
/** `[click]` in notes becomes a mark that the eye finds while speaking. */
function markCues(tree: HastRoot): HastRoot {
  visit(tree, "text", (node, index, parent) => {
    if (!parent || index === undefined || !/\[click(?::\d+)?\]/.test(node.value)) return;
    const parts = node.value.split(/(\[click(?::\d+)?\])/).filter((part) => part !== "");
    const made = parts.map(
      (part): ElementContent =>
        /^\[click/.test(part) ? h("strong.cue", part) : { type: "text", value: part },
    );
    parent.children.splice(index, 1, ...made);
    return index + made.length;
  });
  return tree;
}
