/**
 * Drives one pure node: hands it one input at a time and carries out what
 * it asks for, in its order. Clock, chance, disk and network are handed
 * in, so that a test can play them. Does what kernel/machine.ts does in
 * virtual time; drive.test.ts holds the two against each other.
 */
import type {
  Effect,
  Input,
  Json,
  Message,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";

// #region surroundings
/** Where a node lives: real in serve.ts, played in tests. */
export type Surroundings = {
  /** Never goes back. */
  nowMs(): number;
  /** An unsigned 32-bit integer, each time another. */
  dice(): number;
  readonly disk: Disk;
  /** To another node or a client; it may get lost. */
  send(message: Message): void;
  /** Call back some time after; the answer calls it off. */
  wait(afterMs: number, then: () => void): () => void;
  /** Tell whoever watches. */
  log(text: string): void;
};

export type Disk = {
  /** All that was written, by key. */
  read(): { readonly [key: string]: Json };
  /** Returns when the value would outlive a crash; throws otherwise. */
  write(key: string, value: Json): void;
};
// #endregion surroundings

/** A handle on a node that is being driven. */
export type Driven = {
  receive(message: Message): void;
  /** No input reaches it any more, and no timer is left. */
  stop(): void;
};

type Process<S> = {
  readonly node: Node<S>;
  readonly id: NodeId;
  readonly around: Surroundings;
  /** What waits for its turn. */
  readonly inbox: (Message | Timer)[];
  readonly timers: Map<string, Timer>;
  state: S;
  isBusy: boolean;
  isStopped: boolean;
};

type Timer = {
  readonly timer: string;
  readonly dueMs: number;
  callOff: () => void;
};

// #region drive
/** Start a node with what is on its disk, or with nothing. */
export function drive<S>(
  node: Node<S>,
  id: NodeId,
  peers: readonly NodeId[],
  around: Surroundings,
): Driven {
  const nowMs = around.nowMs();
  const dice = around.dice();
  const disk = around.disk.read();
  const [state, effects] = node.init({ id, peers, disk, nowMs, dice });
  const process: Process<S> = {
    node,
    id,
    around,
    inbox: [],
    timers: new Map(),
    state,
    isBusy: true,
    isStopped: false,
  };
  for (const effect of effects) carryOut(process, effect);
  handleAll(process);
  return {
    receive: (message) => take(process, message),
    stop: () => stop(process),
  };
}
// #endregion drive

// #region step-loop
/** Whatever comes waits until the step before it is carried out. */
function take<S>(process: Process<S>, what: Message | Timer): void {
  process.inbox.push(what);
  if (!process.isBusy) handleAll(process);
}

function handleAll<S>(process: Process<S>): void {
  process.isBusy = true;
  while (!process.isStopped) {
    const next = process.inbox.shift();
    if (next === undefined) break;
    const event = eventOf(process, next);
    if (event === null) continue;
    const [state, effects] = step(process, event);
    process.state = state;
    for (const effect of effects) carryOut(process, effect);
  }
  process.isBusy = false;
}

function eventOf<S>(
  { timers }: Process<S>,
  what: Message | Timer,
): Input["event"] | null {
  if (!("timer" in what)) return { kind: "message", message: what };
  // Replaced while it waited for its turn.
  if (timers.get(what.timer) !== what) return null;
  timers.delete(what.timer);
  return { kind: "timer", name: what.timer };
}
// #endregion step-loop

// #region step
/**
 * A step that throws has changed nothing, since it is pure. So a message
 * that a node cannot digest need not end it: it counts as lost.
 */
function step<S>(
  { node, state, around }: Process<S>,
  event: Input["event"],
): Step<S> {
  const nowMs = around.nowMs();
  const dice = around.dice();
  try {
    const [next, effects] = node.step(state, { event, nowMs, dice });
    return [next, effects];
  } catch (error) {
    if (event.kind === "timer") throw error;
    const { src, body } = event.message;
    around.log(`cannot digest "${body.type}" from ${src}: ${error}`);
    return [state, []];
  }
}
// #endregion step

// #region effects
/** One after the other: what is sent rests on what is stored. */
function carryOut<S>(process: Process<S>, effect: Effect): void {
  const { id, around } = process;
  switch (effect.kind) {
    case "persist":
      // Does not return before the value is safe.
      around.disk.write(effect.key, effect.value);
      break;
    case "send": {
      const { dest, body } = effect;
      const message = { src: id, dest, body };
      // To itself a node just talks.
      if (dest === id) take(process, message);
      else around.send(message);
      break;
    }
    case "set-timer":
      setTimer(process, effect.name, effect.afterMs);
      break;
  }
}
// #endregion effects

// #region timers
/** A timer replaces its namesake. */
function setTimer<S>(
  process: Process<S>,
  name: string,
  afterMs: number,
): void {
  process.timers.get(name)?.callOff();
  const dueMs = process.around.nowMs() + afterMs;
  const timer: Timer = { timer: name, dueMs, callOff: () => {} };
  process.timers.set(name, timer);
  waitFor(process, timer);
}

/** Never early: a call-back before the time is only a reason to wait. */
function waitFor<S>(process: Process<S>, timer: Timer): void {
  const { around } = process;
  const restMs = timer.dueMs - around.nowMs();
  if (restMs <= 0) take(process, timer);
  else {
    const again = () => waitFor(process, timer);
    timer.callOff = around.wait(restMs, again);
  }
}
// #endregion timers

function stop<S>(process: Process<S>): void {
  process.isStopped = true;
  for (const timer of process.timers.values()) timer.callOff();
}
