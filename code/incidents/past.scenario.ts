/**
 * Incidents that are on record, by their mechanism. Rates, delays and
 * sizes are ours; what is said to have happened is in the README.
 */
import type { Node, NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { coalescer } from "../partitioning/coalescer.ts";
import { customers } from "./customers.ts";
import { still } from "./dashboard.ts";
import { type StorageState, storage } from "./membership.ts";
import {
  type Action,
  alike,
  at,
  type Incident,
  set,
} from "./room.scenario.ts";
import { loadOf, type ServiceState, service } from "./service.ts";
import { core, routes, site } from "./withdrawal.ts";

function queueOf(id: NodeId) {
  return (sim: Simulation) => {
    const state = sim.state<ServiceState>(id);
    return { ...still, ...loadOf(state) };
  };
}

const calm = {
  workers: 1,
  workMs: 100,
  queueMax: 1000,
  shed: 0,
  routes: {},
  timeoutMs: 4000,
  attemptsMax: 1,
};

// #region withdrawal
const sites = ["site1", "site2", "site3"];

/** The backbone goes; every name server finds itself unfit. */
export function withdrawal(failsOpen: boolean): Incident {
  return {
    name: "withdrawal",
    world: {
      nodes: {
        users: customers({
          everyMs: 500,
          wishes: [{ what: "resolve", keys: 10, weight: 1 }],
          targets: { resolve: ["routes"] },
          timeoutMs: 5000,
        }),
        routes: routes({ sites, failsOpen }),
        ...alike(
          sites,
          site({ core: "core", routes: "routes", checkMs: 5000 }),
        ),
        core,
      },
      clients: ["users"],
    },
    crowds: ["users"],
    gauges: () => still,
    trouble: [
      at(3, "the backbone is cut", {
        kind: "partition",
        groups: [sites, ["core"]],
      }),
    ],
    mitigation: [at(12, "the backbone is back", { kind: "heal" })],
    worse: [],
  };
}
// #endregion withdrawal

// #region metadata-pause
const stores = Array.from({ length: 20 }, (_, n) => `store${n}`);

/** No load but what is asked anew, then room, then all again. */
const pauseThenGrow: readonly Action[] = [
  at(
    8,
    "nobody asks the metadata service",
    ...stores.map((id) => set(id, { asks: false })),
  ),
  at(9, "five times the workers", set("metadata", { workers: 5 })),
  at(
    10,
    "all may ask again",
    ...stores.map((id) => set(id, { asks: true })),
  ),
];
// #endregion metadata-pause

// #region metadata
/** Answers have grown; a short cut of the network does the rest. */
export const metadata: Incident = {
  name: "metadata storm",
  world: {
    nodes: {
      users: customers({
        everyMs: 500,
        wishes: [{ what: "get", keys: 100, weight: 1 }],
        targets: { get: stores },
        timeoutMs: 5000,
      }),
      ...alike(
        stores,
        storage({
          metadata: "metadata",
          renewMs: 30_000,
          timeoutMs: 5000,
          asks: true,
        }),
      ),
      metadata: service({ ...calm, workMs: 700, queueMax: 200 }),
    },
    clients: ["users"],
  },
  crowds: ["users"],
  gauges: (sim) => {
    const away = stores.filter(
      (id) => !sim.state<StorageState>(id).serves,
    );
    const { queue } = queueOf("metadata")(sim);
    return { ...still, queue, saturation: away.length / stores.length };
  },
  trouble: [
    at(3, "the network is cut for half a minute", {
      kind: "partition",
      groups: [stores, ["metadata"]],
    }),
    at(3.5, "it is whole again", { kind: "heal" }),
  ],
  mitigation: pauseThenGrow,
  worse: [
    at(
      8,
      "give it less time to answer",
      ...stores.map((id) => set(id, { timeoutMs: 2000 })),
    ),
  ],
};
// #endregion metadata

const partitions = ["part0", "part1", "part2", "part3"];

// #region hot-channel
/** One channel is read by all, with or without a service before it. */
export function hotChannel(coalesces: boolean): Incident {
  const doors = partitions.map((id) => (coalesces ? `to-${id}` : id));
  return {
    name: "hot channel",
    world: {
      nodes: {
        readers: customers({
          everyMs: 1000,
          wishes: [{ what: "read", keys: 100, weight: 1 }],
          targets: { read: ["front"] },
          timeoutMs: 5000,
        }),
        crowd: customers({
          everyMs: 1_000_000,
          wishes: [{ what: "read", keys: 1, weight: 1 }],
          targets: { read: ["front"] },
          timeoutMs: 5000,
        }),
        front: service({
          ...calm,
          workers: 30,
          routes: { read: doors },
        }),
        ...Object.fromEntries(
          partitions.flatMap((id): [NodeId, Node<unknown>][] => [
            [id, service({ ...calm, workMs: 800 })],
            [`to-${id}`, coalescer(id, 4000)],
          ]),
        ),
      },
      clients: ["readers", "crowd"],
    },
    crowds: ["readers", "crowd"],
    gauges: queueOf("part0"),
    trouble: [
      at(3, "all read one channel", set("crowd", { everyMs: 400 })),
      at(9, "the crowd has gone", set("crowd", { everyMs: 100_000 })),
    ],
    mitigation: [],
    worse: [],
  };
}
// #endregion hot-channel
