/** One order, four services and an orchestrator with a log: a step is refused or late, an undo fails, and anybody dies at any line. */
import { scriptedClient } from "../../code/kernel/client.ts";
import type { Body, NodeId } from "../../code/kernel/node.ts";
import { simulate as start } from "../../code/kernel/simulator.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import { flaws, led, order, orderSaga } from "../../code/sagas/order.scenario.ts";
import type { Participant } from "../../code/sagas/participant.ts";
import { type Entry, type Log, next, type Saga } from "../../code/sagas/saga.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";
import { crashesIn, type Death, deathAt, type Happened, returns, watched } from "../deaths.ts";

export type Params = {
  readonly first: string;
  readonly wrong: string;
  readonly refund: string;
  readonly patience: number;
  readonly deeds: readonly Deed[];
};

type Kind = "ask" | "act" | "answer" | "log" | "unheard" | "drop" | "crash" | "back";

/** One thing that happened. `starts` and `ends` are messages, by number. */
export type Moment = {
  readonly kind: Kind;
  readonly atMs: number;
  readonly node: NodeId;
  readonly to: NodeId;
  /** The step that it is about; empty for the order itself. */
  readonly step: string;
  /** do or undo; or what became of it. */
  readonly what: string;
  /** Was it a timer that led to it? */
  readonly isTimer: boolean;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly event: number;
  readonly done: number;
  readonly after: Shop;
};

/** All that the disks say, and who is up. */
export type Shop = {
  readonly log: Log | null;
  readonly services: { readonly [id: NodeId]: Service };
  readonly down: readonly NodeId[];
};

export type Service = {
  readonly known: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
};

export type Run = {
  readonly saga: Saga;
  readonly moments: readonly Moment[];
  readonly now: number;
};

const crashesMax = 10;
const undoAttemptsMax = 3;
const neverMs = 100_000;

export function simulate(params: Params): readonly Step<Run>[] {
  const [reserve, charge, ...behind] = orderSaga;
  const swapped = [charge, reserve, ...behind].filter((step) => step !== undefined);
  const saga = params.first === "card" ? swapped : orderSaga;
  const moments = lived(params, saga);
  return moments.map((moment, now) => ({
    say: `${Math.round(moment.atMs)} ms: ${words(moment, moments.slice(0, now), saga)}.`,
    code: codeOf(moment),
    state: { saga, moments, now },
  }));
}

/** The run with all that was done to it, each deed at the moment that was the present. */
function lived(params: Params, saga: Saga): readonly Moment[] {
  const deaths: Death[] = [];
  let repairMs: number | null = null;
  let moments = momentsOf(run(params, saga, deaths, repairMs));
  for (const { step, deed, target } of params.deeds) {
    const present = moments[step];
    if (!present || deaths.length === crashesMax) continue;
    const node = target === "orchestrator" ? "o1" : target;
    if (deed === "repair") repairMs ??= present.atMs + 1;
    else if (present.after.down.includes(node)) continue;
    else {
      deaths.push(deathAt(present, moments, node, 50));
    }
    moments = momentsOf(run(params, saga, deaths, repairMs));
  }
  return moments;
}

/** The printed orchestrator and services; an operator, where somebody repairs the card. */
function run(
  { wrong, refund, patience }: Params,
  saga: Saga,
  deaths: readonly Death[],
  repairMs: number | null,
): readonly Happened<null>[] {
  const isLate = ({ body }: { readonly body: Body }) =>
    body.type === "do" && body.step === "charge";
  const worksFromMs =
    refund === "works" ? 0 : Math.min(repairMs ?? neverMs, refund === "later" ? 120 : neverMs);
  const { options } = led({
    seed: 7,
    refusing: ["stock", "card", "parcel"].includes(wrong) ? wrong : null,
    change: { saga, attemptsMax: patience, undoAttemptsMax },
    undoesFromMs: worksFromMs,
    network: {
      delayMs: { kind: "constant", ms: 3 },
      fate: (message) => (wrong === "late" && isLate(message) ? 85 : undefined),
    },
  });
  const operator = scriptedClient([{ type: "operator", order }], {
    targets: ["o1"],
    timeoutMs: 60,
    startMs: repairMs ?? 0,
  });
  const nodes = repairMs === null ? options.nodes : { ...options.nodes, operator };
  const sim = start({ ...options, nodes, faults: returns(deaths) });
  sim.runUntil(12);
  return watched(sim, deaths, 700, () => null);
}

// --- From events to moments ----------------------------------------------------------------------

type Told = Omit<Moment, "event" | "after">;

const plain = { to: "", step: "", what: "", isTimer: false, starts: [], ends: [], done: 0 };

