/** Four teams report; the walk says which of them is upstream. */
import type { NodeId } from "../kernel/node.ts";
import { seedFrom } from "../kernel/sample.ts";
import { untreatedAt } from "./room.scenario.ts";
import type { ServiceState } from "./service.ts";
import { cascade } from "./shop.scenario.ts";
import { type View, viewOf, walk } from "./walk.ts";

export const defaultSeed = 7;

export const teams: readonly NodeId[] = [
  "front",
  "catalog",
  "orders",
  "payments",
];

/** What the four teams can say at that minute. */
export function viewsAt(seed: number, minute: number) {
  const sim = untreatedAt(cascade, seed, minute);
  return Object.fromEntries(
    teams.map((id) => [id, viewOf(sim.state<ServiceState>(id))]),
  );
}

export function run(seed: number): string {
  const minute = 6;
  const views = viewsAt(seed, minute);
  return [
    `Minute ${minute}: four teams, each on its own dashboard.`,
    "",
    "team      queue  workers  own work  waiting for",
    ...Object.entries(views).map(([id, view]) => row(id, view)),
    "",
    `the walk: ${walk(views, ["front"]).join(" -> ")}`,
  ].join("\n");
}

function row(id: NodeId, view: View): string {
  const waits = Object.entries(view.waitingFor).map(
    ([service, workers]) => `${service} (${workers})`,
  );
  return [
    id.padEnd(9),
    String(view.queue).padStart(6),
    String(view.workers).padStart(9),
    String(view.working).padStart(10),
    "  ",
    waits.join(", ") || "-",
  ].join("");
}

if (import.meta.main)
  console.log(run(seedFrom(process.argv, defaultSeed)));
