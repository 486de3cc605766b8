/**
 * What one sees who sees all replicas after each of their steps: which
 * entry is chosen in a slot, whether anybody knows it yet or not. Throws
 * what is broken.
 */
// unprinted: for the chapter on consensus
import type { NodeId } from "../kernel/node.ts";
import {
  type Entry,
  type Slots,
  type State,
  slotsOf,
} from "./state.ts";

// #region mp-memory
/** Who accepted what, ever; and what a quorum accepted in one ballot. */
export type Memory = {
  readonly last: { readonly [id: NodeId]: State };
  readonly voters: {
    readonly [slotAndBallot: string]: {
      readonly entry: Entry;
      readonly ids: readonly NodeId[];
    };
  };
  readonly chosen: Slots<Entry>;
};

export const nothingSeen: Memory = { last: {}, voters: {}, chosen: {} };

export function look(memory: Memory, state: State): Memory {
  const before = memory.last[state.id];
  const last = { ...memory.last, [state.id]: state };
  let next: Memory = { ...memory, last };
  if (before?.accepted !== state.accepted) {
    for (const slot of slotsOf(state.accepted)) {
      if (before?.accepted[slot] === state.accepted[slot]) continue;
      next = oneValueASlot(next, state, slot);
    }
  }
  if (before?.chosen !== state.chosen) {
    learnedIsChosen(next, before?.chosen ?? {}, state);
  }
  return next;
}
// #endregion mp-memory

// #region one-value-a-slot
/**
 * At most one entry is ever chosen in a slot (§2.1, §3); and no ballot
 * asks for two there, which all the rest takes for granted (§2.2).
 */
function oneValueASlot(
  memory: Memory,
  { id, accepted, options }: State,
  slot: number,
): Memory {
  const vote = accepted[slot];
  if (vote === undefined) return memory;
  const name = `${slot} in ballot ${vote.ballot}`;
  const asked = memory.voters[name] ?? { entry: vote.entry, ids: [] };
  demand(
    isSame(asked.entry, vote.entry),
    `Slot ${name}: asks for ${text(asked.entry)}, ${text(vote.entry)}`,
  );
  const ids = [...new Set([...asked.ids, id])];
  const voters = { ...memory.voters, [name]: { ...asked, ids } };
  if (ids.length < options.quorums.accept) return { ...memory, voters };
  const known = memory.chosen[slot];
  demand(
    known === undefined || isSame(known, vote.entry),
    `Slot ${name}: ${text(vote.entry)} is chosen after ${text(known)}`,
  );
  const chosen = { ...memory.chosen, [slot]: vote.entry };
  return { ...memory, voters, chosen };
}
// #endregion one-value-a-slot

// #region learned-is-chosen
/** A replica learns nothing that is not chosen (§2.1). */
function learnedIsChosen(
  memory: Memory,
  before: Slots<Entry>,
  state: State,
): void {
  for (const slot of slotsOf(state.chosen)) {
    const entry = state.chosen[slot];
    if (before[slot] === entry) continue;
    demand(
      isSame(memory.chosen[slot], entry),
      `Slot ${slot}: ${state.id} learned ${text(entry)}, ` +
        `chosen is ${text(memory.chosen[slot])}`,
    );
  }
}
// #endregion learned-is-chosen

function text(entry: Entry | undefined): string {
  if (entry === undefined) return "nothing";
  return entry.kind === "no-op"
    ? "no-op"
    : JSON.stringify(entry.command);
}

function isSame(one: Entry | undefined, other: Entry | undefined) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function demand(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}
