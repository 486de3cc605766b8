// unprinted: for the chapter on consensus
/**
 * The five properties of Figure 3 as a checker that answers: ok; illegal,
 * with the fewest states that show it; or unknown. The rules themselves
 * are those of invariants.ts.
 */
import type { NodeId } from "../kernel/node.ts";
import { look, nothingSeen } from "./invariants.ts";
import type { State } from "./state.ts";

// #region properties
export type Property =
  | "election-safety"
  | "leader-append-only"
  | "log-matching"
  | "leader-completeness"
  | "state-machine-safety";

/** How invariants.ts begins what it says of each. */
const names: { readonly [P in Property]: string } = {
  "election-safety": "Election safety:",
  "leader-append-only": "Leader append-only:",
  "log-matching": "Log matching:",
  "leader-completeness": "Leader completeness:",
  "state-machine-safety": "State machine safety:",
};
// #endregion properties

export type RaftVerdict =
  | { readonly verdict: "ok" }
  | {
      readonly verdict: "illegal";
      readonly property: Property;
      readonly where: {
        /** Place, in what was given, of the state that broke it. */
        readonly at: number;
        readonly servers: readonly NodeId[];
        /** Of the log, from 1; null where it is about a term. */
        readonly index: number | null;
      };
      readonly explanation: string;
      /** The fewest of the states that break it, in their order. */
      readonly states: readonly State[];
    }
  | { readonly verdict: "unknown"; readonly why: string };

// #region check-raft
/**
 * Do these states, in the order in which the servers of one cluster came
 * to them, keep the five properties? Unknown: there was nothing to see,
 * or a snapshot hid what was committed.
 */
export function checkRaft(seen: readonly State[]): RaftVerdict {
  const first = firstBreach(seen);
  if (first !== null) return illegal(seen, first);
  const commits = seen.map(({ commitIndex }) => commitIndex);
  const highest = commits.reduce((one, next) => Math.max(one, next), 0);
  const { committed } = seen.reduce(look, nothingSeen);
  for (let index = 1; index <= highest; index++) {
    if (committed[index] !== undefined) continue;
    const why = `Nobody showed entry ${index} before it was compacted`;
    return { verdict: "unknown", why };
  }
  if (seen.length > 0) return { verdict: "ok" };
  return { verdict: "unknown", why: "No state was seen" };
}
// #endregion check-raft

type Breach = {
  readonly at: number;
  readonly property: Property;
  readonly told: string;
};

// #region breach
/** The first state that `look` refuses, or null. */
function firstBreach(seen: readonly State[]): Breach | null {
  let memory = nothingSeen;
  for (const [at, state] of seen.entries()) {
    try {
      memory = look(memory, state);
    } catch (error) {
      const told = error instanceof Error ? error.message : "";
      return { at, property: propertyOf(told), told };
    }
  }
  return null;
}

function propertyOf(told: string): Property {
  const all = Object.keys(names) as Property[];
  const found = all.find((one) => told.startsWith(names[one]));
  if (found !== undefined) return found;
  // Who commits nothing would apply nothing where others apply.
  if (told.includes(" commits nothing at "))
    return "state-machine-safety";
  throw new Error(told);
}
// #endregion breach

// #region fewest
function illegal(
  seen: readonly State[],
  { at, property }: Breach,
): RaftVerdict {
  const states = fewest(seen.slice(0, at + 1), property);
  const told = firstBreach(states)?.told ?? "";
  const place =
    /(?:index|differ at|entry|nothing at|another entry at) (\d+)/;
  const index = Number(place.exec(told)?.[1] ?? 0) || null;
  const servers = [...new Set(states.map(({ id }) => id))];
  const where = { at, servers, index };
  const explanation = `${told}.`;
  return { verdict: "illegal", property, where, explanation, states };
}

/** One state breaks it, or it and one before; seldom more. */
function fewest(
  seen: readonly State[],
  property: Property,
): readonly State[] {
  const isBroken = (some: readonly State[]) =>
    firstBreach(some)?.property === property;
  const last = seen.slice(-1);
  const pairs = seen.slice(0, -1).map((one) => [one, ...last]);
  const few = [last, ...pairs.toReversed()].find(isBroken);
  if (few !== undefined) return few;
  return seen.reduce((kept, one) => {
    const fewer = kept.filter((other) => other !== one);
    return isBroken(fewer) ? fewer : kept;
  }, seen);
}
// #endregion fewest
