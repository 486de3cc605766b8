/**
 * The worker in which a program of the book runs, in a page: it links the modules that it is sent, runs a sample or tests, and
 * draws what an invariant fell over. It has no network and no page; whoever waits too long for it ends it.
 */
import * as fastCheck from "fast-check";
import type { Job, Report } from "./messages.ts";
import { testApi } from "./test-api.ts";

type Exports = Record<string, unknown>;
type Factory = (require: (id: string) => Exports, exports: Exports, module: object) => void;
type Scope = typeof globalThis & {
  importScripts(url: string): void;
  define(path: string, factory: Factory): void;
};

const scope = globalThis as unknown as Scope;
const post = (report: Report) => scope.postMessage(report);

/** What the run that is over left behind, for a picture: the last simulation, and the last verdict that was no. */
let lastSimulation: { readonly trace: readonly { readonly atMs: number }[] } | null = null;
let lastPicture: (() => string) | null = null;

scope.onmessage = async ({ data }: MessageEvent<Job>) => {
  const { modules, task } = data;
  const env = task.kind === "tests" ? { SEEDS: String(task.seeds) } : {};
  Object.assign(scope, { process: { env, argv: [] } });
  reportPrinting();
  const linked = link(modules);
  try {
    const rejected = noteRejections();
    const text = task.kind === "sample" ? await runSample(linked, task.path, task.seed) : null;
    if (task.kind === "tests") for (const path of task.paths) await runTests(linked, path);
    await rejected();
    if (text !== null) post({ kind: "output", text });
    post({ kind: "done" });
  } catch (error) {
    post({ kind: "failed", message: linked.told(error), picture: pictureOf(linked) });
  }
};

/** More would hold up the page, or end it, and keep alive a loop that prints and never ends. */
const shownMax = { lines: 1000, characters: 200_000 };
const more = "… what comes after this is not shown";

/** What readers print while they look for a mistake is shown in the page, and there when the run fails. */
function reportPrinting(): void {
  const left = { ...shownMax };
  scope.console.log = (...words: unknown[]) => {
    if (left.lines === 0) return;
    const line = words.map(String).join(" ");
    const part = line.slice(0, left.characters);
    left.characters -= part.length;
    left.lines = part.length < line.length ? 0 : left.lines - 1;
    post({ kind: "printed", line: left.lines === 0 ? `${part}\n${more}` : part });
  };
}

/** As much of a text as a page can show. */
function shown(text: string): string {
  const lines = text.slice(0, shownMax.characters).split("\n").slice(0, shownMax.lines);
  const part = lines.join("\n");
  return part.length < text.length ? `${part}\n${more}` : part;
}

/** Node ends a program that leaves a rejection to itself; the answer waits until it is noticed, and throws it. */
function noteRejections(): () => Promise<void> {
  const reasons: unknown[] = [];
  scope.onunhandledrejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    reasons.push(event.reason);
  };
  return async () => {
    // They are told of after the turn in which nobody took them, and so behind a timer that was set in it.
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setTimeout(resolve));
    if (reasons.length > 0) throw reasons[0];
  };
}

type Linked = {
  readonly load: (path: string, provided?: { readonly [id: string]: object }) => Exports;
  /** An error in words, with the lines of the book's files. */
  readonly told: (error: unknown) => string;
};

function link(modules: Job["modules"]): Linked {
  const loaded = new Map<string, Exports>();
  const urls = new Map<string, string>();
  let provided: { readonly [id: string]: object } = { "fast-check": fastCheck };

  const load = (path: string): Exports => {
    const before = loaded.get(path);
    if (before) return before;
    const text = modules[path];
    if (text === undefined) throw new Error(`There is no module ${path}`);
    const exports: Exports = {};
    loaded.set(path, exports);
    scope.define = (name, factory) => factory((id) => resolve(name, id), exports, { exports });
    const whole = `define(${JSON.stringify(path)}, function (require, exports, module) {${text}\n});`;
    const url = URL.createObjectURL(new Blob([whole], { type: "text/javascript" }));
    urls.set(url, path);
    scope.importScripts(url);
    watch(path, exports, load, modules);
    return exports;
  };
  const resolve = (from: string, id: string): Exports => {
    const outside = provided[id];
    if (outside) return outside as Exports;
    if (!id.startsWith(".")) throw new Error(`"${id}" is not to be had in a page`);
    return load(joined(from, id));
  };
  const told = (error: unknown): string => {
    // Anything can be thrown, also undefined.
    const { name = "Error", message = String(error), stack = "" } = Object(error) as Error;
    const place = [...urls].flatMap(([url, path]) => {
      const at = stack.indexOf(url);
      const line = at < 0 ? undefined : /^:(\d+)/.exec(stack.slice(at + url.length))?.[1];
      return line === undefined ? [] : [{ at, words: `${path}:${line}` }];
    });
    const [first] = place.sort((one, other) => one.at - other.at);
    const isPlain = name === "AssertionError" || name === "Error";
    const title = shown(isPlain ? message : `${name}: ${message}`);
    return first ? `${title}\n  at ${first.words}` : title;
  };
  return {
    load: (path, more = {}) => {
      provided = { ...provided, ...more };
      return load(path);
    },
    told,
  };
}