function momentsOf(happened: readonly Happened<null>[]): readonly Moment[] {
  const none: Service = { known: "", fromMs: null, toMs: null };
  const services = Object.fromEntries(orderSaga.map(({ service }) => [service, none]));
  let shop: Shop = { log: null, services, down: [] };
  return happened.flatMap((one, event) =>
    tell(one).map((told) => {
      shop = after(shop, told, one.events);
      return { ...told, event, after: shop };
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
      ? [{ ...one, ends: [first.id] }, ...rest]
      : [...caused(first), ...effects];
  return [...told, ...dead(happened)].sort((before, later) => before.done - later.done);
}

/** What only the clients see. */
function isOutside(event: TraceEvent): boolean {
  const isMessage = event.kind === "deliver" || event.kind === "drop" || event.kind === "send";
  if (isMessage) return event.kind === "send" || ["c1", "operator"].includes(event.message.dest);
  return event.kind === "timer" && ["c1", "operator"].includes(event.node);
}

/** An arrival that leads to nothing, or a return. */
function caused(event: TraceEvent): readonly Told[] {
  const { atMs } = event;
  if (event.kind === "restart") return [{ ...plain, kind: "back", atMs, node: event.node }];
  if (event.kind !== "deliver" && event.kind !== "drop") return [];
  const { src: to, dest: node, body } = event.message;
  const kind = event.kind === "drop" ? "drop" : "unheard";
  const [step, what] = [String(body.step ?? ""), String(body.what ?? body.type)];
  return [{ ...plain, kind, atMs, node, to, step, what, ends: [event.id] }];
}

function effect(event: TraceEvent, at: number, first: TraceEvent): Told {
  const { atMs } = event;
  const isTimer = first.kind === "timer";
  const asked = first.kind === "deliver" ? first.message.body : { type: "" };
  const own = { ...plain, atMs, isTimer, done: at + 1 };
  if (event.kind === "persist" && event.node === "o1") {
    const [entry, isAgain] = [lastOf(event.value), asked.type === "operator"];
    const what = isAgain ? "again" : (entry?.what ?? "begun");
    return { ...own, kind: "log", node: "o1", step: isAgain ? "" : (entry?.step ?? ""), what };
  }
  if (event.kind === "persist") {
    const what = (event.value as unknown as Participant).known[order] ?? "";
    return { ...own, kind: "act", node: event.node, step: String(asked.step), what };
  }
  if (event.kind !== "send") throw new Error("An effect is a write or a message.");
  const { src: node, dest: to, body } = event.message;
  const kind = node === "o1" ? "ask" : "answer";
  const what = String(body.what ?? body.type);
  return { ...own, kind, node, to, step: String(body.step ?? ""), what, starts: [event.id] };
}

function lastOf(logs: unknown): Entry | undefined {
  return (logs as { readonly [id: string]: Log })[order]?.at(-1);
}

function dead(happened: Happened<null>): readonly Told[] {
  return crashesIn(happened).map((crash) => ({ ...plain, ...crash }));
}

function after(shop: Shop, told: Told, events: readonly TraceEvent[]): Shop {
  const { kind, node, atMs } = told;
  if (kind === "crash") return { ...shop, down: [...shop.down, node] };
  if (kind === "back") return { ...shop, down: shop.down.filter((id) => id !== node) };
  const written = events.find((event) => event.kind === "persist" && event.node === node);
  if (written?.kind !== "persist") return shop;
  if (kind === "log")
    return { ...shop, log: (written.value as { readonly [id: string]: Log })[order] ?? [] };
  if (kind !== "act") return shop;
  const { book, known } = written.value as unknown as Participant;
  const { fromMs = null } = shop.services[node] ?? {};
  const service: Service = {
    known: known[order] ?? "",
    fromMs: fromMs ?? (book.length > 0 ? atMs : null),
    toMs: book.length > 1 ? atMs : null,
  };
  return { ...shop, services: { ...shop.services, [node]: service } };
}

/** What breaks the rule "paid iff shipped or refunded" as the books stand. */
export function broken({ services }: Shop): readonly string[] {
  const books = Object.entries(services).map(([id, { fromMs, toMs }]) => [
    id,
    { done: fromMs === null ? 0 : 1, undone: toMs === null ? 0 : 1 },
  ]);
  return flaws(Object.fromEntries(books));
}

// --- In words ------------------------------------------------------------------------------------

const names: { readonly [id: NodeId]: string } = { o1: "the orchestrator", c1: "the client" };
const deedsOf: { readonly [id: NodeId]: { readonly [what: string]: string } } = {
  stock: {
    done: "the goods are reserved",
    failed: "sold out: stock says no",
    undone: "the goods are free again",
  },
  card: {
    done: "the card is charged",
    failed: "the card is declined",
    undone: "the charge is refunded",
  },
  parcel: {
    done: "the parcel leaves: from here on there is no way back",
    failed: "no carrier takes the parcel",
    undone: "",
  },
  mail: { done: "the receipt is sent", failed: "", undone: "" },
};

function named(id: NodeId): string {
  return names[id] ?? id;
}

function words(moment: Moment, before: readonly Moment[], saga: Saga): string {
  const { kind, node, to, step, what } = moment;
  switch (kind) {
    case "ask":
      return asked(moment, before);
    case "act":
      return acted(moment);
    case "answer":
      return answered(moment, before);
    case "log":
      return logged(moment, saga);
    case "unheard":
      return node === "o1"
        ? `${to} says ${what} about ${step}, which nobody waits for any more`
        : `${node} cannot undo ${step} and is silent`;
    case "drop":
      return `${named(node)} is down; what ${named(to)} says finds nobody`;
    case "crash":
      return `${named(node)} crashes; what it has on disk, it will know again`;
    case "back":
      return node === "o1" && moment.after.log
        ? "the orchestrator is back, reads its log, and will ask for what comes next"
        : `${named(node)} is back`;
  }
}

function asked({ to, step, what, isTimer }: Moment, before: readonly Moment[]): string {
  const question = what === "undo" ? `undo ${step}` : step;
  const isAgain = before.some(
    (one) => one.kind === "ask" && one.step === step && one.what === what,
  );
  if (isTimer && isAgain) return `no answer; the orchestrator asks ${to} again: ${question}`;
  return `the orchestrator asks ${to}: ${question}`;
}

function acted({ node, what, after: { services } }: Moment): string {
  if (what === "undone" && services[node]?.fromMs === null)
    return `${node} has nothing to undo, and notes that it must not be done later`;
  return deedsOf[node]?.[what] || `${node}: ${what}`;
}

function answered({ node, step, what, ends }: Moment, before: readonly Moment[]): string {
  if (ends.length === 0) return `${node} answers: ${what}`;
  const wasUndone = before.some(
    (one) => one.node === node && one.kind === "act" && one.what === "undone",
  );
  if (what === "failed" && wasUndone)
    return `${step} comes late; ${node} refuses what was undone before it came`;
  return `${node} was asked before and answers the same: ${what}`;
}

function logged({ step, what, after: { log } }: Moment, saga: Saga): string {
  if (what === "begun")
    return "order 17 comes in; before anything else the orchestrator writes a log, still empty";
  if (what === "again") return "an operator has repaired the card service and says: again";
  if (what === "unknown")
    return `the orchestrator gives ${step} up and writes: unknown. It may have been done, so it is owed an undo`;
  if (what === "stuck")
    return `undo ${step} was asked for ${undoAttemptsMax + 1} times; the orchestrator writes: stuck. A person has to look`;
  const end = next(saga, log ?? []).kind === "end" ? "; the order is over" : "";
  return `the orchestrator writes to its log: ${step} ${what}${end}`;
}

function codeOf(moment: Moment): Step<Run>["code"] {
  const { kind, node, what, isTimer, ends, done } = moment;
  if (kind === "ask" && isTimer && done === 1)
    return at("retry", "return [counted, ask(options, counted, id)];");
  if (kind === "ask")
    return what === "undo"
      ? at("next", "const step = saga.findLast(")
      : at("next", 'const step = saga.find(({ name }) => !has(log, name, "done"));');
  if (kind === "act")
    return what === "undone"
      ? at("participant", 'return [next, [save(next), answer(message, "undone")]];')
      : at("participant", "return [next, [save(next), answer(message, what)]];");
  if (kind === "answer" && ends.length > 0 && what !== "undone")
    return at("participant", "return [state, [answer(message, what)]];");
  if (kind === "log") return codeOfLog(moment);
  const isLate = kind === "unheard" && node === "o1";
  return isLate ? at("log", "if (!isAwaited) return [state, []];") : null;
}

function at(listing: string, line: string): Step<Run>["code"] {
  return { listing, line };
}

function codeOfLog({ what, step }: Moment): Step<Run>["code"] {
  if (what === "unknown")
    return at("retry", 'return write(options, state, id, { step, what: "unknown" });');
  if (what === "stuck")
    return at("retry", 'return write(options, state, id, { step, what: "stuck" });');
  if (what === "again") return at("retry", 'log.filter(({ what }) => what !== "stuck"),');
  return step === ""
    ? at("log", "const effects = [save(begun), answer, ...ask(options, begun, id)];")
    : at("log", "return write(options, state, id, {");
}
