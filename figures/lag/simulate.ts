/** A leader, two followers that get its log late, and a client that writes at the leader and reads at the followers. */
import { type ClientState, scriptedClient } from "../../code/kernel/client.ts";
import type { Body, Message, Node, NodeId } from "../../code/kernel/node.ts";
import { type Simulation, simulate as start } from "../../code/kernel/simulator.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import { replica } from "../../code/replication/replication.ts";
import { type Session, withToken } from "../../code/replication/session.ts";
import { asyncOptions, type State } from "../../code/replication/state.ts";
import type { Step } from "../../scripts/widget/contract.ts";

export type Params = {
  readonly n2Ms: number;
  readonly n3Ms: number;
  readonly reads: string;
  readonly token: string;
  readonly waits: boolean;
};

/** From then on a server shows this to whoever reads. */
export type Shown = { readonly fromMs: number; readonly value: number };

export type Fault = "own" | "back";

/** A question of the client c1, and what became of it. */
export type Ask = {
  readonly msgId: number;
  readonly kind: "read" | "write";
  readonly server: NodeId;
  readonly fromMs: number;
  /** When it reached the server, and when the server answered; null before. */
  readonly thereMs: number | null;
  readonly answeredMs: number | null;
  readonly toMs: number | null;
  /** Null for a refusal, or while there is no answer. */
  readonly value: number | null;
  readonly isRefused: boolean;
  readonly faults: readonly Fault[];
};

export type Replicas = {
  readonly atMs: number;
  readonly shown: { readonly [server: NodeId]: readonly Shown[] };
  readonly asks: readonly Ask[];
  /** The place in the log that c1 sends along; null where it sends none. */
  readonly token: number | null;
  readonly otherMs: number | null;
};

export const servers: readonly NodeId[] = ["n1", "n2", "n3"];
export const endMs = 430;
const [clientMs, otherMs, quietMs] = [12, 70, 40];
const read: Body = { type: "read", key: "x" };
const write = (value: number): Body => ({ type: "write", key: "x", value });
const script = [write(1), read, read, read, read, write(3), read, read, read, read, read, read];

export function simulate(params: Params): readonly Step<Replicas>[] {
  const sim = run(params);
  const now: Now = {
    shown: Object.fromEntries(servers.map((id) => [id, [{ fromMs: 0, value: 0 }]])),
    asks: [],
    isOther: false,
  };
  const steps: Step<Replicas>[] = [];
  const push = ({ say, code }: Told) => steps.push({ say, code, state: stateOf(sim, now) });
  push({ say: "Nothing is written yet. c1 sends its write of 1 to the leader, n1.", code: null });
  note(now, sim.trace);
  let changedMs = 0;
  while (sim.nowMs < endMs && sim.nowMs - changedMs < quietMs + params.n3Ms + params.n2Ms) {
    const length = sim.trace.length;
    if (!sim.runOne()) break;
    const events = sim.trace.slice(length);
    note(now, events);
    const told = [...applied(sim, now), ...tell(events, sim, now)];
    if (told.length > 0) changedMs = sim.nowMs;
    for (const one of told) push(one);
  }
  return [...steps, ending(sim, now)];
}

/** When all is quiet, or the time is over. */
function ending(sim: Simulation, now: Now): Step<Replicas> {
  const reads = now.asks.filter(
    ({ kind, toMs, isRefused }) => kind === "read" && toMs !== null && !isRefused,
  );
  const count = (fault: Fault) =>
    reads.filter(({ faults }) => faults.includes(fault)).length || "none";
  const say = `Of ${reads.length} reads ${count("own")} missed what c1 had written itself, and ${count("back")} showed less than an earlier one.`;
  return { say, code: null, state: stateOf(sim, now) };
}

