/**
 * Numbers are written to one partition; a transformer writes their
 * doubles to another, in transactions. In a storm, or calm.
 */
import type { Node } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { roundRobin } from "./assignors.ts";
import type { Broker } from "./broker.ts";
import {
  brokers,
  type ClusterOptions,
  cluster,
  leaderOf,
} from "./cluster.scenario.ts";
import { groupCoordinator } from "./group-coordinator.ts";
import { type Isolation, visible } from "./isolation.ts";
import { producer } from "./producer.ts";
import { recordsOf } from "./segments.ts";
import {
  type CoordinatorOptions,
  transactionCoordinator,
} from "./transaction-coordinator.ts";
import { type TransformerOptions, transformer } from "./transformer.ts";

export const numbers = Array.from({ length: 30 }, (_, at) => at + 1);

export const transformerOptions: TransformerOptions = {
  transactionalId: "doubler",
  coordinator: "t1",
  groupCoordinator: "g1",
  brokers,
  input: "in-0",
  output: "out-0",
  max: 4,
  everyMs: 20,
  timeoutMs: 150,
};

export const coordinatorOptions: CoordinatorOptions = {
  brokers,
  groupCoordinator: "g1",
  retryEveryMs: 60,
  timeoutMs: 800,
  reuseEpoch: false,
};

export const groupOptions = {
  topics: { in: 1 },
  assignor: roundRobin,
  isCooperative: false,
  sessionMs: 200,
  rebalanceMsMax: 100,
};

/** The whole: brokers, both coordinators, a producer, transformers. */
export function doubling(
  options: ClusterOptions & {
    readonly coordinator?: Partial<CoordinatorOptions>;
    readonly transformers?: { readonly [id: string]: Node<unknown> };
  },
): Simulation {
  const { transformers, coordinator, ...rest } = options;
  return cluster({
    ...rest,
    controller: {
      partitions: { "in-0": brokers, "out-0": ["n2", "n3", "n1"] },
    },
    clients: {
      p1: producer({
        brokers,
        partition: "in-0",
        acks: "all",
        producerId: 99,
        values: numbers,
        startMs: 200,
        everyMs: 25,
        timeoutMs: 80,
      }),
      t1: transactionCoordinator({
        ...coordinatorOptions,
        ...coordinator,
      }),
      g1: groupCoordinator(groupOptions),
      ...(transformers ?? { x1: transformer(transformerOptions) }),
      ...rest.clients,
    },
  });
}

/** What a reader with this isolation gets from the output. */
export function outputOf(
  sim: Simulation,
  isolation: Isolation = "read_committed",
) {
  const id = leaderOf(sim, "out-0");
  const replica = sim.state<Broker>(id).replicas["out-0"];
  if (replica === undefined) return [];
  const records = recordsOf(replica.log);
  return visible(records, replica.highWatermark, isolation).map(
    ({ value }) => value,
  );
}
