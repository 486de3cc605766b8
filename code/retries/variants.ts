/** The storm with one thing changed at a time. */
import { newBudget } from "./budget.ts";
import { naive, type StormOptions } from "./storm.ts";

// #region variants
const fullJitter = {
  kind: "full",
  baseMs: 100,
  capMs: 10_000,
} as const;
const throttle = { k: 2, windowMs: 10_000, seconds: [] };
const patient = { ...throttle, windowMs: 120_000 };
const codel = {
  kind: "codel",
  targetMs: 100,
  intervalMs: 1000,
} as const;

export const variants: Readonly<Record<string, StormOptions>> = {
  "naive retries": naive,
  "backoff, full jitter": { ...naive, backoff: fullJitter },
  "no retries": { ...naive, attemptsMax: 1 },
  "retry budget 20%": { ...naive, budget: newBudget(20, 10) },
  "retry budget 10%": { ...naive, budget: newBudget(10, 10) },
  "throttling, 10 s": { ...naive, throttle },
  "throttling, 2 min": { ...naive, throttle: patient },
  "queue of 50": { ...naive, queueMax: 50 },
  "LIFO queue": { ...naive, discipline: { kind: "lifo" } },
  "CoDel queue": { ...naive, discipline: codel },
};
// #endregion variants
