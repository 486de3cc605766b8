/** What an instructor prints: guide, run of show, worksheets and their solutions, cards, glossary, skills. Trees, made of decks. Pure. */
import type { Element, ElementContent, Root } from "hast";
import { h } from "hastscript";
import { isHandsOn, longestTalk, type Taught } from "../courses.ts";
import type { Course } from "../model.ts";
import { childrenOf, clock, solved, spoken, timed } from "../output/deck.ts";
import { type CutDeck, type DeckSlide, minutes, secondsOf } from "../transform/slides.ts";
import { copyTree, elements, hasClass, property, replaceElements } from "../tree.ts";
import { slotsOf, timeOfDay } from "./agenda.ts";

function kindOf(slide: DeckSlide): string {
  if (slide.layout === "exercise") return labOf(slide) ? "lab" : "exercise";
  return slide.layout === "question" ? "prediction" : "";
}

function exercisesOf({ body }: DeckSlide): Element[] {
  return elements(body, (node) => hasClass(node, "exercise"));
}

function labOf(slide: DeckSlide): string | null {
  const lab = exercisesOf(slide).find((node) => property(node, "dataLab") !== null);
  return lab ? property(lab, "dataLab") : null;
}

/** All of a course for who teaches it: a session has what it is for, its minutes, its questions and tasks with their answers. */
export function guideSheet(
  course: Course,
  taught: readonly Taught[],
  sentenceOf: (skill: string) => string | undefined,
): ElementContent[] {
  return [
    h("h1", `${course.title}: instructor guide`),
    h("p", [
      "A session a chapter. What is said on each slide stands under the slide, in the notes that are printed with each deck (",
      h("code", "deck/"),
      "); here is what a session is for, how its time is spent, what the room does, and what may go.",
    ]),
    ...taught.map((one) => sessionSection(one, sentenceOf)),
  ];
}

function sessionSection(
  { session, deck }: Taught,
  sentenceOf: (skill: string) => string | undefined,
): Element {
  const { slides } = deck;
  const handsOn = slides.filter(isHandsOn);
  const cuts = slides.filter(({ cut }) => cut !== null);
  const skills = deck.skills.flatMap((skill) => sentenceOf(skill) ?? []);
  const facts = [
    `${session.minutes} minutes`,
    `${minutes(secondsOf(slides))} planned`,
    `${minutes(secondsOf(handsOn))} hands-on`,
    `longest talk ${minutes(longestTalk(slides).timeS)}`,
    `${slides.length} slides`,
  ];
  return h("section.session", [
    h("h2", deck.title),
    ...(deck.subtitle ? [h("p.subtitle", deck.subtitle)] : []),
    h("p.facts", facts.join(" · ")),
    ...(skills.length > 0
      ? [
          h("h3", "Afterwards everybody can"),
          h(
            "ul",
            skills.map((words) => h("li", words)),
          ),
        ]
      : []),
    h("h3", "Time"),
    timeTable(slides),
    ...(cuts.length > 0 ? [h("h3", "When time is short"), cutTable(cuts)] : []),
    h("h3", "What the room does"),
    ...handsOn.flatMap(taskOf),
  ]);
}

function timeTable(slides: readonly DeckSlide[]): Element {
  const rows = timed(slides).map(({ slide, startS }) =>
    h("tr", [
      h("td", clock(startS)),
      h("td", minutes(slide.timeS)),
      h("td", slide.title),
      h("td", kindOf(slide)),
    ]),
  );
  return table(["at", "takes", "slide", ""], rows);
}

function table(heads: readonly string[], rows: readonly Element[]): Element {
  return h("table", [
    h("thead", [
      h(
        "tr",
        heads.map((words) => h("th", { scope: "col" }, words)),
      ),
    ]),
    h("tbody", [...rows]),
  ]);
}

function cutTable(cuts: readonly DeckSlide[]): Element {
  const sorted = [...cuts].sort((one, other) => (one.cut ?? 0) - (other.cut ?? 0));
  const rows = sorted.map((slide) =>
    h("tr", [
      h("td", String(slide.cut)),
      h("td", slide.title),
      h("td", minutes(slide.timeS)),
      h("td", childrenOf(slide.instead)),
    ]),
  );
  return table(["goes", "slide", "wins", "say instead"], rows);
}

