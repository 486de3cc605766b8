/**
 * The simulator: nodes, network, clocks and disks in one thread and in
 * virtual time. A run is a function of its options: the same options give
 * the same trace, event for event.
 */
import { clockMs, drawClock, jump } from "./clock.ts";
import { emptyDisk } from "./disk.ts";
import type { FaultAction } from "./faults.ts";
import {
  crash,
  fire,
  pause,
  restart,
  resume,
  start,
  take,
} from "./machine.ts";
import { cut, isCut, partition } from "./network.ts";
import { emptyQueue, pop, push } from "./queue.ts";
import { stream } from "./random.ts";
import { drop, send } from "./transport.ts";
import {
  type Arrival,
  type Happening,
  type Machine,
  machineOf,
  record,
  type Simulation,
  type SimulationOptions,
  type World,
} from "./world.ts";

export type { Simulation, SimulationOptions } from "./world.ts";

// #region simulate
/** Start every node at time zero; the answer is the means to go on. */
export function simulate(options: SimulationOptions): Simulation {
  const { seed, faults = [], network = {} } = options;
  const world: World = {
    options,
    machines: machinesOf(options),
    queue: emptyQueue(),
    trace: [],
    cuts: new Map(),
    network,
    networkDice: stream(seed, 0),
    diskDice: stream(seed, 1),
    nowMs: 0,
    steps: 0,
    messagesSent: 0,
    timersSet: 0,
    afterStep: (node) => options.onStep?.(sim, node),
  };
  const sim = simulationOf(world);
  for (const fault of faults) {
    push(world.queue, fault.atMs, { kind: "fault", fault });
  }
  for (const machine of world.machines.values()) start(world, machine);
  return sim;
}
// #endregion simulate

function machinesOf(options: SimulationOptions): World["machines"] {
  const { seed, nodes, clients = [], clocks = {} } = options;
  const isClient = (id: string) => clients.includes(id);
  const servers = Object.keys(nodes).filter((id) => !isClient(id));
  servers.sort((one, other) => (one < other ? -1 : 1));
  const machines = Object.entries(nodes).map(([id, node], at) => {
    const own = stream(seed, 2 + at);
    const machine: Machine = {
      id,
      node,
      peers: servers.filter((other) => other !== id),
      state: undefined,
      isUp: false,
      disk: emptyDisk,
      clock: drawClock(isClient(id) ? {} : clocks, stream(own, 0)),
      dice: stream(own, 1),
      timers: new Map(),
      crashBeforeEffect: null,
      pausedUntilMs: null,
      backlog: [],
      extraMs: 0,
    };
    return [id, machine] as const;
  });
  return new Map(machines);
}

function simulationOf(world: World): Simulation {
  return {
    get nowMs() {
      return world.nowMs;
    },
    get steps() {
      return world.steps;
    },
    trace: world.trace,
    runUntil: (ms) => runUntil(world, ms),
    runFor: (ms) => runUntil(world, world.nowMs + ms),
    runOne: () => runOne(world),
    state: <S>(id: string) => machineOf(world, id).state as S,
    disk: (id) => machineOf(world, id).disk.content,
    isUp: (id) => machineOf(world, id).isUp,
    clockMs: (id) => clockMs(machineOf(world, id).clock, world.nowMs),
    apply: (fault) => applyFault(world, fault),
    inject: (message) => send(world, message, 0),
    note: (node, text) =>
      record(world, { atMs: world.nowMs, kind: "note", node, text }),
  };
}

// #region run
// #region loop
function runUntil(world: World, ms: number): void {
  const { entries } = world.queue;
  while (entries[0] !== undefined && entries[0].atMs <= ms)
    runOne(world);
  world.nowMs = Math.max(world.nowMs, ms);
}

/** Take what is due first, make its time the present, let it happen. */
function runOne(world: World): boolean {
  const next = pop(world.queue);
  if (next === undefined) return false;
  world.nowMs = next.atMs;
  happen(world, next.item);
  return true;
}
// #endregion loop

function happen(world: World, happening: Happening): void {
  switch (happening.kind) {
    case "arrival":
      arrive(world, happening);
      break;
    case "timer":
      fire(world, happening);
      break;
    case "resume":
      resume(world, happening.machine);
      break;
    case "fault":
      applyFault(world, happening.fault);
      break;
  }
}
// #endregion run

// #region arrive
/** A message arrives, unless its way was cut while it was under way. */
function arrive(world: World, arrival: Arrival): void {
  const { src, dest } = arrival.message;
  const machine = world.machines.get(dest);
  if (machine === undefined) {
    drop(world, arrival, world.nowMs, "unknown");
  } else if (isCut(world.cuts, src, dest)) {
    drop(world, arrival, world.nowMs, "partition");
  } else take(world, machine, arrival);
}
// #endregion arrive

// #region faults
function applyFault(world: World, fault: FaultAction): void {
  switch (fault.kind) {
    case "partition":
      partition(world.cuts, fault.groups);
      break;
    case "cut":
      cut(world.cuts, fault.from, fault.to);
      break;
    case "heal":
      world.cuts.clear();
      break;
    case "network":
      world.network = { ...world.network, ...fault.change };
      break;
    default:
      applyToMachine(world, machineOf(world, fault.node), fault);
      return;
  }
  record(world, { ...fault, atMs: world.nowMs });
}

// #endregion faults

// #region machine-faults
function applyToMachine(
  world: World,
  machine: Machine,
  fault: Extract<FaultAction, { node: string }>,
): void {
  const atMs = world.nowMs;
  switch (fault.kind) {
    case "crash":
      if (fault.beforeEffect === undefined) crash(world, machine);
      else if (machine.isUp)
        machine.crashBeforeEffect = fault.beforeEffect;
      break;
    case "restart":
      restart(world, machine, fault.beforeEffect);
      break;
    case "pause":
      pause(world, machine, fault.forMs);
      break;
    case "clock-jump":
      machine.clock = jump(machine.clock, fault.byMs);
      record(world, { ...fault, atMs });
      break;
    case "slow":
      machine.extraMs = fault.extraMs;
      record(world, { ...fault, atMs });
      break;
  }
}
// #endregion machine-faults
