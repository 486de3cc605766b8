/**
 * A re-mirroring storm: storage servers keep a second copy of each volume
 * on another server. Cut off from the others, a server finds its second
 * copies gone, and looks for space for new ones; all do so at once.
 *
 * After AWS, "Summary of the Amazon EC2 and Amazon RDS Service Disruption
 * in the US East Region", April 2011. Sizes and times are ours.
 */
import type {
  Body,
  Effect,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";

// #region mirror-state
export type MirrorOptions = {
  /** Second copies for which there is room besides those in use. */
  readonly spareSlots: number;
  /** Volumes of a server whose second copy is elsewhere. */
  readonly volumes: number;
  /** A mirror unheard for so long is taken for lost. */
  readonly lostAfterMs: number;
  readonly searchMs: number;
  /** After each failed search wait longer, up to this; 0: do not. */
  readonly backOffMsMax: number;
};

export type Mirror = {
  readonly peers: readonly NodeId[];
  readonly spare: number;
  /** Volumes that have no second copy, and may not be written. */
  readonly stuck: number;
  readonly heardMs: number;
  readonly failures: number;
  /** Searches sent so far. */
  readonly searches: number;
};
// #endregion mirror-state

// #region search
/** Ask one server by lot for room for each volume that is stuck. */
function search(
  options: MirrorOptions,
  state: Mirror,
  dice: number,
): Step<Mirror> {
  const { peers, stuck, failures, searches } = state;
  const waitMs = options.searchMs * 2 ** Math.min(failures, 20);
  const longestMs = Math.max(options.searchMs, options.backOffMsMax);
  const afterMs = Math.min(waitMs, longestMs);
  const again: Effect = { kind: "set-timer", name: "search", afterMs };
  const first = intBetween(dice, 0, peers.length - 1);
  const sends = Array.from({ length: stuck }, (_, at): Effect => {
    const dest = peers[(first + at) % peers.length] ?? "";
    return { kind: "send", dest, body: { type: "room?" } };
  });
  const next = { ...state, failures: failures + 1 };
  return [{ ...next, searches: searches + stuck }, [again, ...sends]];
}
// #endregion search

// #region mirror
/** A server with volumes of its own and room for copies of others'. */
export function mirror(options: MirrorOptions): Node<Mirror> {
  const beat: Effect = {
    kind: "set-timer",
    name: "beat",
    afterMs: options.searchMs,
  };
  return {
    init: ({ peers, nowMs }) => {
      const idle = { stuck: 0, failures: 0, searches: 0 };
      const spare = options.spareSlots;
      return [{ peers, spare, heardMs: nowMs, ...idle }, [beat]];
    },
    step: (state, { event, nowMs, dice }) => {
      if (event.kind === "message") {
        const { src, body } = event.message;
        return onMessage(state, src, body, nowMs);
      }
      if (event.name === "search") {
        return state.stuck === 0
          ? [state, []]
          : search(options, state, dice);
      }
      const beats = state.peers.map(
        (dest): Effect => ({
          kind: "send",
          dest,
          body: { type: "beat" },
        }),
      );
      const isLost = nowMs - state.heardMs > options.lostAfterMs;
      if (!isLost || state.stuck > 0) return [state, [beat, ...beats]];
      const bare = { ...state, stuck: options.volumes, failures: 0 };
      const [next, effects] = search(options, bare, dice);
      return [next, [beat, ...beats, ...effects]];
    },
  };
}

// #endregion mirror

// #region room
/** Give room while there is some; take what was found. */
function onMessage(
  state: Mirror,
  src: NodeId,
  { type }: Body,
  nowMs: number,
): Step<Mirror> {
  const heard = { ...state, heardMs: nowMs };
  const { spare, stuck } = state;
  if (type === "room?" && spare > 0) {
    const body = { type: "room" };
    const yes: Effect = { kind: "send", dest: src, body };
    return [{ ...heard, spare: spare - 1 }, [yes]];
  }
  if (type !== "room" || stuck === 0) return [heard, []];
  return [{ ...heard, stuck: stuck - 1 }, []];
}
// #endregion room
