/**
 * A simulated cluster for tests, samples and figures: a controller, three
 * brokers with one partition of three replicas, and what is to be said of
 * a run.
 */
import type { Json, Node, NodeId } from "../kernel/node.ts";
import {
  type Simulation,
  type SimulationOptions,
  simulate,
} from "../kernel/simulator.ts";
import { type Broker, broker } from "./broker.ts";
import { type ControllerOptions, controller } from "./controller.ts";
import { look, nothingSeen } from "./invariants.ts";
import type { BrokerOptions } from "./leader.ts";
import { recordsOf } from "./segments.ts";

export const brokers = ["n1", "n2", "n3"];
export const partition = "orders-0";

export const brokerOptions: BrokerOptions = {
  controller: "k1",
  log: { segmentRecords: 8, indexInterval: 4 },
  minInsyncReplicas: 2,
  replicaLagMsMax: 200,
  fetchEveryMs: 20,
  fetchMax: 50,
  heartbeatEveryMs: 40,
};

export const controllerOptions: ControllerOptions = {
  partitions: { [partition]: brokers },
  sessionMs: 150,
  uncleanElection: false,
};

export type ClusterOptions = Omit<
  SimulationOptions,
  "nodes" | "clients"
> & {
  readonly node?: Node<Broker>;
  readonly controller?: Partial<ControllerOptions>;
  readonly clients?: { readonly [id: NodeId]: Node<unknown> };
  /** Check the invariants at each step; true by default. */
  readonly isWatched?: boolean;
};

/** A cluster and its clients, from time zero. */
export function cluster(options: ClusterOptions): Simulation {
  const {
    node = broker(brokerOptions),
    clients = {},
    ...rest
  } = options;
  const { isWatched = true } = options;
  let memory = nothingSeen;
  return simulate({
    ...rest,
    nodes: {
      k1: controller({ ...controllerOptions, ...options.controller }),
      ...Object.fromEntries(brokers.map((id) => [id, node])),
      ...clients,
    },
    clients: Object.keys(clients),
    onStep: (sim, id) => {
      if (isWatched && brokers.includes(id) && sim.isUp(id))
        memory = look(memory, sim.state<Broker>(id));
      rest.onStep?.(sim, id);
    },
  });
}

/** The broker that leads the highest epoch, of those that are up. */
export function leaderOf(sim: Simulation, name = partition): NodeId {
  const leaders = brokers
    .filter((id) => sim.isUp(id))
    .map((id) => ({
      id,
      replica: sim.state<Broker>(id).replicas[name],
    }))
    .filter(({ replica }) => replica?.role.kind === "leader")
    .sort(
      (one, other) =>
        (other.replica?.view?.leaderEpoch ?? 0) -
        (one.replica?.view?.leaderEpoch ?? 0),
    );
  return leaders[0]?.id ?? "";
}

/** What readers of this broker's copy see: values below its watermark. */
export function committedValues(
  sim: Simulation,
  id: NodeId,
  name = partition,
): readonly Json[] {
  const replica = sim.state<Broker>(id).replicas[name];
  if (replica === undefined) return [];
  return recordsOf(replica.log)
    .filter(({ kind }) => kind === "data")
    .filter(({ offset }) => offset < replica.highWatermark)
    .map(({ value }) => value);
}

/** Of the acknowledged values: how many are gone, how many are double. */
export function compare(
  acked: readonly Json[],
  found: readonly Json[],
): { readonly lost: number; readonly duplicated: number } {
  const lost = acked.filter((value) => !found.includes(value)).length;
  const duplicated = found.length - new Set(found).size;
  return { lost, duplicated };
}
