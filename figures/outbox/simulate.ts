/** One order that has to be stored and announced: by two writes, by an outbox, with an inbox at the other end; anybody dies between any two effects. */
import type { Inbox } from "../../code/idempotency/inbox.ts";
import { ordering, ways } from "../../code/idempotency/outbox.scenario.ts";
import type { NodeId } from "../../code/kernel/node.ts";
import { simulate as start } from "../../code/kernel/simulator.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";
import { crashesIn, type Death, deathAt, type Happened, returns, watched } from "../deaths.ts";

export type Params = { readonly way: string; readonly deeds: readonly Deed[] };

type Kind = "say" | "write" | "unheard" | "drop" | "crash" | "back";

/** One thing that happened. `start` and `end` are messages, by number. */
export type Moment = {
  readonly kind: Kind;
  readonly atMs: number;
  readonly node: NodeId;
  readonly to: NodeId;
  /** The type of the message. */
  readonly word: string;
  readonly isTimer: boolean;
  readonly start: number | null;
  readonly end: number | null;
  readonly event: number;
  readonly done: number;
  readonly after: Disks;
};

/** What the disks hold, and who is up. */
export type Disks = {
  readonly orders: number;
  readonly outbox: number;
  readonly waiting: number;
  readonly parcels: number;
  readonly down: readonly NodeId[];
};

export type Announcing = {
  readonly way: string;
  readonly moments: readonly Moment[];
  readonly now: number;
};

export const wayNames = ["database", "queue", "outbox", "inbox"];
export const nodeNames: { readonly [id: NodeId]: string } = {
  c1: "client",
  s1: "shop",
  q1: "queue",
  i1: "warehouse",
};
const deathsMax = 10;

export function simulate({ way, deeds }: Params): readonly Step<Announcing>[] {
  const deaths: Death[] = [];
  let moments = momentsOf(run(way, deaths));
  for (const { step, target } of deeds) {
    const present = moments[step];
    const node = Object.keys(nodeNames).find((id) => nodeNames[id] === target) ?? "";
    if (!present || present.after.down.includes(node) || deaths.length === deathsMax) continue;
    deaths.push(deathAt(present, moments, node, 50));
    moments = momentsOf(run(way, deaths));
  }
  return moments.map((moment, now) => ({
    say: `${Math.round(moment.atMs)} ms: ${words(moment, moments.slice(0, now))}${now === moments.length - 1 ? ` (${verdict(moment.after, true)})` : ""}.`,
    code: codeOf(moment, way),
    state: { way, moments, now },
  }));
}

function run(name: string, deaths: readonly Death[]): readonly Happened<null>[] {
  const way = ways[Math.max(0, wayNames.indexOf(name))];
  if (!way) throw new Error("no way");
  const { options } = ordering(7, way);
  const sim = start({ ...options, faults: returns(deaths) });
  sim.runUntil(9);
  return watched(sim, deaths, 600, () => null);
}

// --- From events to moments ----------------------------------------------------------------------

type Told = Omit<Moment, "event" | "after">;

const plain = { to: "", word: "", isTimer: false, start: null, end: null, done: 0 };

function momentsOf(happened: readonly Happened<null>[]): readonly Moment[] {
  let disks: Disks = { orders: 0, outbox: 0, waiting: 0, parcels: 0, down: [] };
  return happened.flatMap((one, event) =>
    tell(one).map((told) => {
      disks = after(disks, told, one.events);
      return { ...told, event, after: disks };
    }),
  );
}

/** What an event amounts to: its cause, its effects one by one, and deaths where they fall. */
function tell(happened: Happened<null>): readonly Told[] {
  const [first] = happened.events;
  if (first === undefined || isOutside(first)) return [];
  const own = happened.events.filter(({ kind }) => kind === "send" || kind === "persist");
  const effects = own.map((event, at) => effect(event, at, first)).filter(({ to }) => to !== "c1");
  const [one, ...rest] = effects;
  const told =
    one && first.kind === "deliver"
      ? [{ ...one, end: first.id }, ...rest]
      : [...caused(first), ...effects];
  return [...told, ...dead(happened)].sort((before, later) => before.done - later.done);
}

/** What the client hears; the first event is what was before. */
function isOutside(event: TraceEvent): boolean {
  if (event.kind === "deliver" || event.kind === "drop") return event.message.dest === "c1";
  return event.kind === "send" || event.kind === "persist";
}

function caused(event: TraceEvent): readonly Told[] {
  const { atMs } = event;
  if (event.kind === "restart") return [{ ...plain, kind: "back", atMs, node: event.node }];
  if (event.kind !== "deliver" && event.kind !== "drop") return [];
  const { src: to, dest: node, body } = event.message;
  const kind = event.kind === "drop" ? "drop" : "unheard";
  return [{ ...plain, kind, atMs, node, to, word: body.type, end: event.id }];
}

