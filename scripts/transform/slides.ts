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
import { h, s as xml } from "hastscript";
import type { Code, Heading, List, Paragraph, PhrasingContent, Root, RootContent } from "mdast";
import type { ContainerDirective, LeafDirective } from "mdast-util-directive";
import { toString as textOf } from "mdast-util-to-string";
import remarkRehype from "remark-rehype";
import remarkSmartypants from "remark-smartypants";
import { unified } from "unified";
import type { Node } from "unist";
import { visit } from "unist-util-visit";
import type { VFile } from "vfile";
import { type Fields, readFields } from "../fields.ts";
import type { Highlight } from "../highlight.ts";
import type { Chapter, Deck, Region, Slide } from "../model.ts";
import { fail } from "../report.ts";
import type { Sources } from "../sources.ts";
import { elements, hasClass, property } from "../tree.ts";
import { checkDirectives } from "./directives.ts";
import { checkFences, fenceKind, fenceOf } from "./fences.ts";
import { imageKey, insertFigures, type Picture } from "./figures.ts";
import { block, leaf } from "./hast.ts";
import type { Printed } from "./listings.ts";
import { renderMath } from "./math.ts";
import { definitionListHandlers } from "./to-hast.ts";
import { checkTranscriptLines, insertTranscripts, type Run } from "./transcripts.ts";
import { includeKey, slideWidget } from "./widgets.ts";

