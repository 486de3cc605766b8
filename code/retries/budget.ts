/**
 * Two ways in which a client bounds what it adds to an overload: a
 * budget for its retries, and a throttle for all that it sends.
 */

// #region budget
/**
 * A token bucket that first attempts fill and retries empty. It counts
 * in hundredths of a retry, so that 10% is the integer 10.
 */
export type Budget = {
  /** Hundredths of a retry that each first attempt earns. */
  readonly percent: number;
  readonly creditMax: number;
  readonly credit: number;
};

const retryCost = 100;

/** A full bucket: room for `retriesMax` retries that nobody earned. */
export function newBudget(percent: number, retriesMax: number): Budget {
  const creditMax = retriesMax * retryCost;
  return { percent, creditMax, credit: creditMax };
}

/** A first attempt was sent: it earns a fraction of a retry. */
export function earn(budget: Budget): Budget {
  const credit = budget.credit + budget.percent;
  return { ...budget, credit: Math.min(budget.creditMax, credit) };
}

/** Pay for one retry; null if the budget does not hold one. */
export function pay(budget: Budget): Budget | null {
  if (budget.credit < retryCost) return null;
  return { ...budget, credit: budget.credit - retryCost };
}
// #endregion budget

// #region throttle
/**
 * What a client remembers of its last seconds: attempts that it wanted
 * to make, and those that the server accepted (SRE book, ch. 21).
 */
export type Throttle = {
  readonly k: number;
  readonly windowMs: number;
  readonly seconds: readonly {
    readonly second: number;
    readonly requests: number;
    readonly accepts: number;
  }[];
};

/** Add to the counts of this second; forget what left the window. */
export function record(
  throttle: Throttle,
  nowMs: number,
  requests: number,
  accepts: number,
): Throttle {
  const second = Math.floor(nowMs / 1000);
  const oldest = second - throttle.windowMs / 1000;
  const kept = throttle.seconds.filter((s) => s.second > oldest);
  const now = kept.find((s) => s.second === second);
  const others = kept.filter((s) => s.second !== second);
  const sum = {
    second,
    requests: (now?.requests ?? 0) + requests,
    accepts: (now?.accepts ?? 0) + accepts,
  };
  return { ...throttle, seconds: [...others, sum] };
}

// #endregion throttle

// #region reject
/** Chance that the client refuses its own next attempt (eq. 21-1). */
export function rejectProbability(throttle: Throttle): number {
  let requests = 0;
  let accepts = 0;
  for (const s of throttle.seconds) {
    requests += s.requests;
    accepts += s.accepts;
  }
  return Math.max(
    0,
    (requests - throttle.k * accepts) / (requests + 1),
  );
}
// #endregion reject
