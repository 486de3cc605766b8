/**
 * Incidents of the shop: a front, orders and payments behind it, a
 * catalog in four shards. It is small: some calls a second, and work
 * that takes most of one; the shapes are those of large ones.
 */
import type { Node, NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { coalescer } from "../partitioning/coalescer.ts";
import { cache } from "./cache.ts";
import { gate, holder } from "./certificate.ts";
import { customers, minuteMs } from "./customers.ts";
import { type Gauges, still } from "./dashboard.ts";
import { orderedQueue, type QueueState, worker } from "./queue.ts";
import {
  alike,
  at,
  type Deed,
  type Incident,
  restart,
  set,
} from "./room.scenario.ts";
import {
  type Knobs,
  loadOf,
  type ServiceState,
  service,
} from "./service.ts";

// #region shop
const calm: Knobs = {
  workers: 4,
  workMs: 100,
  queueMax: 100,
  shed: 0,
  routes: {},
  timeoutMs: 2000,
  attemptsMax: 1,
};

/** The busiest of these services, and the longest queue. */
function busiest(ids: readonly NodeId[]) {
  return (sim: Simulation): Gauges => {
    const loads = ids.map((id) => loadOf(sim.state<ServiceState>(id)));
    const saturation = Math.max(...loads.map((l) => l.saturation));
    const queue = Math.max(...loads.map((l) => l.queue));
    return { ...still, saturation, queue };
  };
}
// #endregion shop

// #region cascade
/** Payments becomes slow; who waits for it cannot serve others. */
export const cascade: Incident = {
  name: "cascading failure",
  world: {
    nodes: {
      users: customers({
        everyMs: 500,
        wishes: [
          { what: "browse", keys: 100, weight: 3 },
          { what: "order", keys: 100, weight: 1 },
        ],
        targets: { browse: ["front"], order: ["front"] },
        timeoutMs: 5000,
      }),
      // #region cascade-services
      front: service({
        ...calm,
        workers: 8,
        queueMax: 60,
        routes: { browse: ["catalog"], order: ["orders"] },
        timeoutMs: 13_000,
      }),
      catalog: service(calm),
      orders: service({
        ...calm,
        routes: { order: ["payments"] },
        timeoutMs: 12_000,
      }),
      payments: service(calm),
      // #endregion cascade-services
    },
    clients: ["users"],
  },
  crowds: ["users"],
  gauges: busiest(["front", "orders", "payments"]),
  trouble: [
    at(3, "payments is slow", set("payments", { workMs: 9000 })),
  ],
  mitigation: [
    at(
      8,
      "orders goes on without payments, front waits 1 s",
      set("orders", { routes: {} }),
      set("front", { timeoutMs: 1000 }),
    ),
  ],
  worse: [
    at(
      8,
      "widen the timeouts: 60 s",
      set("front", { timeoutMs: 60_000 }),
      set("orders", { timeoutMs: 60_000 }),
    ),
  ],
};
// #endregion cascade

// #region storm
/** A pause of a minute; what comes after it, the retries make. */
export const storm: Incident = {
  name: "retry storm",
  world: {
    nodes: {
      users: customers({
        everyMs: 500,
        wishes: [
          { what: "browse", keys: 100, weight: 1 },
          { what: "order", keys: 100, weight: 1 },
        ],
        targets: { browse: ["front"], order: ["front"] },
        timeoutMs: 10_000,
      }),
      front: service({
        ...calm,
        workers: 10,
        routes: { order: ["orders"] },
        timeoutMs: 3000,
        attemptsMax: 3,
      }),
      orders: service({
        ...calm,
        workers: 1,
        workMs: 500,
        queueMax: 1000,
      }),
    },
    clients: ["users"],
  },
  crowds: ["users"],
  gauges: busiest(["front", "orders"]),
  trouble: [
    at(3, "orders stands still for a minute", {
      kind: "pause",
      node: "orders",
      forMs: 60_000,
    }),
  ],
  mitigation: [
    at(8, "stop retries", set("front", { attemptsMax: 1 })),
    ...restart(9, "orders"),
  ],
  worse: [
    at(8, "retry harder: 8 attempts", set("front", { attemptsMax: 8 })),
  ],
};
// #endregion storm

const shards = ["shard0", "shard1", "shard2", "shard3"];
const guards = ["guard0", "guard1", "guard2", "guard3"];

// #region hot-shard
/** A key of shard 0 is suddenly wanted by everybody. */
export const hotShard: Incident = {
  name: "hot shard",
  world: {
    nodes: {
      users: customers({
        everyMs: 1500,
        wishes: [{ what: "browse", keys: 100, weight: 1 }],
        targets: { browse: ["front"] },
        timeoutMs: 5000,
      }),
      fans: customers({
        everyMs: 1_000_000,
        wishes: [{ what: "browse", keys: 1, weight: 1 }],
        targets: { browse: ["front"] },
        timeoutMs: 5000,
      }),
      front: service({
        ...calm,
        workers: 10,
        routes: { browse: shards },
        timeoutMs: 4000,
      }),
      ...Object.fromEntries(
        shards.flatMap((id, n): [NodeId, Node<unknown>][] => [
          [
            id,
            service({
              ...calm,
              workers: 1,
              workMs: 1000,
              queueMax: 1000,
            }),
          ],
          [guards[n] ?? "", coalescer(id, 4000)],
        ]),
      ),
    },
    clients: ["users", "fans"],
  },
  crowds: ["users", "fans"],
  gauges: busiest(["front", ...shards]),
  trouble: [at(3, "one key is wanted", set("fans", { everyMs: 600 }))],
  mitigation: [
    at(
      8,
      "coalesce reads before each shard",
      set("front", { routes: { browse: guards } }),
    ),
    ...restart(9, "shard0"),
  ],
  worse: [
    at(8, "retry harder: 3 attempts", set("front", { attemptsMax: 3 })),
  ],
};
// #endregion hot-shard

const caches = ["cache0", "cache1"];

function purge(node: NodeId): Deed {
  return { kind: "tell", node, body: { type: "purge" } };
}

// #region stampede
/** One of two caches is emptied; what it held off comes at once. */
export const stampede: Incident = {
  name: "cache stampede",
  world: {
    nodes: {
      users: customers({
        everyMs: 500,
        wishes: [{ what: "browse", keys: 100, weight: 1 }],
        targets: { browse: ["front"] },
        timeoutMs: 5000,
      }),
      front: service({
        ...calm,
        workers: 20,
        routes: { browse: caches },
        timeoutMs: 5000,
      }),
      ...alike(
        caches,
        cache({
          store: "database",
          lookUpMs: 4000,
          coalesces: false,
          warmKeys: 100,
        }),
      ),
      database: service({
        ...calm,
        workers: 1,
        workMs: 2000,
        queueMax: 20,
      }),
    },
    clients: ["users"],
  },
  crowds: ["users"],
  gauges: busiest(["front", "database"]),
  trouble: [at(3, "cache0 is emptied", purge("cache0"))],
  mitigation: [
    at(
      6,
      "one look-up a key; the database takes a third",
      ...caches.map((id) => set(id, { coalesces: true })),
      set("database", { shed: 0.67 }),
    ),
    at(10, "the database takes all", set("database", { shed: 0 })),
  ],
  worse: [at(6, "empty the other as well", purge("cache1"))],
};
// #endregion stampede

// #region certificate
const gates = ["gate1", "gate2", "gate3", "gate4"];
const dayMs = 24 * 60 * minuteMs;

/** The certificate of orders ends; open sessions do not notice. */
export const certificate: Incident = {
  name: "certificate expiry",
  world: {
    nodes: {
      users: customers({
        everyMs: 500,
        wishes: [{ what: "order", keys: 100, weight: 1 }],
        targets: { order: gates },
        timeoutMs: 5000,
      }),
      ...Object.fromEntries(
        gates.map((id, n) => {
          const sessionMs = 210_000 * (n + 1);
          return [id, gate({ server: "orders", sessionMs })];
        }),
      ),
      orders: holder({ notAfterMs: 3 * minuteMs }),
    },
    clients: ["users"],
  },
  crowds: ["users"],
  gauges: () => still,
  trouble: [at(3, "the certificate of orders ends")],
  mitigation: [
    at(
      10,
      "a new certificate for orders",
      set("orders", { notAfterMs: 90 * dayMs }),
    ),
  ],
  worse: restart(6, ...gates),
};
// #endregion certificate

// #region poison
/** A message that kills who reads it; another one is always there. */
export const poison: Incident = {
  name: "poison message",
  world: {
    nodes: {
      users: customers({
        everyMs: 1000,
        wishes: [{ what: "order", keys: 100, weight: 1 }],
        targets: { order: ["queue"] },
        timeoutMs: 60_000,
      }),
      queue: orderedQueue({
        workers: ["worker1", "worker2"],
        redeliverMs: 20_000,
        parkAfter: null,
      }),
      ...alike(
        ["worker1", "worker2"],
        worker({ workMs: 300, rebootMs: 15_000 }),
      ),
    },
    clients: ["users"],
  },
  crowds: ["users"],
  gauges: (sim) => {
    const { partitions } = sim.state<QueueState>("queue");
    const waiting = partitions.map(({ items }) => items.length);
    return { ...still, queue: Math.max(...waiting) };
  },
  trouble: [
    at(3, "an order that nobody can read", {
      kind: "tell",
      node: "queue",
      body: { type: "order", key: "0", poison: true },
    }),
  ],
  mitigation: [
    at(8, "park what has failed twice", set("queue", { parkAfter: 2 })),
  ],
  worse: [
    at(
      8,
      "give it to the other worker",
      set("queue", { workers: ["worker2", "worker2"] }),
    ),
  ],
};
// #endregion poison
