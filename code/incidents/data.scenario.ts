/** Incidents of data: who has it, who leads, and by whose clock. */
import { wallClock } from "../clocks/last-write-wins.ts";
import type { NodeId } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import { paperOptions } from "../raft/options.ts";
import { lastIndex } from "../raft/state.ts";
import { type Kv, raftKv } from "../raft-kv/raft-kv.ts";
import { lagOf } from "../replication/lag.ts";
import { replica } from "../replication/replication.ts";
import {
  asyncOptions,
  leads,
  type State,
} from "../replication/state.ts";
import { customers, minuteMs } from "./customers.ts";
import { type Gauges, still } from "./dashboard.ts";
import { onDisk } from "./full-disk.ts";
import { copy } from "./register.ts";
import {
  alike,
  at,
  type Deed,
  type Incident,
  restart,
  set,
} from "./room.scenario.ts";
import {
  cascade,
  certificate,
  hotShard,
  poison,
  stampede,
  storm,
} from "./shop.scenario.ts";

const servers = ["n1", "n2", "n3"];

// #region crowd
/** Half of them read what the other half writes. */
function crowd(
  everyMs: number,
  keys: number,
  targets: {
    readonly write: readonly NodeId[];
    readonly read: readonly NodeId[];
  },
  firstKey = 0,
) {
  return customers({
    everyMs,
    wishes: [
      { what: "write", keys, firstKey, weight: 1 },
      { what: "read", keys, firstKey, weight: 1 },
    ],
    targets,
    timeoutMs: 5000,
  });
}

/** All that these do goes to one server from now on. */
function moveTo(node: NodeId, ...crowds: readonly NodeId[]) {
  const targets = { write: [node], read: [node] };
  return crowds.map((id) => set(id, { targets }));
}

/** Fence the servers that can be reached, and let one lead. */
function promote(node: NodeId, epoch: number): readonly Deed[] {
  const fence = { type: "fence", epoch };
  return [
    ...servers.map(
      (id): Deed => ({ kind: "tell", node: id, body: fence }),
    ),
    { kind: "tell", node, body: { type: "promote", epoch } },
  ];
}
// #endregion crowd

// #region lag
/** A job writes faster than the replica that serves reads applies. */
export const lag: Incident = {
  name: "replication lag",
  world: {
    nodes: {
      ...alike(
        ["n1", "n2"],
        replica({ ...asyncOptions, applyMs: 1000, heartbeatMs: 5000 }),
      ),
      users: crowd(2000, 20, { write: ["n1"], read: ["n2"] }),
      job: customers({
        everyMs: 100_000_000,
        wishes: [
          { what: "write", keys: 900, firstKey: 100, weight: 1 },
        ],
        targets: { write: ["n1"] },
        timeoutMs: 5000,
      }),
    },
    clients: ["users", "job"],
  },
  crowds: ["users"],
  gauges: (sim) => {
    const { ms, entries } = lagOf(sim.state<State>("n2"), sim.nowMs);
    return { ...still, lagMs: ms, queue: entries };
  },
  trouble: [
    at(3, "the job begins", set("job", { everyMs: 700 })),
    at(7, "the job is done", set("job", { everyMs: 100_000_000 })),
  ],
  mitigation: [
    at(
      6,
      "reads to the leader, the job stops",
      set("users", { targets: { write: ["n1"], read: ["n1"] } }),
      set("job", { everyMs: 100_000_000 }),
    ),
  ],
  worse: [
    at(
      6,
      "the job anew, with twice the hands",
      set("job", { everyMs: 350 }),
    ),
    at(7.01, "it goes on", set("job", { everyMs: 350 })),
    at(9, "it is done", set("job", { everyMs: 100_000_000 })),
  ],
};
// #endregion lag

// #region split-brain
/** The link to the primary goes; others are told to take its place. */
export const splitBrain: Incident = {
  name: "split brain",
  world: {
    nodes: {
      ...alike(
        servers,
        replica({ ...asyncOptions, heartbeatMs: 5000 }),
      ),
      east: crowd(2000, 120, { write: ["n1"], read: ["n1"] }),
      west: crowd(700, 160, { write: ["n1"], read: ["n1"] }, 1000),
    },
    clients: ["east", "west"],
  },
  crowds: ["east", "west"],
  gauges: leadersOf,
  trouble: [
    at(3, "n1 cannot reach n2 and n3", {
      kind: "partition",
      groups: [["n1"], ["n2", "n3"]],
    }),
    at(
      3.05,
      "failover to n2; those in the east are not told",
      { kind: "tell", node: "n3", body: { type: "fence", epoch: 2 } },
      { kind: "tell", node: "n2", body: { type: "promote", epoch: 2 } },
      ...moveTo("n2", "west"),
    ),
    at(12, "the link is mended", { kind: "heal" }),
    at(12.2, "all to the one that leads", {
      kind: "look",
      next: (sim) => {
        const lead = (id: NodeId) =>
          sim.isUp(id) && leads(sim.state<State>(id));
        return moveTo(servers.find(lead) ?? "", "east", "west");
      },
    }),
  ],
  mitigation: [
    at(
      5,
      "stop n1, the east to n2",
      { kind: "crash", node: "n1" },
      ...moveTo("n2", "east"),
    ),
  ],
  worse: [
    at(
      10,
      "back to n1",
      { kind: "tell", node: "n1", body: { type: "promote", epoch: 3 } },
      ...moveTo("n1", "west"),
    ),
  ],
};

