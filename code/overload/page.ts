/**
 * One page on a ladder: a crowd comes and goes, and the page gets
 * poorer and richer again. Work flows in tenths of a second; nothing is
 * drawn at random.
 */
import { climb, type Ladder, type Rung } from "./degrade.ts";

// #region rungs
/** What is on the page of a shop, and what it costs the servers. */
export const rungs: readonly (Rung & { readonly workMs: number })[] = [
  { name: "everything", atPressure: 0, workMs: 40 },
  { name: "no recommendations", atPressure: 0.5, workMs: 25 },
  { name: "reviews of yesterday", atPressure: 0.75, workMs: 15 },
  { name: "a static page", atPressure: 1, workMs: 5 },
];
// #endregion rungs

// #region page
export type Moment = {
  readonly atMs: number;
  readonly perSecond: number;
  readonly rung: number;
  readonly waitMs: number;
};

const tickMs = 100;
const workers = 4;
const patienceMs = 500;

/** A crowd of 240 a second from second 10 to 50, else 80. */
export function pageRun(calmMs: number, untilMs: number) {
  let ladder: Ladder = { rung: 0, calmSinceMs: null };
  let backlogMs = 0;
  const moments: Moment[] = [];
  for (let atMs = 0; atMs < untilMs; atMs += tickMs) {
    const { rung } = ladder;
    const perSecond = atMs >= 10_000 && atMs < 50_000 ? 240 : 80;
    const comes = (perSecond * tickMs * workOf(rung)) / 1000;
    backlogMs = Math.max(0, backlogMs + comes - workers * tickMs);
    const waitMs = backlogMs / workers;
    moments.push({ atMs, perSecond, rung, waitMs });
    const pressure = waitMs / patienceMs;
    ladder = climb(rungs, calmMs, ladder, pressure, atMs);
  }
  return moments;
}

function workOf(rung: number): number {
  return rungs[rung]?.workMs ?? 0;
}
// #endregion page

/** How often the page changed, and how many pages each rung served. */
export function summary(moments: readonly Moment[]) {
  const changes = moments.filter(
    ({ rung }, n) => n > 0 && moments[n - 1]?.rung !== rung,
  ).length;
  const pages = rungs.map((_, n) =>
    moments
      .filter(({ rung }) => rung === n)
      .reduce((sum, m) => sum + (m.perSecond * tickMs) / 1000, 0),
  );
  const longestMs = Math.max(...moments.map(({ waitMs }) => waitMs));
  return { changes, pages, longestMs };
}
