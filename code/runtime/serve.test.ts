/** Processes: their command lines, how they begin, how they end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, describe, expect, test, vi } from "vitest";
import { echo } from "../echo/echo.ts";
import type { Body, Message, Node } from "../kernel/node.ts";
import { calmOptions } from "../raft/options.ts";
import { raftKv } from "../raft-kv/raft-kv.ts";
import { openClient } from "./client.ts";
import { startCluster } from "./cluster.ts";
import { folderDisk, readFolder } from "./disk.ts";
import { lineOf, onLines } from "./lines.ts";
import {
  addressOf,
  diskFolder,
  optionsOf,
  peerOf,
  serve,
} from "./serve.ts";

const code = join(import.meta.dirname, "..");
const echoMain = join(code, "echo", "main.ts");

const children = new Set<ChildProcess>();
const folders: string[] = [];
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "serve-"));
  folders.push(folder);
  return folder;
}

/** A process whose lines can be waited for. */
function run(main: string, words: readonly string[] = []) {
  const child = spawn(process.execPath, [main, ...words]);
  children.add(child);
  const ended = once(child, "close").then(([exit]) => exit as unknown);
  const listen = (stream: NodeJS.ReadableStream) => {
    const lines: string[] = [];
    const waiting = new Set<() => void>();
    const look = () => {
      for (const one of waiting) one();
    };
    const hear = (line: string) => {
      lines.push(line);
      look();
    };
    onLines(stream, hear, () => {});
    const line = (part: string) =>
      new Promise<string>((resolve, reject) => {
        const find = () => {
          const found = lines.find((line) => line.includes(part));
          if (found !== undefined) resolve(found);
        };
        waiting.add(find);
        find();
        void ended.then(() =>
          reject(new Error(`ended without "${part}"`)),
        );
      });
    return { lines, line };
  };
  const out = listen(child.stdout);
  const log = listen(child.stderr);
  const tell = (body: Body) =>
    child.stdin.write(lineOf({ src: "c1", dest: "n1", body }));
  return { child, out, log, tell, ended };
}

const init: Body = {
  type: "init",
  msg_id: 1,
  node_id: "n1",
  node_ids: ["n1", "n2", "n3"],
};

const mains = globSync("*/main.ts", { cwd: code }).sort((one, other) =>
  one < other ? -1 : 1,
);

test("there are programs to run", () => {
  expect(mains).toContain(join("raft-kv", "main.ts"));
});

describe.each(mains)("the process %s", (path) => {
  test("answers init, says nothing but messages, ends with its input", async () => {
    const { child, out, tell, ended } = run(join(code, path));
    tell(init);
    const answer = JSON.parse(await out.line("init_ok")) as Message;
    expect(answer).toEqual({
      src: "n1",
      dest: "c1",
      body: { type: "init_ok", in_reply_to: 1 },
    });
    child.stdin.end();
    expect(await ended).toBe(0);
    for (const line of out.lines) {
      expect(JSON.parse(line)).toMatchObject({ src: "n1" });
    }
  });
});

