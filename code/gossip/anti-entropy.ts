/**
 * Anti-entropy (Demers et al., PODC 1987): now and then a node
 * compares all it knows with another, and both keep the newer of
 * each entry. Every node owns one entry and raises its version.
 */
import type {
  Body,
  Effect,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import { checksum } from "./checksum.ts";

// #region entries
/** What is told of one node. Only that node raises the version. */
export type Entry = { readonly version: number; readonly value: Json };
export type Table = { readonly [owner: NodeId]: Entry };

/** The newer of each entry; of two versions that are equal, our own. */
export function merge(mine: Table, theirs: Table): Table {
  const newer = Object.entries(theirs).filter(
    ([owner, entry]) => entry.version > (mine[owner]?.version ?? -1),
  );
  return { ...mine, ...Object.fromEntries(newer) };
}
// #endregion entries

// #region state
export type Options = {
  readonly periodMs: number;
  readonly mode: "push" | "pull" | "push-pull";
  /** Are messages with a wrong checksum thrown away? */
  readonly isChecked: boolean;
};

export type State = {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  readonly table: Table;
  /** Messages thrown away because their checksum was wrong. */
  readonly rejected: number;
};

type Told = Body & { readonly table: Table; readonly sum: number };
// #endregion state

// #region anti-entropy
export function antiEntropy(options: Options): Node<State> {
  const nextTick: Effect = {
    kind: "set-timer",
    name: "compare",
    afterMs: options.periodMs,
  };
  return {
    init: ({ id, peers }): Step<State> => {
      const table = { [id]: { version: 1, value: "up" } };
      return [{ id, peers, table, rejected: 0 }, [nextTick]];
    },
    step: (state, { event, dice }): Step<State> => {
      if (event.kind === "message")
        return onMessage(state, event.message, options);
      const peer =
        state.peers[intBetween(dice, 0, state.peers.length - 1)];
      if (peer === undefined) return [state, [nextTick]];
      const type = options.mode;
      const table = type === "pull" ? {} : state.table;
      return [state, [nextTick, tell(peer, type, table)]];
    },
  };
}

/** The checksum is made here, where the table is known to be right. */
function tell(dest: NodeId, type: string, table: Table): Effect {
  const body = { type, table, sum: checksum(table) };
  return { kind: "send", dest, body };
}
// #endregion anti-entropy

// #region on-message
function onMessage(
  state: State,
  { src, body }: Message,
  { isChecked }: Options,
): Step<State> {
  if (body.type === "set") {
    const own = state.table[state.id];
    const version = (own?.version ?? 0) + 1;
    const entry = { version, value: body.value ?? null };
    const table = { ...state.table, [state.id]: entry };
    return [{ ...state, table }, []];
  }
  // #region check
  const { type, table: theirs, sum } = body as Told;
  if (isChecked && checksum(theirs) !== sum)
    return [{ ...state, rejected: state.rejected + 1 }, []];
  const isAsked = type === "pull" || type === "push-pull";
  const answer = isAsked ? [tell(src, "push", state.table)] : [];
  return [{ ...state, table: merge(state.table, theirs) }, answer];
  // #endregion check
}
// #endregion on-message
