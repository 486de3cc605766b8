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

export type SkillChapter = Pick<ChapterMeta, "id" | "title" | "needs" | "teaches"> & {
  readonly number: string;
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
      made("figure", { className: ["figure", "unnumbered"] }, picture),
      made("div", { className: ["skill-list"], dataAliases: aliases }, chapterList(taught, list)),
    ],
  };
}

function chapterList(chapters: readonly SkillChapter[], list: SkillList): Element {
  const known = new Map(chapters.map((chapter) => [chapter.id, chapter]));
  const items = chapters.map(({ id, number, title, needs, teaches }) => {
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
      },
      made("span", { className: ["skill-title"] }, link),
      ...(needed === "" ? [] : [made("span", { className: ["skill-needs"] }, ` needs ${needed}`)]),
      made("ul", { className: ["skill-items"] }, ...skills),
    );
  });
  return made("ol", { className: ["skill-chapters"] }, ...items);
}

// --- The picture -------------------------------------------------------------------------------------

const [boxWidth, boxHeight, rowHeight, widthPx] = [102, 42, 64, 456];

type Placed = { readonly chapter: SkillChapter; readonly x: number; readonly y: number };

/** Rows by the longest way to a chapter, so that all it needs stands above it; at most four in a row. */
function placed(chapters: readonly SkillChapter[]): Map<string, Placed> {
  const known = new Map(chapters.map((chapter) => [chapter.id, chapter]));
  const depth = (id: string): number =>
    Math.max(
      0,
      ...(known.get(id)?.needs ?? [])
        .filter((need) => known.has(need))
        .map((need) => depth(need) + 1),
    );
  const depths = [...new Set(chapters.map(({ id }) => depth(id)))].sort((a, b) => a - b);
  const rows = depths.flatMap((each) => {
    const row = chapters.filter(({ id }) => depth(id) === each);
    const count = Math.ceil(row.length / 4);
    const size = Math.ceil(row.length / count);
    return Array.from({ length: count }, (_, at) => row.slice(at * size, (at + 1) * size));
  });
  return new Map(
    rows.flatMap((row, line) =>
      row.map((chapter, column): [string, Placed] => {
        const x = (widthPx * (column + 0.5)) / row.length;
        return [chapter.id, { chapter, x, y: boxHeight / 2 + 1 + line * rowHeight }];
      }),
    ),
  );
}

function drawn(chapters: readonly SkillChapter[]): Element {
  const places = placed(chapters);
  const heightPx = Math.max(...[...places.values()].map(({ y }) => y)) + boxHeight / 2 + 1;
  const edges = [...places.values()].flatMap(({ chapter, x, y }) =>
    chapter.needs.flatMap((need) => {
      const from = places.get(need);
      return from ? [edge(from, { x, y }, `${need} ${chapter.id}`)] : [];
    }),
  );
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
    [...edges, ...boxes],
  );
}

function edge(from: { x: number; y: number }, to: { x: number; y: number }, name: string): Element {
  const [top, bottom] = [from.y + boxHeight / 2, to.y - boxHeight / 2];
  const bend = Math.max(10, (bottom - top) / 2);
  const d = `M${round(from.x)} ${top}C${round(from.x)} ${round(top + bend)} ${round(to.x)} ${round(bottom - bend)} ${round(to.x)} ${bottom}`;
  return svgElement("path", { d, className: ["stroke-rule", "fill-none"], dataEdge: name }, []);
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
    ...texts,
  ]);
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
