/** The arithmetic of the chapter on incidents. */

// #region arithmetic
/** Minutes of this bad share until the pager's long window is over. */
export function detectMin(
  badShare: number,
  objective: number,
  burn: number,
  windowMin: number,
): number {
  return (burn * (1 - objective) * windowMin) / badShare;
}

/** Bad calls that the objective allows in so many days. */
export function budgetCalls(
  perSecond: number,
  objective: number,
  days: number,
): number {
  return perSecond * 86_400 * days * (1 - objective);
}

// #region odds
/**
 * How likely a guess must be right to be tried before the cause is known.
 * A wrong guess makes it `worse` bad calls a minute until it is undone;
 * finding out costs `diagnoseMin` at `bad` calls a minute.
 */
export function oddsNeeded(
  bad: number,
  diagnoseMin: number,
  worse: number,
  undoMin: number,
): number {
  const wrong = worse * undoMin;
  return wrong / (wrong + bad * diagnoseMin);
}
// #endregion odds
// #endregion arithmetic