function run({ n2Ms, n3Ms, reads, token, waits }: Params): Simulation {
  const options = { ...asyncOptions, readWaitMsMax: waits ? 300 : 0 };
  const node = replica(options);
  const patient = { targets: ["n1"], timeoutMs: 1000, attemptsMax: 3 };
  const asking = reading(scriptedClient(script, patient), reads);
  const other = scriptedClient([write(2)], { ...patient, startMs: otherMs });
  const nodes = {
    ...Object.fromEntries(servers.map((id) => [id, node])),
    c1: carrying(asking, token),
    c2: other,
  };
  const fate = ({ src, dest }: Message) =>
    src !== "n1" || !servers.includes(dest) ? clientMs : dest === "n2" ? n2Ms : n3Ms;
  return start({ seed: 1, nodes, clients: ["c1", "c2"], network: { fate } });
}

/** The first attempt of each read goes where the client likes, all else to the leader. */
function reading(client: Node<ClientState>, reads: string): Node<ClientState> {
  return {
    ...client,
    step: (state, input) => {
      const [next, effects] = client.step(state, input);
      const inTurn = next.begun % 2 === 0 ? "n2" : "n3";
      const dest = reads === "turn" ? inTurn : reads;
      const turned = effects.map((effect) =>
        effect.kind === "send" && effect.body.type === "read" && next.attempt === 1
          ? { ...effect, dest }
          : effect,
      );
      return [next, turned];
    },
  };
}

/** A session that knows only some of the tokens it is told: those of its writes, those of its reads, all, or none. */
function carrying(client: Node<ClientState>, token: string): Node<unknown> {
  if (token === "none") return client as Node<unknown>;
  const session = withToken(client);
  const hides = token === "writes" ? "read_ok" : token === "reads" ? "write_ok" : "";
  const half: typeof session = {
    ...session,
    step: (state, input) => {
      const { event } = input;
      if (event.kind !== "message" || event.message.body.type !== hides)
        return session.step(state, input);
      const { token: _, ...body } = event.message.body;
      const message = { ...event.message, body: body as Body };
      return session.step(state, { ...input, event: { ...event, message } });
    },
  };
  return half as Node<unknown>;
}

// --- What has happened so far --------------------------------------------------------------------

type Now = { shown: Replicas["shown"]; asks: readonly Ask[]; isOther: boolean };

function stateOf(sim: Simulation, { shown, asks, isOther }: Now): Replicas {
  const session = sim.state<Session<ClientState> | ClientState>("c1");
  const token = "token" in session ? (session.token?.position ?? 0) : null;
  return { atMs: sim.nowMs, shown, asks, token, otherMs: isOther ? otherMs + clientMs : null };
}

/** Keep the questions of c1 up to date with the trace. */
function note(now: Now, events: readonly TraceEvent[]): void {
  for (const event of events) {
    if (event.kind !== "send" && event.kind !== "deliver") continue;
    const { src, dest, body } = event.message;
    const at = event.atMs;
    if (src === "c1" && event.kind === "send") now.asks = [...now.asks, askOf(body, dest, at)];
    else if (src === "c1") change(now, Number(body.msg_id), () => ({ thereMs: at }));
    else if (dest === "c1" && event.kind === "send")
      change(now, Number(body.in_reply_to), (ask) => answerOf(now.asks, ask, body, at));
    else if (dest === "c1") change(now, Number(body.in_reply_to), () => ({ toMs: at }));
    else if (src === "c2" && event.kind === "deliver") now.isOther = true;
  }
}

function change(now: Now, msgId: number, how: (ask: Ask) => Partial<Ask>): void {
  now.asks = now.asks.map((ask) => (ask.msgId === msgId ? { ...ask, ...how(ask) } : ask));
}

function askOf(body: Body, server: NodeId, fromMs: number): Ask {
  const kind = body.type === "write" ? "write" : "read";
  const value = kind === "write" ? Number(body.value) : null;
  const open = { thereMs: null, answeredMs: null, toMs: null, isRefused: false, faults: [] };
  return { msgId: Number(body.msg_id), kind, server, fromMs, value, ...open };
}

