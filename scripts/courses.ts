/**
 * `slides/courses.yaml`: which decks are taught on which day and how long, and whether their slides keep to it. What a session
 * shows is what its decks have for its course. Pure.
 */

import type { VFile } from "vfile";
import { isMap, isSeq, type YAMLMap } from "yaml";
import { type Fields, type PlaceOf, parseMap, readMap } from "./fields.ts";
import type { Course, CourseDay, Pause, Session } from "./model.ts";
import { fail } from "./report.ts";
import { type CutDeck, type DeckSlide, isShownIn, minutes, secondsOf } from "./transform/slides.ts";

export type CourseList = { readonly file: VFile; readonly courses: readonly Course[] };

/** The decks of a book with how they are put together. */
export type CutBook = {
  readonly decks: readonly CutDeck[];
  /** Null where each deck is taught by itself. */
  readonly courses: CourseList | null;
  /** Whatever mistakes can be noted on. */
  readonly files: readonly VFile[];
};

/** What a room can bear, as shares of a session's time and minutes at a stretch. */
export const limits = { slackMin: 0.1, handsOnMin: 0.45, talkMinMax: 20 } as const;

const courseFields: Fields = {
  title: { type: "string", required: true },
  days: { type: "list", required: true },
};
const dayFields: Fields = {
  title: { type: "string", required: true },
  starts: { type: "string", required: true },
  sessions: { type: "list", required: true },
};
const sessionFields: Fields = {
  id: { type: "string", required: true },
  title: { type: "string" },
  decks: { type: "strings", required: true },
  minutes: { type: "integer", required: true },
};
const pauseFields: Fields = {
  pause: { type: "string", required: true },
  minutes: { type: "integer", required: true },
};

/** Read the courses of a book. Mistakes are on the file; what could be read is returned all the same. */
export function readCourses(file: VFile): CourseList {
  const parsed = parseMap(file, String(file.value), 1);
  const courses = (parsed?.map?.items ?? []).flatMap((pair): Course[] => {
    const id = String((pair.key as { value?: unknown }).value);
    if (!parsed || !isMap(pair.value)) return [];
    const { at } = parsed;
    const { title } = readMap(file, pair.value, at, courseFields);
    // A session's folder has the course's name and its own.
    const seen = new Set<string>();
    const days = mapsOf(pair.value, "days").map((day) => dayOf(day, at, file, seen));
    return [{ id, title: String(title ?? id), days }];
  });
  return { file, courses };
}

function dayOf(map: YAMLMap, at: PlaceOf, file: VFile, seen: Set<string>): CourseDay {
  const { title, starts } = readMap(file, map, at, dayFields);
  const time = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(String(starts ?? ""));
  if (starts !== undefined && time === null)
    fail(file, placeOf(map, at), "field-type", {
      reason: 'Field "starts" has another form',
      found: String(starts),
      expected: "a time of day, as in 09:00",
    });
  const items = mapsOf(map, "sessions").map((item): Session | Pause => {
    const place = placeOf(item, at);
    if (item.has("pause")) {
      const { pause, minutes } = readMap(file, item, at, pauseFields);
      return { kind: "pause", title: String(pause ?? ""), minutes: Number(minutes ?? 0) };
    }
    const read = readMap(file, item, at, sessionFields);
    const id = String(read.id ?? "");
    if (seen.has(id))
      fail(file, place, "id-unique", { reason: `Session "${id}" is given twice`, found: id });
    seen.add(id);
    return {
      kind: "session",
      id,
      title: typeof read.title === "string" ? read.title : null,
      decks: Array.isArray(read.decks) ? (read.decks as string[]) : [],
      minutes: Number(read.minutes ?? 0),
      line: place.line,
    };
  });
  const startsMin = time ? Number(time[1]) * 60 + Number(time[2]) : 0;
  return { title: String(title ?? ""), startsMin, items };
}

/** The maps of a list; what else stands there has been noted as a value of another type, or is nothing. */
function mapsOf(map: YAMLMap, key: string): YAMLMap[] {
  const list = map.get(key, true);
  return isSeq(list) ? list.items.filter((item): item is YAMLMap => isMap(item)) : [];
}

function placeOf(map: YAMLMap, at: PlaceOf) {
  return at(map.range?.[0] ?? 0);
}

export function sessionsOf(course: Course): Session[] {
  return course.days.flatMap(({ items }) => items.filter((item) => item.kind === "session"));
}

/** What a session shows, in the order of its decks. */
function slidesFor(session: Session, courseId: string, decks: readonly CutDeck[]): DeckSlide[] {
  return session.decks.flatMap((id) => {
    const deck = decks.find((one) => one.id === id);
    return (deck?.slides ?? []).filter((slide) => isShownIn(slide, courseId));
  });
}

