/** One server as a process: started, initialised, killed, ended. */
// unprinted: for the chapter on testing
import {
  type ChildProcessWithoutNullStreams,
  spawn,
} from "node:child_process";
import type { Message, NodeId } from "../../kernel/node.ts";
import { lineOf, messageOf, onLines } from "../../runtime/lines.ts";

export type ServerOptions = {
  readonly id: NodeId;
  readonly ids: readonly NodeId[];
  /** An executable that speaks the protocol, and its arguments. */
  readonly bin: string;
  readonly args: readonly string[];
  /** What it says, once it has said init_ok. */
  onMessage(message: Message): void;
  /** It has said what is no message, or ended without being asked. */
  onWrong(what: string): void;
};

export type Server = {
  /** Fulfilled when it has answered its `init`. */
  start(): Promise<void>;
  send(message: Message): void;
  isDown(): boolean;
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** End its input and see it end; after two seconds kill it. */
  end(): Promise<void>;
};

const initMs = 20_000;
const endMs = 2000;

export function serverOf(options: ServerOptions): Server {
  const { id, onWrong } = options;
  let child: Child | null = null;
  /** Those whose end is no surprise. */
  const asked = new WeakSet<Child>();

  const start = () =>
    new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${id} does not answer init`)),
        initMs,
      );
      const onInit = () => {
        clearTimeout(late);
        resolve();
      };
      const started = launch(options, onInit);
      child = started;
      const words = lastWords(started);
      started.on("error", (error) => {
        clearTimeout(late);
        child = null;
        reject(error);
      });
      started.on("close", (code) => {
        clearTimeout(late);
        if (child === started) child = null;
        if (asked.has(started)) return resolve();
        onWrong(`${id} ended (${code}): ${words()}`);
        reject(new Error(`${id} ended (${code}): ${words()}`));
      });
    });

  return {
    start,
    isDown: () => child === null,
    send: (message) => child?.stdin.write(lineOf(message)),
    signal(name) {
      if (child === null) return;
      if (name === "SIGKILL") asked.add(child);
      child.kill(name);
      if (name === "SIGKILL") child = null;
    },
    end() {
      if (child === null) return Promise.resolve();
      asked.add(child);
      return ended(child, () => onWrong(`${id} outlives its input`));
    },
  };
}

type Child = ChildProcessWithoutNullStreams;

/** Start the process, say who it is, and listen. */
function launch(options: ServerOptions, onInit: () => void): Child {
  const { id, ids, bin, args, onWrong, onMessage } = options;
  const child = spawn(bin, args);
  // A pipe to a process that is gone; its end is told elsewhere.
  child.stdin.on("error", () => {});
  const onLine = (line: string) => {
    const message = messageOf(line);
    if (message === null || message.src !== id) {
      onWrong(`${id} says what is no message of its own: ${line}`);
    } else if (message.body.type === "init_ok") onInit();
    else onMessage(message);
  };
  onLines(child.stdout, onLine, () => onWrong(`${id} says too much`));
  const body = { type: "init", msg_id: 0, node_id: id, node_ids: ids };
  child.stdin.write(lineOf({ src: "c0", dest: id, body }));
  return child;
}

function ended(child: Child, onLate: () => void): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      onLate();
      child.kill("SIGKILL");
    }, endMs);
    child.on("close", () => {
      clearTimeout(late);
      resolve();
    });
    child.kill("SIGCONT");
    child.stdin.end();
  });
}

/** The end of what it has written to its standard error. */
function lastWords(child: Child): () => string {
  let words = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (piece) => {
    words = (words + String(piece)).slice(-500);
  });
  return () => words.trim();
}