/** Older than what it wrote itself, or than what it has read before? Values grow along the log. */
function answerOf(asks: readonly Ask[], ask: Ask, body: Body, answeredMs: number): Partial<Ask> {
  if (ask.kind === "write") return { answeredMs };
  const isRefused = body.type === "error" && body.code === 11;
  if (isRefused) return { answeredMs, isRefused };
  const value = Number(body.value ?? 0);
  const known = asks.filter(({ toMs, isRefused }) => toMs !== null && !isRefused);
  const isOlder = (kind: Ask["kind"]) =>
    known.some((one) => one.kind === kind && (one.value ?? 0) > value);
  const faults: readonly Fault[] = [
    ...(isOlder("write") ? (["own"] as const) : []),
    ...(isOlder("read") ? (["back"] as const) : []),
  ];
  return { answeredMs, value, faults };
}

// --- What an event tells -------------------------------------------------------------------------

type Told = Pick<Step<Replicas>, "say" | "code">;

/** Servers that show something new. */
function applied(sim: Simulation, now: Now): readonly Told[] {
  return servers.flatMap((id): Told[] => {
    const value = Number(sim.state<State>(id).data['"x"'] ?? 0);
    const before = now.shown[id] ?? [];
    if (before.at(-1)?.value === value) return [];
    now.shown = { ...now.shown, [id]: [...before, { fromMs: sim.nowMs, value }] };
    if (id === "n1") {
      const whose = value === 2 ? "c2 writes 2" : `c1 writes ${value}`;
      const say = `${whose}: n1 takes it at place ${value} of its log, ships it, and says ok at once.`;
      return [
        { say, code: { listing: "append", line: "const [shipping, ships] = shipToAll(taken);" } },
      ];
    }
    const late = sim.nowMs - (now.shown.n1?.find((one) => one.value === value)?.fromMs ?? 0);
    const say = `${id} applies ${value}, ${late} ms after the leader.`;
    return [
      { say, code: { listing: "apply", line: "return [applyUpTo(state, log.length), []];" } },
    ];
  });
}

function tell(events: readonly TraceEvent[], sim: Simulation, now: Now): readonly Told[] {
  return now.asks.flatMap((ask) => {
    if (ask.kind !== "read") return [];
    const isNew = events.some(
      (event) =>
        (event.kind === "deliver" &&
          event.message.src === "c1" &&
          event.message.body.msg_id === ask.msgId) ||
        (event.kind === "send" &&
          event.message.dest === "c1" &&
          event.message.body.in_reply_to === ask.msgId),
    );
    return isNew ? [tellRead(ask, sim)] : [];
  });
}

function tellRead(ask: Ask, sim: Simulation): Told {
  const { server, isRefused, answeredMs, thereMs } = ask;
  const behind = `${server} is at place ${sim.state<State>(server).applied} of the log, before the one that c1’s token names`;
  if (answeredMs === null)
    return {
      say: `${behind}: the read waits.`,
      code: { listing: "on-read", line: "const parked = [...state.parked, read];" },
    };
  if (isRefused)
    return {
      say: `${behind}: it refuses, and c1 will ask the leader.`,
      code: { listing: "freshness", line: 'if (position > state.applied) return "behind";' },
    };
  const waited = answeredMs - (thereMs ?? answeredMs);
  const when = waited > 0 ? `, after a wait of ${waited} ms` : "";
  return {
    say: `${server} shows c1 ${shownWords(ask)}${when}${faultWords(ask)}.`,
    code:
      waited > 0
        ? { listing: "on-read", line: "const answers = due.map((read) =>" }
        : { listing: "on-read", line: "return [state, [answer(state, ask, found)]];" },
  };
}

function shownWords({ value }: Ask): string {
  return value === 0 ? "nothing" : String(value);
}

function faultWords({ faults }: Ask): string {
  if (faults.length === 2) return ": older than its own write, and older than what it has read";
  if (faults[0] === "own") return ": older than its own write";
  return faults[0] === "back" ? ": older than what it has read before" : "";
}
