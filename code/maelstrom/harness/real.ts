/** A workload on real processes: start, ask, disturb, settle, check. */
// unprinted: for the chapter on testing
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ClientOptions,
  scriptedClient,
} from "../../kernel/client.ts";
import {
  type ChaosKind,
  chaos,
  type Fault,
} from "../../kernel/faults.ts";
import { historyOf } from "../../kernel/history.ts";
import type { Message, Node, NodeId } from "../../kernel/node.ts";
import { nextDice, stream } from "../../kernel/random.ts";
import { type Driven, drive } from "../../runtime/drive.ts";
import { checkWorkload } from "../check/check.ts";
import {
  type Finding,
  type Histories,
  illegal,
} from "../check/finding.ts";
import {
  clientOf,
  finalClient,
  names,
  neighbours,
  rotated,
  type Topology,
  until,
} from "../clients.ts";
import type { Workload } from "../workloads.ts";
import { openNetwork, type RealNetwork } from "./network.ts";
import { type Server, serverOf } from "./server.ts";

export type RealOptions = {
  readonly workload: Workload;
  readonly seed: number;
  readonly servers: number;
  readonly clients: number;
  /** For so long clients ask and faults happen. */
  readonly forMs: number;
  /** From the end of the faults to the last questions. */
  readonly settleMs: number;
  readonly latencyMs: number;
  readonly lossProbability: number;
  /** From an answer to the next question at most; half of it on average. */
  readonly thinkMsMax: number;
  /** After that a client gives up on a question. */
  readonly timeoutMs: number;
  /** Which faults, drawn from the seed; none when empty. */
  readonly faults: readonly ("partition" | "kill" | "pause")[];
  readonly topology: Topology;
  /** Another node than ours. */
  readonly bin?: string;
  tell(line: string): void;
};

export type RealRun = {
  readonly finding: Finding;
  readonly histories: Histories;
  readonly network: RealNetwork["counts"];
};

type Stage = {
  readonly options: RealOptions;
  readonly ids: readonly NodeId[];
  readonly servers: ReadonlyMap<NodeId, Server>;
  readonly clients: Map<NodeId, Driven>;
  readonly network: RealNetwork;
  readonly wrong: string[];
  nowMs(): number;
};

// #region run-real
export async function runReal(options: RealOptions): Promise<RealRun> {
  const { workload, forMs, settleMs, tell } = options;
  const disk = mkdtempSync(join(tmpdir(), "maelstrom-"));
  const stage = build(options, disk);
  const servers = [...stage.servers.values()];
  try {
    await Promise.all(servers.map((server) => server.start()));
    tell(`${servers.length} servers of ${workload} have started`);
    await arrange(stage);
    const startMs = stage.nowMs();
    const asking = ask(stage, startMs + forMs);
    await Promise.all([rest(forMs), disturb(stage, startMs)]);
    tell(`${answered(stage, asking)} answers; all is well again`);
    await rest(settleMs);
    const finals = await askLast(stage);
    await Promise.all(servers.map((server) => server.end()));
    const found = verdict(stage, finals);
    return { ...found, network: stage.network.counts };
  } finally {
    stage.network.close();
    for (const client of stage.clients.values()) client.stop();
    await Promise.all(servers.map((server) => server.end()));
    rmSync(disk, { recursive: true, force: true });
  }
}
// #endregion run-real

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

// #region build
/** Servers, a network between them, and nobody to ask yet. */
function build(options: RealOptions, disk: string): Stage {
  const { workload, seed, latencyMs, lossProbability } = options;
  const ids = names("n", options.servers);
  const bin =
    options.bin ?? join(import.meta.dirname, "../bin", workload);
  // Only who is killed needs to find again what it had.
  const keeps = options.faults.includes("kill") && !options.bin;
  const args = keeps ? ["--disk", disk] : [];
  const wrong: string[] = [];
  const servers = new Map<NodeId, Server>();
  const clients = new Map<NodeId, Driven>();
  const begunMs = performance.now();
  const nowMs = () => performance.now() - begunMs;
  const deliver = (message: Message) => {
    servers.get(message.dest)?.send(message);
    clients.get(message.dest)?.receive(message);
  };
  const network = openNetwork({
    seed,
    servers: ids,
    delayMs: { kind: "uniform", min: 0, max: 2 * latencyMs },
    lossProbability,
    nowMs,
    deliver,
  });
  for (const id of ids) {
    const onMessage = (message: Message) => network.send(message);
    const onWrong = (what: string) => wrong.push(what);
    const ways = { id, ids, bin, args, onMessage, onWrong };
    servers.set(id, serverOf(ways));
  }
  return { options, ids, servers, clients, network, wrong, nowMs };
}
// #endregion build

// #region clients
/** A client is a pure node too; the harness drives it. */
function enter(stage: Stage, id: NodeId, node: Node<unknown>): Driven {
  const { nowMs, network, options } = stage;
  let dice = stream(options.seed, stage.clients.size);
  const client = drive(node, id, [], {
    nowMs,
    dice: () => {
      dice = nextDice(dice);
      return stream(dice, 0);
    },
    disk: { read: () => ({}), write: () => {} },
    send: (message) => network.send(message),
    wait(afterMs, then) {
      const timer = setTimeout(then, Math.max(0, afterMs));
      return () => clearTimeout(timer);
    },
    log: (text) => stage.wrong.push(text),
  });
  stage.clients.set(id, client);
  return client;
}
// #endregion clients

