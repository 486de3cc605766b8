/** Three clients, three servers; the leader is killed in between. */
import { kvClient } from "../kernel/client.ts";
import { historyOf } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import { seedFrom } from "../kernel/sample.ts";
import { simulate } from "../kernel/simulator.ts";
import { calmOptions } from "../raft/options.ts";
import { type Kv, raftKv } from "./raft-kv.ts";

export const defaultSeed = 7;

const servers = ["n1", "n2", "n3"];
const clients = ["c1", "c2", "c3"];

export function run(seed: number): string {
  const client = kvClient({
    targets: servers,
    timeoutMs: 200,
    startMs: 500,
    thinkMsMax: 50,
    keys: ["x", "y"],
    operations: 40,
  });
  const nodes = {
    ...Object.fromEntries(
      servers.map((id) => [id, raftKv(calmOptions)]),
    ),
    ...Object.fromEntries(clients.map((id) => [id, client])),
  };
  const sim = simulate({ seed, nodes, clients });
  const leader = () =>
    servers.find(
      (id) => sim.isUp(id) && sim.state<Kv>(id).raft.role === "leader",
    ) ?? "nobody";

  sim.runUntil(1000);
  const killed = leader();
  sim.apply({ kind: "crash", node: killed });
  sim.runUntil(1600);
  const heir = leader();
  sim.apply({ kind: "restart", node: killed });
  sim.runUntil(8000);

  const history = historyOf(sim.trace, clients);
  const count = (outcome: string) =>
    history.filter((operation) => operation.outcome === outcome).length;
  const again = history.find(
    ({ invokeMs, outcome }) => invokeMs > 1000 && outcome === "ok",
  );
  const answeredMs = again?.returnMs?.toFixed(0) ?? "never";
  const { verdict } = checkLinearizable(kv, history);
  const data = servers.map((id) => {
    const { data } = sim.state<Kv>(id);
    const pairs = Object.entries(data).map(([key, v]) => `${key}=${v}`);
    const sorted = pairs.toSorted((a, b) => (a < b ? -1 : 1));
    return `  ${id}  ${sorted.join("  ")}`;
  });
  return [
    ` 1000 ms  ${killed}, the leader, is killed`,
    `${answeredMs.padStart(5)} ms  the first request since is answered`,
    ` 1600 ms  ${heir} leads; ${killed} is started again`,
    "",
    `${history.length} operations: ${count("ok")} done, ` +
      `${count("fail")} refused, ${count("info")} never answered`,
    `linearizable: ${verdict}`,
    "",
    "What each server holds in the end:",
    ...data,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
