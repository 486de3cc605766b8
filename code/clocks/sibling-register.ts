/**
 * A replicated register that never chooses: it keeps every write that no
 * other write has read, as siblings under dotted version vectors. The
 * replicas exchange their states by anti-entropy.
 */
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import { merge, put, type Sibling } from "./dotted.ts";
import { join } from "./vector.ts";
import type { VersionVector } from "./version-vector.ts";

export type State = {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  readonly siblings: readonly Sibling[];
};
type Put = Body & {
  readonly value: string;
  readonly context: VersionVector | null;
};
type Copy = Body & { readonly siblings: readonly Sibling[] };

const everyMs = 50;

// #region register
/** A client's put: what it had read is replaced, the rest stays. */
function onPut(state: State, { value, context }: Put) {
  const { self } = state;
  const past = context ?? {};
  const siblings = put(state.siblings, self, past, value);
  // Not the context of all siblings: the client has not seen them.
  const dot = siblings.at(-1)?.dot.count ?? 0;
  const stamp = join(past, { [self]: dot });
  return [
    { ...state, siblings },
    { type: "put_ok", stamp },
  ] as const;
}

/** Anti-entropy: now and then, all that we have, to one peer by lot. */
function exchange(state: State, dice: number): Effect[] {
  const peer = state.peers[intBetween(dice, 0, state.peers.length - 1)];
  const body = { type: "copy", siblings: state.siblings as Json };
  return peer ? [{ kind: "send", dest: peer, body }, again] : [again];
}

function onCopy(state: State, { siblings }: Copy): State {
  return { ...state, siblings: merge(state.siblings, siblings) };
}
// #endregion register

const again: Effect = {
  kind: "set-timer",
  name: "anti-entropy",
  afterMs: everyMs,
};

export const siblingRegister: Node<State> = {
  init: ({ id, peers }) => [{ self: id, peers, siblings: [] }, [again]],
  step: (state, { event, dice }) => {
    if (event.kind === "timer") return [state, exchange(state, dice)];
    const { src, body } = event.message;
    if (body.type === "copy") return [onCopy(state, body as Copy), []];
    const [next, answer] = onPut(state, body as Put);
    return [next, [{ kind: "send", dest: src, body: answer }]];
  },
};
