/** The saga board: steps in an order, somebody who says no, what is seen. */
import type { NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { led, orderSaga, play } from "./order.scenario.ts";
import type { Participant } from "./participant.ts";
import type { Saga } from "./saga.ts";

/** From when to when the work of a service stood for all to see. */
export type Span = {
  readonly service: NodeId;
  readonly fromMs: number;
  /** Null: it stands. */
  readonly toMs: number | null;
};

export type Board = {
  readonly saga: Saga;
  readonly refusing: NodeId | null;
  readonly spans: readonly Span[];
  readonly asked: number;
};

const [reserve, charge, ...behind] = orderSaga;

/** The order of the chapter, and the card first. */
export const orders: readonly Saga[] = [
  orderSaga,
  [charge, reserve, ...behind].filter((step) => step !== undefined),
];

export const refusals = [null, "stock", "card", "parcel"] as const;

export function board(
  seed: number,
  saga: Saga,
  refusing: NodeId | null,
): Board {
  const { sim } = play(led({ seed, refusing, change: { saga } }), null);
  const spans = saga.flatMap(({ service }) => spanOf(sim, service));
  const asked = sim.trace.filter(
    (event) =>
      event.kind === "send" &&
      ["do", "undo"].includes(event.message.body.type),
  );
  return { saga, refusing, spans, asked: asked.length };
}

/** Read from its writes: the book has grown by a do, then by an undo. */
function spanOf(sim: Simulation, service: NodeId): readonly Span[] {
  const lengths = sim.trace.flatMap((event) =>
    event.kind === "persist" && event.node === service
      ? [{ ms: event.atMs, entries: bookOf(event.value).length }]
      : [],
  );
  const from = lengths.find(({ entries }) => entries === 1);
  const to = lengths.find(({ entries }) => entries === 2);
  if (from === undefined) return [];
  return [{ service, fromMs: from.ms, toMs: to?.ms ?? null }];
}

function bookOf(value: unknown): Participant["book"] {
  return (value as Participant).book;
}
