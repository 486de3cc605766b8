/**
 * A node on the network: a message a line over TCP. Each process listens
 * on one port, dials each of its peers, and answers clients on the
 * connection on which they spoke last. Messages may be lost, and be late;
 * nobody is asked who he is, so this belongs on a network that one trusts.
 */
import {
  connect,
  createServer,
  type Server,
  type Socket,
} from "node:net";
import type { Writable } from "node:stream";
import type { Message, NodeId } from "../kernel/node.ts";
import { lineLengthMax, lineOf, messageOf, onLines } from "./lines.ts";

export type Address = { readonly host: string; readonly port: number };

export type TcpOptions = {
  readonly id: NodeId;
  readonly listen: Address;
  readonly peers: ReadonlyMap<NodeId, Address>;
  readonly onMessage: (message: Message) => void;
  readonly log: (text: string) => void;
  readonly lineLengthMax?: number;
  readonly queueLengthMax?: number;
};

export type Tcp = {
  send(message: Message): void;
  close(): void;
  /** Where it listens: with port 0, the one that was free. */
  readonly address: Address;
};

type DialOptions = Pick<TcpOptions, "log" | "queueLengthMax">;

/** From this wait to that after a connection that did not come about. */
const redialMsMin = 50;
const redialMsMax = 1000;
/** How long who has said all may wait for answers. */
const lingerMs = 30_000;

// #region outbox
export type Outbox = {
  push(line: string): void;
  /** Send on this connection from now on, until it closes. */
  attach(socket: Writable): void;
};

/** Lines on their way. Where too many wait, the oldest are lost. */
export function outbox(lengthMax: number): Outbox {
  const lines: string[] = [];
  let socket: Writable | null = null;
  const flush = () => {
    // Who does not read is not written to: the line waits, not memory.
    while (socket !== null && !socket.writableNeedDrain) {
      const line = lines.shift();
      if (line === undefined) return;
      socket.write(line);
    }
  };
  return {
    push(line) {
      lines.push(line);
      if (lines.length > lengthMax) lines.shift();
      flush();
    },
    attach(next) {
      socket = next;
      next.on("drain", flush);
      next.on("close", () => {
        if (socket === next) socket = null;
      });
      flush();
    },
  };
}
// #endregion outbox

// #region tcp
/** Listen, then dial everybody; fulfilled when it listens. */
export async function openTcp(options: TcpOptions): Promise<Tcp> {
  const clients = new Map<NodeId, Outbox>();
  const callers = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    callers.add(socket);
    socket.on("close", () => callers.delete(socket));
    hear(socket, clients, options);
  });
  const address = await listen(server, options.listen);
  const links = new Map(
    [...options.peers].map(([id, to]) => [id, dial(id, to, options)]),
  );
  return {
    address,
    send(message) {
      const { dest } = message;
      const to = links.get(dest)?.outbox ?? clients.get(dest);
      to?.push(lineOf(message));
    },
    close() {
      server.close();
      for (const link of links.values()) link.close();
      for (const socket of callers) socket.destroy();
    },
  };
}
// #endregion tcp

/** Fulfilled with where it listens: with port 0, one that was free. */
export function listen(server: Server, { host, port }: Address) {
  return new Promise<Address>((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, host, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") return;
      resolve({ host: bound.address, port: bound.port });
    });
  });
}

// #region dial
/** Keep a connection to a peer; when there is none, try again. */
export function dial(id: NodeId, to: Address, options: DialOptions) {
  const lines = outbox(options.queueLengthMax ?? 256);
  let redialMs = redialMsMin;
  let waiting: NodeJS.Timeout | undefined;
  let socket: Socket | undefined;
  const call = () => {
    socket = connect({ ...to, noDelay: true });
    let isUp = false;
    socket.on("connect", () => {
      isUp = true;
      redialMs = redialMsMin;
      options.log(`${id} is in reach`);
      if (socket) lines.attach(socket);
    });
    // What it was does not matter: a "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => {
      if (isUp) options.log(`${id} is out of reach`);
      waiting = setTimeout(call, redialMs);
      redialMs = Math.min(2 * redialMs, redialMsMax);
    });
    // Peers speak on connections of their own; here only its end counts.
    socket.resume();
  };
  call();
  const close = () => {
    socket?.removeAllListeners("close").destroy();
    clearTimeout(waiting);
  };
  return { outbox: lines, close };
}
// #endregion dial

// #region hear
/** Read messages from a connection; remember the clients on it. */
function hear(
  socket: Socket,
  clients: Map<NodeId, Outbox>,
  options: TcpOptions,
): void {
  const { id, peers, log, onMessage } = options;
  const replies = outbox(options.queueLengthMax ?? 256);
  replies.attach(socket.setNoDelay(true));
  const onLine = (line: string) => {
    const message = messageOf(line);
    if (message === null) log(`no message: ${line.slice(0, 100)}`);
    else if (message.dest !== id || message.src === id) {
      log(`not for me: ${message.src} -> ${message.dest}`);
    } else {
      if (!peers.has(message.src)) clients.set(message.src, replies);
      onMessage(message);
    }
  };
  const lengthMax = options.lineLengthMax ?? lineLengthMax;
  onLines(socket, onLine, () => log("a line is too long"), lengthMax);
  // Who has said all may still wait for an answer, but not for ever.
  socket.on("end", () =>
    socket.setTimeout(lingerMs, () => socket.destroy()),
  );
  socket.on("error", () => {});
  socket.on("close", () => {
    for (const [client, way] of clients) {
      if (way === replies) clients.delete(client);
    }
  });
}
// #endregion hear
