/**
 * Plumtree (Leitão, Pereira and Rodrigues, SRDS 2007): messages go at
 * once along a tree, and are only announced on the other links; who
 * hears an announcement and misses the message grafts that link on.
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

// #region state
export type State = {
  readonly id: NodeId;
  /** Links of the tree: the message itself goes there. */
  readonly eager: readonly NodeId[];
  /** The other links: only the announcement goes there. */
  readonly lazy: readonly NodeId[];
  readonly received: { readonly [message: string]: Json };
  /** Announced and missing: by whom, in the order of hearing it. */
  readonly missing: { readonly [message: string]: readonly NodeId[] };
  /** Messages that came when they were here already. */
  readonly redundant: number;
};

export type Options = {
  /** The overlay: whom each node knows, and is known by. */
  readonly neighbors: { readonly [id: NodeId]: readonly NodeId[] };
  /** How long an announced message may take to come by itself. */
  readonly graftAfterMs: number;
};
// #endregion state

// #region plumtree
export function plumtree(options: Options): Node<State> {
  return {
    init: ({ id }): Step<State> => [
      {
        id,
        // At first every link is eager: a flood finds the tree.
        eager: options.neighbors[id] ?? [],
        lazy: [],
        received: {},
        missing: {},
        redundant: 0,
      },
      [],
    ],
    step: (state, { event }): Step<State> =>
      event.kind === "timer"
        ? onMissing(state, event.name, options)
        : onMessage(state, event.message, options),
  };
}

function onMessage(
  state: State,
  { src, body }: Message,
  options: Options,
): Step<State> {
  const { message = "" } = body as Body & { message?: string };
  switch (body.type) {
    case "broadcast":
      return pass(state, state.id, message, body.value ?? null);
    case "gossip":
      return onGossip(state, src, message, body.value ?? null);
    case "ihave":
      return onAnnounced(state, src, message, options);
    case "graft":
      return onGraft(state, src, message);
    case "prune":
      return [makeLazy(state, src), []];
  }
  return [state, []];
}
// #endregion plumtree

// #region gossip
/** New: the link is a branch. Seen before: the link is cut from it. */
function onGossip(
  state: State,
  src: NodeId,
  message: string,
  value: Json,
): Step<State> {
  if (message in state.received) {
    const redundant = state.redundant + 1;
    const pruned = makeLazy({ ...state, redundant }, src);
    return [pruned, [send(src, { type: "prune" })]];
  }
  return pass(makeEager(state, src), src, message, value);
}

/** Eager push and lazy push, to all but where it came from. */
function pass(
  state: State,
  from: NodeId,
  message: string,
  value: Json,
): Step<State> {
  const { [message]: _here, ...missing } = state.missing;
  const received = { ...state.received, [message]: value };
  const others = (ids: readonly NodeId[]) =>
    ids.filter((id) => id !== from);
  const pushed = others(state.eager).map((id) =>
    send(id, { type: "gossip", message, value }),
  );
  const told = others(state.lazy).map((id) =>
    send(id, { type: "ihave", message }),
  );
  return [{ ...state, received, missing }, [...pushed, ...told]];
}
// #endregion gossip

// #region repair
/** It should come along the tree; if it does not, fetch it. */
function onAnnounced(
  state: State,
  src: NodeId,
  message: string,
  { graftAfterMs }: Options,
): Step<State> {
  if (message in state.received) return [state, []];
  const known = state.missing[message] ?? [];
  const missing = { ...state.missing, [message]: [...known, src] };
  const timer: readonly Effect[] =
    known.length > 0
      ? []
      : [{ kind: "set-timer", name: message, afterMs: graftAfterMs }];
  return [{ ...state, missing }, timer];
}

/** The tree is broken: graft the link to who announced it first. */
function onMissing(
  state: State,
  message: string,
  { graftAfterMs: afterMs }: Options,
): Step<State> {
  const [first, ...rest] = state.missing[message] ?? [];
  if (first === undefined) return [state, []];
  const missing = { ...state.missing, [message]: rest };
  return [
    makeEager({ ...state, missing }, first),
    [
      send(first, { type: "graft", message }),
      { kind: "set-timer", name: message, afterMs },
    ],
  ];
}

function onGraft(
  state: State,
  src: NodeId,
  message: string,
): Step<State> {
  const grafted = makeEager(state, src);
  const value = state.received[message];
  if (value === undefined) return [grafted, []];
  return [grafted, [send(src, { type: "gossip", message, value })]];
}
// #endregion repair

// #region links
function makeEager(state: State, id: NodeId): State {
  const lazy = state.lazy.filter((other) => other !== id);
  const others = state.eager.filter((other) => other !== id);
  return { ...state, lazy, eager: [...others, id] };
}

function makeLazy(state: State, id: NodeId): State {
  const eager = state.eager.filter((other) => other !== id);
  const others = state.lazy.filter((other) => other !== id);
  return { ...state, eager, lazy: [...others, id] };
}
// #endregion links

function send(dest: NodeId, body: Body): Effect {
  return { kind: "send", dest, body };
}
