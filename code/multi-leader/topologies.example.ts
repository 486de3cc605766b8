/** One dead server in a ring, a star, and where all ship to all. */
import { seedFrom } from "../kernel/sample.ts";
import { noOrigin } from "./broken.ts";
import {
  allOf,
  held,
  play,
  servers,
  shipsIn,
} from "./cluster.scenario.ts";
import { multiLeader } from "./multi-leader.ts";
import { keepSiblings } from "./resolve.ts";
import type { Topology } from "./topology.ts";

export const defaultSeed = 7;

const topologies = ["ring", "star", "all-to-all"] as const;
const writes = { n3: [{ type: "write", key: "k", value: "v" }] };

export function run(seed: number): string {
  const rows = topologies.map((topology) => {
    const cells = [null, "n4", "n1"].map((dead) =>
      reached(seed, topology, dead),
    );
    const row = [topology, ...cells, String(ships(seed, topology))];
    return row
      .map((cell) => cell.padEnd(15))
      .join("")
      .trimEnd();
  });
  const head = ["", "all up", "n4 down", "n1 down", "ships, all up"];
  const node = leader("ring");
  const sim = play(allOf(noOrigin(node)), writes, { seed });
  const counts = [1000, 2000, 3000].map((ms) => {
    sim.runUntil(ms);
    return `${shipsIn(sim)} in ${ms / 1000} s`;
  });
  return [
    "One write at n3. Who has it after two seconds?",
    head
      .map((cell) => cell.padEnd(15))
      .join("")
      .trimEnd(),
    ...rows,
    "",
    "A ring in which nobody knows again what comes round:",
    `ships: ${counts.join(", ")}`,
  ].join("\n");
}

function leader(topology: Topology) {
  return multiLeader({ topology, resolve: keepSiblings, shipMs: 500 });
}

function reached(
  seed: number,
  topology: Topology,
  dead: string | null,
): string {
  const faults =
    dead === null
      ? []
      : [{ atMs: 0, kind: "crash", node: dead } as const];
  const sim = play(allOf(leader(topology)), writes, { seed, faults });
  sim.runUntil(2000);
  const having = servers.filter(
    (id) => held(sim, id, "k", keepSiblings).length > 0,
  );
  return having.join(" ");
}

function ships(seed: number, topology: Topology): number {
  const sim = play(allOf(leader(topology)), writes, { seed });
  sim.runUntil(2000);
  return shipsIn(sim);
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
