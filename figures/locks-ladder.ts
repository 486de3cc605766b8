/** The rungs of the Coordination Cost Ladder, with the price of one increment in peace. */
import { consensusPrice, tripsUnderLease } from "../code/locks/exercises.ts";
import { price, strategies } from "../code/locks/strategies.scenario.ts";
import { element, label, line, svg } from "./draw.ts";

export const program = "locks";
export const seed = 7;

type Rung = {
  readonly name: string;
  readonly waits: string;
  readonly messages: string;
  readonly trips: string;
};

function rungs(): readonly Rung[] {
  const of = (name: string, waits: string, cost: { messages: number; roundTrips: number }) => ({
    name,
    waits,
    messages: String(cost.messages),
    trips: String(cost.roundTrips),
  });
  const single = price(strategies.single);
  return [
    of("5  consensus for each", "a majority, and their disks", consensusPrice(3)),
    of("4  a lock for each", "the holder before, and the service", price(strategies.fenced)),
    {
      name: "3  a lease for many",
      waits: "the leader; at times the service",
      messages: `${single.messages}+`,
      trips: tripsUnderLease(200, 3, 2).toFixed(3),
    },
    of("2  one writer", "its turn at one node", single),
    of("1  a condition at the data", "nobody, but it may be told no", price(strategies.cas)),
    of("0  nothing", "nobody", price(strategies.none)),
  ];
}

const rowPx = 34;
const [left, right] = [10, 446];

export function draw(): string {
  const all = rungs();
  const bottom = 26 + rowPx * all.length;
  return svg(
    456,
    bottom + 6,
    label(left + 8, 14, "an operation has", { class: "label-quiet" }),
    label(172, 14, "and waits for", { class: "label-quiet" }),
    label(388, 14, "messages", { class: "label-quiet", "text-anchor": "end" }),
    label(right - 6, 14, "trips", { class: "label-quiet", "text-anchor": "end" }),
    line(left, 22, left, bottom, { class: "stroke-ink", "stroke-width": 2 }),
    line(right, 22, right, bottom, { class: "stroke-ink", "stroke-width": 2 }),
    ...all.map((one, at) => rung(one, 26 + rowPx * (at + 1) - 6)),
  );
}

function rung({ name, waits, messages, trips }: Rung, y: number): string {
  return element(
    "g",
    {},
    line(left, y, right, y, { class: "stroke-quiet", "stroke-width": 1.4 }),
    label(left + 8, y - 7, name, { class: "label-strong" }),
    label(172, y - 7, waits),
    label(388, y - 7, messages, { "text-anchor": "end" }),
    label(right - 6, y - 7, trips, { "text-anchor": "end" }),
  );
}
