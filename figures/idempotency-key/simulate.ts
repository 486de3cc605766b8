/** One charge, and a death at one of 22 lines; below it, every other line and every other guard. */
import {
  type CrashPoint,
  crashPoints,
  play,
} from "../../code/idempotency/crash-points.scenario.ts";
import {
  everyCrash,
  payment,
  setups,
  type Verdict,
} from "../../code/idempotency/payment.scenario.ts";
import type { Body, NodeId } from "../../code/kernel/node.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import type { Step } from "../../scripts/widget/contract.ts";

export type Params = { readonly guard: string; readonly line: number };

/** One thing that happened: somebody heard something, wrote, said something; or a death, or a return. */
export type Moment = {
  readonly kind: "ask" | "hear" | "drop" | "crash" | "back";
  readonly atMs: number;
  readonly node: NodeId;
  /** What was heard, and what is said because of it. */
  readonly heard: Body | null;
  readonly said: Body | null;
  readonly to: NodeId;
  readonly hasWritten: boolean;
  readonly start: number | null;
  readonly end: number | null;
  readonly after: Books;
};

/** All that is known outside of memory, and what the client knows. */
export type Books = {
  readonly charged: number;
  readonly orders: number;
  /** Recovery points of the keys, in the order in which they came. */
  readonly points: readonly string[];
  readonly outcome: string;
  readonly down: readonly NodeId[];
};

export type Charging = {
  readonly moments: readonly Moment[];
  readonly now: number;
  /** Index of the guard among the rows of the grid, and of the line among its columns; -1: nobody dies. */
  readonly row: number;
  readonly column: number;
  readonly grid: Grid;
};

export type Grid = {
  readonly points: readonly CrashPoint[];
  readonly verdicts: readonly (readonly Verdict[])[];
};

export const guards = ["fresh", "again", "park", "provider"];
const seed = 7;
const mortals = ["w1", "s1", "v1"];

export function simulate({ guard, line }: Params): readonly Step<Charging>[] {
  const row = Math.max(0, guards.indexOf(guard));
  const setup = setups[row];
  if (!setup) throw new Error("no setup");
  const all = grid();
  const column = Math.min(line, all.points.length) - 1;
  const { sim } = play(payment({ seed, setup }), all.points[column] ?? null);
  const moments = momentsOf(sim.trace);
  return moments.map((moment, now) => ({
    say: `${Math.round(moment.atMs)} ms: ${words(moment, moments.slice(0, now))}.`,
    code: codeOf(moment),
    state: { moments, now, row, column, grid: all },
  }));
}

let known: Grid | null = null;

/** It depends on no parameter, so it is made once. */
function grid(): Grid {
  const [first] = setups;
  if (!first) throw new Error("no setup");
  known ??= {
    points: crashPoints(payment({ seed, setup: first }), mortals),
    verdicts: setups.map((setup) => everyCrash(seed, setup)),
  };
  return known;
}

// --- From the trace to moments -------------------------------------------------------------------

type Told = Omit<Moment, "after">;

const plain = { heard: null, said: null, to: "", hasWritten: false, start: null, end: null };

function momentsOf(trace: readonly TraceEvent[]): readonly Moment[] {
  let books: Books = { charged: 0, orders: 0, points: [], outcome: "waits", down: [] };
  const moments: Moment[] = [];
  for (const events of groups(trace)) {
    const told = tell(events);
    if (!told) continue;
    books = events.reduce(booked, books);
    moments.push({ ...told, after: books });
  }
  return moments;
}

/** Each arrival or timer with the effects that it has. */
function groups(trace: readonly TraceEvent[]): readonly (readonly TraceEvent[])[] {
  const all: TraceEvent[][] = [];
  for (const event of trace) {
    const isEffect = event.kind === "send" || event.kind === "persist";
    if (isEffect) all.at(-1)?.push(event);
    else all.push([event]);
  }
  return all;
}

