/**
 * A consumer group over six partitions: members come, go, and stand
 * still. What each has is written down after every rebalance.
 */
import type { Node, NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import type { Assignment, Assignor } from "./assignors.ts";
import { roundRobin, sticky } from "./assignors.ts";
import {
  brokers,
  type ClusterOptions,
  cluster,
} from "./cluster.scenario.ts";
import {
  type ConsumerOptions,
  type ConsumerState,
  consumer,
  type SinkState,
  sink,
} from "./consumer.ts";
import type { GroupOptions } from "./group.ts";
import {
  type GroupState,
  groupCoordinator,
} from "./group-coordinator.ts";
import { producer } from "./producer.ts";

export const partitions = [0, 1, 2, 3, 4, 5].map((n) => `orders-${n}`);

export const groupOptions: GroupOptions = {
  topics: { orders: partitions.length },
  assignor: sticky,
  isCooperative: true,
  sessionMs: 250,
  rebalanceMsMax: 200,
};

/** All stop, and deal anew. */
export const eagerOptions: GroupOptions = {
  ...groupOptions,
  assignor: roundRobin as Assignor,
  isCooperative: false,
};

export const consumerOptions: ConsumerOptions = {
  coordinator: "g1",
  brokers,
  sink: "w1",
  isCooperative: true,
  first: "process",
  isolation: "read_uncommitted",
  startMs: 200,
  pollEveryMs: 30,
  heartbeatEveryMs: 40,
  max: 5,
};

export type GroupRun = Partial<Omit<ClusterOptions, "clients">> & {
  readonly seed: number;
  readonly group?: GroupOptions;
  readonly wrap?: (node: Node<GroupState>) => Node<GroupState>;
  readonly first?: ConsumerOptions["first"];
  /** When each member begins. */
  readonly members: { readonly [id: NodeId]: number };
  /** Values in each partition, one every 40 ms. */
  readonly values?: number;
};

/** Brokers, a coordinator, one producer a partition, the members. */
export function groupOf(run: GroupRun): Simulation {
  const { group = groupOptions, wrap = (node) => node, ...rest } = run;
  const { first = "process", members, values = 40 } = run;
  const replicas = (n: number) => [
    ...brokers.slice(n % 3),
    ...brokers.slice(0, n % 3),
  ];
  const producers = partitions.map((partition, n) => {
    const node = producer({
      brokers: replicas(n),
      partition,
      acks: "all",
      producerId: 100 + n,
      values: Array.from(
        { length: values },
        (_, at) => `${n}:${at + 1}`,
      ),
      startMs: 300,
      everyMs: 40,
      timeoutMs: 80,
    });
    return [`p${n}`, node] as const;
  });
  const { isCooperative } = group;
  const consumers = Object.entries(members).map(([id, startMs]) => {
    const own = { ...consumerOptions, isCooperative, first, startMs };
    return [id, consumer(own)] as const;
  });
  return cluster({
    ...rest,
    controller: {
      partitions: Object.fromEntries(
        partitions.map((name, n) => [name, replicas(n)]),
      ),
    },
    clients: {
      g1: wrap(groupCoordinator(group)),
      w1: sink,
      ...Object.fromEntries(producers),
      ...Object.fromEntries(consumers),
    },
  });
}

/** What each of these has at the moment, as it believes itself. */
export function ownedBy(
  sim: Simulation,
  members: readonly NodeId[],
): Assignment {
  return Object.fromEntries(
    members.map((id) => [
      id,
      sim.isUp(id)
        ? Object.keys(sim.state<ConsumerState>(id).positions)
        : [],
    ]),
  );
}

export function done(sim: Simulation): readonly unknown[] {
  return sim.state<SinkState>("w1").done;
}

export type Change = {
  readonly atMs: number;
  readonly generation: number;
  readonly owned: Assignment;
};

/** Run until then; each change of who has what, and how long idle. */
export function watchGroup(
  sim: Simulation,
  members: readonly NodeId[],
  untilMs: number,
) {
  const changes: Change[] = [];
  let idlePartitionMs = 0;
  let taken = 0;
  let before: Assignment = ownedBy(sim, members);
  let sinceMs = sim.nowMs;
  const idle = (owned: Assignment) =>
    partitions.length - new Set(Object.values(owned).flat()).size;
  while (sim.nowMs < untilMs && sim.runOne()) {
    const owned = ownedBy(sim, members);
    if (JSON.stringify(owned) === JSON.stringify(before)) continue;
    idlePartitionMs += idle(before) * (sim.nowMs - sinceMs);
    for (const id of members) {
      const now = owned[id] ?? [];
      const lost = (before[id] ?? []).filter((p) => !now.includes(p));
      if (sim.isUp(id)) taken += lost.length;
    }
    const { generation } = sim.state<GroupState>("g1").group;
    changes.push({ atMs: sim.nowMs, generation, owned });
    before = owned;
    sinceMs = sim.nowMs;
  }
  idlePartitionMs += idle(before) * (sim.nowMs - sinceMs);
  return { changes, idlePartitionMs, taken };
}
