/**
 * A program's main.ts as so many processes on this computer, to be
 * killed, paused and started again. They end with whoever started them.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Json, NodeId } from "../kernel/node.ts";
import { readFolder } from "./disk.ts";
import { onLines } from "./lines.ts";
import { type Link, openLink } from "./link.ts";
import { diskFolder } from "./serve.ts";
import type { Address } from "./tcp.ts";

export type ClusterOptions = {
  /** The main.ts that each process runs. */
  readonly main: string;
  readonly ids: readonly NodeId[];
  /** The nodes keep their disks below it. */
  readonly folder: string;
  /** Peers speak over links that can be cut; directly by default. */
  readonly withLinks?: boolean;
  /** How long a node rests at each point of a write; 0 by default. */
  readonly slowDiskMs?: number;
  /** A line that a node has logged; or that it ended by itself. */
  readonly onLog?: (id: NodeId, line: string) => void;
};

export type Cluster = {
  readonly ids: readonly NodeId[];
  readonly addresses: ReadonlyMap<NodeId, Address>;
  /** Fulfilled when it listens. */
  start(id: NodeId): Promise<void>;
  /** SIGKILL; fulfilled when the process is gone. */
  kill(id: NodeId): Promise<void>;
  /** SIGSTOP: it stands still and does not know it. */
  pause(id: NodeId): void;
  /** SIGCONT. */
  resume(id: NodeId): void;
  isUp(id: NodeId): boolean;
  isPaused(id: NodeId): boolean;
  /** What stands on its disk now, whether it is up or not. */
  disk(id: NodeId): { readonly [key: string]: Json };
  /** What the one says no longer reaches the other. */
  cut(from: NodeId, to: NodeId): void;
  /** All links are whole again. */
  heal(): void;
  /** SIGTERM to all, and SIGKILL to who does not mind. */
  close(): Promise<void>;
};

/** All processes that were started here and have not ended. */
const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

/** Let no process outlive a command that is told to end. */
export function endOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(1));
  }
}

type Machine = {
  readonly child: ChildProcess;
  isPaused: boolean;
  /** It was told to end. */
  isEnding: boolean;
};

/** Ports are drawn and the processes started; fulfilled when all listen. */
export async function startCluster(
  options: ClusterOptions,
): Promise<Cluster> {
  const { ids, folder } = options;
  const ports = await freePorts(ids.length);
  const addresses = new Map(
    ids.map((id, i) => [
      id,
      { host: "127.0.0.1", port: ports[i] ?? 0 },
    ]),
  );
  const links = options.withLinks
    ? await openLinks(addresses)
    : new Map<string, Link>();
  const machines = new Map<NodeId, Machine>();
  const signal = (id: NodeId, name: NodeJS.Signals) =>
    machines.get(id)?.child.kill(name);
  const cluster: Cluster = {
    ids,
    addresses,
    async start(id) {
      if (machines.has(id)) return;
      const wayTo = (peer: NodeId, address: Address) =>
        links.get(linkName(id, peer))?.address ?? address;
      const ways = [...addresses].map(
        ([peer, address]) => [peer, wayTo(peer, address)] as const,
      );
      const child = spawnNode(id, addresses.get(id), ways, options);
      const machine = { child, isPaused: false, isEnding: false };
      machines.set(id, machine);
      child.on("exit", (code, signal) => {
        machines.delete(id);
        if (machine.isEnding) return;
        options.onLog?.(id, `ended by itself (${signal ?? code})`);
      });
      await listening(id, child, options);
    },
    async kill(id) {
      const machine = machines.get(id);
      if (machine === undefined) return;
      machine.isEnding = true;
      const gone = once(machine.child, "exit");
      machine.child.kill("SIGKILL");
      await gone;
    },
    pause(id) {
      const machine = machines.get(id);
      if (machine) machine.isPaused = signal(id, "SIGSTOP") ?? false;
    },
    resume(id) {
      const machine = machines.get(id);
      if (machine) machine.isPaused = false;
      signal(id, "SIGCONT");
    },
    isUp: (id) => machines.has(id),
    isPaused: (id) => machines.get(id)?.isPaused ?? false,
    disk: (id) => readFolder(diskFolder(folder, id)),
    cut: (from, to) => links.get(linkName(from, to))?.cut(),
    heal() {
      for (const link of links.values()) link.heal();
    },
    async close() {
      await Promise.all([...machines.values()].map(end));
      for (const link of links.values()) link.close();
    },
  };
  try {
    await Promise.all(ids.map((id) => cluster.start(id)));
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

/** One for each direction between two nodes, by name. */
async function openLinks(
  addresses: ReadonlyMap<NodeId, Address>,
): Promise<ReadonlyMap<string, Link>> {
  const links = new Map<string, Link>();
  for (const from of addresses.keys()) {
    for (const [to, address] of addresses) {
      if (from === to) continue;
      links.set(linkName(from, to), await openLink(address));
    }
  }
  return links;
}

function linkName(from: NodeId, to: NodeId): string {
  return JSON.stringify([from, to]);
}

function spawnNode(
  id: NodeId,
  own: Address | undefined,
  ways: readonly (readonly [NodeId, Address])[],
  { main, folder, slowDiskMs = 0 }: ClusterOptions,
): ChildProcess {
  const words = [
    ...["--id", id, "--listen", `${own?.host}:${own?.port}`],
    ...ways.flatMap(([peer, { host, port }]) => [
      "--peer",
      `${peer}=${host}:${port}`,
    ]),
    ...["--disk", folder, "--slow-disk-ms", String(slowDiskMs)],
    // Should this process be killed itself, the pipe ends, and they do.
    "--until-input-ends",
  ];
  const child = spawn(process.execPath, [main, ...words], {
    stdio: ["pipe", "ignore", "pipe"],
    // Apart: what stops one of them must not reach who watches them.
    detached: true,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  children.add(child);
  child.on("exit", () => children.delete(child));
  child.stdin?.on("error", () => {});
  return child;
}

/** It says so when it listens; if it ends before, that is an error. */
function listening(
  id: NodeId,
  child: ChildProcess,
  { onLog }: ClusterOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const { stderr } = child;
    if (stderr === null) return;
    const hear = (line: string) => {
      if (said.length < 20) said.push(line);
      onLog?.(id, line);
      if (line.startsWith(`${id} listens on `)) resolve();
    };
    onLines(stderr, hear, () => {});
    child.on("error", reject);
    child.on("close", () =>
      reject(new Error([`${id} did not start.`, ...said].join("\n"))),
    );
  });
}

/** Ask it to end, and do not take no for an answer. */
async function end(machine: Machine): Promise<void> {
  const { child } = machine;
  machine.isEnding = true;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  child.kill("SIGCONT");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await gone;
  clearTimeout(timer);
}

/**
 * Ports that nobody listens on, below those that systems hand out by
 * themselves: a node that dials a dead peer on one of those may by chance
 * get its own call answered, and the peer's port would be taken.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (!found.includes(port) && (await isFree(port))) found.push(port);
  }
  return found;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () =>
      server.close(() => resolve(true)),
    );
  });
}
