/**
 * One item on N replicas without a leader. Its second write has reached some of them when two clients read, one after the other:
 * the first is near one end of the row, the second near the other.
 */
import type { Sibling } from "../../code/clocks/dotted.ts";
import { scriptedClient } from "../../code/kernel/client.ts";
import { historyOf, type Operation } from "../../code/kernel/history.ts";
import { checkLinearizable } from "../../code/kernel/linearizable.ts";
import { kv, register } from "../../code/kernel/models.ts";
import type { Body, Json, Message, NodeId } from "../../code/kernel/node.ts";
import { type Simulation, simulate as start } from "../../code/kernel/simulator.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import { preferenceList, ringOf } from "../../code/placement/ring.ts";
import { calculate, type Quorums } from "../../code/quorum-store/quorum.ts";
import { quorumStore } from "../../code/quorum-store/quorum-store.ts";
import { dynamoOptions, type State, valuesOf } from "../../code/quorum-store/state.ts";
import type { Step } from "../../scripts/widget/contract.ts";

export type Params = Quorums & { readonly reached: number };

/** What a client has heard from a replica: a value, or that it stored one. */
export type Answer = { readonly home: NodeId; readonly value: string };
export type Client = "w" | "a" | "b";

export type Row = {
  readonly client: Client;
  readonly isRead: boolean;
  readonly value: string;
  readonly fromMs: number;
  /** Null while it is under way. */
  readonly toMs: number | null;
};

export type Store = {
  readonly atMs: number;
  readonly quorums: Quorums;
  readonly promise: ReturnType<typeof calculate>;
  readonly homes: readonly { readonly id: NodeId; readonly value: string }[];
  /** The answers that count: the first W, or the first R. */
  readonly answers: { readonly [client in Client]: readonly Answer[] };
  readonly history: readonly Row[];
  /** Null until both have read. */
  readonly isLinearizable: boolean | null;
};

const ids = ["n1", "n2", "n3", "n4", "n5", "n6", "n7"];
const ring = ringOf(
  ids.map((id) => ({ id })),
  4,
);
const all = preferenceList(ring, '"x"', ids.length);
/** Never a home, for N is at most five. */
const [forWriter = "", forReaders = ""] = all.slice(5);
const coordinators = { w: forWriter, a: forReaders, b: forReaders };
const [lateMs, endMs] = [400, 450];
const [secondMs, aMs, bMs] = [20, 60, 110];

export function simulate({ n, reached, ...wished }: Params): readonly Step<Store>[] {
  const quorums = { n, r: Math.min(wished.r, n), w: Math.min(wished.w, n) };
  const homes = all.slice(0, n);
  const sim = run(quorums, homes, Math.min(reached, n));
  const steps: Step<Store>[] = [];
  const answers = { w: [], a: [], b: [] } as { [client in Client]: Answer[] };
  const push = ({ say, code }: Told) =>
    steps.push({ say, code, state: stateOf(sim, quorums, homes, answers) });
  sim.runUntil(secondMs);
  push(beginning(quorums));
  while (sim.nowMs < endMs) {
    const length = sim.trace.length;
    sim.runOne();
    const event = sim.trace[length];
    if (event?.kind !== "deliver") continue;
    hear(event.message, answers, quorums);
    const told = tell(event, { sim, quorums, homes, answers });
    if (told !== null) push(told);
  }
  return steps;
}

function run(quorums: Quorums, homes: readonly NodeId[], reached: number): Simulation {
  const { n, r } = quorums;
  const near = (client: Client) => (client === "a" ? homes.slice(0, r) : homes.slice(n - r));
  const fate = ({ dest, body }: Message, nowMs: number) => {
    const at = homes.indexOf(dest);
    if (body.type === "store" && nowMs > secondMs) return at < reached ? 5 + 2 * at : lateMs;
    if (body.type !== "get") return undefined;
    const client = nowMs < bMs ? "a" : "b";
    const place = client === "a" ? at : n - 1 - at;
    return near(client).includes(dest) ? 5 + 2 * place : lateMs;
  };
  const quiet = { retryMs: 1000, giveUpMs: 900, antiEntropyMs: 5000 };
  const node = quorumStore({ ...dynamoOptions, ...quorums, ...quiet });
  const asks = (client: Client, startMs: number, questions: readonly Body[]) =>
    scriptedClient(questions, { targets: [coordinators[client]], timeoutMs: 900, startMs });
  const write = (value: Json, context: Json) => ({ type: "write", key: "x", value, context });
  const read = { type: "read", key: "x" };
  // The first write is over everywhere, whatever W is.
  const first = { ...write(1, {}), w: n };
  const clients = {
    w: asks("w", 0, [first, write(2, { [forWriter]: 1 })]),
    a: asks("a", aMs, [read]),
    b: asks("b", bMs, [read]),
  };
  const nodes = { ...Object.fromEntries(ids.map((id) => [id, node])), ...clients };
  return start({ seed: 1, nodes, clients: ["w", "a", "b"], network: { fate } });
}

// --- The state -----------------------------------------------------------------------------------

function stateOf(
  sim: Simulation,
  quorums: Quorums,
  homes: readonly NodeId[],
  answers: { readonly [client in Client]: readonly Answer[] },
): Store {
  const history = historyOf(sim.trace, ["w", "a", "b"]).map(single);
  const reads = history.filter(({ op, returnMs }) => op === "read" && returnMs !== null);
  const registers = { ...register(), partOf: kv.partOf };
  const { verdict } = checkLinearizable(registers, history);
  return {
    atMs: sim.nowMs,
    quorums,
    promise: calculate(quorums),
    homes: homes.map((id) => ({ id, value: held(sim.state<State>(id).data['"x"']) })),
    answers: { w: [...answers.w], a: [...answers.a], b: [...answers.b] },
    history: history.map(rowOf),
    isLinearizable: reads.length < 2 ? null : verdict === "ok",
  };
}

