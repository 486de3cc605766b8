/** Courses: days of sessions, and whether the slides of their decks keep what a room can bear. */
import { VFile } from "vfile";
import { describe, expect, test } from "vitest";
import {
  checkCourses,
  longestTalk,
  readCourses,
  sessionDeck,
  sessionsOf,
} from "../../scripts/courses.ts";
import { formatMessages } from "../../scripts/report.ts";
import type { CutDeck, DeckSlide } from "../../scripts/transform/slides.ts";

type Told = { id: string; min: number; layout?: string; courses?: string[] };

function slide({ id, min, layout, courses = [] }: Told): DeckSlide {
  const empty = { type: "root", children: [] } as const;
  return {
    id,
    title: id,
    line: 1,
    timeS: min * 60,
    layout: layout ?? null,
    cut: null,
    courses,
    classes: [],
    body: { ...empty, children: [] },
    notes: null,
    solution: null,
    instead: null,
  };
}

function deck(id: string, slides: readonly Told[], courses = ["long"]): CutDeck {
  return {
    path: `slides/${id}.md`,
    file: new VFile(),
    id,
    title: `Deck ${id}`,
    subtitle: null,
    chapters: [id],
    durationMin: 60,
    courses,
    skills: [],
    slides: slides.map(slide),
  };
}

function read(sessions: string): ReturnType<typeof readCourses> {
  const value = `long:\n  title: Long\n  days:\n    - title: One\n      starts: "09:00"\n      sessions:\n${sessions}`;
  return readCourses(new VFile({ path: "slides/courses.yaml", value }));
}

const one = "        - { id: a, decks: [a], minutes: 60 }\n";
const fits: Told[] = [
  { id: "talk", min: 18 },
  { id: "do", min: 30, layout: "exercise" },
  { id: "end", min: 6 },
];

function mistakes(list: ReturnType<typeof readCourses>, decks: readonly CutDeck[]) {
  checkCourses(list, decks);
  return list.file.messages.map((message) => [message.ruleId, message.line, message.actual ?? ""]);
}

describe("a file of courses", () => {
  test("is read as days of sessions and pauses", () => {
    const { file, courses } = read(`${one}        - { pause: Coffee, minutes: 15 }\n`);
    expect(file.messages).toEqual([]);
    expect(courses[0]?.days[0]).toMatchObject({
      title: "One",
      startsMin: 540,
      items: [
        { kind: "session", id: "a", decks: ["a"], minutes: 60, line: 7 },
        { kind: "pause", title: "Coffee", minutes: 15 },
      ],
    });
  });

  test("has each mistake at its line", () => {
    const { file } = read(
      "        - { id: a, deck: [a], minutes: 60 }\n        - { pause: Tea, minutes: long }\n",
    );
    expect(formatMessages([file]).replaceAll(/expected one of .*?;/g, "")).toMatchInlineSnapshot(`
      "slides/courses.yaml:7:11  field-required  Field "decks" is missing; expected decks: a list of texts
      slides/courses.yaml:7:20  field-known  Unknown field "deck"; found "deck";  did you mean "decks"?
      slides/courses.yaml:8:34  field-type  Field "minutes" has a value of another type; found "long"; expected a whole number"
    `);
  });
});

describe("the sessions of a course", () => {
  test("may plan nine tenths of their time, and no more", () => {
    expect(mistakes(read(one), [deck("a", fits)])).toEqual([]);
    const more = [...fits, { id: "more", min: 0.5 }];
    expect(mistakes(read(one), [deck("a", more)])).toEqual([["session-slack", 7, "54.5 min"]]);
  });

  test("have no talk of more than twenty minutes, whatever the slides are cut into", () => {
    const talks = [
      { id: "x", min: 12 },
      { id: "y", min: 9 },
      { id: "do", min: 30, layout: "exercise" },
    ];
    expect(longestTalk(talks.map(slide))).toEqual({ timeS: 1260, from: "x" });
    expect(mistakes(read(one), [deck("a", talks)])).toEqual([["session-talk", 7, "21 min"]]);
  });

  test("have hands on for 45 of 100 minutes of a day", () => {
    const listens = fits.map((told) => (told.id === "do" ? { ...told, min: 26.5 } : told));
    expect(mistakes(read(one), [deck("a", listens)])).toEqual([
      ["day-hands-on", 7, "26.5 min hands-on"],
    ]);
  });

  test("name decks that are there and meant for them", () => {
    const two = "        - { id: a, decks: [a, b, c], minutes: 60 }\n";
    expect(mistakes(read(two), [deck("a", fits), deck("b", [], ["other"])])).toEqual([
      ["course-deck", 7, "b"],
      ["course-deck", 7, "c"],
      ["course-deck", 1, "other"],
    ]);
  });

  test("show of their decks what is meant for the course, one deck after the other", () => {
    const list = read("        - { id: both, title: Both, decks: [a, b], minutes: 60 }\n");
    const decks = [
      deck("a", [
        { id: "all", min: 1 },
        { id: "not", min: 1, courses: ["short"] },
      ]),
      deck("b", [{ id: "own", min: 1, courses: ["long"] }]),
    ];
    const [course] = list.courses;
    const [session] = course ? sessionsOf(course) : [];
    if (!course || !session) throw new Error("no session");
    const made = sessionDeck(session, course, decks);
    expect(made).toMatchObject({
      id: "long-both",
      title: "Both",
      durationMin: 60,
      chapters: ["a", "b"],
    });
    expect(made.slides.map(({ id }) => id)).toEqual(["all", "own"]);
  });
});
