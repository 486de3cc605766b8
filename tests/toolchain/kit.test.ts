/** What an instructor gets beside decks: agendas, sheets, logs compared with plans. */
import { toHtml } from "hast-util-to-html";
import { h } from "hastscript";
import { VFile } from "vfile";
import { describe, expect, test } from "vitest";
import type { Taught } from "../../scripts/courses.ts";
import { agendaCsv, agendaIcs, agendaMarkdown } from "../../scripts/kit/agenda.ts";
import { type PaceLog, paceTable, readPaceLog } from "../../scripts/kit/pace.ts";
import { guideSheet, runOfShowSheet, solutionSheet, worksheet } from "../../scripts/kit/sheets.ts";
import type { Course, Session } from "../../scripts/model.ts";
import { withCountedIds } from "../../scripts/output/deck-print.ts";
import type { DeckSlide } from "../../scripts/transform/slides.ts";

const session: Session = {
  kind: "session",
  id: "a",
  title: null,
  decks: ["a"],
  minutes: 80,
  line: 1,
};
const course: Course = {
  id: "long",
  title: "Two days",
  days: [
    {
      title: "One",
      startsMin: 540,
      items: [session, { kind: "pause", title: "Coffee, and air", minutes: 15 }],
    },
  ],
};
const titleOf = () => "Copies; and what they cost";

describe("an agenda", () => {
  test("adds the minutes up, in times of day and from the start", () => {
    const text = agendaMarkdown(course, titleOf);
    expect(text).toContain("| 09:00–10:20 | 0:00 | 80 | **Copies; and what they cost** |");
    expect(text).toContain("| 10:20–10:35 | 1:20 | 15 | Coffee, and air |");
  });

  test("is a table that a spreadsheet reads", () => {
    expect(agendaCsv(course, titleOf)).toBe(
      'day,start,end,minutes,kind,title\r\n1,09:00,10:20,80,session,Copies; and what they cost\r\n1,10:20,10:35,15,pause,"Coffee, and air"\r\n',
    );
  });

  test("is a calendar of local times, with signs escaped and no line of more than 75 octets", () => {
    const text = agendaIcs(course, () => `Copies; and ${"très ".repeat(20)}long`);
    expect(text).toMatch(/^BEGIN:VCALENDAR\r\nVERSION:2.0\r\n/);
    expect(text).toContain("DTSTART:20010101T090000\r\nDTEND:20010101T102000\r\n");
    expect(text.replaceAll("\r\n ", "")).toContain("SUMMARY:Copies\\; and très ");
    for (const line of text.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  });
});

function root(...children: ReturnType<typeof h>[]) {
  return { type: "root" as const, children };
}

const plain: DeckSlide = {
  id: "talk",
  title: "A talk",
  line: 1,
  timeS: 300,
  layout: null,
  cut: 1,
  courses: [],
  classes: [],
  body: root(h("p", "Body")),
  notes: root(h("p", "SAID")),
  solution: null,
  instead: root(h("p", "INSTEAD")),
};
const task: DeckSlide = {
  ...plain,
  id: "task",
  title: "A task",
  timeS: 600,
  layout: "exercise",
  cut: null,
  instead: null,
  body: root(
    h("div.exercise#ex", [h("p.timer", "10 min"), h("p", "COUNT"), h("div.hint", "HINT")]),
  ),
  solution: root(h("p", "SOLVED")),
};
const lab: DeckSlide = {
  ...task,
  id: "lab",
  title: "A lab",
  body: root(h("div.exercise#lab", { dataLab: "01-cap" }, [h("p", "Do the lab")])),
  solution: null,
};
const taught: Taught = {
  session,
  deck: {
    path: "slides/a.md",
    file: new VFile(),
    id: "long-a",
    title: "Copies",
    subtitle: null,
    chapters: [],
    durationMin: 80,
    courses: ["long"],
    skills: ["copies.count"],
    slides: [plain, task, lab],
  },
};
const html = (nodes: Parameters<typeof toHtml>[0] | null) => (nodes ? toHtml(nodes) : "");

describe("the sheets of a session", () => {
  test("give participants the task with room to write, and no help", () => {
    const sheet = html(worksheet(taught) as never);
    expect(sheet).toContain("COUNT");
    expect(sheet).toContain("height:80mm");
    for (const words of ["HINT", "SOLVED", "SAID", "10 min", "Do the lab"])
      expect(sheet).not.toContain(words);
  });

  test("keep solutions apart, and make none where there are none", () => {
    expect(html(solutionSheet(taught) as never)).toContain("SOLVED");
    expect(solutionSheet({ ...taught, deck: { ...taught.deck, slides: [plain] } })).toBeNull();
  });

  test("tell who teaches the aim, the minutes, what may go and what to say then", () => {
    const sheet = html(guideSheet(course, [taught], (id) => `can ${id}`) as never);
    for (const words of [
      "can copies.count",
      "25 min planned",
      "20 min hands-on",
      "INSTEAD",
      "SOLVED",
    ])
      expect(sheet).toContain(words);
  });

  test("say what must be ready when", () => {
    expect(html(runOfShowSheet(course, [taught]) as never)).toContain(
      "lab 01-cap; worksheet, 1 task",
    );
  });
});

describe("a printed sheet", () => {
  const printed = (ids: readonly [string, string]) => `7 0 obj <</ID (node${ids[0]})>> endobj
8 0 obj <</ID (node${ids[1]}) /Headers [(node${ids[0]})]>> endobj
9 0 obj <</Limits [(node${[...ids].sort()[0]}) (node${[...ids].sort()[1]})]
/Names [${[...ids]
    .sort()
    .map((id) => `(node${id}) ${id === ids[0] ? 7 : 8} 0 R`)
    .join(" ")}]>> endobj`;

  test("names the cells of its tables the same in each print, and in order", () => {
    const one = withCountedIds(printed(["00000028", "00000029"]));
    expect(withCountedIds(printed(["00000068", "00000021"]))).toBe(one);
    expect(one).toBe(printed(["00000001", "00000002"]));
  });
});

describe("logs beside a plan", () => {
  const log = (spent: number, skipped: string[] = []): PaceLog => ({
    deck: "long-a",
    startedAt: "2026-03-02T09:00:00Z",
    minutes: 80,
    skipped,
    slides: [
      { id: "talk", plannedS: 300, spentS: spent },
      { id: "task", plannedS: 600, spentS: 620 },
    ],
  });

  test("show what was off, and propose a time for what was off in every log", () => {
    expect(paceTable([log(420), log(450)])).toMatchInlineSnapshot(`
      "long-a: 80 minutes
                  plan 2026-03-02 2026-03-02
      talk        5:00     7:00 +     7:30 +
      task       10:00    10:20      10:20  
      all        15:00      17:20      17:50

      Off in every log; what they took:
        talk     time=7m30s"
    `);
  });

  test("propose nothing for what was off once, or skipped", () => {
    expect(paceTable([log(420), log(310)])).not.toContain("Off in every log");
    expect(paceTable([log(0, ["talk"])])).toContain("skipped");
  });

  test("are refused with words when they are something else", () => {
    expect(readPaceLog("{")).toEqual({ problem: "is no JSON" });
    expect(readPaceLog('{"deck":"a","slides":[{"id":1}]}')).toMatchObject({
      problem: expect.stringContaining("no log"),
    });
    expect(readPaceLog(JSON.stringify(log(1)))).toEqual(log(1));
  });
});
