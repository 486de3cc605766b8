/**
 * A counter that every server may raise and lower at any time (Shapiro
 * et al. 2011, PN-Counter): each counts what it was told itself, and
 * knows of the others the most it has heard. For g-counter and
 * pn-counter.
 */
// unprinted: for the chapter on testing
import type {
  Body,
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { intBetween } from "../kernel/random.ts";
import { failed } from "./errors.ts";
import { type PeerMessages, reply } from "./protocol.ts";
import { integer, mapOf, natural, object } from "./shapes.ts";

// #region counts
/** What each server has counted: both numbers only ever grow. */
export type Counts = {
  readonly [server: NodeId]: {
    readonly up: number;
    readonly down: number;
  };
};

const none = { up: 0, down: 0 };

/** Of two accounts of one server the larger is the later. */
export function merge(one: Counts, other: Counts): Counts {
  const servers = Object.keys({ ...one, ...other });
  const merged = servers.map((server) => {
    const { up, down } = one[server] ?? none;
    const also = other[server] ?? none;
    const most = {
      up: Math.max(up, also.up),
      down: Math.max(down, also.down),
    };
    return [server, most] as const;
  });
  return Object.fromEntries(merged);
}

export function total(counts: Counts): number {
  return Object.values(counts).reduce(
    (sum, { up, down }) => sum + up - down,
    0,
  );
}

/** Does this account lack nothing that the other tells? */
export function covers(one: Counts, other: Counts): boolean {
  return Object.entries(other).every(([server, { up, down }]) => {
    const mine = one[server] ?? none;
    return mine.up >= up && mine.down >= down;
  });
}
// #endregion counts

/** How often one of the others is told. */
export const tellMs = 50;

export const counterMessages: PeerMessages = {
  counts: { counts: mapOf(object({ up: natural, down: natural })) },
  counts_ok: { counts: mapOf(object({ up: natural, down: natural })) },
};

// #region counter
export type Counter = {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  readonly counts: Counts;
  /** What each of the others is known to know. */
  readonly acked: { readonly [peer: NodeId]: Counts };
};

export const counter: Node<Counter> = {
  init({ id, peers, disk }) {
    const counts = (disk.counts ?? {}) as Counts;
    return [{ id, peers, counts, acked: {} }, [nextTick]];
  },

  step: (state, { event, dice }) =>
    event.kind === "timer"
      ? tell(state, dice)
      : hear(state, event.message),
};

const nextTick: Effect = {
  kind: "set-timer",
  name: "tell",
  afterMs: tellMs,
};
// #endregion counter

// #region tell
/** One of those who lack something, by chance; none when none does. */
function tell(state: Counter, dice: number): Step<Counter> {
  const { peers, counts, acked } = state;
  const lacking = peers.filter(
    (peer) => !covers(acked[peer] ?? {}, counts),
  );
  const dest = lacking[intBetween(dice, 0, lacking.length - 1)];
  if (dest === undefined) return [state, [nextTick]];
  const body: Body = { type: "counts", counts };
  return [state, [nextTick, { kind: "send", dest, body }]];
}
// #endregion tell

// #region counter-hear
function hear(state: Counter, message: Message): Step<Counter> {
  const { body } = message;
  switch (body.type) {
    case "add":
      return add(state, message, Number(body.delta));
    case "read": {
      const value = total(state.counts);
      return [state, [reply(message, { type: "read_ok", value })]];
    }
    default:
      return onCounts(state, message);
  }
}

/** Its own account alone; on the disk before the client hears of it. */
function add(
  state: Counter,
  message: Message,
  delta: number,
): Step<Counter> {
  const { up, down } = state.counts[state.id] ?? none;
  const mine =
    delta < 0 ? { up, down: down - delta } : { up: up + delta, down };
  if (!integer(mine.up) || !integer(mine.down)) {
    const full = failed("abort", "the counter cannot hold that much");
    return [state, [reply(message, full)]];
  }
  const counts = { ...state.counts, [state.id]: mine };
  const answer = reply(message, { type: "add_ok" });
  return [{ ...state, counts }, [keep(counts), answer]];
}

function keep(counts: Counts): Effect {
  return { kind: "persist", key: "counts", value: counts };
}
// #endregion counter-hear

// #region on-counts
/** What it tells it knows; what it is told it says back, once kept. */
function onCounts(
  state: Counter,
  { src, body }: Message,
): Step<Counter> {
  const { counts: told } = body as Body & { counts: Counts };
  const known = merge(state.acked[src] ?? {}, told);
  const acked = { ...state.acked, [src]: known };
  const counts = merge(state.counts, told);
  const next = { ...state, counts, acked };
  const kept = covers(state.counts, told) ? [] : [keep(counts)];
  if (body.type === "counts_ok") return [next, kept];
  const ok: Body = { type: "counts_ok", counts: told };
  return [next, [...kept, { kind: "send", dest: src, body: ok }]];
}
// #endregion on-counts