function tell(events: readonly TraceEvent[]): Told | null {
  const [first] = events;
  if (first === undefined) return null;
  const { atMs } = first;
  const sent = events.find((event) => event.kind === "send");
  const hasWritten = events.some(({ kind }) => kind === "persist");
  const out =
    sent?.kind === "send"
      ? { said: sent.message.body, to: sent.message.dest, start: sent.id, hasWritten }
      : { hasWritten };
  switch (first.kind) {
    case "crash":
      return { ...plain, kind: "crash", atMs, node: first.node };
    case "restart":
      return { ...plain, kind: "back", atMs, node: first.node };
    case "timer":
      return sent ? { ...plain, kind: "ask", atMs, node: first.node, ...out } : null;
    case "deliver":
    case "drop": {
      const { dest: node, body: heard } = first.message;
      const kind = first.kind === "drop" ? "drop" : "hear";
      return { ...plain, kind, atMs, node, heard, end: first.id, ...out };
    }
    default:
      return null;
  }
}

function booked(books: Books, event: TraceEvent): Books {
  const { down } = books;
  if (event.kind === "crash") return { ...books, down: [...down, event.node] };
  if (event.kind === "restart") return { ...books, down: down.filter((id) => id !== event.node) };
  if (event.kind === "persist" && event.node === "v1")
    return { ...books, charged: (event.value as readonly unknown[]).length };
  if (event.kind === "persist") {
    const { keys, orders } = event.value as unknown as Tables;
    const points = Object.values(keys).map(({ recoveryPoint }) => recoveryPoint);
    return { ...books, points, orders: orders.length };
  }
  if (event.kind === "deliver" && event.message.dest === "c1" && books.outcome === "waits")
    return { ...books, outcome: outcomeOf(event.message.body) };
  return books;
}

type Tables = {
  readonly keys: { readonly [key: string]: { readonly recoveryPoint: string } };
  readonly orders: readonly unknown[];
};

function outcomeOf({ response, text }: Body): string {
  if (text === "IN_PROGRESS") return "waits";
  return text === "ASK_A_HUMAN" ? "ask a human" : paid(response);
}

function paid(response: Body[string] | undefined): string {
  return `payment ${(response as { readonly payment?: number } | null)?.payment ?? ""}`;
}

// --- In words ------------------------------------------------------------------------------------

const names: { readonly [id: NodeId]: string } = {
  s1: "the database",
  v1: "the provider",
  c1: "the client",
};

function named(id: NodeId): string {
  return names[id] ?? id;
}

function words(moment: Moment, before: readonly Moment[]): string {
  const { kind, node, said, to, heard, after } = moment;
  switch (kind) {
    case "ask": {
      const again = before.length > 0 ? "no answer yet; " : "";
      return `${again}the client asks ${to}: charge 40, key ${said?.key}`;
    }
    case "crash":
      return `${named(node)} dies${deathOf(node, before.at(-1))}`;
    case "back":
      return `${named(node)} is back${node === "w1" ? ", and remembers nothing" : " with its disk"}`;
    case "drop":
      return `${named(node)} is down; ${heard?.type} finds nobody`;
    case "hear":
      break;
  }
  if (node === "v1") return provided(moment, before);
  if (node === "s1") return stored(moment);
  if (node === "c1")
    return `the client is told: ${told(heard)}${after.outcome === "waits" ? "" : ` (charged ${after.charged} ×)`}`;
  return served(moment);
}

/** What the dead one had done of its last step. */
function deathOf(node: NodeId, last: Moment | undefined): string {
  if (last?.node !== node || last.kind !== "hear") return "";
  if (last.start !== null) return ", just after it has said so";
  return last.hasWritten
    ? ": it is on disk, and not yet said"
    : " before it does anything about it";
}

function provided({ after, heard }: Moment, before: readonly Moment[]): string {
  const isNew = after.charged > (before.at(-1)?.after.charged ?? 0);
  if (!isNew) return `the provider knows the key ${heard?.key} and charges nothing`;
  return after.charged > 1
    ? `the provider charges the card again: ${after.charged} ×`
    : "the provider charges the card";
}