// #region ask
function ask(stage: Stage, untilMs: number): readonly NodeId[] {
  const { workload, clients, thinkMsMax, timeoutMs } = stage.options;
  const askers = names("c", clients);
  for (const [at, id] of askers.entries()) {
    const targets = rotated(stage.ids, at);
    const ways = { targets, timeoutMs, thinkMsMax };
    const node = until(untilMs, clientOf(workload, at, ways));
    enter(stage, id, node as Node<unknown>);
  }
  return askers;
}

/** One client for each server, and on until all have been answered. */
async function askLast(stage: Stage): Promise<readonly NodeId[]> {
  const { workload, timeoutMs } = stage.options;
  return askEach(stage, "f", 6000, (ways) =>
    finalClient(workload, { ...ways, timeoutMs }),
  );
}

async function arrange(stage: Stage): Promise<void> {
  const { workload, topology } = stage.options;
  if (workload !== "broadcast") return;
  const map = neighbours(topology, stage.ids);
  const body = { type: "topology", topology: map };
  await askEach(stage, "t", 4000, (ways) =>
    scriptedClient([body], ways),
  );
}

async function askEach(
  stage: Stage,
  letter: string,
  waitMsMax: number,
  clientFor: (ways: ClientOptions) => Node<unknown> | Node<never>,
): Promise<readonly NodeId[]> {
  const askers = names(letter, stage.ids.length);
  for (const [at, id] of askers.entries()) {
    const targets = [stage.ids[at] ?? ""];
    const ways = { targets, timeoutMs: 1000, attemptsMax: 20 };
    enter(stage, id, clientFor(ways) as Node<unknown>);
  }
  const untilMs = stage.nowMs() + waitMsMax;
  do await rest(20);
  while (!isQuiet(stage, askers) && stage.nowMs() < untilMs);
  return askers;
}
// #endregion ask

/** Have all of them been answered, and not with "try again"? */
function isQuiet(stage: Stage, askers: readonly NodeId[]): boolean {
  const history = historyOf(stage.network.trace, askers);
  return askers.every((id) => {
    const own = history.filter(({ process }) => process === id);
    const result = own.at(-1)?.result ?? null;
    return result !== null && result.code !== 11;
  });
}

function answered(stage: Stage, askers: readonly NodeId[]): number {
  const history = historyOf(stage.network.trace, askers);
  return history.filter(({ result }) => result !== null).length;
}

// #region disturb
/** Which kinds of drawn faults stand for which option. */
const kindsOf: { readonly [name: string]: readonly ChaosKind[] } = {
  partition: ["halves", "isolate", "one-way", "bridge", "ring"],
  kill: ["crash"],
  pause: ["pause"],
};

/** Faults at their times; fulfilled when the last is over. */
async function disturb(stage: Stage, startMs: number): Promise<void> {
  const { seed, forMs, faults, tell } = stage.options;
  const kinds = faults.flatMap((name) => kindsOf[name] ?? []);
  if (kinds.length === 0) return;
  const plan = chaos(seed, {
    nodes: stage.ids,
    untilMs: forMs,
    kinds,
    pauseMsMax: 600,
    faultMsMax: 1500,
  });
  for (const fault of plan) {
    await rest(Math.max(0, startMs + fault.atMs - stage.nowMs()));
    if (fault.atMs < forMs) tell(describe(fault));
    await apply(stage, fault);
  }
}

async function apply(stage: Stage, fault: Fault): Promise<void> {
  stage.network.apply(fault);
  if (!("node" in fault)) return;
  const server = stage.servers.get(fault.node);
  if (fault.kind === "crash") server?.signal("SIGKILL");
  if (fault.kind === "restart" && server?.isDown())
    await server.start();
  if (fault.kind === "pause") {
    server?.signal("SIGSTOP");
    setTimeout(() => server?.signal("SIGCONT"), fault.forMs);
  }
}
// #endregion disturb

function describe(fault: Fault): string {
  const at = `${fault.atMs} ms: ${fault.kind}`;
  if ("groups" in fault) {
    return `${at} ${fault.groups.map((g) => g.join(" ")).join(" | ")}`;
  }
  if (fault.kind === "cut") return `${at} ${fault.from} -> ${fault.to}`;
  return "node" in fault ? `${at} ${fault.node}` : at;
}

// #region verdict
function verdict(stage: Stage, finals: readonly NodeId[]) {
  const { workload } = stage.options;
  const clients = [...stage.clients.keys()];
  const all = historyOf(stage.network.trace, clients).filter(
    ({ op }) => op !== "topology",
  );
  const last = all.filter(({ process }) => finals.includes(process));
  const histories = { all, finals: last };
  const [wrong] = stage.wrong;
  const finding = wrong
    ? illegal(wrong)
    : checkWorkload(workload, histories);
  return { finding, histories };
}
// #endregion verdict
