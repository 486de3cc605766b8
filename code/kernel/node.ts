/**
 * What a node is. A node is two pure functions: `init` makes its first
 * state, `step` answers one input with a new state and a list of effects.
 * Whoever drives it (the simulator, a TCP process, Maelstrom, a page)
 * carries out the effects in their order.
 */

export type NodeId = string;

// #region node
/** Anything that survives JSON: it can be printed, compared, replayed. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** What one node says to another; `type` names the kind of message. */
export type Body = {
  readonly type: string;
  readonly [field: string]: Json;
};
export type Message = {
  readonly src: NodeId;
  readonly dest: NodeId;
  readonly body: Body;
};

// #region input-effect
/** One thing that happened. Time and chance arrive here, or not at all. */
export type Input = {
  readonly event:
    | { readonly kind: "message"; readonly message: Message }
    | { readonly kind: "timer"; readonly name: string };
  readonly nowMs: number;
  readonly dice: number;
};

/** What a node asks of the world, in this order. */
export type Effect =
  | {
      readonly kind: "persist";
      readonly key: string;
      readonly value: Json;
    }
  | {
      readonly kind: "send";
      readonly dest: NodeId;
      readonly body: Body;
    }
  | {
      readonly kind: "set-timer";
      readonly name: string;
      readonly afterMs: number;
    };

export type Step<S> = readonly [S, readonly Effect[]];
// #endregion input-effect
// #endregion node

// #region setup
/** What a node knows when it starts, or starts again after a crash. */
export type Setup = {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  /** Only what was persisted before the crash; empty at the first start. */
  readonly disk: { readonly [key: string]: Json };
  readonly nowMs: number;
  readonly dice: number;
};

export type Node<S> = {
  init(setup: Setup): Step<S>;
  step(state: S, input: Input): Step<S>;
};
// #endregion setup
