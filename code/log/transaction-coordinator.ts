/**
 * The transaction coordinator (KIP-98, with the epochs of KIP-890): it
 * hands out producer ids, fences zombies, and ends transactions in two
 * phases: decide on disk, then write a marker to each partition. Its disk
 * stands for the replicated log `__transaction_state`.
 */
import type {
  Body,
  Effect,
  Input,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region transaction
export type Transaction = {
  readonly producerId: number;
  /** Whoever comes with a lower one is a zombie. */
  readonly producerEpoch: number;
  readonly status: "empty" | "ongoing" | "commit" | "abort";
  /** Where it may have written: each of them gets a marker. */
  readonly partitions: readonly string[];
  readonly startMs: number;
  /** Once it is decided: the epoch that ends. */
  readonly endsEpoch: number;
};

export type Coordinator = {
  readonly options: CoordinatorOptions;
  readonly transactions: { readonly [id: string]: Transaction };
};

export type CoordinatorOptions = {
  readonly brokers: readonly NodeId[];
  /** It holds the offsets of the partition `group`. */
  readonly groupCoordinator: NodeId;
  readonly retryEveryMs: number;
  /** A transaction that is open for longer is aborted. */
  readonly timeoutMs: number;
  /** One epoch for many transactions, as before KIP-890. */
  readonly reuseEpoch: boolean;
};
// #endregion transaction

type Request = {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitions: readonly string[];
  readonly outcome: "commit" | "abort";
  readonly msg_id: Json;
};

export function transactionCoordinator(
  options: CoordinatorOptions,
): Node<Coordinator> {
  return {
    init({ disk }) {
      const stored = disk.transactions as
        | Coordinator["transactions"]
        | undefined;
      const transactions = stored ?? {};
      return [{ options, transactions }, [tick(options)]];
    },
    step(state, input) {
      const [next, effects] = react(state, input);
      if (next.transactions === state.transactions)
        return [next, effects];
      const key = "transactions";
      const value = next.transactions;
      return [next, [{ kind: "persist", key, value }, ...effects]];
    },
  };
}

function react(state: Coordinator, input: Input): Step<Coordinator> {
  const { event, nowMs } = input;
  if (event.kind === "timer") return onTick(state, nowMs);
  const { src, body } = event.message;
  const request = body as Body & Request;
  switch (body.type) {
    case "init_producer":
      return onInit(state, src, request, nowMs);
    case "add_partitions":
      return onAdd(state, src, request, nowMs);
    case "end_transaction":
      return onEnd(state, src, request);
    case "produce_ok":
      return onMarked(state, event.message);
    default:
      return [state, []];
  }
}

// #region init-producer
/** A producer starts. What one of its name has left open is aborted. */
function onInit(
  state: Coordinator,
  src: NodeId,
  { transactionalId: id, msg_id }: Request,
  nowMs: number,
): Step<Coordinator> {
  const known = state.transactions[id];
  if (known && known.status !== "empty") {
    const busy = refuse(src, msg_id, 11, "CONCURRENT_TRANSACTIONS");
    if (known.status !== "ongoing") return [state, [busy]];
    const [next, markers] = decide(state, id, known, "abort", true);
    return [next, [...markers, busy]];
  }
  const producerId =
    known?.producerId ?? Object.keys(state.transactions).length + 1;
  const producerEpoch = (known?.producerEpoch ?? -1) + 1;
  const next: Transaction = {
    producerId,
    producerEpoch,
    status: "empty",
    partitions: [],
    startMs: nowMs,
    endsEpoch: -1,
  };
  const told = { producerId, producerEpoch };
  return [put(state, id, next), [reply(src, msg_id, told)]];
}
// #endregion init-producer

// #region add-partitions
/** Before a producer writes to a partition, it says so. */
function onAdd(
  state: Coordinator,
  src: NodeId,
  request: Request,
  nowMs: number,
): Step<Coordinator> {
  const { transactionalId: id, msg_id } = request;
  const txn = state.transactions[id];
  if (!txn || isFenced(txn, request))
    return [state, [refuse(src, msg_id, 14, "PRODUCER_FENCED")]];
  if (txn.status === "commit" || txn.status === "abort")
    return [
      state,
      [refuse(src, msg_id, 11, "CONCURRENT_TRANSACTIONS")],
    ];
  const all = new Set([...txn.partitions, ...request.partitions]);
  const startMs = txn.status === "empty" ? nowMs : txn.startMs;
  const partitions = [...all];
  const open = {
    ...txn,
    status: "ongoing",
    startMs,
    partitions,
  } as const;
  return [put(state, id, open), [reply(src, msg_id, {})]];
}

function isFenced(txn: Transaction, request: Request): boolean {
  return (
    txn.producerId !== request.producerId ||
    txn.producerEpoch !== request.producerEpoch
  );
}
// #endregion add-partitions

// #region end-transaction
/** Once the decision is on disk it stands, whatever crashes later. */
function onEnd(
  state: Coordinator,
  src: NodeId,
  request: Request,
): Step<Coordinator> {
  const { transactionalId: id, msg_id, outcome } = request;
  const txn = state.transactions[id];
  if (!txn || isFenced(txn, request))
    return [state, [refuse(src, msg_id, 14, "PRODUCER_FENCED")]];
  if (txn.status !== "ongoing")
    return [state, [refuse(src, msg_id, 14, "INVALID_TXN_STATE")]];
  const isNewEpoch = !state.options.reuseEpoch;
  const [next, markers] = decide(state, id, txn, outcome, isNewEpoch);
  const { producerEpoch = 0 } = next.transactions[id] ?? {};
  return [next, [reply(src, msg_id, { producerEpoch }), ...markers]];
}

function decide(
  state: Coordinator,
  id: string,
  txn: Transaction,
  status: "commit" | "abort",
  isNewEpoch: boolean,
): Step<Coordinator> {
  const endsEpoch = txn.producerEpoch;
  const producerEpoch = isNewEpoch ? endsEpoch + 1 : endsEpoch;
  const decided = { ...txn, status, endsEpoch, producerEpoch };
  const { options } = state;
  return [put(state, id, decided), markersOf(options, id, decided)];
}
// #endregion end-transaction

// #region markers
/** To whoever may lead; the others will say that they do not. */
function markersOf(
  { brokers, groupCoordinator }: CoordinatorOptions,
  id: string,
  txn: Transaction,
): readonly Effect[] {
  const { producerId, producerEpoch, endsEpoch, status } = txn;
  return txn.partitions.flatMap((partition) => {
    const dests = partition === "group" ? [groupCoordinator] : brokers;
    const about = { partition, producerId, producerEpoch, endsEpoch };
    const msg_id = [id, partition, endsEpoch];
    const body = {
      ...about,
      type: "write_marker",
      outcome: status,
      msg_id,
    };
    return dests.map((dest): Effect => ({ kind: "send", dest, body }));
  });
}

/** The marker is replicated; after the last one all is over. */
function onMarked(
  state: Coordinator,
  { body }: Message,
): Step<Coordinator> {
  const [id, partition, epoch] = body.in_reply_to as [
    string,
    string,
    number,
  ];
  const txn = state.transactions[id];
  if (!txn || txn.status === "empty" || txn.status === "ongoing")
    return [state, []];
  if (txn.endsEpoch !== epoch) return [state, []];
  const partitions = txn.partitions.filter((p) => p !== partition);
  const status = partitions.length === 0 ? "empty" : txn.status;
  return [put(state, id, { ...txn, partitions, status }), []];
}
// #endregion markers

// #region transaction-timeout
/** Markers again, until they are written; and an end to long waits. */
function onTick(state: Coordinator, nowMs: number): Step<Coordinator> {
  const { options } = state;
  let next = state;
  const effects: Effect[] = [tick(options)];
  for (const [id, txn] of Object.entries(state.transactions)) {
    const isLate = nowMs - txn.startMs > options.timeoutMs;
    if (txn.status === "ongoing" && isLate) {
      const [aborted, markers] = decide(next, id, txn, "abort", true);
      next = aborted;
      effects.push(...markers);
    } else if (txn.status === "commit" || txn.status === "abort") {
      effects.push(...markersOf(options, id, txn));
    }
  }
  return [next, effects];
}
// #endregion transaction-timeout

function put(
  state: Coordinator,
  id: string,
  txn: Transaction,
): Coordinator {
  return {
    ...state,
    transactions: { ...state.transactions, [id]: txn },
  };
}

function tick({ retryEveryMs }: CoordinatorOptions): Effect {
  return { kind: "set-timer", name: "tick", afterMs: retryEveryMs };
}

function reply(
  dest: NodeId,
  in_reply_to: Json,
  fields: { readonly [field: string]: Json },
): Effect {
  const body = { type: "transaction_ok", in_reply_to, ...fields };
  return { kind: "send", dest, body };
}

function refuse(
  dest: NodeId,
  in_reply_to: Json,
  code: number,
  text: string,
): Effect {
  const body = { type: "error", in_reply_to, code, text };
  return { kind: "send", dest, body };
}
