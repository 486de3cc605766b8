/**
 * When to wake a person, and how bad it is. The pager looks at how fast
 * the error budget burns, in a long window, so that it matters, and in a
 * short one, so that it still goes on (Site Reliability Workbook, ch. 5).
 */

// #region burn-rate
/** The calls of one minute. */
export type Minute = { readonly calls: number; readonly bad: number };

/**
 * How many times faster than allowed the budget burns: 1 spends all of
 * it in exactly the period of the objective.
 *
 * @param objective share of calls that must be good, such as 0.999
 */
export function burnRate(
  minutes: readonly Minute[],
  objective: number,
): number {
  const calls = minutes.reduce((sum, m) => sum + m.calls, 0);
  const bad = minutes.reduce((sum, m) => sum + m.bad, 0);
  return calls === 0 ? 0 : bad / calls / (1 - objective);
}

/** What part of a period's budget this burn rate spends in a window. */
export function budgetSpent(
  burn: number,
  windowMin: number,
  periodDays: number,
): number {
  return (burn * windowMin) / (periodDays * 24 * 60);
}
// #endregion burn-rate

// #region rules
export type Rule = {
  readonly longMin: number;
  readonly shortMin: number;
  readonly burn: number;
  readonly call: "page" | "ticket";
};

/** The workbook's Table 5-8, for an objective over 30 days. */
export const workbook: readonly Rule[] = [
  { longMin: 60, shortMin: 5, burn: 14.4, call: "page" },
  { longMin: 360, shortMin: 30, burn: 6, call: "page" },
  { longMin: 4320, shortMin: 360, burn: 1, call: "ticket" },
];
// #endregion rules

// #region fires
/** The strongest call that the minutes up to now ask for. */
export function callFor(
  history: readonly Minute[],
  objective: number,
  rules: readonly Rule[] = workbook,
): Rule["call"] | null {
  const burns = (windowMin: number) =>
    burnRate(history.slice(-windowMin), objective);
  const firing = rules.filter(
    ({ longMin, shortMin, burn }) =>
      burns(longMin) > burn && burns(shortMin) > burn,
  );
  if (firing.some(({ call }) => call === "page")) return "page";
  return firing.length > 0 ? "ticket" : null;
}
// #endregion fires

// #region pager
/** The state of the pager: what rings, and since when it was quiet. */
export type Pager = {
  readonly rings: boolean;
  readonly quietMin: number;
};
export const silent: Pager = { rings: false, quietMin: 0 };

/**
 * One minute on. It rings at once, and stops only after `holdMin`
 * minutes without cause: who swings around a threshold rings once.
 */
export function tick(
  pager: Pager,
  call: Rule["call"] | null,
  holdMin: number,
): Pager {
  if (call === "page") return { rings: true, quietMin: 0 };
  if (!pager.rings) return silent;
  const quietMin = pager.quietMin + 1;
  return quietMin >= holdMin ? silent : { rings: true, quietMin };
}
// #endregion pager

// #region pages
/** The minutes, from 1, in which somebody is woken. */
export function pages(
  history: readonly Minute[],
  objective: number,
  holdMin: number,
): readonly number[] {
  const woken: number[] = [];
  let pager = silent;
  for (let now = 1; now <= history.length; now += 1) {
    const call = callFor(history.slice(0, now), objective);
    const next = tick(pager, call, holdMin);
    if (next.rings && !pager.rings) woken.push(now);
    pager = next;
  }
  return woken;
}
// #endregion pages

// #region severity
export type Severity = 1 | 2 | 3 | 4;

/** What a minute looks like to those who are hit by it. */
export type Impact = {
  /** Share of the answers that failed or never came. */
  readonly errors: number;
  /** Share of the answers that were wrong. */
  readonly wrong: number;
  /** Data that was acknowledged may be gone. */
  readonly losesData: boolean;
};

// #region severity-of
/**
 * 1 is all hands, 4 is tomorrow. Wrong answers weigh ten times as much
 * as missing ones: nobody who gets one knows.
 */
export function severityOf(impact: Impact): Severity {
  if (impact.losesData) return 1;
  const weight = impact.errors + 10 * impact.wrong;
  if (weight >= 0.5) return 1;
  if (weight >= 0.05) return 2;
  return weight > 0.001 ? 3 : 4;
}

/** Of an incident: that of its worst minute. It never goes down. */
export function worstOf(minutes: readonly Impact[]): Severity {
  const all = minutes.map(severityOf);
  return Math.min(4, ...all) as Severity;
}
// #endregion severity-of
// #endregion severity
