/** The estimate against the store itself: one write, one later read. */
import { scriptedClient } from "../kernel/client.ts";
import { historyOf } from "../kernel/history.ts";
import { type DelayMs, delayAt } from "../kernel/network.ts";
import type { Message } from "../kernel/node.ts";
import { simulate } from "../kernel/simulator.ts";
import { quorumStore } from "../quorum-store/quorum-store.ts";
import { dynamoOptions } from "../quorum-store/state.ts";
import { homes, others } from "../quorum-store/table.scenario.ts";
import type { Wars } from "./pbs.ts";

export const delayMs: DelayMs = {
  kind: "long-tailed",
  median: 10,
  p99: 80,
};

/** All four delays of WARS are drawn alike. */
export function warsOf(r: number, w: number): Wars {
  const delay = (quantile: number) => delayAt(delayMs, quantile);
  const legs = { write: delay, ack: delay, read: delay };
  return { n: 3, r, w, ...legs, response: delay };
}

const servers = [...homes, ...others];
const [writer = "", reader = ""] = others;

// #region measured
/** The part of runs in which the store's read finds the write. */
export function measured(
  { r, w }: Pick<Wars, "r" | "w">,
  afterMs: number,
  runs: number,
  seed: number,
): number {
  const seen = Array.from({ length: runs }, (_, nth) =>
    readFinds(r, w, afterMs, seed + nth),
  );
  return seen.filter(Boolean).length / runs;
}

/** Both coordinators are no homes of the key; clients are beside them. */
function readFinds(
  r: number,
  w: number,
  afterMs: number,
  seed: number,
) {
  const quiet = { handoffMs: 9999, antiEntropyMs: 9999, retryMs: 9999 };
  const times = { r, w, repairsReads: false, giveUpMs: 9999 };
  const node = quorumStore({ ...dynamoOptions, ...quiet, ...times });
  const asking = (target: string, thinkMs: number, type: string) =>
    scriptedClient([{ type, key: "x", value: 1 }], {
      targets: [target],
      timeoutMs: 5000,
      startMs: thinkMs,
    });
  const fate = ({ src, dest }: Message) =>
    servers.includes(src) && servers.includes(dest) ? undefined : 0;
  const run = (startMs: number | null) => {
    const read =
      startMs === null ? {} : { r: asking(reader, startMs, "read") };
    const nodes = {
      ...Object.fromEntries(servers.map((id) => [id, node])),
      w: asking(writer, 0, "write"),
      ...read,
    };
    const clients = ["w", ...Object.keys(read)];
    const network = { delayMs, fate };
    const sim = simulate({ seed, nodes, clients, network });
    sim.runUntil(3000);
    return historyOf(sim.trace, clients);
  };
  // The same seed twice: once to learn when the write is ok.
  const doneMs = run(null)[0]?.returnMs ?? 0;
  const found = run(doneMs + afterMs).at(-1)?.result?.values;
  return Array.isArray(found) && found.length > 0;
}
// #endregion measured
