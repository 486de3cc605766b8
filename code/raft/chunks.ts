/**
 * A snapshot sent in pieces (Figure 13): `offset` and `done`, as the paper
 * has it. It stands around a Raft that sends snapshots whole, cuts what
 * leaves and puts together what comes.
 */
// unprinted: for the chapter on consensus
import type {
  Effect,
  Input,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { follow, stepDown } from "./follower.ts";
import type { AppendReply, InstallSnapshot } from "./messages.ts";
import { storeFirst } from "./raft.ts";
import { noRound, refuse } from "./replication.ts";
import type { Snapshot, State } from "./state.ts";

// #region chunk-messages
export type Chunk = {
  readonly type: "snapshot_chunk";
  readonly term: number;
  readonly lastIndex: number;
  /** Where in the snapshot's text this piece begins. */
  readonly offset: number;
  readonly data: string;
  readonly done: boolean;
  readonly round: number;
};

export type ChunkReply = {
  readonly type: "snapshot_chunk_reply";
  readonly term: number;
  readonly lastIndex: number;
  /** Where the next piece should begin. */
  readonly offset: number;
  readonly round: number;
};
// #endregion chunk-messages

// #region chunk-state
export type Chunked = {
  readonly raft: State;
  /** What has come so far, and of which snapshot. */
  readonly incoming: {
    readonly from: NodeId;
    readonly term: number;
    readonly lastIndex: number;
    readonly text: string;
  } | null;
  /** What each follower is being sent; begun once, sent to its end. */
  readonly outgoing: { readonly [id: NodeId]: Outgoing };
};

type Outgoing = {
  readonly lastIndex: number;
  readonly text: string;
  readonly offset: number;
};
// #endregion chunk-state

/** This Raft, with no piece of a snapshot longer than that. */
export function inChunks(
  node: Node<State>,
  charsMax: number,
): Node<Chunked> {
  return {
    init(setup) {
      const [raft, effects] = node.init(setup);
      return [{ raft, incoming: null, outgoing: {} }, effects];
    },
    step(state, input) {
      const { event } = input;
      const message = event.kind === "message" ? event.message : null;
      if (message?.body.type === "snapshot_chunk") {
        return onChunk(node, state, message, input);
      }
      if (message?.body.type === "snapshot_chunk_reply") {
        return onChunkReply(node, state, message, input, charsMax);
      }
      const [raft, effects] = node.step(state.raft, input);
      const known = withoutDone({ ...state, raft }, message);
      return cut(known, effects, charsMax);
    },
  };
}

// #region cut
/** Instead of a snapshot: the piece that this follower lacks. */
function cut(
  start: Chunked,
  effects: readonly Effect[],
  charsMax: number,
): Step<Chunked> {
  let state = start;
  const pieces = effects.map((effect) => {
    if (effect.kind !== "send") return effect;
    if (effect.body.type !== "install_snapshot") return effect;
    const { dest, body } = effect;
    const { snapshot, term, round } = body as InstallSnapshot;
    const begun = state.outgoing[dest] ?? begin(snapshot);
    const outgoing = { ...state.outgoing, [dest]: begun };
    state = { ...state, outgoing };
    const piece = pieceOf(begun, term, round, charsMax);
    return { kind: "send", dest, body: piece } as const;
  });
  return [state, pieces];
}

function begin(snapshot: Snapshot): Outgoing {
  const text = JSON.stringify(snapshot);
  return { lastIndex: snapshot.lastIndex, text, offset: 0 };
}

function pieceOf(
  { lastIndex, text, offset }: Outgoing,
  term: number,
  round: number,
  charsMax: number,
): Chunk {
  const data = text.slice(offset, offset + charsMax);
  const done = offset + charsMax >= text.length;
  const type = "snapshot_chunk";
  return { type, term, lastIndex, offset, data, done, round };
}
// #endregion cut

// #region on-chunk
/** Take the piece if it is the next; say which one is wanted. */
function onChunk(
  node: Node<State>,
  state: Chunked,
  { src, dest, body }: Message,
  input: Input,
): Step<Chunked> {
  const chunk = body as Chunk;
  const { term, lastIndex, round } = chunk;
  if (term < state.raft.currentTerm) {
    return [state, [refuse(state.raft, src, noRound, 0)]];
  }
  const text = received(state, src, chunk);
  const incoming = { from: src, term, lastIndex, text };
  const hasCome = text.length === chunk.offset + chunk.data.length;
  if (chunk.done && hasCome) {
    const snapshot = JSON.parse(text) as Snapshot;
    const type = "install_snapshot";
    const whole = { type, term, snapshot, round } as const;
    const message = { src, dest, body: whole };
    const event = { kind: "message", message } as const;
    const [raft, effects] = node.step(state.raft, { ...input, event });
    return [{ ...state, raft, incoming: null }, effects];
  }
  const [raft, effects] = hear(state.raft, src, term, input);
  const offset = text.length;
  const type = "snapshot_chunk_reply";
  const reply = { type, term, lastIndex, offset, round };
  const answer = { kind: "send", dest: src, body: reply } as const;
  return [{ ...state, raft, incoming }, [...effects, answer]];
}

/** What is there with this piece; another snapshot begins anew. */
function received(state: Chunked, src: NodeId, chunk: Chunk): string {
  const { incoming } = state;
  const isSame =
    incoming?.from === src &&
    incoming.term === chunk.term &&
    incoming.lastIndex === chunk.lastIndex;
  const text = isSame ? incoming.text : "";
  return chunk.offset === text.length ? text + chunk.data : text;
}

/** A piece is a sign of life, as any message of the leader (§5.2). */
function hear(
  before: State,
  leader: NodeId,
  term: number,
  input: Input,
): Step<State> {
  const isNews = term > before.currentTerm;
  const [state, waits] = isNews
    ? stepDown(before, term, input)
    : ([before, []] as const);
  const [next, timer] = follow(state, leader, input);
  return storeFirst(before, [next, [...waits, ...timer]]);
}
// #endregion on-chunk

// #region on-chunk-reply
/** An answer like others to Raft; and the next piece, if it is news. */
function onChunkReply(
  node: Node<State>,
  before: Chunked,
  message: Message,
  input: Input,
  charsMax: number,
): Step<Chunked> {
  const { src, body } = message;
  const { term, lastIndex, offset, round } = body as ChunkReply;
  const heard: AppendReply = {
    type: "append_entries_reply",
    term,
    success: true,
    matchIndex: 0,
    nextIndex: 0,
    round,
  };
  const event = {
    kind: "message",
    message: { ...message, body: heard },
  } as const;
  const [raft, all] = node.step(before.raft, { ...input, event });
  const effects = all.filter(
    (e) => e.kind !== "send" || e.body.type !== "install_snapshot",
  );
  const state = { ...before, raft };
  const sending = state.outgoing[src];
  const isLeader = raft.role === "leader" && raft.currentTerm === term;
  const isNews =
    sending?.lastIndex === lastIndex && sending.offset !== offset;
  if (!isLeader || !sending || !isNews) return [state, effects];
  const moved = { ...sending, offset };
  const outgoing = { ...state.outgoing, [src]: moved };
  const piece = pieceOf(
    moved,
    term,
    raft.leading?.round ?? 0,
    charsMax,
  );
  const send = { kind: "send", dest: src, body: piece } as const;
  return [{ ...state, outgoing }, [...effects, send]];
}
// #endregion on-chunk-reply

/** A follower that stores the whole snapshot is sent no more of it. */
function withoutDone(state: Chunked, message: Message | null): Chunked {
  if (state.raft.leading === null) {
    const isClean = Object.keys(state.outgoing).length === 0;
    return isClean ? state : { ...state, outgoing: {} };
  }
  if (message?.body.type !== "append_entries_reply") return state;
  const { [message.src]: sent, ...outgoing } = state.outgoing;
  const stored = state.raft.leading.matchIndex[message.src] ?? 0;
  const isDone = sent !== undefined && stored >= sent.lastIndex;
  return isDone ? { ...state, outgoing } : state;
}
