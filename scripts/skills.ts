/**
 * The skill map: what a reader can do after each chapter, and which chapters stand on which. One page of every edition that asks
 * for it: a picture, the same as a nested list that is ticked on paper or on the screen. Pure.
 */
import type { Element, ElementContent, Root } from "hast";
import type { VFile } from "vfile";
import type { ChapterMeta } from "./model.ts";
import { fail } from "./report.ts";
import { made } from "./tree.ts";

/** `chapters/skills.yaml`. */
export type SkillList = {
  readonly file: VFile;
  /** Skill → what one can do who has it. */
  readonly sentences: ReadonlyMap<string, string>;
  /** An id that was given up → the one that is meant now. */
  readonly aliases: ReadonlyMap<string, string>;
};

export type SkillChapter = Pick<ChapterMeta, "id" | "title" | "needs" | "teaches" | "level"> & {
  readonly number: string;
  /** Title of the part of the edition that it stands in; null where that has none. */
  readonly partTitle: string | null;
};

/** Note skills without a sentence, sentences without a chapter, aliases that lead nowhere. */
export function checkSkills(chapters: readonly ChapterMeta[], list: SkillList): void {
  const taught = new Map(
    chapters.flatMap(({ id, teaches }) => teaches.map((skill) => [skill, id])),
  );
  const lines = String(list.file.value).split("\n");
  const at = (words: string) => ({
    line:
      Math.max(
        0,
        lines.findIndex((line) => line.trim().startsWith(words)),
      ) + 1,
    column: 1,
  });
  for (const [skill, chapter] of taught)
    if (!list.sentences.has(skill))
      fail(list.file, at("skills:"), "skill-known", {
        reason: `Chapter "${chapter}" teaches a skill without a sentence`,
        found: skill,
        known: [...list.sentences.keys()],
      });
  for (const skill of list.sentences.keys())
    if (!taught.has(skill))
      fail(list.file, at(`${skill}:`), "skill-known", {
        reason: "No chapter teaches this skill; one that was renamed becomes an alias",
        found: skill,
        known: [...taught.keys()],
      });
  for (const [old, skill] of list.aliases)
    if (!taught.has(skill) || taught.has(old))
      fail(list.file, at(`${old}:`), "skill-known", {
        reason: taught.has(old) ? "An alias is taught still" : "An alias leads to no skill",
        found: taught.has(old) ? old : skill,
        known: [...taught.keys()],
      });
}

/** The page: the picture, then the list. Empty where no chapter teaches anything. */
export function skillsPage(chapters: readonly SkillChapter[], list: SkillList): Root {
  const taught = chapters.filter(({ teaches }) => teaches.length > 0);
  if (taught.length === 0) return { type: "root", children: [] };
  const words = taught.map(({ number, title }) => `${number} ${title}`).join(", ");
  const picture = made(
    "div",
    { className: ["picture", "skill-picture"], role: "img" },
    drawn(taught),
  );
  picture.properties.ariaLabel = `A map of chapters, each below those that it needs: ${words}. The list below says the same.`;
  const aliases = JSON.stringify(Object.fromEntries(list.aliases));
  return {
    type: "root",
    children: [
      made(
        "p",
        {},
        "Each chapter stands below those that it needs. Tick what you can do without looking; what to read next is whatever stands below nothing but ticks.",
      ),
      ...(taught.some(({ level }) => level !== null) ? [made("p", {}, levelWords)] : []),
      made("figure", { className: ["figure", "unnumbered"] }, picture),
      made("div", { className: ["skill-list"], dataAliases: aliases }, chapterList(taught, list)),
    ],
  };
}

const levelWords =
  "The dots are a chapter’s level: one for what everybody needs whose programs talk over a network, two for those who build services, three for those who build what services stand on, where algorithms are followed message by message.";

function chapterList(chapters: readonly SkillChapter[], list: SkillList): Element {
  const known = new Map(chapters.map((chapter) => [chapter.id, chapter]));
  const items = chapters.map(({ id, number, title, partTitle, level, needs, teaches }) => {
    const before = needs.flatMap((need) => known.get(need) ?? []);
    const link = made("a", { href: `#${id}` }, `${number} ${title}`);
    const needed = before.map((chapter) => chapter.number).join(", ");
    const skills = teaches.map((skill) =>
      made(
        "li",
        { className: ["skill"], dataSkill: skill },
        made("span", { className: ["skill-box"], ariaHidden: "true" }),
        made("span", { className: ["skill-words"] }, list.sentences.get(skill) ?? skill),
      ),
    );
    return made(
      "li",
      {
        className: ["skill-chapter"],
        dataChapter: id,
        dataNeeds: needs.filter((need) => known.has(need)).join(" "),
        ...(partTitle === null ? {} : { dataPart: partTitle }),
      },
      made("span", { className: ["skill-title"] }, link),
      ...(level === null
        ? []
        : [made("span", { className: ["skill-level"] }, ` · level ${level}`)]),
      ...(needed === ""
        ? []
        : [made("span", { className: ["skill-needs"] }, ` · needs ${needed}`)]),
      made("ul", { className: ["skill-items"] }, ...skills),
    );
  });
  return made("ol", { className: ["skill-chapters"] }, ...items);
}

