/**
 * Two generals must attack together and have only messengers that may be
 * caught (Gray 1978; the story is Akkoyunlu, Ekanadham and Huber's of
 * 1975). Here all their possible rules are tried, so that nobody has to
 * believe it: none works, however many messengers go to and fro.
 */

// #region outcomes
/** How many messages each general got before one was lost. */
export type Outcome = { readonly atA: number; readonly atB: number };

/**
 * All that can happen to `messages` messengers who go in turn, from A
 * first: each is sent only when the one before has arrived, so that the
 * first loss is the last thing to happen.
 */
export function outcomes(messages: number): readonly Outcome[] {
  return Array.from({ length: messages + 1 }, (_, arrived) => ({
    atA: Math.floor(arrived / 2),
    atB: Math.ceil(arrived / 2),
  }));
}
// #endregion outcomes

// #region rules
/** For each number of messages received: attack? */
export type Rule = readonly boolean[];

/** Every rule of a general who may get up to `most` messages. */
export function allRules(most: number): readonly Rule[] {
  return Array.from({ length: 2 ** (most + 1) }, (_, bits) =>
    Array.from({ length: most + 1 }, (_, n) => ((bits >> n) & 1) === 1),
  );
}
// #endregion rules

// #region search
/** A rule for A and one for B. */
export type Pair = { readonly a: Rule; readonly b: Rule };

/** Try every pair of rules on everything that can happen. */
export function search(messages: number) {
  const all = outcomes(messages);
  const most = all.at(-1) ?? { atA: 0, atB: 0 };
  const pairs: readonly Pair[] = allRules(most.atA).flatMap((a) =>
    allRules(most.atB).map((b) => ({ a, b })),
  );
  const agreeing = pairs.filter(
    ({ a, b }) =>
      all.every(({ atA, atB }) => a[atA] === b[atB]) &&
      a[most.atA] === true,
  );
  const solving = agreeing.filter(({ a }) => a[0] === false);
  return { pairs, agreeing, solving };
}
// #endregion search

// #region chance
/**
 * The chance that one attacks alone, when both attack if they got all
 * that they could get: exactly the last messenger must be lost.
 */
export function aloneProbability(
  messages: number,
  lossProbability: number,
): number {
  return (1 - lossProbability) ** (messages - 1) * lossProbability;
}

/**
 * The same when A attacks whatever happens, spends all messengers on
 * copies of one order, and B attacks if any of them arrives.
 */
export function copiesAloneProbability(
  copies: number,
  lossProbability: number,
): number {
  return lossProbability ** copies;
}
// #endregion chance
