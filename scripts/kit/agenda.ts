/** The agenda of a course, as a page, a table and a calendar: all from `slides/courses.yaml`. Pure. */
import type { Course, CourseDay, Pause, Session } from "../model.ts";
import { clock } from "../output/deck.ts";

export type Slot = {
  readonly startMin: number;
  readonly endMin: number;
  readonly item: Session | Pause;
};

/** The items of a day with the minutes after midnight at which they begin and end. */
export function slotsOf({ startsMin, items }: CourseDay): Slot[] {
  let at = startsMin;
  return items.map((item) => {
    const slot = { startMin: at, endMin: at + item.minutes, item };
    at = slot.endMin;
    return slot;
  });
}

/** 545 → 09:05 */
export function timeOfDay(min: number): string {
  return clock(min).padStart(5, "0");
}

export function agendaMarkdown(course: Course, titleOf: (session: Session) => string): string {
  const days = course.days.map((day, index) => {
    const rows = slotsOf(day).map(({ startMin, endMin, item }) => {
      const name = item.kind === "session" ? `**${titleOf(item)}**` : item.title;
      const since = startMin - day.startsMin;
      return `| ${timeOfDay(startMin)}–${timeOfDay(endMin)} | ${clock(since)} | ${item.minutes} | ${name} |`;
    });
    return [
      `## Day ${index + 1}: ${day.title}`,
      "",
      "| time | from the start | minutes | |",
      "|---|---:|---:|---|",
      ...rows,
    ].join("\n");
  });
  return `# ${course.title}: agenda\n\nTimes of day are those of \`slides/courses.yaml\`; the second column holds whenever you begin.\n\n${days.join("\n\n")}\n`;
}

/** RFC 4180, with a line of names. */
export function agendaCsv(course: Course, titleOf: (session: Session) => string): string {
  const rows = course.days.flatMap((day, index) =>
    slotsOf(day).map(({ startMin, endMin, item }) => [
      String(index + 1),
      timeOfDay(startMin),
      timeOfDay(endMin),
      String(item.minutes),
      item.kind,
      item.kind === "session" ? titleOf(item) : item.title,
    ]),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
      .join(",");
  return [["day", "start", "end", "minutes", "kind", "title"], ...rows]
    .map((cells) => `${line(cells)}\r\n`)
    .join("");
}

/**
 * RFC 5545, in floating time (3.3.5, form 1), which is the local time of whoever opens it. The first day is a Monday that everybody
 * moves to the real one.
 */
export function agendaIcs(course: Course, titleOf: (session: Session) => string): string {
  const monday = Date.UTC(2001, 0, 1);
  const stamp = (day: number, min: number) =>
    new Date(monday + day * 86_400_000 + min * 60_000)
      .toISOString()
      .replaceAll(/[-:]/g, "")
      .slice(0, 15);
  const events = course.days.flatMap((day, index) =>
    slotsOf(day).map(({ startMin, endMin, item }, at) => {
      const title = item.kind === "session" ? titleOf(item) : item.title;
      return [
        "BEGIN:VEVENT",
        `UID:${course.id}-${index + 1}-${at + 1}@partial-failure.invalid`,
        "DTSTAMP:20010101T000000Z",
        `DTSTART:${stamp(index, startMin)}`,
        `DTEND:${stamp(index, endMin)}`,
        `SUMMARY:${escapeText(title)}`,
        "END:VEVENT",
      ];
    }),
  );
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    `PRODID:-//Partial Failure//${escapeText(course.title)}//EN`,
    ...events.flat(),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

/** RFC 5545, 3.3.11 */
function escapeText(text: string): string {
  return text.replaceAll(/[\\;,]/g, (sign) => `\\${sign}`).replaceAll("\n", "\\n");
}

/** RFC 5545, 3.1: no line of more than 75 octets. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = "";
  for (const sign of line) {
    if (Buffer.byteLength(part + sign) > (parts.length === 0 ? 75 : 74)) {
      parts.push(part);
      part = "";
    }
    part += sign;
  }
  return [...parts, part].join("\r\n ");
}
