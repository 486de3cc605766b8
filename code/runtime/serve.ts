/** What a main.ts calls: a node and a command line make a process. */
import { randomInt } from "node:crypto";
import { join, relative } from "node:path";
import type { Readable, Writable } from "node:stream";
import { parseArgs } from "node:util";
import type { Node, NodeId } from "../kernel/node.ts";
import { fileName, folderDisk, memoryDisk } from "./disk.ts";
import { type Disk, type Driven, drive } from "./drive.ts";
import { overStdio } from "./stdio.ts";
import { type Address, openTcp } from "./tcp.ts";

const help = `Runs one node as a process of its own.

  node MAIN                    speaks Maelstrom's protocol on standard
                               input and output; ends when the input ends
  node MAIN --id n1 --listen 127.0.0.1:7001 \\
    --peer n2=127.0.0.1:7002 --peer n3=127.0.0.1:7003 --disk FOLDER
                               speaks to its peers over TCP until SIGTERM

  --stdio           standard input and output; so it is without --listen
  --id ID           the name of this node
  --listen ADDRESS  where peers and clients reach it: HOST:PORT
  --peer ID=ADDRESS another node; once for each of them
  --disk FOLDER     keeps what the node persists below FOLDER, by the name
                    of the node; without it a restart begins with nothing
  --slow-disk-ms N  rests so long at each point of a write where a crash
                    would matter
  --until-input-ends  ends, with --listen too, when its input ends
  --help            this text

Messages are JSON, one a line: {"src":"c1","dest":"n1","body":{"type":…}}.
Logs go to standard error.
`;

type Streams = { readonly stdin: Readable; readonly stdout: Writable };

/** Run a node as the command line says; fulfilled when it has started. */
export async function serve<S>(
  node: Node<S>,
  words: readonly string[] = process.argv.slice(2),
  streams: Streams = process,
): Promise<void> {
  try {
    const options = optionsOf(words);
    if (options.help)
      streams.stdout.write(help.replaceAll("MAIN", main()));
    else if (options.listen === undefined)
      serveStdio(node, options, streams);
    else await serveTcp(node, options, options.listen, streams);
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

// #region serve-stdio
function serveStdio<S>(
  node: Node<S>,
  options: Options,
  { stdin: input, stdout: output }: Streams,
): void {
  const around = (id: NodeId) => surroundings(id, options);
  const stop = overStdio(node, { input, output, around, log });
  const end = () => {
    stop();
    input.destroy();
  };
  // Nobody reads what it says any more.
  output.on("error", end);
  onSignal(end);
}
// #endregion serve-stdio

// #region serve-tcp
/** First the port, then the disk: two processes cannot have one node. */
async function serveTcp<S>(
  node: Node<S>,
  options: Options,
  address: Address,
  { stdin }: Streams,
): Promise<void> {
  const { id, peers } = options;
  let driven: Driven | null = null;
  const tcp = await openTcp({
    id,
    listen: address,
    peers,
    onMessage: (message) => driven?.receive(message),
    log,
  });
  const { send } = tcp;
  const names = [...peers.keys()].sort((one, two) =>
    one < two ? -1 : 1,
  );
  const around = { ...surroundings(id, options), send };
  driven = drive(node, id, names, around);
  log(`${id} listens on ${tcp.address.host}:${tcp.address.port}`);
  const end = () => {
    driven?.stop();
    tcp.close();
    stdin.destroy();
  };
  onSignal(end);
  if (options.endsWithInput) stdin.resume().on("end", end);
}
// #endregion serve-tcp

// #region surroundings
/** A real clock, real chance, a real disk. */
function surroundings(id: NodeId, options: Options) {
  return {
    // Since the computer was started: goes on when the process does not.
    nowMs: () => Number(process.hrtime.bigint()) / 1e6,
    dice: () => randomInt(2 ** 32),
    disk: diskOf(id, options),
    wait(afterMs: number, then: () => void) {
      const timer = setTimeout(then, Math.min(afterMs, waitMsMax));
      return () => clearTimeout(timer);
    },
    log,
  };
}
// #endregion surroundings

/** What setTimeout can hold; a longer wait is taken up again. */
const waitMsMax = 2 ** 31 - 1;

function diskOf(id: NodeId, { disk, slowDiskMs }: Options): Disk {
  if (disk === undefined) return memoryDisk();
  const rest = new Int32Array(new SharedArrayBuffer(4));
  const pause = () => {
    if (slowDiskMs > 0) Atomics.wait(rest, 0, 0, slowDiskMs);
  };
  return folderDisk(diskFolder(disk, id), pause);
}

/** Where a node keeps its files, below what it was given as --disk. */
export function diskFolder(disk: string, id: NodeId): string {
  return join(disk, fileName(id).replace(/\.json$/, ""));
}

function onSignal(end: () => void): void {
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

function log(text: string): void {
  process.stderr.write(`${text}\n`);
}

function main(): string {
  return relative(process.cwd(), process.argv[1] ?? "main.ts");
}

export type Options = {
  readonly help: boolean;
  readonly id: NodeId;
  readonly listen: Address | undefined;
  readonly peers: ReadonlyMap<NodeId, Address>;
  readonly disk: string | undefined;
  readonly slowDiskMs: number;
  readonly endsWithInput: boolean;
};

/** The command line, understood; throws where it makes no sense. */
export function optionsOf(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      help: { type: "boolean", short: "h" },
      stdio: { type: "boolean" },
      id: { type: "string" },
      listen: { type: "string" },
      peer: { type: "string", multiple: true },
      disk: { type: "string" },
      "slow-disk-ms": { type: "string" },
      "until-input-ends": { type: "boolean" },
    },
  });
  const { id, listen, stdio, peer = [], disk } = values;
  const isTcp =
    id !== undefined || listen !== undefined || peer.length > 0;
  if (stdio && isTcp) throw new Error("--stdio stands alone");
  if (isTcp && (id === undefined || listen === undefined)) {
    throw new Error("Over TCP a node needs --id and --listen");
  }
  if (disk === "") throw new Error("--disk needs a folder");
  return {
    help: values.help ?? false,
    id: id ?? "",
    listen: listen === undefined ? undefined : addressOf(listen),
    peers: new Map(peer.map(peerOf).filter(([other]) => other !== id)),
    disk,
    slowDiskMs: wholeNumber(values["slow-disk-ms"] ?? "0"),
    endsWithInput: values["until-input-ends"] ?? false,
  };
}

export function peerOf(text: string): readonly [NodeId, Address] {
  const at = text.lastIndexOf("=");
  if (at < 1)
    throw new Error(`A node is named ID=HOST:PORT, not "${text}"`);
  return [text.slice(0, at), addressOf(text.slice(at + 1))];
}

/** `127.0.0.1:7001`; `[::1]:7001` where the host has colons itself. */
export function addressOf(text: string): Address {
  const found = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text);
  const port = Number(found?.[3]);
  const host = found?.[1] ?? found?.[2];
  if (host === undefined || port > 65535) {
    throw new Error(`An address is HOST:PORT, not "${text}"`);
  }
  return { host, port };
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new Error(`"${text}" is no whole number`);
  }
  return Number(text);
}