describe("a process on standard input", () => {
  test("answers; garbage goes to the log and kills nobody", async () => {
    const { child, out, log, tell, ended } = run(echoMain);
    child.stdin.write("garbage\n");
    tell(init);
    tell({ type: "echo", msg_id: 2, echo: "hi" });
    expect(await out.line("echo_ok")).toContain('"echo":"hi"');
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(log.lines).toEqual(["no message: garbage"]);
    expect(out.lines).toHaveLength(2);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "ends at %s",
    async (name) => {
      const { child, out, tell, ended } = run(
        join(code, "raft-kv", "main.ts"),
        ["--stdio"],
      );
      tell(init);
      await out.line("init_ok");
      child.kill(name);
      expect(await ended).toBe(0);
    },
  );

  test("keeps a disk by the name of the node, if it is given one", async () => {
    const disk = newFolder();
    const { child, out, tell, ended } = run(
      join(code, "raft-kv", "main.ts"),
      ["--disk", disk],
    );
    tell({ ...init, node_ids: ["n1"] });
    tell({ type: "read", key: "x", msg_id: 2 });
    await out.line("init_ok");
    child.stdin.end();
    expect(await ended).toBe(0);
    // Nobody has voted yet: the folder is there and nothing is in it.
    expect(readFolder(diskFolder(disk, "n1"))).toEqual({});
  });
});

describe("a process on the network", () => {
  const listen = ["--id", "n1", "--listen", "127.0.0.1:0"];

  test("says where it listens, answers, and ends at SIGTERM", async () => {
    const { child, log, ended } = run(echoMain, listen);
    const said = await log.line("listens on");
    const where = `n1=${said.split(" ").at(-1)}`;
    const ask = join(import.meta.dirname, "ask.ts");
    const body = '{"type":"echo","echo":"hi"}';
    const asking = run(ask, [where, body]);
    expect(JSON.parse(await asking.out.line("echo_ok"))).toEqual({
      type: "echo_ok",
      echo: "hi",
      in_reply_to: 1,
    });
    expect(await asking.ended).toBe(0);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    const late = run(ask, [where, body]);
    expect(await late.ended).toBe(1);
    expect(late.out.lines).toEqual(["nobody listens"]);
  });

  test("ends with its input only if it is told to", async () => {
    const words = [...listen, "--until-input-ends"];
    const { child, log, ended } = run(echoMain, words);
    await log.line("listens on");
    child.stdin.end();
    expect(await ended).toBe(0);
  });

  test("does not start on a port that is taken", async () => {
    const first = run(echoMain, listen);
    const said = await first.log.line("listens on");
    const where = said.split(" ").at(-1) ?? "";
    const words = ["--id", "n1", "--listen", where];
    const second = run(echoMain, words);
    expect(await second.ended).toBe(1);
    expect(second.log.lines.join()).toContain("EADDRINUSE");
  });

  test("begins with what is on its disk", async () => {
    const folder = newFolder();
    const term = { currentTerm: 41, votedFor: null, log: [] };
    const snapshot = {
      lastIndex: 0,
      lastTerm: 0,
      members: ["n1"],
      data: null,
    };
    folderDisk(diskFolder(folder, "n1")).write("raft", {
      ...term,
      snapshot,
    });
    const main = join(code, "raft-kv", "main.ts");
    const cluster = await startCluster({ main, ids: ["n1"], folder });
    try {
      // Alone it elects itself, and the term goes up from there.
      const isElected = () => {
        const { raft } = cluster.disk("n1");
        return JSON.stringify(raft).includes('"currentTerm":42');
      };
      await vi.waitUntil(isElected, { timeout: 30_000 });
    } finally {
      await cluster.close();
    }
    expect(cluster.isUp("n1")).toBe(false);
  });
});

describe("served in this process", () => {
  /** What it logs, and how to tell it to end as a signal would. */
  async function served<S>(node: Node<S>, words: readonly string[]) {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const logged: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      logged.push(String(text));
      return true;
    });
    const once = vi.spyOn(process, "once").mockReturnThis();
    await serve(node, words, { stdin, stdout });
    const [signal, listener] = once.mock.calls[0] ?? [];
    expect(signal).toBe("SIGTERM");
    return { stdin, stdout, logged, end: () => listener?.() };
  }
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("a node on the network answers until it is told to end", async () => {
    const disk = newFolder();
    const words = "--id n1 --listen 127.0.0.1:0 --slow-disk-ms 1";
    const { logged, end } = await served(echo, [
      ...words.split(" "),
      ...["--disk", disk, "--peer", "n2=127.0.0.1:1"],
    ]);
    const where = /^n1 listens on (.+)\n$/.exec(logged[0] ?? "")?.[1];
    const address = addressOf(where ?? "");
    const client = await openClient("c1", "n1", address);
    const question = { type: "echo", msg_id: 1, echo: "hi" };
    expect(await client?.ask(question, 30_000)).toEqual({
      type: "echo_ok",
      in_reply_to: 1,
      echo: "hi",
    });
    end();
    await vi.waitFor(() => expect(client?.isOpen()).toBe(false));
    expect(await openClient("c1", "n1", address)).toBe(null);
  });

  test("a node on streams ends when nobody reads any more", async () => {
    const { stdin, stdout } = await served(raftKv(calmOptions), []);
    const said: string[] = [];
    stdout.on("data", (piece) => said.push(String(piece)));
    stdin.write(lineOf({ src: "c0", dest: "n1", body: init }));
    await vi.waitFor(() => expect(said.join("")).toContain("init_ok"));
    stdout.emit("error", new Error("EPIPE"));
    expect(stdin.destroyed).toBe(true);
  });
});

