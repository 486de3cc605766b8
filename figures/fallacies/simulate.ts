/** A client adds 1 twenty times at a server: each message of it, in a world where some of eight beliefs are untrue. */
import type { CarefulClientState, CarefulState } from "../../code/fallacies/careful.ts";
import type { ClientState } from "../../code/fallacies/counter.ts";
import {
  additions,
  careful,
  type Fallacy,
  naive,
  type Parts,
  play,
} from "../../code/fallacies/switchboard.scenario.ts";
import type { Node } from "../../code/kernel/node.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import type { Step } from "../../scripts/widget/contract.ts";

/** Name of the switch → the belief. */
export const beliefs = {
  reliable: "the network is reliable",
  latency: "latency is zero",
  bandwidth: "bandwidth is infinite",
  secure: "the network is secure",
  topology: "topology does not change",
  administrator: "there is one administrator",
  cost: "transport cost is zero",
  homogeneous: "the network is homogeneous",
} as const satisfies { readonly [name: string]: Fallacy };
export type Belief = keyof typeof beliefs;

export type Params = { readonly [belief in Belief]: boolean } & {
  readonly careful: boolean;
  readonly seed: number;
};

export type Row = {
  readonly atMs: number;
  readonly kind:
    | "start"
    | "count"
    | "twice"
    | "known"
    | "stranger"
    | "answer"
    | "late"
    | "ignored"
    | "again"
    | "lost"
    | "crash"
    | "restart";
  /** The message that came or was lost here: who sent it, and at which row. */
  readonly from: { readonly id: string; readonly row: number; readonly isRepeat: boolean } | null;
  readonly to: string;
  /** Which addition it is about; 0 for none. */
  readonly question: number;
  /** What the client shows, what it takes for done, what the server has counted; after this row. */
  readonly shown: number | null;
  readonly done: number;
  readonly counted: number;
  readonly verdict: string;
};

export type World = {
  readonly params: Params;
  /** Of the whole run; what is shown of them ends at `now`. */
  readonly rows: readonly Row[];
  readonly now: number;
  /** Sent, and not yet arrived at this row. */
  readonly underWay: readonly Arrival[];
};

type AnyClient = ClientState | CarefulClientState;
type AnyServer = Pick<CarefulState, "count">;
type Journal = { readonly client: AnyClient[]; readonly server: AnyServer[] };

/** More than any world has that comes to an end. */
const rowsMax = 140;
/** In a world where nobody answers any more, this much of it is enough. */
const vainMax = 24;

export function simulate(params: Params): readonly Step<World>[] {
  const untrue = (Object.keys(beliefs) as Belief[])
    .filter((name) => !params[name])
    .map((name) => beliefs[name]);
  const journal: Journal = { client: [], server: [] };
  const parts = params.careful ? careful : naive;
  const sim = play(params.seed, untrue, spied(parts, journal));
  const { rows, arrivals } = rowsOf(sim.trace, journal);
  return rows.map((row, now) => {
    const underWay = arrivals.filter(({ row: sent, to }) => sent <= now && to > now);
    const isLast = now === rows.length - 1;
    const state = { params, rows, now, underWay };
    const end = isLast && row.verdict === "asking" ? " And so it goes on." : "";
    return { say: `${sentence(row)}${end}`, state, code: codeOf(row, params.careful) };
  });
}

/** The same parts, with each state of theirs written down. */
function spied(parts: Parts, journal: Journal): Parts {
  const noting = (node: Node<unknown>, note: (state: unknown) => void): Node<unknown> => ({
    init: (setup) => {
      const made = node.init(setup);
      note(made[0]);
      return made;
    },
    step: (state, input) => {
      const made = node.step(state, input);
      note(made[0]);
      return made;
    },
  });
  let counters = 0;
  return {
    counter: (most) => {
      counters += 1;
      const node = parts.counter(most);
      // The second one is the successor, whom nobody asks.
      return counters > 1 ? node : noting(node, (state) => journal.server.push(state as AnyServer));
    },
    client: (options) =>
      noting(parts.client(options), (state) => journal.client.push(state as AnyClient)),
  };
}

