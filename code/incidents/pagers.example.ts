/** Two pagers on the same four histories. */
import { seedFrom } from "../kernel/sample.ts";
import {
  burnRate,
  type Minute,
  pages,
  silent,
  tick,
} from "./paging.ts";

export const defaultSeed = 0;

const calls = 1000;

// #region histories
/** So many minutes in which so many of a thousand calls are bad. */
export function minutesOf(count: number, bad: number): Minute[] {
  return Array.from({ length: count }, () => ({ calls, bad }));
}

const swing = [...minutesOf(1, 80), ...minutesOf(5, 0)];

export const histories: readonly (readonly [string, Minute[]])[] = [
  ["one minute, 50 % bad", [...minutesOf(1, 500), ...minutesOf(59, 0)]],
  ["8 % bad, every sixth minute", Array(10).fill(swing).flat()],
  ["2 % bad, all the hour", minutesOf(60, 20)],
  ["all bad, 20 minutes", minutesOf(20, 1000)],
];
// #endregion histories

// #region threshold
/** The plain pager: rings in each minute that is worse than 5 %. */
export function plainPages(history: readonly Minute[]) {
  let pager = silent;
  return history.flatMap((minute, index) => {
    const isBad = minute.bad / minute.calls > 0.05;
    const next = tick(pager, isBad ? "page" : null, 1);
    const isWoken = next.rings && !pager.rings;
    pager = next;
    return isWoken ? [index + 1] : [];
  });
}
// #endregion threshold

/** The budget's pager, after so many calm minutes. */
export function budgetPages(history: readonly Minute[], calmMin = 360) {
  const before = minutesOf(calmMin, 0);
  const woken = pages([...before, ...history], 0.999, 15);
  return woken.map((minute) => minute - calmMin);
}

/** Nothing here is random; the seed changes nothing. */
export function run(_seed: number): string {
  return [
    "Objective 99.9 %; six calm hours before. Pages, and the first:",
    "",
    "                               over 5 %     budget      burn",
    ...histories.map(([name, history]) =>
      [
        name.padEnd(30),
        told(plainPages(history)),
        told(budgetPages(history)),
        burnRate(history, 0.999).toFixed(1).padStart(10),
      ].join(""),
    ),
  ].join("\n");
}

function told(woken: readonly number[]): string {
  const [first] = woken;
  const when = first === undefined ? "" : `, min ${first}`;
  return `${woken.length}${when}`.padStart(11);
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
