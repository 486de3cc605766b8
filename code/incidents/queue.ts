/**
 * A queue in partitions, each in strict order, and workers that die of a
 * message. What was not confirmed is delivered again: to die of again.
 */
import type {
  Effect,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import { answer, timer, told } from "./customers.ts";

// #region queue-state
export type QueueKnobs = {
  /** The worker of each partition. */
  readonly workers: readonly NodeId[];
  readonly redeliverMs: number;
  /** Deliveries until a message is set aside; null is never. */
  readonly parkAfter: number | null;
};

type Partition = {
  readonly items: readonly Message[];
  /** How often the first item was delivered. */
  readonly deliveries: number;
};
export type QueueState = {
  readonly knobs: QueueKnobs;
  readonly partitions: readonly Partition[];
  /** What was set aside, for a person to look at. */
  readonly parked: readonly Message[];
};
// #endregion queue-state

// #region queue
export function orderedQueue(knobs: QueueKnobs): Node<QueueState> {
  const empty: Partition = { items: [], deliveries: 0 };
  const partitions = knobs.workers.map(() => empty);
  return {
    init: () => [{ knobs, partitions, parked: [] }, []],
    step(state, { event }) {
      if (event.kind === "timer")
        return onNoConfirmation(state, Number(event.name));
      const { body } = event.message;
      if (body.type === "set")
        return [{ ...state, knobs: told(state.knobs, body) }, []];
      return body.type === "done"
        ? onDone(state, Number(body.at), Number(body.msg_id))
        : onItem(state, event.message);
    },
  };
}

function onItem(state: QueueState, item: Message): Step<QueueState> {
  const at = Number(item.body.key) % state.partitions.length;
  const partition = state.partitions[at];
  if (partition === undefined) return [state, []];
  const items = [...partition.items, item];
  const next = put(state, at, { ...partition, items });
  return partition.items.length === 0 ? deliver(next, at) : [next, []];
}
// #endregion queue

// #region deliver
/** The first item goes to the worker; the others wait behind it. */
function deliver(state: QueueState, at: number): Step<QueueState> {
  const { workers, redeliverMs } = state.knobs;
  const partition = state.partitions[at];
  const [item] = partition?.items ?? [];
  const dest = workers[at];
  if (!partition || !item || !dest) return [state, []];
  const deliveries = partition.deliveries + 1;
  const body = { ...item.body, type: "job", at };
  const send: Effect = { kind: "send", dest, body };
  return [
    put(state, at, { ...partition, deliveries }),
    [send, timer(String(at), redeliverMs)],
  ];
}

/** No word from the worker: once more, or set it aside. */
function onNoConfirmation(state: QueueState, at: number) {
  const { parkAfter } = state.knobs;
  const { items = [], deliveries = 0 } = state.partitions[at] ?? {};
  const [item] = items;
  if (item === undefined) return [state, []] as const;
  if (parkAfter === null || deliveries < parkAfter)
    return deliver(state, at);
  const parked = [...state.parked, item];
  return pass({ ...state, parked }, at, [answer(item, setAside)]);
}
// #endregion deliver

// #region done
function onDone(state: QueueState, at: number, msgId: number) {
  const [item] = state.partitions[at]?.items ?? [];
  if (item?.body.msg_id !== msgId) return [state, []] as const;
  return pass(state, at, [answer(item, { type: "ok" })]);
}

/** On to the next item of this partition. */
function pass(
  state: QueueState,
  at: number,
  effects: readonly Effect[],
): Step<QueueState> {
  const [, ...items] = state.partitions[at]?.items ?? [];
  const passed = put(state, at, { items, deliveries: 0 });
  const [next, more] = deliver(passed, at);
  return [next, [...effects, ...more]];
}
// #endregion done

function put(state: QueueState, at: number, partition: Partition) {
  return { ...state, partitions: state.partitions.with(at, partition) };
}

const setAside = { type: "error", code: 14, text: "set aside" };

// #region worker
export type WorkerOptions = {
  readonly workMs: number;
  /** From a death to the next life; what comes meanwhile is lost. */
  readonly rebootMs: number;
};
export type WorkerState = {
  readonly jobs: readonly Message[];
  readonly deadUntilMs: number;
  readonly deaths: number;
};

/** One job after the other; a poisonous one takes all with it. */
export function worker(options: WorkerOptions): Node<WorkerState> {
  const work = timer("work", options.workMs);
  return {
    init: () => [{ jobs: [], deadUntilMs: 0, deaths: 0 }, []],
    step(state, { event, nowMs }): Step<WorkerState> {
      if (nowMs < state.deadUntilMs) return [state, []];
      if (event.kind === "message") {
        const begin = state.jobs.length === 0 ? [work] : [];
        return [
          { ...state, jobs: [...state.jobs, event.message] },
          begin,
        ];
      }
      const [job, ...jobs] = state.jobs;
      if (job === undefined) return [state, []];
      if (job.body.poison === true) {
        const deadUntilMs = nowMs + options.rebootMs;
        const deaths = state.deaths + 1;
        return [{ jobs: [], deadUntilMs, deaths }, []];
      }
      const { at = 0, msg_id = 0 } = job.body;
      const body = { type: "done", at, msg_id };
      const send: Effect = { kind: "send", dest: job.src, body };
      const more = jobs.length > 0 ? [work] : [];
      return [{ ...state, jobs }, [send, ...more]];
    },
  };
}
// #endregion worker
