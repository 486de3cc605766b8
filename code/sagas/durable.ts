/**
 * Durable execution: a workflow is a plain function that asks for things.
 * What it was answered is written down; after a crash the function runs
 * again from its first line, and is given the same answers.
 */
import type {
  Effect,
  Json,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region workflow
/** What a workflow may ask for; nothing else may it learn. */
export type Command =
  | {
      readonly kind: "call";
      readonly service: NodeId;
      readonly what: string;
    }
  | { readonly kind: "sleep"; readonly forMs: number }
  | { readonly kind: "version"; readonly change: string };
export type Answer =
  | { readonly ok: Json }
  | { readonly failed: string };
export type Workflow = (
  input: string,
) => Generator<Command, Json, Json>;

/** One line of the journal: what was asked and when, and the answer. */
export type Line = {
  readonly command: Command;
  readonly askedMs: number;
  /** Null: asked, and not answered yet. */
  readonly answer: Answer | null;
};
// #endregion workflow

export type Replay =
  | {
      readonly kind: "waiting";
      readonly command: Command;
      readonly at: number;
    }
  | { readonly kind: "done"; readonly result: Json }
  | { readonly kind: "failed"; readonly why: string }
  | {
      readonly kind: "non-determinism";
      readonly at: number;
      readonly journal: Command;
      readonly code: Command | null;
    };

// #region replay
/** Run the workflow on what is written, as far as that goes. */
export function replay(
  workflow: Workflow,
  input: string,
  journal: readonly Line[],
): Replay {
  const run = workflow(input);
  let at = 0;
  let turn = begin(() => run.next());
  while (turn.kind === "asks") {
    const { command } = turn;
    const line = journal[at];
    const isOld = command.kind === "version" && line !== undefined;
    if (isOld && !isSame(line.command, command)) {
      // This run is older than the change: the old way, and no line.
      turn = begin(() => run.next(0));
      continue;
    }
    if (line === undefined) return { kind: "waiting", command, at };
    if (!isSame(line.command, command))
      return mismatch(at, line.command, command);
    const { answer } = line;
    if (answer === null) return { kind: "waiting", command, at };
    turn = begin(() =>
      "ok" in answer
        ? run.next(answer.ok)
        : run.throw(new Refused(answer.failed)),
    );
    at += 1;
  }
  const left = journal[at];
  return left === undefined ? turn : mismatch(at, left.command, null);
}
// #endregion replay

function mismatch(
  at: number,
  journal: Command,
  code: Command | null,
): Replay {
  return { kind: "non-determinism", at, journal, code };
}

/** A step was refused; the workflow may catch it and compensate. */
export class Refused extends Error {}

type Turn =
  | { readonly kind: "asks"; readonly command: Command }
  | { readonly kind: "done"; readonly result: Json }
  | { readonly kind: "failed"; readonly why: string };

/** One turn of the generator; a refusal that it does not catch ends it. */
function begin(resume: () => IteratorResult<Command, Json>): Turn {
  try {
    const { done, value } = resume();
    return done === true
      ? { kind: "done", result: value }
      : { kind: "asks", command: value };
  } catch (error) {
    // Any other error is a bug in the workflow, and ours to see.
    if (!(error instanceof Refused)) throw error;
    return { kind: "failed", why: error.message };
  }
}

/** The same fields with the same values, in whatever order. */
function isSame(one: Command, other: Command): boolean {
  const text = (command: Command) =>
    JSON.stringify(
      Object.entries(command).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  return text(one) === text(other);
}

// #region engine-state
export type Engine = { readonly journal: readonly Line[] };
export type EngineOptions = {
  readonly workflow: Workflow;
  readonly input: string;
  readonly retryMs: number;
};
// #endregion engine-state

// #region engine
export function engine(options: EngineOptions): Node<Engine> {
  return {
    init({ disk, nowMs }) {
      const kept = disk.journal as readonly Line[] | undefined;
      return proceed(options, { journal: kept ?? [] }, nowMs);
    },
    step(state, { event, nowMs }) {
      const now = replay(
        options.workflow,
        options.input,
        state.journal,
      );
      if (now.kind !== "waiting") return [state, []];
      if (event.kind === "timer") {
        const isOver = nowMs >= wakesMs(state.journal[now.at], nowMs);
        return isOver
          ? answered(options, state, { ok: null }, nowMs)
          : proceed(options, state, nowMs);
      }
      const { at, answer } = event.message.body;
      // An answer to an earlier question: it was asked twice.
      if (at !== now.at) return [state, []];
      return answered(options, state, answer as Answer, nowMs);
    },
  };
}

// #endregion engine

// #region engine-journal
/** The answer into the journal; only then does the workflow go on. */
function answered(
  options: EngineOptions,
  { journal }: Engine,
  answer: Answer,
  nowMs: number,
): Step<Engine> {
  const last = journal.length - 1;
  const next = journal.map((line, at) =>
    at === last ? { ...line, answer } : line,
  );
  const [state, effects] = proceed(options, { journal: next }, nowMs);
  return [state, [save(next), ...effects]];
}

// #region proceed
/** The question into the journal; only then is it asked. */
function proceed(
  options: EngineOptions,
  state: Engine,
  nowMs: number,
): Step<Engine> {
  const now = replay(options.workflow, options.input, state.journal);
  if (now.kind !== "waiting") return [state, []];
  const { at, command } = now;
  const known = state.journal[at];
  const line = known ?? { command, askedMs: nowMs, answer: null };
  const journal = [...state.journal.slice(0, at), line];
  const saves = known === undefined ? [save(journal)] : [];
  // A run that comes here for the first time takes the new way.
  if (command.kind === "version")
    return answered(options, { journal }, { ok: 1 }, nowMs);
  const asks = ask(options, line, at, nowMs);
  return [{ journal }, [...saves, ...asks]];
}
// #endregion proceed
// #endregion engine-journal

// #region engine-ask
function ask(
  { input, retryMs }: EngineOptions,
  line: Line,
  at: number,
  nowMs: number,
): readonly Effect[] {
  const { command } = line;
  if (command.kind !== "call")
    // Whole milliseconds: a clock that drifts leaves crumbs of them.
    return [
      timer(Math.max(0, Math.ceil(wakesMs(line, nowMs) - nowMs))),
    ];
  const { service: dest, what } = command;
  // The run and the place in its journal: the key of the request.
  const body = { type: "call", what, key: `${input}/${at}`, at };
  return [{ kind: "send", dest, body }, timer(retryMs)];
}

/** A sleep that a crash does not make longer; a call never ends so. */
function wakesMs(line: Line | undefined, nowMs: number): number {
  if (line?.command.kind !== "sleep") return nowMs + 1;
  return line.askedMs + line.command.forMs;
}
// #endregion engine-ask

function save(journal: readonly Line[]): Effect {
  return { kind: "persist", key: "journal", value: journal as Json };
}

function timer(afterMs: number): Effect {
  return { kind: "set-timer", name: "again", afterMs };
}