/** `code/raft/raft.ts` and `../kernel/node.ts` → `code/kernel/node.ts`. */
function joined(from: string, id: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of id.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

async function runSample({ load }: Linked, path: string, seed: number): Promise<string> {
  const { run } = load(path);
  if (typeof run !== "function") throw new Error(`${path} exports no function named run`);
  return shown(String(await run(seed)));
}

async function runTests(linked: Linked, path: string): Promise<void> {
  const { api, collected } = testApi();
  linked.load(path, { vitest: api });
  for (const { title, run } of collected) {
    lastSimulation = null;
    lastPicture = null;
    let failure: string | null = null;
    try {
      await run();
    } catch (error) {
      failure = linked.told(error);
    }
    const picture = failure === null ? null : pictureOf(linked);
    post({ kind: "test", result: { path, title, failure, picture } });
  }
}

// --- Pictures --------------------------------------------------------------------------------------

type Verdict = { readonly verdict: string };
type Drawn = { readonly module: string; readonly name: string };

/** Who judges, and who draws what was found. */
const judges: { readonly [path: string]: { readonly [name: string]: Drawn } } = {
  "code/kernel/linearizable.ts": {
    checkLinearizable: { module: "code/kernel/picture-verdict.ts", name: "drawCounterExample" },
  },
  "code/kernel/sessions.ts": {
    checkSession: { module: "code/kernel/picture-verdict.ts", name: "drawSession" },
  },
  "code/kernel/sessions-causal.ts": {
    checkCausal: { module: "code/kernel/picture-verdict.ts", name: "drawCausal" },
  },
  "code/kernel/convergence.ts": {
    checkConvergence: { module: "code/kernel/picture-verdict.ts", name: "drawConvergence" },
    checkMerge: { module: "code/kernel/picture-verdict.ts", name: "drawMerge" },
  },
  "code/raft/verdict.ts": {
    checkRaft: { module: "code/raft/verdict.scenario.ts", name: "drawBreach" },
  },
};

/** Remember what checkers and the simulator answer; the module's own text stays as it is. */
function watch(
  path: string,
  exports: Exports,
  load: (path: string) => Exports,
  modules: Job["modules"],
): void {
  const replace = (name: string, after: (result: never) => void): void => {
    const own = exports[name] as ((...args: unknown[]) => never) | undefined;
    if (own === undefined) return;
    const value = (...args: unknown[]) => {
      const result = own(...args);
      after(result);
      return result;
    };
    Object.defineProperty(exports, name, { value, configurable: true, enumerable: true });
  };
  if (path === "code/kernel/simulator.ts")
    replace("simulate", (simulation) => {
      lastSimulation = simulation;
    });
  for (const [name, drawn] of Object.entries(judges[path] ?? {}))
    replace(name, (result: Verdict) => {
      if (result.verdict !== "illegal" || modules[drawn.module] === undefined) return;
      lastPicture = () => (load(drawn.module)[drawn.name] as (found: Verdict) => string)(result);
    });
}

const eventsShown = 14;

/** The counter-example where a checker gave one; else the end of the last run. */
function pictureOf({ load }: Linked): string | null {
  try {
    if (lastPicture) return lastPicture();
    const trace = lastSimulation?.trace ?? [];
    if (trace.length === 0) return null;
    const fromMs = trace.at(-eventsShown)?.atMs ?? 0;
    const draw = load("code/kernel/spacetime.ts").drawSpaceTime as (
      trace: unknown,
      options: object,
    ) => string;
    return draw(trace, { fromMs });
  } catch {
    // A program that was broken on purpose may leave nothing that can be drawn.
    return null;
  }
}
