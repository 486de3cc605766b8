/**
 * The group coordinator as a node, for one group. Its disk stands for the
 * replicated log `__consumer_offsets`; members it forgets in a crash, and
 * they join again.
 */
import type {
  Body,
  Effect,
  Input,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import {
  commit,
  commitLater,
  emptyGroup,
  expire,
  type Group,
  type GroupOptions,
  heard,
  type Joined,
  join,
  type Offsets,
  settle,
  standing,
} from "./group.ts";

type State = { readonly group: Group };
type Request = {
  readonly generation: number;
  readonly owned: readonly string[];
  readonly offsets: Offsets;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly endsEpoch: number;
  readonly outcome: "commit" | "abort";
  readonly msg_id: Json;
};

export type GroupState = State;

// #region group-coordinator
/** `functions` cannot be state, so the options stay outside of it. */
export function groupCoordinator(options: GroupOptions): Node<State> {
  const tick: Effect = {
    kind: "set-timer",
    name: "tick",
    afterMs: options.sessionMs / 4,
  };
  return {
    init({ disk }) {
      const stored = disk.group as Partial<Group> | undefined;
      return [{ group: { ...emptyGroup, ...stored } }, [tick]];
    },
    step(state, input) {
      const { event, nowMs } = input;
      const [{ group }, effects] =
        event.kind === "timer"
          ? answered(expire(state.group, options, nowMs), [tick])
          : onRequest(options, state.group, input);
      return [{ group }, [...persist(state.group, group), ...effects]];
    },
  };
}

function persist(before: Group, after: Group): readonly Effect[] {
  const { generation, offsets, pending } = after;
  const isSame =
    generation === before.generation &&
    offsets === before.offsets &&
    pending === before.pending;
  const value = { generation, offsets, pending };
  return isSame ? [] : [{ kind: "persist", key: "group", value }];
}
// #endregion group-coordinator

function onRequest(
  options: GroupOptions,
  group: Group,
  { event, nowMs }: Input,
): Step<State> {
  if (event.kind !== "message") return [{ group }, []];
  const { src, body } = event.message;
  const request = body as Body & Request;
  const { msg_id, generation, offsets } = request;
  const say = (next: Group, fields: Fields): Step<State> => [
    { group: next },
    [reply(src, msg_id, fields)],
  ];
  switch (body.type) {
    case "join":
      return answered(
        join(group, options, src, request.owned, msg_id, nowMs),
        [],
      );
    case "heartbeat": {
      const status = standing(group, src, generation);
      return say(heard(group, src, nowMs), { status });
    }
    case "commit": {
      const [next, status] = commit(group, src, generation, offsets);
      return say(next, { status });
    }
    case "fetch_offsets":
      return say(group, { ...stableOffsets(group) });
    case "commit_later":
    case "write_marker":
      return onTransaction(group, src, request);
    default:
      return [{ group }, []];
  }
}

type Fields = { readonly [field: string]: Json };

/** While a transaction has a say in them, offsets are not known. */
function stableOffsets({ pending, offsets }: Group): Fields {
  const isStable = Object.values(pending).every(
    (waiting) => Object.keys(waiting.offsets).length === 0,
  );
  return isStable
    ? { status: "ok", offsets }
    : { status: "UNSTABLE_OFFSET_COMMIT" };
}

// #region on-transaction
function onTransaction(
  group: Group,
  src: NodeId,
  request: Body & Request,
): Step<State> {
  const { producerId, producerEpoch, endsEpoch, msg_id } = request;
  if (request.type === "commit_later") {
    const { offsets } = request;
    const next = commitLater(group, producerId, producerEpoch, offsets);
    const status = next === null ? "INVALID_PRODUCER_EPOCH" : "ok";
    return [{ group: next ?? group }, [reply(src, msg_id, { status })]];
  }
  const { outcome } = request;
  const next = settle(
    group,
    outcome,
    producerId,
    endsEpoch,
    producerEpoch,
  );
  const body = { type: "produce_ok", in_reply_to: msg_id };
  return [{ group: next }, [{ kind: "send", dest: src, body }]];
}
// #endregion on-transaction

/** Everybody who waited for the rebalance is told what is theirs. */
function answered(
  [group, joined]: readonly [Group, readonly Joined[]],
  more: readonly Effect[],
): Step<State> {
  const { generation } = group;
  const answers = joined.map(({ member, joining }) => {
    const assigned = group.assignment[member] ?? [];
    return reply(member, joining, {
      status: "ok",
      generation,
      assigned,
    });
  });
  return [{ group }, [...answers, ...more]];
}

function reply(
  dest: NodeId,
  in_reply_to: Json,
  fields: Fields,
): Effect {
  const body = { type: "group_ok", in_reply_to, ...fields };
  return { kind: "send", dest, body };
}