/** The deck of a session: the slides of its decks for this course, under the session's own name and time. */
export function sessionDeck(session: Session, course: Course, decks: readonly CutDeck[]): CutDeck {
  const own = decks.filter(({ id }) => session.decks.includes(id));
  const [first] = own;
  if (!first) throw new Error(`session ${session.id} has no deck: check the courses first`);
  return {
    ...first,
    id: `${course.id}-${session.id}`,
    title: session.title ?? first.title,
    chapters: [...new Set(own.flatMap(({ chapters }) => chapters))],
    skills: [...new Set(own.flatMap(({ skills }) => skills))],
    durationMin: session.minutes,
    courses: [course.id],
    slides: slidesFor(session, course.id, decks),
  };
}

/** A session with the deck that it shows. */
export type Taught = { readonly session: Session; readonly deck: CutDeck };

export function taughtIn(course: Course, decks: readonly CutDeck[]): Taught[] {
  return sessionsOf(course).map((session) => ({
    session,
    deck: sessionDeck(session, course, decks),
  }));
}

/** Whether somebody does something on this slide but listen: a task, a lab, a prediction with hands up. */
export function isHandsOn({ layout }: Pick<DeckSlide, "layout">): boolean {
  return layout === "exercise" || layout === "question";
}

/** The longest stretch in which one person talks, and the slide with which it begins. */
export function longestTalk(slides: readonly DeckSlide[]): { timeS: number; from: string } {
  let longest = { timeS: 0, from: "" };
  let run = { timeS: 0, from: "" };
  for (const slide of slides) {
    run = isHandsOn(slide)
      ? { timeS: 0, from: "" }
      : { timeS: run.timeS + slide.timeS, from: run.from || slide.id };
    if (run.timeS > longest.timeS) longest = run;
  }
  return longest;
}

/** Note on the file of the courses what a room could not bear, and what names nothing. */
export function checkCourses({ file, courses }: CourseList, decks: readonly CutDeck[]): void {
  for (const course of courses) {
    for (const session of sessionsOf(course)) checkSession(session, course, decks, file);
    for (const day of course.days) checkHandsOn(day, course, decks, file);
  }
  for (const deck of decks)
    for (const id of deck.courses)
      if (!courses.some((course) => course.id === id && teaches(course, deck.id)))
        fail(file, { line: 1, column: 1 }, "course-deck", {
          reason: `Deck "${deck.id}" is meant for a course that has no session with it`,
          found: id,
          known: courses.map((course) => course.id),
        });
}

function teaches(course: Course, deckId: string): boolean {
  return sessionsOf(course).some(({ decks }) => decks.includes(deckId));
}

function checkSession(
  session: Session,
  course: Course,
  decks: readonly CutDeck[],
  file: VFile,
): void {
  const place = { line: session.line, column: 1 };
  for (const id of session.decks) {
    const deck = decks.find((one) => one.id === id);
    if (!deck?.courses.includes(course.id))
      fail(file, place, "course-deck", {
        reason: deck
          ? `Deck "${id}" is not meant for course "${course.id}"`
          : "A session names a deck that is not there",
        found: id,
        known: decks.filter((one) => one.courses.includes(course.id)).map((one) => one.id),
      });
  }
  const slides = slidesFor(session, course.id, decks);
  const most = session.minutes * 60 * (1 - limits.slackMin);
  const planned = secondsOf(slides);
  if (planned > most)
    fail(file, place, "session-slack", {
      reason: `Session "${session.id}" of course "${course.id}" plans all of its time away`,
      found: minutes(planned),
      expected: `at most ${minutes(most)} of ${session.minutes}`,
    });
  const talk = longestTalk(slides);
  if (talk.timeS > limits.talkMinMax * 60)
    fail(file, place, "session-talk", {
      reason: `Session "${session.id}" of course "${course.id}" has a talk that is too long, from slide "${talk.from}"`,
      found: minutes(talk.timeS),
      expected: `at most ${limits.talkMinMax} min without a question or an exercise`,
    });
}

function checkHandsOn(
  day: CourseDay,
  course: Course,
  decks: readonly CutDeck[],
  file: VFile,
): void {
  const sessions = day.items.filter((item) => item.kind === "session");
  const slides = sessions.flatMap((session) => slidesFor(session, course.id, decks));
  const handsOn = secondsOf(slides.filter(isHandsOn));
  const least =
    sessions.reduce((sum, session) => sum + session.minutes, 0) * 60 * limits.handsOnMin;
  if (handsOn < least)
    fail(file, { line: sessions[0]?.line ?? 1, column: 1 }, "day-hands-on", {
      reason: `On day "${day.title}" of course "${course.id}" the room listens for too long`,
      found: `${minutes(handsOn)} hands-on`,
      expected: `at least ${minutes(least)}`,
    });
}