/** What decks are made of, beside their own text. */
export type DeckSources = {
  readonly region: Sources["region"];
  readonly highlight: Highlight;
  /** By repository path, or by `diagramKey`, as chapters find them. */
  readonly pictures: ReadonlyMap<string, Picture>;
  /** A figure, listing or table of a chapter, by `chapter#id`. */
  readonly included: ReadonlyMap<string, Element>;
  /** Key of the picture that a widget of a chapter begins with, by id of figure. */
  readonly widgets: ReadonlyMap<string, string>;
  /** Samples that run in a page, as `program/sample`. */
  readonly samples: ReadonlySet<string>;
  /** What programs printed, by `run`. */
  readonly runs: ReadonlyMap<string, Run>;
  /** Collects the regions that decks show: the proof answers for them too. */
  readonly printed: Printed[];
};

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
  /** How many times one goes on before the next slide comes. */
  readonly steps: number;
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
export const deckDirectives = {
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
  const seconds = secondsOf(word("duration") ?? "");
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
  const steps = countFragments(body);
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
    steps,
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
      const seconds = secondsOf(value);
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
function secondsOf(written: string): number | null {
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
    const shown = slides.filter(
      (slide) => course === null || slide.courses.length === 0 || slide.courses.includes(course),
    );
    const seconds = shown.reduce((sum, slide) => sum + slide.timeS, 0);
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

/** Seconds as the minutes that a person reads: "3 min", "1.5 min". */
export function minutes(seconds: number): string {
  return `${Math.round((seconds / 60) * 10) / 10} min`;
}

/** What the conversion of one slide shares. */
type Work = {
  readonly file: VFile;
  readonly sources: DeckSources;
  readonly slideId: string;
  readonly folder: string;
  /** Solutions never reach the slide: they are told in the notes. */
  readonly solutions: RootContent[];
};

/** A row of blocks; `. . .` alone hides what follows it until the next step. */
function convertAll(nodes: readonly Node[], work: Work): Node[] {
  const groups: Node[][] = [[]];
  let listing: Listing | null = null;
  const showIn = (node: RootContent | undefined): ContainerDirective | null =>
    node?.type === "containerDirective" && node.name === "show" ? node : null;
  for (const [index, node] of (nodes as RootContent[]).entries()) {
    if (node.type === "paragraph" && textOf(node).trim() === ". . .") {
      groups.push([]);
      continue;
    }
    const target = groups.at(-1) ?? [];
    if (node.type === "code" && fenceKind(node) === "listing") {
      const next = (nodes as RootContent[])[index + 1];
      listing = listingOf(node, showIn(next), work);
      if (listing) target.push(leaf("div", {}, [listing.element], node.position));
      continue;
    }
    if (showIn(node) !== null) {
      if (listing === null)
        fail(work.file, node, "block-place", {
          reason: "What to show of a listing stands right after it",
        });
      continue;
    }
    if (node.type === "containerDirective" && node.name === "steps") {
      if (listing === null)
        fail(work.file, node, "block-place", {
          reason: "Steps stand right after the listing that they go through",
        });
      else addWrittenSteps(node, listing, work);
    } else target.push(...convert(node, work));
    listing = null;
  }
  const [shown = [], ...later] = groups;
  return [
    ...shown,
    ...later.map((group) =>
      block("div", { className: ["fragment", "later"] }, group, group[0]?.position),
    ),
  ];
}

function convert(node: RootContent, work: Work): Node[] {
  if (node.type === "containerDirective") return container(node, work);
  if (node.type === "leafDirective") {
    if (node.name === "run") return runButton(node, work);
    return node.name === "include" ? include(node, work) : [];
  }
  if (node.type === "code") return fence(node, work);
  if (
    node.type === "paragraph" &&
    node.children.length === 1 &&
    node.children[0]?.type === "image"
  ) {
    const [image] = node.children;
    return pictureOf(imageKey(image.url, work.folder), image.alt ?? "", node, work);
  }
  if (node.type === "html") {
    fail(work.file, node, "no-raw-html", { reason: "Raw HTML is off", found: node.value });
    return [];
  }
  if ("children" in node && ["blockquote", "list", "listItem"].includes(node.type))
    return [{ ...node, children: convertAll(node.children, work) } as RootContent];
  return [node];
}

function container(node: ContainerDirective, work: Work): Node[] {
  const attributes = node.attributes ?? {};
  const inside = (): Node[] => convertAll(node.children, work);
  const made = (tag: string, className: string[], children = inside()): Node[] => [
    block(tag, { className }, children, node.position),
  ];
  switch (node.name) {
    case "figure":
      return figure(node, work);
    case "columns":
      return made("div", ["columns"]);
    case "column": {
      const style = attributes.width ? `flex:${attributes.width} 1 0` : undefined;
      return [
        block(
          "div",
          { className: ["column"], ...(style ? { style } : {}) },
          inside(),
          node.position,
        ),
      ];
    }
    case "incremental":
      return made(
        "div",
        ["incremental"],
        inside().map((child) => revealItems(child)),
      );
    case "question":
      return made("div", ["question"]);
    case "answer":
      return made("div", ["answer", "fragment"]);
    case "statement":
      return made("div", ["statement"]);
    case "credit":
      return made("div", ["credit"]);
    case "hint":
      return [
        block(
          "div",
          { className: ["hint", "fragment"] },
          [
            leaf("p", { className: ["label"] }, [{ type: "text", value: "Hint" }], undefined),
            ...inside(),
          ],
          node.position,
        ),
      ];
    case "solution":
      work.solutions.push(...(node.children as RootContent[]));
      return [];
    case "exercise": {
      const time = (attributes.time ?? "").replace(/m$/, "");
      const how = { alone: "alone", pairs: "in pairs", fives: "in fives", room: "all together" }[
        attributes.mode ?? ""
      ];
      const label = ["Exercise", attributes.title, how].filter(Boolean).join(" · ");
      const kicker = leaf(
        "p",
        { className: ["label"] },
        [{ type: "text", value: label }],
        node.position,
      );
      const clock = leaf(
        "p",
        { className: ["timer"], dataMinutes: time },
        [{ type: "text", value: `${time} min` }],
        node.position,
      );
      return [
        block(
          "div",
          {
            className: ["exercise"],
            role: "group",
            id: attributes.id ?? "",
            ...(attributes.title ? { dataTitle: attributes.title } : {}),
            ...(attributes.lab ? { dataLab: attributes.lab } : {}),
          },
          [kicker, clock, ...inside()],
          node.position,
        ),
      ];
    }
    default:
      // Unknown names have been noted; notes and steps are read elsewhere.
      return [];
  }
}

function revealItems(node: Node): Node {
  if (node.type !== "list") return node;
  for (const item of (node as List).children) {
    item.data = { ...item.data, hProperties: { className: ["fragment"] } } as NonNullable<
      typeof item.data
    >;
  }
  return node;
}

// Listings

/** A listing on its way: its text, and the element that steps are added to. */
type Listing = { readonly region: Region; readonly element: Element };

function listingOf(node: Code, show: ContainerDirective | null, work: Work): Listing | null {
  const { file, sources } = work;
  const { language, attributes } = fenceOf(node);
  const { file: path = "", region: name = "" } = attributes;
  if (node.value.trim() !== "")
    fail(file, node, "listing-empty-fence", {
      reason: "A listing has text of its own",
      expected: "an empty fence: its text stands in its program",
    });
  const found = sources.region(path, name);
  if (found.kind === "no-file") {
    fail(file, node, "listing-file-exists", {
      reason: "A listing names a file that is not there",
      found: path,
      known: found.known,
    });
    return null;
  }
  if (found.kind === "no-region") {
    fail(file, node, "listing-region-exists", {
      reason: `${path} has no such region`,
      found: name,
      known: found.known,
    });
    return null;
  }
  sources.printed.push({ region: found.region, file, node });
  const region = show === null ? found.region : partOf(found.region, show, work);
  const lines = sources
    .highlight(region.text, language)
    .map((parts) => h("span", { className: ["line"] }, parts));
  const element = h("figure", { className: ["listing"], dataFile: path, dataRegion: name }, [
    h("pre", { className: ["code"], dataLang: language, tabIndex: 0 }, [
      h(
        "code",
        lines.flatMap((line, i): ElementContent[] =>
          i === 0 ? [line] : [{ type: "text", value: "\n" }, line],
        ),
      ),
    ]),
    h("div", { className: ["step-captions"] }),
    h("figcaption", [h("span.proof", `${path}, ${name}`)]),
  ]);
  const listing = { region, element };
  if (attributes.steps) addNamedSteps(attributes.steps, listing, node, work);
  return listing;
}

/** `steps="merge|tick|all"`: each names a region nested in the listing's. */
function addNamedSteps(written: string, listing: Listing, node: Node, work: Work): void {
  const { region, element } = listing;
  written.split("|").forEach((part, index) => {
    const name = part.trim();
    const range = name === "all" ? ([1, region.lines.length] as const) : region.nested.get(name);
    if (range === undefined) {
      fail(work.file, node, "slide-steps-exist", {
        reason: `Region "${region.name}" of ${region.path} has no such region in it`,
        found: name,
        known: [...region.nested.keys(), "all"],
      });
      return;
    }
    addStep(element, index + 1, rangeOf(range[0], range[1]), []);
  });
}

/** `:::steps`: a list; each item begins with code that stands in exactly one line, `a` … `b` for a range, then says why. */
function addWrittenSteps(node: ContainerDirective, listing: Listing, work: Work): void {
  const list = node.children.find((child) => child.type === "list");
  if (node.children.length !== 1 || list?.type !== "list") {
    fail(work.file, node, "block-content", {
      reason: "Steps are one list",
      expected: "- `code of the line` What it is for.",
    });
    return;
  }
  list.children.forEach((item, index) => {
    const paragraph = item.children[0];
    const { lines, rest } = linesNamed(paragraph, listing.region, item, work);
    const caption = toHast([{ type: "paragraph", children: rest } as Node], work.file).children[0];
    addStep(listing.element, index + 1, lines, caption?.type === "element" ? caption.children : []);
  });
}

/**
 * Lines of a region that a paragraph names at its beginning: `code`, or `code` … `code`, each of exactly one line. Code and
 * not numbers, so that an edit of the program cannot shift what is meant.
 */
function linesNamed(
  paragraph: Node | undefined,
  region: Region,
  place: Node,
  work: Work,
): { lines: number[]; rest: PhrasingContent[] } {
  const rest = paragraph?.type === "paragraph" ? [...(paragraph as Paragraph).children] : [];
  const texts = region.text.split("\n");
  const lines: number[] = [];
  let isRange = false;
  for (let part = rest[0]; part !== undefined; part = rest[0]) {
    if (part.type === "text" && /^\s*…?\s*$/.test(part.value)) isRange = part.value.includes("…");
    else if (part.type === "inlineCode") {
      const code = part.value;
      const [line, ...others] = texts.flatMap((text, i) => (text.includes(code) ? [i + 1] : []));
      if (line === undefined || others.length > 0) {
        fail(work.file, part, "slide-steps-exist", {
          reason: `Code stands in ${line === undefined ? "no line" : `${others.length + 1} lines`} of region "${region.name}"`,
          found: code,
          expected: "code of exactly one line",
        });
      } else {
        const from = lines.at(-1);
        lines.push(...(isRange && from !== undefined ? rangeOf(from, line) : [line]));
      }
      isRange = false;
    } else break;
    rest.shift();
  }
  if (rest[0]?.type === "text") rest[0] = { ...rest[0], value: rest[0].value.trimStart() };
  if (lines.length === 0)
    fail(work.file, place, "slide-steps-exist", {
      reason: "No line of the listing is named",
      expected: "`code of the line` at the beginning",
    });
  return { lines, rest };
}

function indentOf(text: string | undefined): number {
  return text?.search(/\S/) ?? 0;
}

/**
 * The part of a region that fits a slide: from one line to another with the bracket that closes it, or the lines between
 * blank ones around one line.
 */
function partOf(region: Region, show: ContainerDirective, work: Work): Region {
  const { lines } = linesNamed(show.children[0], region, show, work);
  const texts = region.text.split("\n");
  let [from, to] = [lines[0] ?? 1, lines.at(-1) ?? texts.length];
  const closer = texts[to] ?? "";
  if (
    lines.length > 1 &&
    /^[)}\];,]+$/.test(closer.trim()) &&
    indentOf(closer) === indentOf(texts[from - 1])
  )
    to += 1;
  if (lines.length === 1) {
    while ((texts[from - 2] ?? "") !== "") from -= 1;
    while ((texts[to] ?? "") !== "") to += 1;
  }
  const part = texts.slice(from - 1, to);
  const indent = Math.min(...part.filter((text) => text !== "").map(indentOf));
  const nested = [...region.nested]
    .filter(([, [first, last]]) => first >= from && last <= to)
    .map(([name, [first, last]]) => [name, [first - from + 1, last - from + 1]] as const);
  return {
    ...region,
    text: part.map((text) => text.slice(indent)).join("\n"),
    lines: region.lines.slice(from - 1, to),
    nested: new Map(nested),
  };
}

