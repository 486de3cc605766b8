/**
 * How a rumor spreads in rounds: push, pull, both (Demers et al., PODC
 * 1987), and rumor mongering, which stops by itself. Pure functions on
 * lists; node i of n is the number i.
 */
import { fraction, intBetween, stream } from "../kernel/random.ts";

// #region spread-options
export type SpreadOptions = {
  readonly nodes: number;
  readonly mode: "push" | "pull" | "push-pull";
  /** How many others a node calls in a round. */
  readonly fanOut: number;
  readonly messageLossProbability: number;
  readonly dice: number;
};
// #endregion spread-options

// #region spread
/**
 * How many know the rumor after each round, from the first, in which
 * one does, until all do, or until `roundsMax`.
 */
export function spread(
  options: SpreadOptions,
  roundsMax: number,
): readonly number[] {
  const { nodes, dice } = options;
  let knows: readonly boolean[] = Array.from(
    { length: nodes },
    (_, node) => node === 0,
  );
  const counts = [1];
  while (counts.at(-1) !== nodes && counts.length <= roundsMax) {
    knows = nextRound(knows, options, stream(dice, counts.length));
    counts.push(knows.filter(Boolean).length);
  }
  return counts;
}

// #region round
/** All call at once; what is heard in a round is told in the next. */
export function nextRound(
  knows: readonly boolean[],
  { mode, fanOut, messageLossProbability }: SpreadOptions,
  dice: number,
): readonly boolean[] {
  const after = [...knows];
  knows.forEach((_, caller) => {
    for (let call = 0; call < fanOut; call++) {
      const luck = stream(stream(dice, caller), call);
      const called = otherThan(caller, knows.length, luck);
      if (fraction(stream(luck, 1)) < messageLossProbability) continue;
      if (mode !== "pull" && knows[caller]) after[called] = true;
      if (mode !== "push" && knows[called]) after[caller] = true;
    }
  });
  return after;
}
// #endregion round

/** One of the other nodes, all equally likely. */
export function otherThan(
  node: number,
  nodes: number,
  dice: number,
): number {
  const other = intBetween(dice, 0, nodes - 2);
  return other < node ? other : other + 1;
}
// #endregion spread

// #region bounds
/** Rounds of push until all know: log2 n + ln n (Pittel 1987). */
export function pushRounds(nodes: number): number {
  return Math.log2(nodes) + Math.log(nodes);
}
// #endregion bounds

// #region mongering
export type MongeringOptions = {
  readonly nodes: number;
  /** Useless calls after which a node loses interest. */
  readonly k: number;
  /** Feedback: a call is useless if the other knew; blind: always. */
  readonly isBlind: boolean;
  readonly dice: number;
};

export type Outcome = {
  /** The share of nodes that never heard it. */
  readonly residue: number;
  /** Messages for each node. */
  readonly traffic: number;
};

/**
 * Rumor mongering by push with a counter (Demers et al., section 1.4):
 * susceptible, infective, and after k useless calls removed.
 */
export function monger(options: MongeringOptions): Outcome {
  const { nodes, k, isBlind, dice } = options;
  // Useless calls that a node can still make; null: not heard of it.
  const patience: (number | null)[] = Array(nodes).fill(null);
  patience[0] = k;
  let messages = 0;
  for (let round = 0; patience.some((left) => left); round++) {
    const tellers = patience.flatMap((left, at) => (left ? [at] : []));
    for (const teller of tellers) {
      const luck = stream(stream(dice, round), teller);
      const told = otherThan(teller, nodes, luck);
      messages += 1;
      if (isBlind || patience[told] !== null)
        patience[teller] = (patience[teller] ?? 0) - 1;
      patience[told] ??= k;
    }
  }
  const unheard = patience.filter((left) => left === null).length;
  return { residue: unheard / nodes, traffic: messages / nodes };
}
// #endregion mongering