// --- Rows ------------------------------------------------------------------------------------------

type Told = Pick<Row, "shown" | "done" | "counted" | "verdict">;
type Sent = {
  readonly from: string;
  readonly row: number;
  readonly question: number;
  readonly isRepeat: boolean;
};
/** A message, from the row in which it was sent to that in which it came or was lost. */
type Arrival = {
  readonly from: string;
  readonly row: number;
  readonly to: number;
  readonly isRepeat: boolean;
};

function rowsOf(trace: readonly TraceEvent[], { client, server }: Journal) {
  const sent = new Map<number, Sent>();
  const asked = new Set<number>();
  const counted = new Set<number>();
  const arrivals: Arrival[] = [];
  let [clients, servers, question] = [0, 0, 0];
  let told: Told = toldBy(client[0], server[0]);
  const start = { kind: "start", from: null, to: "client", question: 1 } as const;
  const rows: Row[] = [{ atMs: 0, ...start, ...told }];
  for (const event of trace) {
    if (rows.length >= rowsMax || isVain(rows)) break;
    if (event.kind === "send") {
      const { src } = event.message;
      // An answer is about the question that came last; a question about the next addition.
      const about = src === "client" ? told.done + 1 : src === "server" ? question : 0;
      const isRepeat = src === "client" && asked.has(about);
      if (src === "client") asked.add(about);
      sent.set(event.id, { from: src, row: rows.length - 1, question: about, isRepeat });
      continue;
    }
    const before = told;
    const message = "message" in event ? sent.get(event.id) : undefined;
    const isOver = before.verdict !== "asking";
    if (event.kind === "deliver" && event.message.dest === "client") {
      clients += 1;
      told = toldBy(client[clients], server[servers]);
      if (isOver) continue;
    } else if (event.kind === "timer") {
      clients += 1;
      told = toldBy(client[clients], server[servers]);
      if (isOver) continue;
    } else if (event.kind === "deliver" || event.kind === "restart") {
      servers += 1;
      told = toldBy(client[clients], server[servers]);
      question = message?.question ?? 0;
    }
    const kind = kindOf(event, message, before, told, counted);
    if (kind === null) continue;
    if (message && kind !== "ignored" && event.kind === "deliver" && message.from === "client")
      counted.add(message.question);
    if (message) arrivals.push({ ...message, to: rows.length });
    rows.push({
      atMs: event.atMs,
      kind,
      from: message ? { id: message.from, row: message.row, isRepeat: message.isRepeat } : null,
      to: "message" in event ? event.message.dest : kind === "again" ? "client" : "server",
      question: message?.question ?? before.done + 1,
      ...told,
    });
  }
  return { rows, arrivals };
}

/** The end of the run is all vain: asked again, and lost. */
function isVain(rows: readonly Row[]): boolean {
  return (
    rows.length > vainMax &&
    rows.slice(-vainMax).every(({ kind }) => kind === "again" || kind === "lost")
  );
}

function toldBy(client: AnyClient | undefined, server: AnyServer | undefined): Told {
  const counted = server?.count ?? 0;
  if (!client) return { shown: null, done: 0, counted, verdict: "asking" };
  if ("done" in client) {
    const verdict = client.doneMs === null ? "asking" : `done at ${client.doneMs} ms`;
    return { shown: client.shown, done: client.done, counted, verdict };
  }
  const done = client.verdict === "sure" ? client.number : client.number - 1;
  const at = client.doneMs === null ? "" : ` at ${client.doneMs} ms`;
  return { shown: client.shown, done, counted, verdict: `${client.verdict}${at}` };
}