function stored({ heard, said }: Moment): string {
  if (heard?.type === "claim") {
    if (said?.kind === "done") return "the key is finished; the database gives the stored answer";
    if (said?.kind === "in-progress")
      return "another holds the key; the database says: in progress";
    const record = said?.record as
      | { readonly recoveryPoint: string; readonly attempt: number }
      | undefined;
    if (record && record.attempt > 1)
      return `the lock on the key is over; it is given anew, from where it stands: ${record.recoveryPoint}`;
    return "the database has never seen the key, and writes: started";
  }
  if (said?.isHeld === false) return "the database refuses a holder that was overtaken";
  return heard?.recoveryPoint === "finished"
    ? "the database stores answer and order in one write: finished"
    : "the database writes: paying";
}

function told(heard: Body | null): string {
  if (heard?.text === "IN_PROGRESS") return "in progress, ask later";
  if (heard?.text === "ASK_A_HUMAN") return "ask a human";
  return paid(heard?.response);
}

function served({ node, heard, said, to }: Moment): string {
  if (said === null) return `${node} hears ${heard?.type}, which it does not wait for`;
  if (said.type === "claim") return `${node} asks the database for the key`;
  if (said.type === "pay")
    return heard?.type === "claim_ok"
      ? `a payment was begun, nobody knows with what end; ${node} asks the provider again`
      : `${node} asks the provider to pay`;
  if (said.type === "progress")
    return said.recoveryPoint === "finished"
      ? `${node} knows that it is paid, and has that stored`
      : `the key is ${node}’s; before it pays, it notes that it will`;
  if (said.text === "ASK_A_HUMAN")
    return `a payment was begun, nobody knows with what end; ${node} leaves it to a human`;
  return `${node} tells ${named(to)}: ${told(said)}`;
}

function codeOf(moment: Moment): Step<Charging>["code"] {
  const { kind, node, said, heard } = moment;
  if (kind === "ask") return at("ask", "const key = options.isKeyFresh");
  if (kind !== "hear" || said === null) return null;
  if (node === "s1") return codeOfStore(said, heard);
  if (node === "v1") return at("provider", "const isKnown = isIdempotent && at >= 0;");
  if (said.type === "claim")
    return at("request", 'const question = { type: "claim", key, charge };');
  return heard?.type === "claim_ok" ? codeOfClaimed(said) : codeOfPaid(said);
}

function at(listing: string, line: string): Step<Charging>["code"] {
  return { listing, line };
}

function codeOfStore(said: Body, heard: Body | null): Step<Charging>["code"] {
  if (heard?.type !== "claim")
    return heard?.recoveryPoint === "finished"
      ? at("transact", "const all = isPaid ? [...orders, charge] : orders;")
      : at("transact", "const next = progress(keys, key, attempt, recoveryPoint, response);");
  if (said.kind === "done")
    return at("claim", 'return [keys, { kind: "done", response: known.response }];');
  return said.kind === "in-progress"
    ? at("claim", 'return [keys, { kind: "in-progress" }];')
    : at("claim", 'recoveryPoint: known?.recoveryPoint ?? "started",');
}

function codeOfClaimed(said: Body): Step<Charging>["code"] {
  if (said.type === "pay") return at("claimed", "? [next, [pay(next, id, mine)]]");
  if (said.type === "progress") return at("claimed", ': [next, [note(next, id, mine, "paying")]];');
  if (said.text === "IN_PROGRESS")
    return at("claimed", 'return end(refuse(client, msgId, 11, "IN_PROGRESS"));');
  return said.text === "ASK_A_HUMAN"
    ? at("claimed", 'return end(refuse(client, msgId, 1000, "ASK_A_HUMAN"));')
    : at("claimed", "return end(answer(client, msgId, claim.response));");
}

function codeOfPaid(said: Body): Step<Charging>["code"] {
  if (said.type === "pay")
    return at("finish", 'return ask(provider, id, "pay", { type: "pay", key, charge });');
  return said.type === "progress"
    ? at("finish", 'return [next, [note(next, id, paid, "finished")]];')
    : at("finish", "return [next, [answer(client, msgId, response)]];");
}