function taskOf(slide: DeckSlide): ElementContent[] {
  return [
    h("h4", `${slide.title} (${minutes(slide.timeS)})`),
    h("div.task", childrenOf(without(slide.body, "timer"))),
    h("div.spoken", [...spoken(slide), ...solved(slide)]),
  ];
}

/** A slide's body for paper: clocks stand still there, help is for later. */
function without(body: Root, ...names: string[]): Root {
  const copy = copyTree(body);
  replaceElements(
    copy,
    (node) => names.some((name) => hasClass(node, name)),
    () => [],
  );
  return copy;
}

/** A page a day for the wall. */
export function runOfShowSheet(course: Course, taught: readonly Taught[]): ElementContent[] {
  return course.days.map((day, index) => {
    const rows = slotsOf(day).map(({ startMin, endMin, item }) => {
      const one = item.kind === "session" ? taught.find(({ session }) => session === item) : null;
      const needs = one ? materialsOf(one.deck) : "";
      return h("tr", [
        h("td", `${timeOfDay(startMin)}–${timeOfDay(endMin)}`),
        h("td", String(item.minutes)),
        h("td", one ? one.deck.title : item.kind === "pause" ? item.title : ""),
        h("td", needs),
      ]);
    });
    return h("section.day", [
      h("h1", `Day ${index + 1}: ${day.title}`),
      table(["time", "min", "", "have ready"], rows),
    ]);
  });
}

function materialsOf(deck: CutDeck): string {
  const labs = deck.slides.flatMap((slide) => labOf(slide) ?? []);
  const sheets = deck.slides.filter((slide) => exercisesOf(slide).length > 0 && !labOf(slide));
  return [
    ...labs.map((lab) => `lab ${lab}`),
    ...(sheets.length > 0
      ? [`worksheet, ${sheets.length} ${sheets.length === 1 ? "task" : "tasks"}`]
      : []),
  ].join("; ");
}

/** Tasks of a session with room to write; labs have their own text. Nothing of notes, hints and solutions. */
export function worksheet({ deck }: Taught): ElementContent[] | null {
  const tasks = deck.slides.filter((slide) => exercisesOf(slide).length > 0 && !labOf(slide));
  if (tasks.length === 0) return null;
  return [
    h("h1", `${deck.title}: worksheet`),
    h("p.name", "Name"),
    ...tasks.flatMap((slide) => [
      h("section.box", [
        h("h2", slide.title),
        h("div.task", childrenOf(without(slide.body, "timer", "hint", "answer"))),
        h("div.room", { style: `height:${roomMm(slide)}mm`, ariaHidden: "true" }),
      ]),
    ]),
  ];
}

/** A line of 8 mm for each minute, within a page. */
function roomMm({ timeS }: DeckSlide): number {
  return Math.min(150, Math.max(32, Math.round(timeS / 60) * 8));
}

export function solutionSheet({ deck }: Taught): ElementContent[] | null {
  const tasks = deck.slides.filter(({ solution }) => solution !== null);
  if (tasks.length === 0) return null;
  return [
    h("h1", `${deck.title}: solutions`),
    ...tasks.flatMap((slide) => [h("h2", slide.title), ...solved(slide)]),
  ];
}

export type SkillRow = { readonly chapter: string; readonly skills: readonly string[] };

/** The skill map as a list to tick twice: before and after. */
export function skillSheet(rows: readonly SkillRow[]): ElementContent[] {
  return [
    h("h1", "What I can do"),
    h(
      "p",
      "Tick the first box before the course, the second after it. Nobody collects this sheet.",
    ),
    ...rows.flatMap(({ chapter, skills }) => [
      h("h2", chapter),
      h(
        "ul.skills",
        skills.map((words) => h("li", [h("span.tick", "☐ ☐"), " ", words])),
      ),
    ]),
  ];
}

/** Framework cards of chapters, one after the other. */
export function cardSheet(cards: readonly Element[]): ElementContent[] {
  return [h("h1", "Frameworks"), ...cards];
}
