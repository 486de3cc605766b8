/**
 * The page on which a program of the book is edited and run: files on one side, what they do on the other. The program runs in a
 * worker, which is ended when it takes too long; nothing leaves the machine.
 */
import { typescriptLanguage } from "@codemirror/lang-javascript";
import { syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { minimalSetup } from "codemirror";
import type { Job, Report, TestResult } from "./messages.ts";

type Files = { readonly [path: string]: string };
type Sample = {
  readonly name: string;
  readonly path: string;
  readonly seed: number;
  /** Seed → what the book has recorded. */
  readonly recorded: { readonly [seed: string]: string };
};
export type ProgramData = {
  readonly name: string;
  readonly files: Files;
  readonly samples: readonly Sample[];
  /** Files of tests that need nothing but the program. */
  readonly tests: readonly string[];
};
type Shared = {
  kernel: Files;
  program: ProgramData;
  runtime?: string;
  strip?: (path: string, text: string) => string;
};

const shared = (globalThis as unknown as { partialFailure: Shared }).partialFailure;
const { kernel, program } = shared;
const sources: Files = { ...kernel, ...program.files };
const edited = new Map<string, string>();
const stripped = new Map<string, { readonly text: string; readonly script: string }>();
/** So long may a program be silent before it is ended. */
const silenceMsMax = 10_000;
/** An editor without its faces is better than none. */
const facesMsMax = 1000;
/** Few, for a reader waits; enough for each test that looks for one seed that shows something. */
const seedsOfTests = 5;

let worker: Worker | null = null;
/** Grows when a run is started or stopped, so that one that waits for its script knows whether it is still wanted. */
let started = 0;
/** Lines that the run wrote to the console. */
let printed: string[] = [];
let clock: ReturnType<typeof setTimeout> | undefined;

const part = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const file = part<HTMLSelectElement>("file");
const sample = part<HTMLSelectElement>("sample");
const seed = part<HTMLInputElement>("seed");
const tests = part<HTMLSelectElement>("tests");

const extensions = [
  minimalSetup,
  lineNumbers(),
  typescriptLanguage,
  syntaxHighlighting(classHighlighter),
  EditorView.contentAttributes.of({
    "aria-label": "Source of the file",
    "aria-describedby": "editor-help",
    tabindex: "0",
  }),
  EditorView.updateListener.of(({ docChanged, state }) => {
    if (docChanged) keep(file.value, state.doc.toString());
  }),
];
let editor: EditorView;

/** Takes the place of the source, which stood there to be read until now. */
function show(state: EditorState): void {
  if (editor) {
    editor.setState(state);
    return;
  }
  part("editor").replaceChildren();
  editor = new EditorView({ parent: part("editor"), state });
  // Until lines are measured their numbers stand in wrong places, and would be seen to move.
  const showNumbers = () => part("editor").classList.add("is-measured");
  editor.requestMeasure({ read: () => null, write: showNumbers });
  // Lines are as high as their faces make them, and bold ones come when the first bold word stands in the page.
  document.fonts.addEventListener("loadingdone", () => editor.requestMeasure());
}

// --- Files -----------------------------------------------------------------------------------------

function textOf(path: string): string {
  return edited.get(path) ?? sources[path] ?? "";
}

function keep(path: string, text: string): void {
  if (text === sources[path]) edited.delete(path);
  else edited.set(path, text);
  for (const option of file.options)
    option.textContent = `${edited.has(option.value) ? "● " : ""}${option.value}`;
}

function open(path: string, line = 1): void {
  file.value = path;
  show(EditorState.create({ doc: textOf(path), extensions }));
  editor.scrollDOM.scrollTop = 0;
  // To bring a line into view scrolls the window too: a page that opens would lose its head.
  if (line === 1) return;
  const at = editor.state.doc.line(Math.min(Math.max(line, 1), editor.state.doc.lines));
  editor.dispatch({
    selection: { anchor: at.from },
    effects: EditorView.scrollIntoView(at.from, { y: "start", yMargin: 24 }),
  });
}

function reset(all: boolean): void {
  if (all) edited.clear();
  else edited.delete(file.value);
  open(file.value);
  keep(file.value, textOf(file.value));
  say(all ? "All files are the book's again." : `${file.value} is the book's again.`);
}

// --- Runs ------------------------------------------------------------------------------------------

/** All modules as scripts; null after a mistake in one of them, which has been told. */
function modules(strip: NonNullable<Shared["strip"]>): Job["modules"] | null {
  const scripts: Record<string, string> = {};
  for (const path of Object.keys(sources)) {
    const text = textOf(path);
    const known = stripped.get(path);
    if (known?.text === text) scripts[path] = known.script;
    else
      try {
        scripts[path] = strip(path, text);
        stripped.set(path, { text, script: scripts[path] });
      } catch (error) {
        const [, line, column] = /\((\d+):(\d+)\)/.exec((error as Error).message) ?? [];
        fail(`${(error as Error).message.replace(/^Error transforming /, "")}`, null);
        if (line !== undefined) open(path, Number(line));
        say(`${path}${line ? `:${line}:${column}` : ""} does not parse.`);
        return null;
      }
  }
  return scripts;
}

/** What runs programs is as heavy as the editor: its scripts are asked for when something runs for the first time. */
async function load(name: "strip" | "worker"): Promise<void> {
  const script = document.createElement("script");
  script.src = `assets/run/${name}.js`;
  document.head.append(script);
  await new Promise((resolve) => {
    script.addEventListener("load", resolve);
    script.addEventListener("error", resolve);
  });
}

async function loadRunner(): Promise<void> {
  const missing = [
    ...(shared.strip === undefined ? (["strip"] as const) : []),
    ...(shared.runtime === undefined ? (["worker"] as const) : []),
  ];
  await Promise.all(missing.map(load));
}

async function start(task: Job["task"], onReport: (report: Report) => void): Promise<void> {
  stop();
  clear();
  part<HTMLButtonElement>("to-result").disabled = false;
  say("It runs …");
  const own = started;
  await loadRunner();
  if (own !== started) return;
  const { strip, runtime } = shared;
  if (!strip || runtime === undefined)
    return fail("The script that runs programs did not load.", null);
  const scripts = modules(strip);
  if (!scripts) return;
  const url = URL.createObjectURL(new Blob([runtime], { type: "text/javascript" }));
  const mine = new Worker(url);
  worker = mine;
  part<HTMLButtonElement>("stop").disabled = false;
  const wait = () => {
    clearTimeout(clock);
    clock = setTimeout(() => {
      stop();
      fail(`Nothing for ${silenceMsMax / 1000} seconds: it was stopped. Does it ever end?`, null);
    }, silenceMsMax);
  };
  mine.onmessage = ({ data }: MessageEvent<Report>) => {
    if (worker !== mine) return;
    wait();
    if (data.kind === "printed") printed.push(data.line);
    onReport(data);
    if (data.kind === "failed") fail(data.message, data.picture);
    if (data.kind === "done" || data.kind === "failed") stop();
  };
  mine.onerror = ({ message }) => {
    stop();
    fail(message, null);
  };
  wait();
  mine.postMessage({ modules: scripts, task } satisfies Job);
}

function stop(): void {
  started += 1;
  clearTimeout(clock);
  worker?.terminate();
  worker = null;
  part<HTMLButtonElement>("stop").disabled = true;
}

function runSample(): void {
  const chosen = program.samples.find(({ name }) => name === sample.value);
  if (!chosen) return;
  if (seed.value === "" || !seed.checkValidity()) {
    stop();
    clear();
    say(`A seed is a whole number from ${seed.min} to ${seed.max}.`);
    return;
  }
  const task = { kind: "sample", path: chosen.path, seed: Number(seed.value) } as const;
  const recorded = chosen.recorded[task.seed];
  void start(task, (report) => {
    if (report.kind === "output") showOutput([...printed, report.text].join("\n"), recorded);
  });
  fillLines(part("recorded"), recordedLines(recorded));
}

function recordedLines(recorded: string | undefined): readonly string[] {
  return recorded?.split("\n") ?? ["The book has no run with this seed."];
}

function showOutput(text: string, recorded: string | undefined): void {
  const lines = text.split("\n");
  const expected = recorded?.split("\n");
  const first = expected
    ? Array.from({ length: Math.max(lines.length, expected.length) }).findIndex(
        (_, at) => lines[at] !== expected[at],
      )
    : -1;
  fillLines(part("output"), lines, expected);
  if (!expected) say("It ran.");
  else if (first < 0) say("It printed what the book has.");
  else say(`It printed something else than the book has, from line ${first + 1} on.`);
}

/** One span a line; those that differ are marked, and say so to those who do not see it. */
function fillLines(pre: HTMLElement, lines: readonly string[], other?: readonly string[]): void {
  pre.replaceChildren(
    ...lines.map((line, at) => {
      const span = document.createElement(other && other[at] !== line ? "mark" : "span");
      span.textContent = `${line}\n`;
      return span;
    }),
  );
}

function runTests(): void {
  const paths = tests.value === "" ? program.tests : [tests.value];
  const counts = { passed: 0, failed: 0 };
  void start({ kind: "tests", paths, seeds: seedsOfTests }, (report) => {
    if (report.kind === "test") {
      counts[report.result.failure === null ? "passed" : "failed"] += 1;
      if (report.result.failure !== null) addFailure(report.result);
      say(`${counts.passed} passed, ${counts.failed} failed …`);
    }
    if (report.kind === "done") {
      say(`${counts.passed} passed, ${counts.failed} failed.`);
      showPrinted("Tests print nothing.");
    }
  });
  fillLines(part("recorded"), ["The book shows no output of tests."]);
}

function addFailure({ path, title, failure, picture }: TestResult): void {
  const item = document.createElement("li");
  const head = document.createElement("h3");
  head.textContent = title;
  const words = document.createElement("pre");
  words.textContent = `${path}\n${failure}`;
  item.append(head, words);
  if (picture) item.append(pictureOf(picture));
  part("results").append(item);
}

function pictureOf(svg: string): HTMLElement {
  const holder = document.createElement("div");
  holder.className = "picture";
  holder.setAttribute("role", "img");
  holder.setAttribute("aria-label", "The counter-example, or the last events of the run");
  holder.innerHTML = svg;
  return holder;
}

function fail(message: string, picture: string | null): void {
  const words = document.createElement("pre");
  words.className = "failure";
  words.textContent = message;
  part("results").replaceChildren();
  part("failure").replaceChildren(words, ...(picture ? [pictureOf(picture)] : []));
  showPrinted("It failed before it had printed anything: a run hands over its text when it ends.");
  say("It failed.");
}

/** What was written to the console, or why there is nothing. */
function showPrinted(otherwise: string): void {
  fillLines(part("output"), printed.length > 0 ? printed : [otherwise]);
}

function clear(): void {
  for (const id of ["output", "recorded", "failure", "results"]) part(id).replaceChildren();
  printed = [];
}

function say(words: string): void {
  part("state").textContent = words;
}

// --- What the reader does --------------------------------------------------------------------------

function chooseSample(name: string, asked?: string | null): void {
  const chosen = program.samples.find((one) => one.name === name) ?? program.samples[0];
  if (!chosen) return;
  sample.value = chosen.name;
  seed.value = asked && /^\d{1,9}$/.test(asked) ? asked : String(chosen.seed);
}

/** A place of this page that an address may lead to is none of a program: what was chosen stays. */
function followNewAddress(): void {
  if (/^#(?:file|sample)=/.test(location.hash)) followAddress();
}

/** `#file=code/locks/store.ts&line=52&sample=locks/paused&seed=7`: what a listing or a transcript leads to. */
function followAddress(): void {
  const asked = new URLSearchParams(location.hash.slice(1));
  chooseSample(asked.get("sample") ?? "", asked.get("seed"));
  const wanted = asked.get("file") ?? "";
  const ofSample = program.samples.find(({ name }) => name === sample.value)?.path;
  const path = Object.hasOwn(sources, wanted) ? wanted : (ofSample ?? file.value);
  open(path, Number(asked.get("line")) || 1);
}

file.addEventListener("change", () => open(file.value));
sample.addEventListener("change", () => chooseSample(sample.value));
part("run").addEventListener("click", runSample);
part("test").addEventListener("click", runTests);
part("stop").addEventListener("click", () => {
  stop();
  say("Stopped.");
});
part("reset").addEventListener("click", () => reset(false));
part("reset-all").addEventListener("click", () => reset(true));
part("to-result").addEventListener("click", () => part("result").scrollIntoView());
window.addEventListener("hashchange", followNewAddress);

/** Bold words come with the editor: what is set in another face first is seen to move. */
async function codeFaces(): Promise<void> {
  const faces = [...document.fonts].filter(({ family }) => family.includes("PF Code"));
  const tooLong = new Promise((resolve) => setTimeout(resolve, facesMsMax));
  await Promise.race([Promise.allSettled(faces.map((face) => face.load())), tooLong]);
}

function begin(): void {
  followAddress();
  for (const id of ["run", "test", "reset", "reset-all"])
    part<HTMLButtonElement>(id).disabled = false;
  document.documentElement.dataset.ready = "";
}

// A task of its own: to read the script of the editor and to lay one out are long enough each.
void codeFaces().then(() => setTimeout(begin));
