/** Quorum loss, and a new cluster from what one server holds. */
import type { Body } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import type { Client } from "./client.ts";
import {
  client,
  leaderOf,
  servers,
  service,
  serving,
} from "./cluster.scenario.ts";
import type { Service } from "./coordination.ts";
import { scriptPlan } from "./recipes.ts";
import { backupOf, restored } from "./recovery.ts";

export type Drill = {
  readonly lines: readonly string[];
  /** Indexes that were acknowledged to the client before the fire. */
  readonly tokens: readonly number[];
  readonly lost: readonly string[];
  readonly nextToken: number;
};

/** Four nodes are made; the survivor misses the last two; a fire. */
export function drill(seed: number, bumpBy: number): Drill {
  const paths = ["/a", "/b", "/c", "/d"];
  const requests = paths.map((path) => ({ type: "create", path }));
  const c1 = client(scriptPlan(requests));
  const sim = serving({ c1 }, { seed }, service);
  const answers = () =>
    (sim.state<Client>("c1").memo ?? []) as readonly Body[];
  while (answers().length < 2) sim.runFor(1);
  sim.runFor(5);
  const leader = leaderOf(sim);
  const survivor = servers.find((id) => id !== leader) ?? "";
  const burned = servers.filter((id) => id !== survivor);
  sim.apply({ kind: "partition", groups: [[survivor], burned] });
  while (answers().length < 4) sim.runFor(1);
  const tokens = answers().map((a) => Number(a.created_index));
  for (const node of burned) sim.apply({ kind: "crash", node });
  sim.runFor(2000);
  const { raft, tree } = sim.state<Service>(survivor);
  const held = paths.filter((path) => path in tree.nodes);
  const lost = paths.filter((path) => !(path in tree.nodes));
  const lines = [
    `acknowledged to the client: ${paths.join(" ")}`,
    `${burned.join(" and ")} burn; ${survivor} is ${raft.role}, ` +
      "and commits nothing",
    `${survivor} holds ${held.join(" ")}; lost: ${lost.join(" ")}`,
  ];
  const nextToken = tokenOfNew(
    seed,
    sim.state<Service>(survivor),
    bumpBy,
  );
  return { lines, tokens, lost, nextToken };
}

/** The first index that the new cluster hands out. */
function tokenOfNew(seed: number, survivor: Service, bumpBy: number) {
  const backup = backupOf(survivor);
  const node = restored(service, backup, servers, bumpBy);
  const c1 = client(scriptPlan([{ type: "create", path: "/e" }]));
  const nodes = Object.fromEntries(servers.map((id) => [id, node]));
  const sim = simulate({
    seed,
    nodes: { ...nodes, c1 },
    clients: ["c1"],
  });
  sim.runUntil(2000);
  const [answer] = (sim.state<Client>("c1").memo ??
    []) as readonly Body[];
  return Number(answer?.created_index);
}