function addStep(
  listing: Element,
  number: number,
  lines: readonly number[],
  caption: ElementContent[],
): void {
  const spans: Element[] = [];
  visit(listing, "element", (node) => {
    if (hasClass(node, "line")) spans.push(node);
  });
  for (const line of new Set(lines)) {
    const span = spans[line - 1];
    if (span)
      span.properties.className = [...(span.properties.className as string[]), `in-${number}`];
  }
  const captions = listing.children[1] as Element;
  captions.children.push(
    h(
      "p",
      { className: ["step", "fragment", "current-visible"], dataStep: String(number) },
      caption,
    ),
  );
}

function rangeOf(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

// Pictures and other fences

function fence(node: Code, work: Work): Node[] {
  const kind = fenceKind(node);
  if (kind === "diagram") return diagram(node, work);
  const { language } = fenceOf(node);
  if (kind === "transcript" || /^(ts|typescript|js|javascript)$/.test(language)) {
    fail(work.file, node, "listing-has-source", {
      reason: "Program code on a slide is a listing",
      found: node.meta ?? language,
      expected: 'ts file="…" region="…"',
    });
    return [];
  }
  const lines = work.sources.highlight(node.value, language);
  const children = lines.flatMap((parts, i): ElementContent[] =>
    i === 0 ? parts : [{ type: "text", value: "\n" }, ...parts],
  );
  return [
    leaf(
      "pre",
      { className: ["code", "literal"], dataLang: language, tabIndex: 0 },
      [h("code", children)],
      node.position,
    ),
  ];
}

/** A Mermaid fence: chapters and decks show it the same way. */
function diagram(node: Code, work: Work): Node[] {
  const alone: Root = { type: "root", children: [node] };
  insertFigures({ folder: work.folder, pictures: work.sources.pictures })(alone, work.file);
  return alone.children;
}

function figure(node: ContainerDirective, work: Work): Node[] {
  const { src, alt, view } = node.attributes ?? {};
  const [first, ...rest] = node.children;
  if (src === undefined || src === null) {
    if (first?.type === "code" && fenceKind(first) === "diagram")
      return [...diagram(first, work), ...caption(rest, work)];
    fail(work.file, node, "attribute-required", {
      reason: "A figure shows nothing",
      expected: 'src="figures/…" or a mermaid fence',
    });
    return [];
  }
  return [...pictureOf(src, alt ?? "", node, work, view), ...caption(node.children, work)];
}

/** Words under a picture. */
function caption(nodes: readonly Node[], work: Work): Node[] {
  return nodes.length === 0
    ? []
    : [block("div", { className: ["caption"] }, convertAll(nodes, work), nodes[0]?.position)];
}

function pictureOf(key: string, alt: string, node: Node, work: Work, view?: string | null): Node[] {
  const { file, sources } = work;
  const found = sources.pictures.get(key);
  if (found === undefined || found.kind === "problem") {
    const start = node.position?.start;
    const isInside = found?.line !== undefined && start !== undefined;
    fail(
      file,
      isInside ? { line: start.line + (found?.line ?? 0), column: 1 } : node,
      found?.rule ?? "figure-exists",
      {
        reason: found?.reason ?? "A picture was not made",
        ...(found?.known ? { found: key, known: found.known } : {}),
      },
    );
    return [];
  }
  if (alt.trim() === "")
    fail(file, node, "figure-alt", {
      reason: "A picture has no text alternative",
      found: key,
      expected: 'alt="the picture in words"',
    });
  const drawn =
    found.kind === "raster"
      ? h("img", { src: found.dataUri, alt: "" })
      : structuredClone(found.svg);
  const holder = h("div", { className: ["picture"], role: "img", ariaLabel: alt }, [drawn]);
  crop(holder, view);
  const proof =
    found.kind === "svg" && found.proof !== null
      ? [h("figcaption", [h("span.proof", found.proof)])]
      : [];
  return [leaf("figure", { className: ["figure"] }, [holder, ...proof], node.position)];
}

/** Show only a part of a drawing, as large as the slide allows: `view` is in the drawing's own units. */
function crop(tree: Element, view: string | null | undefined): void {
  if (!view) return;
  const [svg] = elements(tree, (node) => node.tagName === "svg");
  if (svg === undefined) return;
  const [x = 0, y = 0, width = 0, height = 0] = view.split(" ").map(Number);
  const window = xml("rect", { x, y, width, height }, []);
  // Another part may be shown beside it.
  const id = `view-${view.replaceAll(" ", "-")}`;
  svg.children = [
    xml("clipPath", { id }, [window]),
    xml("g", { clipPath: `url(#${id})` }, svg.children),
  ];
  Object.assign(svg.properties, { viewBox: view, className: ["cropped"] });
}

/** A figure, listing or table of a chapter: its picture, without number and caption, which are the page's. */
function include(node: LeafDirective, work: Work): Node[] {
  const ref = node.attributes?.ref ?? "";
  const found = work.sources.included.get(ref);
  if (found === undefined) {
    fail(work.file, node, "slide-include-exists", {
      reason: "An include names nothing that a chapter has",
      found: ref,
      known: [...work.sources.included.keys()],
    });
    return [];
  }
  const key = includeKey(node, work.sources.widgets);
  if (key !== null) return includedWidget(key, node, found, work);
  if (node.attributes?.state || node.attributes?.steps)
    fail(work.file, node, "slide-include-exists", {
      reason: "Only a widget has states",
      found: ref,
      known: [...work.sources.included.keys()].filter((name) =>
        work.sources.widgets.has(name.split("#")[1] ?? ""),
      ),
    });
  const copy = structuredClone(found);
  delete copy.properties.id;
  const kept = copy.children.filter(
    (child) => child.type !== "element" || child.tagName !== "figcaption",
  );
  const [holder] = elements(copy, (child) => hasClass(child, "picture"));
  if (holder && node.attributes?.alt) holder.properties.ariaLabel = node.attributes.alt;
  crop(copy, node.attributes?.view);
  const [proof] = elements(copy, (child) => hasClass(child, "proof"));
  if (proof) kept.push(h("figcaption", [proof]));
  return [leaf(copy.tagName, copy.properties, kept, node.position)];
}

/** A widget of a chapter, live, in the state that the deck asks for. */
function includedWidget(key: string, node: LeafDirective, figure: Element, work: Work): Node[] {
  const picture = work.sources.pictures.get(key);
  const goes = (node.attributes?.steps ?? "")
    .split("|")
    .filter((step) => step !== "")
    .map(Number);
  if (picture?.kind !== "widget") {
    fail(work.file, node, "widget-draws", {
      reason: picture?.kind === "problem" ? picture.reason : `No picture of ${key}`,
    });
    return [];
  }
  const last = picture.still.steps - 1;
  for (const step of goes)
    if (step > last)
      fail(work.file, node, "slide-steps-exist", {
        reason: "A widget has no such step in this run",
        found: String(step),
        expected: `0 to ${last}`,
      });
  const name = property(figure, "dataWidget") ?? "";
  const made = slideWidget(picture, { id: `${work.slideId}-${name}`, name, goes });
  return [leaf("div", {}, [made], node.position)];
}

/** Opens the program on the slide, to be changed and run there. */
function runButton(node: LeafDirective, work: Work): Node[] {
  const { sample = "", seed } = node.attributes ?? {};
  if (!work.sources.samples.has(sample ?? ""))
    fail(work.file, node, "sample-exists", {
      reason: "No such program runs in a page",
      found: sample ?? "",
      known: [...work.sources.samples],
    });
  const words = `npm run sample -- ${sample}${seed ? ` --seed ${seed}` : ""}`;
  const button = h(
    "button",
    { type: "button", dataSample: sample, ...(seed ? { dataSeed: seed } : {}) },
    "Run it",
  );
  return [leaf("p", { className: ["run"] }, [button, h("span.proof", words)], node.position)];
}

/** Room for code on a slide, in pixels, and what a column and a line need of a type size. */
const codeRoom = {
  widthPx: 1090,
  heightPx: 505,
  captionsPx: 84,
  proofPx: 34,
  gapPx: 20,
  runPx: 72,
};
const codeType = { sizePxMin: 20, sizePxMax: 28, columnEm: 0.6, lineEm: 1.36 };

/** All listings of a slide in one size: as large as the longest line and the number of lines allow. */
function sizeCode(tree: HastRoot): HastRoot {
  const listings: Element[] = [];
  visit(tree, "element", (node) => {
    if (hasClass(node, "listing")) listings.push(node);
  });
  if (listings.length === 0) return tree;
  const lines = listings.flatMap((listing) => hastText(listing.children[0] as Element).split("\n"));
  const columns = Math.max(...lines.map((line) => line.length));
  const hasCaptions = listings.some(
    (listing) => (listing.children[1] as Element).children.length > 0,
  );
  const hasRun = elements(tree, (node) => hasClass(node, "run")).length > 0;
  const extra =
    listings.length * (codeRoom.proofPx + codeRoom.gapPx) +
    (hasCaptions ? codeRoom.captionsPx : 0) +
    (hasRun ? codeRoom.runPx : 0);
  const byHeight = (codeRoom.heightPx - extra) / (lines.length * codeType.lineEm);
  const byWidth = codeRoom.widthPx / (columns * codeType.columnEm);
  const size = Math.max(codeType.sizePxMin, Math.min(codeType.sizePxMax, byHeight, byWidth));
  for (const listing of listings)
    (listing.children[0] as Element).properties.style = `--size:${Math.floor(size * 2) / 2}px`;
  return tree;
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

// Trees

const rehype = unified()
  .use(remarkSmartypants, { dashes: "oldschool" })
  .use(remarkRehype, { handlers: { ...definitionListHandlers } })
  .use(renderMath)
  .freeze();

function toHast(nodes: readonly Node[], file: VFile): HastRoot {
  const root = { type: "root", children: nodes as RootContent[] } as Root;
  return rehype.runSync(root, file) as HastRoot;
}

function countFragments(tree: HastRoot): number {
  let count = 0;
  visit(tree, "element", (node) => {
    if (hasClass(node, "fragment")) count += 1;
  });
  return count;
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