describe("processes that are watched", () => {
  test("are missed if they end by themselves, and do not start", async () => {
    const logged: string[] = [];
    const starting = startCluster({
      main: echoMain,
      ids: ["n1"],
      // A file stands where the folder should be.
      folder: import.meta.filename,
      onLog: (id, line) => logged.push(`${id}: ${line}`),
    });
    await expect(starting).rejects.toThrow(
      /n1 did not start.\n.*ENOTDIR/,
    );
    expect(logged).toContain("n1: ended by itself (1)");
  });

  test("can be killed, paused and started again", async () => {
    const logged: string[] = [];
    const cluster = await startCluster({
      main: echoMain,
      ids: ["n1", "n2"],
      folder: newFolder(),
      onLog: (id, line) => logged.push(`${id}: ${line}`),
    });
    const { isUp, isPaused } = cluster;
    const state = () => [isUp("n1"), isPaused("n1"), isUp("n2")];
    try {
      await cluster.start("n1");
      expect(state()).toEqual([true, false, true]);
      cluster.pause("n1");
      expect(state()).toEqual([true, true, true]);
      cluster.resume("n1");
      expect(state()).toEqual([true, false, true]);
      cluster.pause("n1");
      await cluster.kill("n1");
      expect(state()).toEqual([false, false, true]);
      await cluster.kill("n1");
      cluster.pause("n1");
      cluster.resume("n1");
      expect(state()).toEqual([false, false, true]);
      await cluster.start("n1");
      expect(state()).toEqual([true, false, true]);
      cluster.pause("n2");
    } finally {
      await cluster.close();
    }
    expect(state()).toEqual([false, false, false]);
    expect(logged.join("\n")).not.toContain("by itself");
  });
});

describe("a command line", () => {
  test("can be asked for help", async () => {
    const { out, ended } = run(echoMain, ["--help"]);
    expect(await ended).toBe(0);
    expect(out.lines.join("\n")).toMatch(/main\.ts --id n1 --listen/);
  });

  test("that makes no sense is told in a line", async () => {
    const { out, log, ended } = run(echoMain, ["--id", "n1"]);
    expect(await ended).toBe(1);
    expect(out.lines).toEqual([]);
    expect(log.lines).toEqual([
      "Over TCP a node needs --id and --listen",
    ]);
  });

  // Node's recursive mkdir never came back from there.
  test.skipIf(!existsSync("/proc/self"))(
    "with a disk where no folder can be is told in a line",
    async () => {
      const words = "--id n1 --listen 127.0.0.1:0 --disk /proc/none";
      const { log, ended } = run(echoMain, words.split(" "));
      expect(await ended).toBe(1);
      expect(log.lines).toHaveLength(1);
      expect(log.lines[0]).toMatch(/^ENOENT.*'\/proc\/none'/);
    },
  );

  test.each([
    "--nonsense",
    "stray",
    "--stdio --id n1",
    "--stdio --listen 127.0.0.1:1",
    "--stdio --peer n2=127.0.0.1:1",
    "--id n1",
    "--listen 127.0.0.1:1",
    "--peer n2=127.0.0.1:1",
    "--id n1 --listen 127.0.0.1",
    "--id n1 --listen 127.0.0.1:0 --peer n2",
    "--slow-disk-ms=-1",
    "--disk=",
  ])("is refused: %s", (words) => {
    expect(() => optionsOf(words.split(" "))).toThrow();
  });

  test("without words means standard input and output", () => {
    for (const words of [[], ["--stdio"]]) {
      expect(optionsOf(words)).toEqual({
        help: false,
        id: "",
        listen: undefined,
        peers: new Map(),
        disk: undefined,
        slowDiskMs: 0,
        endsWithInput: false,
      });
    }
  });

  test("names the node, its peers and its disk", () => {
    const words =
      "--id n1 --listen 127.0.0.1:7001 --peer n2=127.0.0.1:7002 " +
      "--peer n1=127.0.0.1:7001 --disk d --slow-disk-ms 3";
    expect(optionsOf(words.split(" "))).toMatchObject({
      id: "n1",
      listen: { host: "127.0.0.1", port: 7001 },
      // Not itself, even where one list is given to all.
      peers: new Map([["n2", { host: "127.0.0.1", port: 7002 }]]),
      disk: "d",
      slowDiskMs: 3,
    });
  });

  test("names addresses by host and port", () => {
    const loopback = { host: "127.0.0.1", port: 7001 };
    expect(addressOf("127.0.0.1:7001")).toEqual(loopback);
    expect(addressOf("[::1]:1")).toEqual({ host: "::1", port: 1 });
    expect(addressOf("host:65535").port).toBe(65535);
    expect(() => addressOf("host:65536")).toThrow("HOST:PORT");
    expect(() => addressOf("::1:1")).toThrow("HOST:PORT");
    expect(peerOf("a=b=127.0.0.1:7001")).toEqual(["a=b", loopback]);
    expect(() => peerOf("=127.0.0.1:7001")).toThrow("ID=");
  });
});