// #endregion split-brain

/** How many take writes and believe that they lead. */
function leadersOf(sim: Simulation): Gauges {
  const leaders = servers.filter(
    (id) => sim.isUp(id) && leads(sim.state<State>(id)),
  );
  return { ...still, leaders: leaders.length };
}

// #region stuck
/** A follower that is heard by all and hears nobody: it stands, and
 * stands again, and each time the leader has to give way. */
export const stuck: Incident = {
  name: "stuck consensus",
  world: {
    nodes: {
      ...alike(
        servers,
        raftKv((members) => ({
          ...paperOptions(members),
          electionTimeoutMsMin: 3000,
          electionTimeoutMsMax: 6000,
          heartbeatMs: 1000,
        })),
      ),
      users: crowd(1500, 20, { write: servers, read: servers }),
    },
    clients: ["users"],
  },
  crowds: ["users"],
  gauges: (sim) => {
    const isLeader = (id: NodeId) =>
      sim.isUp(id) && sim.state<Kv>(id).raft.role === "leader";
    return { ...still, leaders: servers.filter(isLeader).length };
  },
  trouble: [
    at(3, "a follower hears nobody any more", {
      kind: "look",
      next: (sim) => {
        const { far, others } = followerIn(sim);
        return others.map((from) => ({ kind: "cut", from, to: far }));
      },
    }),
  ],
  mitigation: [
    at(8, "stop the deaf one", {
      kind: "look",
      next: (sim) => {
        const { far, others } = deafIn(sim);
        const targets = { write: others, read: others };
        return [
          { kind: "crash", node: far },
          set("users", { targets }),
        ];
      },
    }),
  ],
  worse: [
    at(8, "stop the other follower", {
      kind: "look",
      next: (sim) => {
        const { others } = deafIn(sim);
        const [node = ""] = others;
        return [{ kind: "crash", node }];
      },
    }),
  ],
};
// #endregion stuck

/** One that does not lead, and the others. */
function followerIn(sim: Simulation) {
  const raftOf = (id: NodeId) => sim.state<Kv>(id).raft;
  const far = servers.find((id) => raftOf(id).role !== "leader") ?? "";
  return { far, others: servers.filter((id) => id !== far) };
}

/** Whose log has been left behind, and the others. */
function deafIn(sim: Simulation) {
  const ends = servers.map((id) => lastIndex(sim.state<Kv>(id).raft));
  const far = servers[ends.indexOf(Math.min(...ends))] ?? "";
  return { far, others: servers.filter((id) => id !== far) };
}

// #region clock-jump
/** The clock of one copy jumps ahead; the greatest stamp wins. */
export const clockJump: Incident = {
  name: "clock jump",
  world: {
    nodes: {
      ...alike(servers, copy(wallClock, servers)),
      users: crowd(1000, 1, { write: servers, read: servers }),
    },
    clients: ["users"],
  },
  crowds: ["users"],
  gauges: () => still,
  trouble: [
    at(3, "the clock of n2 jumps an hour ahead", {
      kind: "clock-jump",
      node: "n2",
      byMs: 60 * minuteMs,
    }),
  ],
  mitigation: [
    at(
      8,
      "all writes to the one whose clock is ahead",
      set("users", { targets: { write: ["n2"], read: servers } }),
    ),
  ],
  worse: [
    at(8, "set the clock of n2 right", {
      kind: "clock-jump",
      node: "n2",
      byMs: -60 * minuteMs,
    }),
  ],
};
// #endregion clock-jump

// #region disk-full
/** The leader's disk is full: it lives, and can take no write. */
export const diskFull: Incident = {
  name: "disk full on a leader",
  world: {
    nodes: {
      ...alike(
        servers,
        onDisk(replica({ ...asyncOptions, heartbeatMs: 5000 }), {
          entriesMax: 1_000_000,
          stepsDown: false,
        }),
      ),
      users: crowd(1000, 20, { write: ["n1"], read: ["n1"] }),
    },
    clients: ["users"],
  },
  crowds: ["users"],
  gauges: () => still,
  trouble: [
    at(3, "a backup fills n1's disk", set("n1", { entriesMax: 0 })),
  ],
  mitigation: [
    at(
      8,
      "fail over to n2",
      ...promote("n2", 2),
      ...moveTo("n2", "users"),
    ),
  ],
  worse: restart(8, "n1"),
};
// #endregion disk-full

/** All incidents, in the order of the chapter. */
export const incidents: readonly Incident[] = [
  lag,
  splitBrain,
  cascade,
  storm,
  hotShard,
  stuck,
  clockJump,
  poison,
  certificate,
  stampede,
  diskFull,
];