// --- The picture -------------------------------------------------------------------------------------

const [boxWidth, boxHeight, rowHeight, widthPx] = [102, 42, 64, 456];
const dotRadius = 2;

type Placed = {
  readonly chapter: SkillChapter;
  readonly row: number;
  readonly x: number;
  readonly y: number;
};
type Edge = { readonly from: Placed; readonly to: Placed };

/** Rows by the longest way to a chapter, so that all it needs stands above it; at most four in a row. */
function rowsOf(chapters: readonly SkillChapter[]): SkillChapter[][] {
  const known = new Map(chapters.map((chapter) => [chapter.id, chapter]));
  const depth = (id: string): number =>
    Math.max(
      0,
      ...(known.get(id)?.needs ?? [])
        .filter((need) => known.has(need))
        .map((need) => depth(need) + 1),
    );
  const depths = [...new Set(chapters.map(({ id }) => depth(id)))].sort((a, b) => a - b);
  return depths.flatMap((each) => {
    const row = chapters.filter(({ id }) => depth(id) === each);
    const count = Math.ceil(row.length / 4);
    const size = Math.ceil(row.length / count);
    return Array.from({ length: count }, (_, at) => row.slice(at * size, (at + 1) * size));
  });
}

/** Where each chapter stands; within a row below what it needs, as far as there is room. */
function placed(rows: readonly SkillChapter[][]): Map<string, Placed> {
  const places = new Map<string, Placed>();
  rows.forEach((row, line) => {
    const middleOf = ({ needs }: SkillChapter): number => {
      const above = needs.flatMap((need) => places.get(need)?.x ?? []);
      return above.length > 0 ? above.reduce((sum, x) => sum + x, 0) / above.length : 0;
    };
    row
      .toSorted((one, other) => middleOf(one) - middleOf(other))
      .forEach((chapter, column) => {
        const x = (widthPx * (column + 0.5)) / row.length;
        places.set(chapter.id, {
          chapter,
          row: line,
          x,
          y: boxHeight / 2 + dotRadius + line * rowHeight,
        });
      });
  });
  return places;
}

/** What a chapter needs and no other of its needs does: the rest follows along the lines. */
function directNeeds(
  chapters: readonly Pick<SkillChapter, "id" | "needs">[],
): Map<string, string[]> {
  const needsOf = new Map(chapters.map(({ id, needs }) => [id, needs]));
  const isBefore = (id: string, later: string): boolean =>
    (needsOf.get(later) ?? []).some((need) => need === id || isBefore(id, need));
  return new Map(
    chapters.map(({ id, needs }) => [
      id,
      needs.filter((need) => needsOf.has(need) && !needs.some((other) => isBefore(need, other))),
    ]),
  );
}