function kindOf(
  event: TraceEvent,
  message: Sent | undefined,
  before: Told,
  after: Told,
  counted: ReadonlySet<number>,
): Row["kind"] | null {
  if (event.kind === "crash" || event.kind === "restart") return event.kind;
  if (event.kind === "timer") return "again";
  if (event.kind === "drop") return event.reason === "unknown" ? null : "lost";
  if (event.kind !== "deliver" || !message) return null;
  if (message.from === "stranger") return "stranger";
  if (message.from === "client") {
    if (after.counted === before.counted) return "known";
    return counted.has(message.question) ? "twice" : "count";
  }
  if (message.question === before.done + 1) return "answer";
  return after.done > before.done ? "late" : "ignored";
}

// --- Words -----------------------------------------------------------------------------------------

function sentence(row: Row): string {
  const { atMs, kind, question, counted, shown, verdict } = row;
  const at = `${Math.round(atMs)} ms: `;
  const over = overWords(verdict);
  switch (kind) {
    case "start":
      return "The client asks for the first of twenty additions.";
    case "count":
      return `${at}addition ${question} reaches the server, which counts ${counted}.`;
    case "twice":
      return `${at}addition ${question} comes again and is counted again: ${counted}.`;
    case "known":
      return `${at}addition ${question} comes again; the server knows it and still counts ${counted}.`;
    case "stranger":
      return `${at}a stranger adds 1000: ${counted}.`;
    case "answer":
      return `${at}the client hears ${shown} for addition ${question}.${over}`;
    case "late":
      return `${at}a late answer about addition ${question} is taken for the one awaited: ${shown} is shown.${over}`;
    case "ignored":
      return `${at}a late answer about addition ${question} is ignored.${over}`;
    case "again":
      return verdict === "asking"
        ? `${at}no answer for 100 ms: the client asks for addition ${question} again.`
        : `${at}no answer, once more.${over}`;
    case "lost":
      return lostWords(row, at);
    case "crash":
      return `${at}the server stops.`;
    case "restart":
      return `${at}the server starts again, and counts ${counted}.`;
  }
}

/** How the client ends; nothing while it asks. */
function overWords(verdict: string): string {
  const ends: { readonly [kind: string]: string } = {
    done: " It was the last: the client is done.",
    sure: " It was the last: the client is sure.",
    unknown: " The client gives up and says that it does not know.",
    disagrees: " That cannot be, and the client says so.",
  };
  return ends[verdict.split(" ")[0] ?? ""] ?? "";
}

function lostWords({ from, to, question }: Row, at: string): string {
  const what = from?.id === "server" ? "the answer about" : "the question for";
  return to === "client" || from?.id === "server"
    ? `${at}${what} addition ${question} is lost.`
    : `${at}${what} addition ${question} does not arrive.`;
}

function codeOf({ kind, verdict }: Row, isCareful: boolean): Step<World>["code"] {
  if (kind === "lost" || kind === "crash" || kind === "restart") return null;
  const isServer = kind === "count" || kind === "twice" || kind === "known" || kind === "stranger";
  if (isServer)
    return isCareful
      ? {
          listing: "carefulServer",
          line: "const isDone = Number(number) <= (state.last[src] ?? 0);",
        }
      : {
          listing: "server",
          line: "const count = (state.count + Number(body.amount)) % (most + 1);",
        };
  if (!isCareful)
    return {
      listing: "client",
      line:
        kind === "again"
          ? 'if (event.kind === "timer") return [state, ask];'
          : kind === "start"
            ? "dest: options.server,"
            : "const done = state.done + 1;",
    };
  if (kind === "start") return null;
  if (kind === "again")
    return {
      listing: "carefulClient",
      line: verdict.startsWith("unknown")
        ? 'return { ...state, verdict: "unknown" };'
        : "return { ...state, attempt: state.attempt + 1 };",
    };
  return {
    listing: "carefulClient",
    line:
      kind === "ignored"
        ? "if (answer.number !== state.number) return null;"
        : "if (shown !== state.number)",
  };
}

export { additions };
