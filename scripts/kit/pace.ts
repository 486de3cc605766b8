/** Plan, rehearsal and delivery of a session beside each other, from logs that the room's window saves. Pure. */
import { clock } from "../output/deck.ts";

export type PaceLog = {
  readonly deck: string;
  readonly startedAt: string | null;
  readonly minutes: number;
  readonly skipped: readonly string[];
  readonly slides: readonly {
    readonly id: string;
    readonly plannedS: number;
    readonly spentS: number;
  }[];
};

/** A log from the text of a file, or what is wrong with it. */
export function readPaceLog(text: string): PaceLog | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: "is no JSON" };
  }
  const log = value as Partial<PaceLog> | null;
  const isSlide = (slide: unknown): boolean => {
    const one = slide as Partial<PaceLog["slides"][number]> | null;
    return (
      typeof one?.id === "string" && Number.isFinite(one.plannedS) && Number.isFinite(one.spentS)
    );
  };
  if (typeof log?.deck !== "string" || !Array.isArray(log.slides) || !log.slides.every(isSlide))
    return { problem: "is no log of a deck: save one with W in the deck" };
  return {
    deck: log.deck,
    startedAt: typeof log.startedAt === "string" ? log.startedAt : null,
    minutes: Number(log.minutes ?? 0),
    skipped: Array.isArray(log.skipped) ? log.skipped.map(String) : [],
    slides: log.slides,
  };
}

/** A slide is off when it takes half a minute and a quarter more or less than planned. */
const offS = 30;
const offShare = 0.25;

/** Lines for a terminal: a slide a line, a column a log, sums, and new times for slides that are off in every log. */
export function paceTable(logs: readonly PaceLog[]): string {
  const [first] = logs;
  if (!first) return "";
  const width = Math.max(...first.slides.map(({ id }) => id.length), 8);
  const heads = logs.map(({ startedAt }) => (startedAt ?? "not begun").slice(0, 10).padStart(11));
  const spentOf = (log: PaceLog, id: string) =>
    log.slides.find((slide) => slide.id === id)?.spentS ?? 0;
  const rows = first.slides.map(({ id, plannedS }) => {
    const spent = logs.map((log) => cell(log, id, plannedS, spentOf(log, id)));
    return `${id.padEnd(width)} ${clock(plannedS).padStart(7)}${spent.join("")}`;
  });
  const plan = first.slides.reduce((sum, { plannedS }) => sum + plannedS, 0);
  const sums = logs.map((log) =>
    clock(Math.round(log.slides.reduce((sum, { spentS }) => sum + spentS, 0))).padStart(11),
  );
  const proposals = first.slides.flatMap(({ id, plannedS }) => {
    const seen = logs.map((log) => spentOf(log, id)).filter((spentS) => spentS > 0);
    const isOff = seen.length === logs.length && seen.every((spentS) => isFar(spentS, plannedS));
    const mean = seen.reduce((sum, spentS) => sum + spentS, 0) / seen.length;
    return isOff ? [`  ${id.padEnd(width)} time=${inHalfMinutes(mean)}`] : [];
  });
  return [
    `${first.deck}: ${first.minutes} minutes`,
    `${"".padEnd(width)} ${"plan".padStart(7)}${heads.join("")}`,
    ...rows,
    `${"all".padEnd(width)} ${clock(plan).padStart(7)}${sums.join("")}`,
    ...(proposals.length > 0 ? ["", "Off in every log; what they took:", ...proposals] : []),
  ].join("\n");
}

function cell(log: PaceLog, id: string, plannedS: number, spentS: number): string {
  if (log.skipped.includes(id)) return "skipped".padStart(11);
  const mark = isFar(spentS, plannedS) && spentS > 0 ? (spentS > plannedS ? " +" : " −") : "  ";
  return (clock(Math.round(spentS)) + mark).padStart(11);
}

function isFar(spentS: number, plannedS: number): boolean {
  const off = Math.abs(spentS - plannedS);
  return off >= offS && off >= offShare * plannedS;
}

function inHalfMinutes(seconds: number): string {
  const halves = Math.max(1, Math.round(seconds / 30));
  return `${Math.floor(halves / 2) > 0 ? `${Math.floor(halves / 2)}m` : ""}${halves % 2 === 1 ? "30s" : ""}`;
}
