/** A rumor among n nodes, round by round, in the chosen mode and, for comparison, in the two others. A dead node is one that never knows. */
import { nextRound, pushRounds, type SpreadOptions } from "../../code/gossip/rumor.ts";
import { fraction, stream } from "../../code/kernel/random.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";

export const modes = ["push", "pull", "push-pull"] as const;
export type Mode = (typeof modes)[number];

export type Params = {
  readonly nodes: string;
  readonly mode: string;
  readonly fanOut: number;
  readonly loss: number;
  readonly seed: number;
  readonly kills: readonly Deed[];
};

export type Call = {
  readonly from: number;
  readonly to: number;
  readonly fate: "news" | "known" | "lost";
};

export type Spread = {
  readonly mode: Mode;
  readonly round: number;
  readonly nodes: number;
  /** In this round and in the one before. */
  readonly knows: readonly boolean[];
  readonly knew: readonly boolean[];
  readonly dead: readonly boolean[];
  /** Of this round; only where there are few enough to be seen. */
  readonly calls: readonly Call[];
  /** Of each mode, how many know after each round of its whole run. */
  readonly counts: { readonly [mode in Mode]: readonly number[] };
  /** Log2 n + ln n, where it holds. */
  readonly theory: number | null;
};

/** A run of one mode: who knows and who is dead after each round. */
type Round = { readonly knows: readonly boolean[]; readonly dead: readonly boolean[] };

const roundsMax = 99;
const seenCallsMax = 32;

export function simulate(params: Params): readonly Step<Spread>[] {
  const runs: { readonly [mode in Mode]: readonly Round[] } = {
    push: runOf(params, "push"),
    pull: runOf(params, "pull"),
    "push-pull": runOf(params, "push-pull"),
  };
  const countsOf = (each: Mode) => runs[each].map(({ knows }) => count(knows));
  const counts: Spread["counts"] = {
    push: countsOf("push"),
    pull: countsOf("pull"),
    "push-pull": countsOf("push-pull"),
  };
  const mode = modes.find((each) => each === params.mode) ?? "push";
  const rounds = runs[mode];
  const nodes = Number(params.nodes);
  const isPlain = params.fanOut === 1 && params.loss === 0 && params.kills.length === 0;
  const theory = isPlain ? pushRounds(nodes) : null;
  return rounds.map(({ knows, dead }, round) => {
    const knew = rounds[round - 1]?.knows ?? knows;
    const calls = round > 0 && nodes <= seenCallsMax ? callsOf(params, knew, dead, round) : [];
    const state = { mode, round, nodes, knows, knew, dead, calls, counts, theory };
    return {
      say: sentence(state),
      state,
      code: round > 0 ? { listing: "round", line: lines[mode] } : null,
    };
  });
}

const lines: { readonly [mode in Mode]: string } = {
  push: 'if (mode !== "pull" && knows[caller]) after[called] = true;',
  pull: 'if (mode !== "push" && knows[called]) after[caller] = true;',
  "push-pull": "const called = otherThan(caller, knows.length, luck);",
};

function optionsOf({ nodes, fanOut, loss, seed }: Params, mode: Mode): SpreadOptions {
  return { nodes: Number(nodes), mode, fanOut, messageLossProbability: loss / 100, dice: seed };
}

/** Until all who live know, or nobody does. */
function runOf(params: Params, mode: Mode): readonly Round[] {
  const options = optionsOf(params, mode);
  const rounds: Round[] = [];
  let knows: readonly boolean[] = Array.from({ length: options.nodes }, (_, node) => node === 0);
  let dead = knows.map(() => false);
  while (rounds.length <= roundsMax) {
    rounds.push({ knows, dead });
    dead = killed(params, dead, rounds.length - 1);
    const living = knows.map((one, node) => one && dead[node] === false);
    const known = count(living);
    if (dead === rounds.at(-1)?.dead && (known === 0 || known === count(dead.map((one) => !one))))
      break;
    const after = nextRound(living, options, stream(options.dice, rounds.length));
    knows = after.map((one, node) => one && dead[node] === false);
  }
  return rounds;
}

/** What is done to the nodes after this round; the same list where nothing is. */
function killed({ kills, seed }: Params, dead: boolean[], round: number): boolean[] {
  const now = kills.filter(({ step }) => step === round);
  return now.reduce((before, { deed }, nth) => {
    if (deed === "first") return before.map((one, node) => one || node === 0);
    const living = before.flatMap((one, node) => (one ? [] : [node]));
    const part = deed === "half" ? 0.5 : 0.1;
    const luck = (node: number) => fraction(stream(stream(seed, 1000 + round), node + nth));
    const chosen = living
      .toSorted((one, other) => luck(one) - luck(other))
      .slice(0, Math.ceil(living.length * part));
    const gone = new Set(chosen);
    return before.map((one, node) => one || gone.has(node));
  }, dead);
}

/**
 * Who calls whom in this round. The program does not say, so it is asked: if one node alone knew, and pushed, whom would it have
 * told, with the loss that there is, and without?
 */
function callsOf(
  params: Params,
  knew: readonly boolean[],
  dead: readonly boolean[],
  round: number,
): readonly Call[] {
  const options = { ...optionsOf(params, "push") };
  const dice = stream(options.dice, round);
  const told = (from: number, messageLossProbability: number) =>
    nextRound(
      knew.map((_, node) => node === from),
      { ...options, messageLossProbability },
      dice,
    ).flatMap((one, node) => (one && node !== from ? [node] : []));
  return knew.flatMap((_, from) => {
    if (dead[from]) return [];
    const arrived = told(from, options.messageLossProbability);
    return told(from, 0).map((to): Call => {
      if (!arrived.includes(to) || dead[to]) return { from, to, fate: "lost" };
      const isPush = params.mode !== "pull" && knew[from] && !knew[to];
      const isPull = params.mode !== "push" && knew[to] && !knew[from];
      return { from, to, fate: isPush || isPull ? "news" : "known" };
    });
  });
}

export function count(list: readonly boolean[]): number {
  return list.filter(Boolean).length;
}

function sentence({ round, knows, knew, dead }: Spread): string {
  const [known, living] = [count(knows), count(dead.map((one) => !one))];
  const fresh = count(knows.map((one, node) => one && knew[node] === false));
  const all = dead.some(Boolean) ? `${withComma(living)} that live` : withComma(living);
  if (round === 0) return `One of ${all} knows.`;
  if (known === 0) return `Round ${round}: nobody who knew is left; the rumor is gone.`;
  const who =
    fresh === 1 ? "one hears" : fresh === 0 ? "nobody new hears" : `${withComma(fresh)} hear`;
  const end = known === living ? `all ${all} know` : `${withComma(known)} of ${all} know`;
  return `Round ${round}: ${who} of it; ${end}.`;
}

export function withComma(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
