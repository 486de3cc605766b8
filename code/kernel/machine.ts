/** The life of a machine: start, step, pause, crash, start again. */
import { clockMs, roundMs, trueDurationMs } from "./clock.ts";
import { crashDisk, write } from "./disk.ts";
import type { Effect, Input, Setup } from "./node.ts";
import { checkedInit, checkedStep } from "./purity.ts";
import { push } from "./queue.ts";
import { nextDice, stream } from "./random.ts";
import { drop, send } from "./transport.ts";
import {
  type Arrival,
  type Machine,
  record,
  type Timer,
  type World,
} from "./world.ts";

// #region start
/** Begin with what is on the disk: nothing, when it is the first time. */
export function start(world: World, machine: Machine): void {
  const { node } = machine;
  const setup: Setup = {
    id: machine.id,
    peers: machine.peers,
    disk: machine.disk.content,
    nowMs: clockMs(machine.clock, world.nowMs),
    dice: draw(machine),
  };
  const [state, effects] = world.options.checkPurity
    ? checkedInit(node, setup)
    : node.init(setup);
  machine.isUp = true;
  machine.state = state;
  carryOut(world, machine, effects);
}
// #endregion start

// #region step-loop
/** Give one input to a node and do what it asks for. */
export function handle(
  world: World,
  machine: Machine,
  event: Input["event"],
): void {
  const { node, state: before } = machine;
  const input: Input = {
    event,
    nowMs: clockMs(machine.clock, world.nowMs),
    dice: draw(machine),
  };
  const [state, effects] = world.options.checkPurity
    ? checkedStep(node, before, input)
    : node.step(before, input);
  machine.state = state;
  world.steps += 1;
  carryOut(world, machine, effects);
  world.afterStep(machine.id);
}

/** All effects in their order; or the first few, and then a crash. */
function carryOut(
  world: World,
  machine: Machine,
  effects: readonly Effect[],
): void {
  const limit = machine.crashBeforeEffect;
  const done = limit === null ? effects : effects.slice(0, limit);
  for (const effect of done) carryOutOne(world, machine, effect);
  if (limit !== null) crash(world, machine);
}
// #endregion step-loop

// #region effects
function carryOutOne(
  world: World,
  machine: Machine,
  effect: Effect,
): void {
  switch (effect.kind) {
    case "persist": {
      const { key, value } = effect;
      machine.disk = write(machine.disk, key, value);
      const atMs = world.nowMs;
      const node = machine.id;
      record(world, { atMs, kind: "persist", node, key, value });
      break;
    }
    case "send": {
      const { dest, body } = effect;
      const message = { src: machine.id, dest, body };
      send(world, message, machine.extraMs);
      break;
    }
    case "set-timer":
      setTimer(world, machine, effect.name, effect.afterMs);
      break;
  }
}
// #endregion effects

// #region timers
/** A timer runs on the clock of its node and replaces its namesake. */
function setTimer(
  world: World,
  machine: Machine,
  name: string,
  afterMs: number,
): void {
  const setting = world.timersSet;
  world.timersSet += 1;
  machine.timers.set(name, setting);
  const waitMs = trueDurationMs(machine.clock, Math.max(0, afterMs));
  const timer: Timer = { kind: "timer", machine, name, setting };
  push(world.queue, roundMs(world.nowMs + waitMs), timer);
}

export function fire(world: World, timer: Timer): void {
  const { machine, name, setting } = timer;
  // Replaced meanwhile, or gone with a crash.
  if (machine.timers.get(name) !== setting) return;
  if (machine.pausedUntilMs !== null) {
    machine.backlog.push(timer);
    return;
  }
  machine.timers.delete(name);
  const atMs = world.nowMs;
  record(world, { atMs, kind: "timer", node: machine.id, name });
  handle(world, machine, { kind: "timer", name });
}
// #endregion timers

// #region crash-restart
/** The process is gone, and with it memory, timers and unread messages. */
export function crash(world: World, machine: Machine): void {
  if (!machine.isUp) return;
  const atMs = world.nowMs;
  const node = machine.id;
  const beforeEffect = machine.crashBeforeEffect;
  const faults = world.options.disk ?? {};
  world.diskDice = nextDice(world.diskDice);
  const { disk, damage } = crashDisk(
    machine.disk,
    faults,
    world.diskDice,
  );
  machine.disk = disk;
  machine.isUp = false;
  machine.pausedUntilMs = null;
  machine.crashBeforeEffect = null;
  machine.timers.clear();
  for (const waiting of machine.backlog) {
    if (waiting.kind === "arrival") drop(world, waiting, atMs, "down");
  }
  machine.backlog = [];
  record(world, {
    atMs,
    kind: "crash",
    node,
    beforeEffect,
    disk: damage,
  });
}

export function restart(
  world: World,
  machine: Machine,
  beforeEffect: number | null = null,
): void {
  // A crash that still waits for its step is called off.
  machine.crashBeforeEffect = null;
  if (machine.isUp) return;
  machine.crashBeforeEffect = beforeEffect;
  const atMs = world.nowMs;
  record(world, { atMs, kind: "restart", node: machine.id });
  start(world, machine);
}
// #endregion crash-restart

// #region pause
/** The process stands still; the world goes on, its clock included. */
export function pause(
  world: World,
  machine: Machine,
  forMs: number,
): void {
  if (!machine.isUp) return;
  const atMs = world.nowMs;
  const untilMs = roundMs(atMs + forMs);
  machine.pausedUntilMs = Math.max(machine.pausedUntilMs ?? 0, untilMs);
  record(world, { atMs, kind: "pause", node: machine.id, forMs });
  push(world.queue, untilMs, { kind: "resume", machine });
}

/** It goes on and finds, in its order, all that came meanwhile. */
export function resume(world: World, machine: Machine): void {
  const { pausedUntilMs: untilMs, backlog } = machine;
  if (untilMs === null || untilMs > world.nowMs) return;
  machine.pausedUntilMs = null;
  machine.backlog = [];
  const atMs = world.nowMs;
  record(world, { atMs, kind: "resume", node: machine.id });
  for (const happening of backlog) {
    // It may crash at the first of them.
    if (happening.kind === "timer") fire(world, happening);
    else take(world, machine, happening);
  }
}
// #endregion pause

// #region take
/** A message has come as far as the machine: is there anybody? */
export function take(
  world: World,
  machine: Machine,
  arrival: Arrival,
): void {
  const atMs = world.nowMs;
  const { id, message, sentMs } = arrival;
  if (!machine.isUp) drop(world, arrival, atMs, "down");
  else if (machine.pausedUntilMs !== null)
    machine.backlog.push(arrival);
  else {
    record(world, { atMs, kind: "deliver", id, message, sentMs });
    handle(world, machine, { kind: "message", message });
  }
}
// #endregion take

/** One dice for one input, drawn from the node's own. */
function draw(machine: Machine): number {
  machine.dice = nextDice(machine.dice);
  return stream(machine.dice, 0);
}
