/**
 * The Write-Path Trilemma, measured: what a write costs in each mode in
 * latency, in durability when the leader dies, in availability when
 * followers cannot be reached. Four runs for each mode.
 */
import { scriptedClient } from "../kernel/client.ts";
import type { Fault } from "../kernel/faults.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Body } from "../kernel/node.ts";
import type { Simulation } from "../kernel/simulator.ts";
import {
  acknowledged,
  lostOn,
  story,
  watchful,
} from "./cluster.scenario.ts";
import { controller } from "./controller.ts";
import type { Options } from "./state.ts";

// #region trilemma
export type Trade = {
  /** Mean time from a write to its ok, one follower being slow. */
  readonly latencyMs: number;
  /** Acknowledged writes that the new leader does not have. */
  readonly lost: number;
  /** Writes of a second that got no ok, of how many asked. */
  readonly oneDown: string;
  readonly noneReached: string;
};

/** Run one mode through a slow, a deadly and two lonely hours. */
export function tradeOf(options: Options, seed: number): Trade {
  const slow = play(options, seed, [
    { atMs: 0, kind: "slow", node: "n3", extraMs: 40 },
  ]);
  const deadly = play(options, seed, [
    { atMs: 500, kind: "partition", groups: [["n1"], ["n2", "n3"]] },
    { atMs: 800, kind: "crash", node: "n1" },
  ]);
  const oneDown = play(options, seed, [
    { atMs: 500, kind: "crash", node: "n3" },
  ]);
  const noneReached = play(options, seed, [
    { atMs: 500, kind: "crash", node: "n2" },
    { atMs: 500, kind: "crash", node: "n3" },
  ]);
  return {
    latencyMs: meanLatencyMs(slow.history),
    lost: lostOn(deadly.sim, "n2", deadly.history).length,
    oneDown: undone(oneDown.history),
    noneReached: undone(noneReached.history),
  };
}
// #endregion trilemma

type Play = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
};

/** A client that writes every 20 ms or so, and a controller. */
function play(
  options: Options,
  seed: number,
  faults: readonly Fault[],
): Play {
  const writes = Array.from(
    { length: 200 },
    (_, nth): Body => ({ type: "write", key: "x", value: nth + 1 }),
  );
  const client = scriptedClient(writes, {
    targets: ["n1"],
    timeoutMs: 200,
    startMs: 20,
    thinkMsMax: 20,
  });
  const op = controller({ ...watchful, fencedMin: 2 });
  const sim = story(options, { c1: client, op }, { seed, faults });
  sim.runUntil(1500);
  return { sim, history: historyOf(sim.trace, ["c1"]) };
}

function meanLatencyMs(history: readonly Operation[]): number {
  const times = acknowledged(history).map(
    ({ invokeMs, returnMs }) => (returnMs ?? invokeMs) - invokeMs,
  );
  return times.reduce((sum, ms) => sum + ms, 0) / times.length;
}

function undone(history: readonly Operation[]): string {
  const asked = history.filter(
    ({ invokeMs }) => invokeMs >= 500 && invokeMs < 1300,
  );
  const failed = asked.filter(({ outcome }) => outcome !== "ok");
  return `${failed.length} of ${asked.length}`;
}