function drawn(chapters: readonly SkillChapter[]): Element {
  const rows = rowsOf(chapters);
  const places = placed(rows);
  const heightPx = (rows.length - 1) * rowHeight + boxHeight + 2 * dotRadius;
  const edges = [...directNeeds(chapters)].flatMap(([id, needs]) =>
    needs.flatMap((need): Edge[] => {
      const [from, to] = [places.get(need), places.get(id)];
      return from && to ? [{ from, to }] : [];
    }),
  );
  const lanes = lanesOf(edges, rows);
  const lines = edges.map((edge) => line(edge, lanes));
  const boxes = [...places.values()].map(box);
  return svgElement(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${widthPx} ${heightPx}`,
      width: widthPx,
      height: heightPx,
      fontSize: 9.4,
      ariaHidden: "true",
    },
    [...lines, ...boxes],
  );
}

/** Lines this far apart are told from each other. */
const laneWidth = 4;

type Lanes = (from: Placed, row: number, to: Placed) => number;

/** Where lines pass the rows between their ends: in the gaps beside boxes, those from one chapter together. */
function lanesOf(edges: readonly Edge[], rows: readonly SkillChapter[][]): Lanes {
  const keyOf = (from: Placed, row: number, gap: number) => `${from.chapter.id} ${row} ${gap}`;
  const lanes = new Map<string, number>();
  rows.forEach((boxes, row) => {
    const passing = edges.filter(({ from, to }) => from.row < row && row < to.row);
    gapsOf(boxes.length).forEach(([left, right], gap) => {
      const wanted = new Map(
        passing
          .filter((edge) => gapFor(edge, row, boxes.length) === gap)
          .map((edge) => [keyOf(edge.from, row, gap), straightAt(edge, row)]),
      );
      const sorted = [...wanted].sort(([, one], [, other]) => one - other);
      const step = Math.min(laneWidth, (right - left) / Math.max(1, sorted.length - 1));
      let last = left - step;
      sorted.forEach(([key, x], at) => {
        const room = right - step * (sorted.length - 1 - at);
        last = Math.min(Math.max(x, last + step), room);
        lanes.set(key, last);
      });
    });
  });
  return (from, row, to) => {
    const gap = gapFor({ from, to }, row, rows[row]?.length ?? 1);
    return lanes.get(keyOf(from, row, gap)) ?? 0;
  };
}

/** The spaces beside and between the boxes of a row, from left to right, a little narrower than they are. */
function gapsOf(boxes: number): [left: number, right: number][] {
  const step = widthPx / boxes;
  const edge = Math.min(6, (step - boxWidth) / 4);
  return Array.from({ length: boxes + 1 }, (_, at) => [
    at === 0 ? edge : (at - 0.5) * step + boxWidth / 2 + edge,
    at === boxes ? widthPx - edge : (at + 0.5) * step - boxWidth / 2 - edge,
  ]);
}

/** The gap that takes a line least out of its way. */
function gapFor(edge: Edge, row: number, boxes: number): number {
  const x = straightAt(edge, row);
  const detours = gapsOf(boxes).map(([left, right]) => Math.max(left - x, x - right, 0));
  return detours.indexOf(Math.min(...detours));
}

function straightAt({ from, to }: Edge, row: number): number {
  return from.x + ((to.x - from.x) * (row - from.row)) / (to.row - from.row);
}

/** It bends between rows, where no box stands, and is straight beside boxes. */
function line({ from, to }: Edge, lanes: Lanes): Element {
  let d = `M${round(from.x)} ${from.y + boxHeight / 2}`;
  let x = from.x;
  for (let row = from.row + 1; row <= to.row; row++) {
    const next = row === to.row ? to.x : lanes(from, row, to);
    const top = from.y + (row - from.row) * rowHeight - boxHeight / 2;
    const middle = top - (rowHeight - boxHeight) / 2;
    d += `C${round(x)} ${middle} ${round(next)} ${middle} ${round(next)} ${top}`;
    if (row < to.row) d += `v${boxHeight}`;
    x = next;
  }
  const dataEdge = `${from.chapter.id} ${to.chapter.id}`;
  return svgElement("path", { d, className: ["stroke-quiet", "fill-none"], dataEdge }, []);
}

function box({ chapter, x, y }: Placed): Element {
  const left = x - boxWidth / 2;
  const top = y - boxHeight / 2;
  const words = `${chapter.number} ${chapter.title}`;
  const short = wrapped(words, 19);
  const lines = short.length > 3 ? wrapped(words, 21) : short;
  const first = y - (lines.length - 1) * 5.5 + 2;
  const texts = lines.map((text, at) =>
    svgElement("text", { x: round(x), y: round(first + at * 11), textAnchor: "middle" }, [
      { type: "text", value: text },
    ]),
  );
  const frame = { x: round(left), y: round(top), width: boxWidth, height: boxHeight };
  return svgElement("g", { dataChapter: chapter.id, className: ["skill-node"] }, [
    svgElement("rect", { ...frame, className: ["fill-paper", "stroke-ink"] }, []),
    svgElement(
      "rect",
      {
        ...frame,
        y: round(top + boxHeight - 4),
        height: 4,
        width: 0,
        className: ["fill-green", "skill-bar"],
      },
      [],
    ),
    ...dots(chapter.level ?? 0, left, top),
    ...texts,
  ]);
}

/** As many as the level is, on the upper edge of a box, where no words and no lines are. */
function dots(level: number, left: number, top: number): Element[] {
  return Array.from({ length: level }, (_, at) =>
    svgElement(
      "circle",
      {
        cx: round(left + boxWidth - 6 - 6 * at),
        cy: round(top),
        r: dotRadius,
        className: ["fill-ink", "skill-dot"],
      },
      [],
    ),
  );
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

type Drawing = { readonly [name: string]: string | number | readonly string[] };

function svgElement(tagName: string, attributes: Drawing, children: ElementContent[]): Element {
  const properties = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "object" ? [...value] : String(value),
    ]),
  );
  return { type: "element", tagName, properties, children };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
