/** One order, from the stock to the parcel, led or danced. */
import {
  crashPoints,
  play,
  type Run,
} from "../idempotency/crash-points.scenario.ts";
import { scriptedClient } from "../kernel/client.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Node, NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { reactions, type Shop, shop } from "./choreography.ts";
import {
  type Orchestrator,
  type OrchestratorOptions,
  orchestrator,
} from "./orchestrator.ts";
import { type Participant, participant } from "./participant.ts";
import { next, type Saga } from "./saga.ts";

// #region order-saga
/** Nothing fails after the parcel has left; the receipt is sent at last. */
export const orderSaga: Saga = [
  { name: "reserve", service: "stock", kind: "compensatable" },
  { name: "charge", service: "card", kind: "compensatable" },
  { name: "ship", service: "parcel", kind: "pivot" },
  { name: "receipt", service: "mail", kind: "retriable" },
];
// #endregion order-saga

export const usual: OrchestratorOptions = {
  saga: orderSaga,
  retryMs: 30,
  attemptsMax: 20,
  undoAttemptsMax: 20,
};

export type OrderOptions = {
  readonly seed: number;
  /** The service that says no, if any. */
  readonly refusing: NodeId | null;
  readonly change?: Partial<OrchestratorOptions>;
  readonly network?: NetworkOptions;
  /** The card service undoes nothing before. */
  readonly undoesFromMs?: number;
  readonly lead?: (node: Node<Orchestrator>) => Node<Orchestrator>;
  readonly serve?: (node: Node<Participant>) => Node<Participant>;
  readonly dance?: (node: Node<Shop>) => Node<Shop>;
};

const order = "order-17";
const calm: NetworkOptions = { delayMs: { kind: "constant", ms: 3 } };

/** An orchestrator o1, four services, and a client who orders. */
export function led(options: OrderOptions): Run {
  const { refusing, lead, serve, undoesFromMs = 0 } = options;
  const asIs = <S>(node: Node<S>) => node;
  const services = orderSaga.map(({ service }) => {
    const node = participant({
      refuses: service === refusing ? [order] : [],
      undoesFromMs: service === "card" ? undoesFromMs : 0,
    });
    return [service, (serve ?? asIs)(node)] as const;
  });
  const c1 = scriptedClient([{ type: "order", order }], {
    targets: ["o1"],
    timeoutMs: 60,
    attemptsMax: 5,
    startMs: 10,
  });
  const o1 = orchestrator({ ...usual, ...options.change });
  return {
    untilMs: 1500,
    downMs: 50,
    options: {
      seed: options.seed,
      nodes: {
        o1: (lead ?? asIs)(o1),
        ...Object.fromEntries(services),
        c1,
      },
      clients: ["c1"],
      network: options.network ?? calm,
    },
  };
}

/** Three services that listen to each other; the first event is given. */
export function danced(options: OrderOptions): Run {
  const { refusing, dance } = options;
  const nodes = Object.entries(reactions).map(([id, reactions]) => {
    const refuses = id === refusing ? [order] : [];
    const node = shop({ reactions, refuses, relayMs: 30 });
    return [id, dance === undefined ? node : dance(node)] as const;
  });
  // The order service: says it until it is acknowledged.
  const body = { type: "event", order, what: "ordered" };
  const c1: Node<boolean> = {
    init: () => [
      false,
      [{ kind: "set-timer", name: "t", afterMs: 10 }],
    ],
    step(isHeard, { event }) {
      if (event.kind === "message" || isHeard) return [true, []];
      const again = {
        kind: "set-timer",
        name: "t",
        afterMs: 30,
      } as const;
      return [false, [{ kind: "send", dest: "stock", body }, again]];
    },
  };
  return {
    untilMs: 500,
    downMs: 50,
    options: {
      seed: options.seed,
      nodes: { ...Object.fromEntries(nodes), c1 },
      clients: ["c1"],
      network: options.network ?? calm,
    },
  };
}

// #region paid-iff-shipped
export type Books = {
  readonly [service: NodeId]: {
    readonly done: number;
    readonly undone: number;
  };
};

/** Paid iff shipped or refunded; and the same for what was reserved. */
export function flaws(books: Books): readonly string[] {
  const nothing = { done: 0, undone: 0 };
  const shipped = books.parcel?.done ?? 0;
  return ["stock", "card"].flatMap((service) => {
    const { done, undone } = books[service] ?? nothing;
    return [
      ...(done > 1 ? [`${service} twice`] : []),
      ...(undone > done ? [`${service} undone too often`] : []),
      ...(done - undone > shipped ? [`${service}, but no parcel`] : []),
      ...(done - undone < shipped ? [`parcel, but no ${service}`] : []),
    ];
  });
}
// #endregion paid-iff-shipped

export function booksOf(sim: Simulation): Books {
  const services = ["stock", "card", "parcel", "mail"];
  const found = services.flatMap((id) => {
    if (!sim.trace.some((e) => "node" in e && e.node === id)) return [];
    const { book } = sim.state<Participant>(id);
    const count = (what: string) =>
      book.filter((entry) => entry.what === what).length;
    return [
      [id, { done: count("do"), undone: count("undo") }] as const,
    ];
  });
  return Object.fromEntries(found);
}

export type Verdict = {
  readonly books: Books;
  readonly flaws: readonly string[];
  readonly isOver: boolean;
};

export function verdictOfLed(sim: Simulation): Verdict {
  const { logs } = sim.state<Orchestrator>("o1");
  const log = logs[order];
  const isOver =
    log !== undefined && next(orderSaga, log).kind === "end";
  const books = booksOf(sim);
  return { books, flaws: flaws(books), isOver };
}

export function verdictOfDanced(sim: Simulation): Verdict {
  const isOver = Object.keys(reactions).every(
    (id) => sim.state<Shop>(id).outbox.length === 0,
  );
  const books = booksOf(sim);
  return { books, flaws: flaws(books), isOver };
}

/** A run for each line at which a node can die. */
export function everyCrash(
  run: Run,
  nodes: readonly NodeId[],
  verdictOf: (sim: Simulation) => Verdict,
): readonly Verdict[] {
  return crashPoints(run, nodes).map((point) =>
    verdictOf(play(run, point).sim),
  );
}

export { order, play };
