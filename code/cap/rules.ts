/**
 * Two replicas that cannot hear each other: Gilbert and Lynch (SIGACT
 * News 2002, Theorem 1), by trying. A replica knows only what it was
 * asked itself; its rule says for each such past what it does next. All
 * rules are tried on all schedules: none is both linearizable and always
 * answers.
 */
// #region schedule
/** Somebody writes 1 to a replica, or reads there. */
export type Call = { readonly at: 0 | 1; readonly op: "w" | "r" };
/** One call after the other, each over before the next begins. */
export type Schedule = readonly Call[];

/** Every schedule that asks each replica at most `most` times. */
export function schedulesOf(most: number): readonly Schedule[] {
  const calls = [0, 1].flatMap((at) =>
    ["w", "r"].map((op) => ({ at, op }) as Call),
  );
  let last: readonly Schedule[] = [[]];
  const all: Schedule[] = [];
  for (let step = 0; step < 2 * most; step++) {
    last = last
      .flatMap((some) => calls.map((call) => [...some, call]))
      .filter((some) => [0, 1].every((at) => asked(some, at) <= most));
    all.push(...last);
  }
  return all;
}
// #endregion schedule

function asked(schedule: Schedule, replica: number): number {
  return schedule.filter(({ at }) => at === replica).length;
}

// #region rule
/** What a replica does: take the write, tell 0 or 1, or refuse. */
export type Act = "ok" | 0 | 1 | "refuse";
/** By what the replica was asked so far, this call included: "wr". */
export type Rule = { readonly [past: string]: Act };

/** All that a replica can have been asked, in at most `most` calls. */
export function pastsUpTo(most: number): readonly string[] {
  let last: readonly string[] = [""];
  const all: string[] = [];
  for (let step = 0; step < most; step++) {
    last = last.flatMap((past) => [`${past}w`, `${past}r`]);
    all.push(...last);
  }
  return all;
}

/** All rules for at most `most` calls, with or without refusing. */
export function rulesUpTo(
  most: number,
  mayRefuse: boolean,
): readonly Rule[] {
  const acts = (past: string): readonly Act[] => {
    const answers: readonly Act[] = past.endsWith("w")
      ? ["ok"]
      : [0, 1];
    return mayRefuse ? [...answers, "refuse"] : answers;
  };
  let rules: readonly Rule[] = [{}];
  for (const past of pastsUpTo(most))
    rules = rules.flatMap((rule) =>
      acts(past).map((act) => ({ ...rule, [past]: act })),
    );
  return rules;
}
// #endregion rule

// #region judge
export type Judgement = {
  readonly isLinearizable: boolean;
  /** How many of the schedule's calls were refused. */
  readonly refused: number;
};

/**
 * What becomes of a schedule. The calls do not overlap, so that there is
 * one order to explain them: each read must tell the last write that was
 * taken, at whichever replica.
 */
export function judge(
  rules: readonly [Rule, Rule],
  schedule: Schedule,
): Judgement {
  const pasts: [string, string] = ["", ""];
  let value: 0 | 1 = 0;
  let refused = 0;
  let isLinearizable = true;
  for (const { at, op } of schedule) {
    pasts[at] += op;
    const act = rules[at][pasts[at]];
    if (act === "refuse") refused += 1;
    else if (op === "w") value = 1;
    else if (act !== value) isLinearizable = false;
  }
  return { isLinearizable, refused };
}
// #endregion judge

export type Count = {
  readonly pairs: number;
  readonly linearizable: number;
  /** Linearizable, and no call of any schedule refused. */
  readonly both: number;
  /** The least refused, over all schedules, by a linearizable pair. */
  readonly refusedMin: number | null;
};

// #region all-rules
/** Every pair of rules on every schedule. */
export function tryAll(most: number, mayRefuse: boolean): Count {
  const schedules = schedulesOf(most);
  const rules = rulesUpTo(most, mayRefuse);
  let linearizable = 0;
  let both = 0;
  let refusedMin: number | null = null;
  for (const one of rules)
    for (const two of rules) {
      const refused = refusedBy([one, two], schedules);
      if (refused === null) continue;
      linearizable += 1;
      if (refused === 0) both += 1;
      refusedMin = Math.min(refused, refusedMin ?? refused);
    }
  const pairs = rules.length ** 2;
  return { pairs, linearizable, both, refusedMin };
}

/** Calls refused over all schedules; null if one is not linearizable. */
function refusedBy(
  rules: readonly [Rule, Rule],
  schedules: readonly Schedule[],
): number | null {
  let sum = 0;
  for (const schedule of schedules) {
    const { isLinearizable, refused } = judge(rules, schedule);
    if (!isLinearizable) return null;
    sum += refused;
  }
  return sum;
}
// #endregion all-rules