function held(siblings: readonly Sibling[] = []): string {
  return String(valuesOf(siblings)[0] ?? "–");
}

/** As a register: the one value that is there, or null. */
function single(operation: Operation): Operation {
  const { result } = operation;
  if (result === null) return operation;
  const values = (result.values ?? []) as readonly Json[];
  return { ...operation, result: { ...result, value: values[0] ?? null } };
}

function rowOf({ process, op, args, result, invokeMs, returnMs }: Operation): Row {
  const isRead = op === "read";
  const value = isRead ? String(result?.value ?? "?") : String(args.value);
  return { client: process as Client, isRead, value, fromMs: invokeMs, toMs: returnMs };
}

/** Count an answer for the client whose request it belongs to, if it was still waited for. */
function hear(
  { src, dest, body }: Message,
  answers: { [client in Client]: Answer[] },
  { r, w }: Quorums,
): void {
  const work = String(body.work);
  // The first work of the writer's coordinator was the write of 1.
  if (body.type === "stored" && dest === forWriter && work.endsWith(".2"))
    if (answers.w.length < w) answers.w.push({ home: src, value: "2" });
  if (body.type !== "got") return;
  const client = work.endsWith(".1") ? "a" : "b";
  const value = held(body.siblings as unknown as readonly Sibling[]);
  if (answers[client].length < r) answers[client].push({ home: src, value });
}

// --- What an event tells -------------------------------------------------------------------------

type Told = Pick<Step<Store>, "say" | "code">;
type Context = {
  readonly sim: Simulation;
  readonly quorums: Quorums;
  readonly homes: readonly NodeId[];
  readonly answers: { readonly [client in Client]: readonly Answer[] };
};

function beginning({ n, r, w }: Quorums): Told {
  const sign = r + w > n ? ">" : "≤";
  return {
    say: `R + W = ${r + w} ${sign} N = ${n}. The first write is over: ${n === 1 ? "the one replica holds" : `all ${n} replicas hold`} 1. Now w writes 2.`,
    code: { listing: "calculator", line: "readsMeetWrites: r + w > n," },
  };
}

function tell(event: Extract<TraceEvent, { kind: "deliver" }>, context: Context): Told | null {
  const { src, dest, body } = event.message;
  const { quorums, answers } = context;
  switch (body.type) {
    case "write":
      return body.value === 2
        ? { say: `The write goes to all ${quorums.n}; ${enough(quorums.w)}.`, ...tells }
        : null;
    case "read":
      return {
        say: `${src} asks for x: all ${quorums.n} are asked, and ${enough(quorums.r)}.`,
        ...tells,
      };
    case "store":
      return onStore(dest, event, context);
    case "got": {
      const client = String(body.work).endsWith(".1") ? "a" : "b";
      const last = answers[client].at(-1);
      if (event.atMs > lateMs || last?.home !== src) return null;
      const say = `${src} says ${last.value} to ${client}: ${answers[client].length} of ${quorums.r}.`;
      return { say, code: advancing };
    }
    case "write_ok":
      return event.sentMs > secondMs
        ? {
            say: `${quorums.w} of ${quorums.n} have stored 2: w hears that its write is over.`,
            code: advancing,
          }
        : null;
    case "read_ok":
      return { say: verdictOf(dest as Client, context), code: advancing };
    default:
      return null;
  }
}

function enough(count: number): string {
  return count === 1 ? "the first answer is enough" : `the first ${count} answers are enough`;
}

const tells = {
  code: { listing: "tell", line: ".filter(({ node }) => answers[node] === undefined)" },
};
const advancing = { listing: "advance", line: "const isEnough = answered >= work.needed;" };

function onStore(
  home: NodeId,
  { atMs, sentMs }: { atMs: number; sentMs: number },
  { homes }: Context,
) {
  if (!homes.includes(home) || sentMs <= secondMs) return null;
  const late = atMs > lateMs ? ", long after both reads" : "";
  return {
    say: `The write reaches ${home}${late}: it holds 2.`,
    code: { listing: "on-store", line: "? hold(state, key, siblings)" },
  };
}

/** What a read got, and what is wrong with it. */
function verdictOf(client: Client, { sim, quorums, answers }: Context): string {
  const { r, w, n } = quorums;
  const rows = historyOf(sim.trace, ["w", "a", "b"]).map(single).map(rowOf);
  const value = rows.find((row) => row.client === client)?.value;
  const got = `${client} gets ${value}`;
  const second = rows.find((row) => row.client === "w" && row.value === "2");
  const fromMs = rows.find((row) => row.client === client)?.fromMs ?? 0;
  const isOver = second !== undefined && second.toMs !== null && second.toMs <= fromMs;
  const sum = `R + W = ${r + w}`;
  if (value === "2") {
    const met = answers[client].filter((answer) => answer.value === "2").map(({ home }) => home);
    return `${got}: it has met the write at ${met.join(" and ")}.`;
  }
  if (isOver)
    return `${got}: stale. The write was over, and ${sum} ≤ N = ${n} let the read miss it.`;
  const before = rows.find((row) => row.client === "a");
  if (client === "b" && before?.value === "2")
    return `${got}, after a got 2: time has gone backward${r + w > n ? `, though ${sum} > N = ${n}` : ""}. The write is not over.`;
  return `${got}. The write is not over, so the older value is allowed.`;
}
