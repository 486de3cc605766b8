/** What a simulation consists of: machines, links, a queue, a trace. */
import type { Clock, ClockOptions } from "./clock.ts";
import type { Disk, DiskOptions } from "./disk.ts";
import type { Fault, FaultAction } from "./faults.ts";
import type { Cuts, NetworkOptions } from "./network.ts";
import type { Json, Message, Node, NodeId } from "./node.ts";
import type { Queue } from "./queue.ts";
import type { TraceEvent } from "./trace.ts";

// #region options
export type SimulationOptions = {
  readonly seed: number;
  readonly nodes: { readonly [id: NodeId]: Node<unknown> };
  /** Nodes outside the system: nobody's peers, and their clocks right. */
  readonly clients?: readonly NodeId[];
  readonly network?: NetworkOptions;
  readonly clocks?: ClockOptions;
  readonly disk?: DiskOptions;
  readonly faults?: readonly Fault[];
  /** Step twice and compare; see that the old state stayed the same. */
  readonly checkPurity?: boolean;
  /** Called after every step: assert here what must always hold. */
  readonly onStep?: (sim: Simulation, node: NodeId) => void;
  /** False saves the memory of the trace in long runs. */
  readonly keepTrace?: boolean;
};
// #endregion options

// #region simulation
export type Simulation = {
  readonly nowMs: number;
  readonly trace: readonly TraceEvent[];
  /** How many inputs the nodes have handled. */
  readonly steps: number;
  /** All that is due until then happens; afterwards it is that time. */
  runUntil(ms: number): void;
  runFor(ms: number): void;
  /** One event more; false when nothing is left to happen. */
  runOne(): boolean;
  /** The state of a node; of one that is down, the last it had. */
  state<S>(id: NodeId): S;
  disk(id: NodeId): { readonly [key: string]: Json };
  isUp(id: NodeId): boolean;
  /** What the clock of this node shows. */
  clockMs(id: NodeId): number;
  /** Let a fault happen now; an `atMs` in it is ignored. */
  apply(fault: FaultAction & { readonly atMs?: number }): void;
  /** Send a message now, as if its `src` had done so. */
  inject(message: Message): void;
  /** A remark in the trace, on one node or (null) on the whole run. */
  note(node: NodeId | null, text: string): void;
};
// #endregion simulation

// #region world
/** One simulated computer, and the process on it. */
export type Machine = {
  readonly id: NodeId;
  readonly node: Node<unknown>;
  readonly peers: readonly NodeId[];
  state: unknown;
  isUp: boolean;
  disk: Disk;
  clock: Clock;
  dice: number;
  /** For each timer that runs, the number of its latest setting. */
  readonly timers: Map<string, number>;
  /** When set, the next step gets no further than this. */
  crashBeforeEffect: number | null;
  /** Null when it is not paused. */
  pausedUntilMs: number | null;
  /** What came during a pause. */
  backlog: (Arrival | Timer)[];
  extraMs: number;
};

export type Arrival = {
  readonly kind: "arrival";
  readonly id: number;
  readonly message: Message;
  readonly sentMs: number;
};
export type Timer = {
  readonly kind: "timer";
  readonly machine: Machine;
  readonly name: string;
  readonly setting: number;
};
/** What waits in the queue for its time. */
export type Happening =
  | Arrival
  | Timer
  | { readonly kind: "resume"; readonly machine: Machine }
  | { readonly kind: "fault"; readonly fault: FaultAction };
// #endregion world

export type World = {
  readonly options: SimulationOptions;
  readonly machines: ReadonlyMap<NodeId, Machine>;
  readonly queue: Queue<Happening>;
  readonly trace: TraceEvent[];
  readonly cuts: Cuts;
  network: NetworkOptions;
  networkDice: number;
  diskDice: number;
  nowMs: number;
  steps: number;
  messagesSent: number;
  timersSet: number;
  /** Tells whoever asked that a node has handled an input. */
  readonly afterStep: (node: NodeId) => void;
};

export function record(world: World, event: TraceEvent): void {
  if (world.options.keepTrace !== false) world.trace.push(event);
}

/** The machine of this name; a name that nobody has is our mistake. */
export function machineOf(world: World, id: NodeId): Machine {
  const machine = world.machines.get(id);
  if (machine === undefined)
    throw new Error(`There is no node "${id}".`);
  return machine;
}