function effect(event: TraceEvent, at: number, first: TraceEvent): Told {
  const own = { ...plain, atMs: event.atMs, isTimer: first.kind === "timer", done: at + 1 };
  if (event.kind === "persist") {
    const word = first.kind === "deliver" ? first.message.body.type : "";
    return { ...own, kind: "write", node: event.node, word };
  }
  if (event.kind !== "send") throw new Error("An effect is a write or a message.");
  const { src: node, dest: to, body } = event.message;
  return { ...own, kind: "say", node, to, word: body.type, start: event.id };
}

function dead(happened: Happened<null>): readonly Told[] {
  return crashesIn(happened).map((crash) => ({ ...plain, ...crash }));
}

function after(disks: Disks, { kind, node }: Told, events: readonly TraceEvent[]): Disks {
  if (kind === "crash") return { ...disks, down: [...disks.down, node] };
  if (kind === "back") return { ...disks, down: disks.down.filter((id) => id !== node) };
  const written = events.find((event) => event.kind === "persist" && event.node === node);
  if (kind !== "write" || written?.kind !== "persist") return disks;
  const { key, value } = written;
  if (key === "orders") return { ...disks, orders: (value as readonly string[]).length };
  if (key === "waiting") return { ...disks, waiting: (value as readonly string[]).length };
  if (key === "inbox") return { ...disks, parcels: (value as Inbox).shipped.length };
  const { orders, outbox } = value as { readonly [table: string]: readonly string[] };
  return { ...disks, orders: orders?.length ?? 0, outbox: outbox?.length ?? 0 };
}

/** Of orders and parcels, as things stand; lost is what nobody remembers or says any more. */
export function verdict({ orders, parcels }: Disks, isOver: boolean): string {
  if (parcels > 1) return "one order, two parcels";
  if (parcels > orders) return "a parcel that nobody has ordered";
  if (orders > parcels) return isOver ? "one order, no parcel: lost" : "one order, no parcel yet";
  return orders === 0 ? "no order, no parcel" : "one order, one parcel";
}

// --- In words ------------------------------------------------------------------------------------

function named(id: NodeId): string {
  return `the ${nodeNames[id] ?? id}`;
}

function words(moment: Moment, before: readonly Moment[]): string {
  const { kind, node, to, word, after: disks } = moment;
  switch (kind) {
    case "say":
      return said(moment, before);
    case "write":
      return written(moment, before.at(-1)?.after);
    case "unheard":
      return `${named(node)} hears ${word} and does nothing`;
    case "drop":
      return `${named(node)} is down; what ${named(to)} says finds nobody`;
    case "crash":
      return `${named(node)} dies; on the disks: ${verdict(disks, false)}`;
    case "back":
      return `${named(node)} is back with its disk`;
  }
}

function said({ node, to, word, isTimer, end }: Moment, before: readonly Moment[]): string {
  const isAgain = before.some(
    (one) => one.kind === "say" && one.word === word && one.node === node,
  );
  if (word === "order") return "the client orders";
  if (word === "publish")
    return isTimer
      ? `the relay of the shop sends what is in the outbox${isAgain ? " once more" : ""}`
      : "the shop sends the message to the queue";
  if (word === "deliver")
    return isAgain
      ? "the queue has heard nothing and delivers again"
      : "the queue delivers the message";
  if (node === "i1" && end !== null)
    return "the warehouse knows the id: no second parcel, and an acknowledgment";
  if (word === "published") return "the queue acknowledges to the shop";
  return `${named(node)} acknowledges to ${named(to)}`;
}

function written({ node, word, after: disks }: Moment, before: Disks | undefined): string {
  if (node === "i1")
    return disks.parcels > 1
      ? "the warehouse handles the message once more: a second parcel"
      : "the warehouse stores the parcel and the id of the message in one write";
  if (node === "q1")
    return word === "publish"
      ? "the queue stores the message"
      : "the queue strikes the message off";
  if (word === "order")
    return disks.outbox > (before?.outbox ?? 0)
      ? "the shop stores the order and its announcement in one write"
      : "the shop stores the order";
  return "the shop strikes the announcement off";
}

function codeOf({ kind, node, word, isTimer }: Moment, way: string): Step<Announcing>["code"] {
  const at = (listing: string, line: string) => ({ listing, line });
  if (kind !== "say" && kind !== "write") return null;
  if (node === "i1" && kind === "write")
    return at("handle", '[{ kind: "persist", key: "inbox", value: next }, ack],');
  if (node === "i1")
    return at("handle", 'const ack: Effect = { kind: "send", dest: src, body: handled };');
  if (node === "q1")
    return kind === "write"
      ? at("queue", '{ kind: "persist", key: "waiting", value: next },')
      : null;
  if (node !== "s1") return null;
  if (way === "database" || way === "queue")
    return at("dual", 'const both = first === "database" ? [save, publish] : [publish, save];');
  if (kind === "say")
    return isTimer ? at("relay", 'const body = { type: "publish", id: order };') : null;
  return word === "order"
    ? at("order", "outbox: [...state.outbox, order],")
    : at("relay", "const outbox = state.outbox.filter((order) => order !== body.id);");
}
