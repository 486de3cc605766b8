/**
 * A store of real processes put on trial: clients ask, processes are
 * killed and paused, and in the end a checker judges what was answered.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Operation } from "../kernel/history.ts";
import {
  checkLinearizable,
  type Verdict,
} from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import type { Json, NodeId } from "../kernel/node.ts";
import { intBetween, nextDice, stream } from "../kernel/random.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { type Load, nowMs, startLoad } from "./kv-load.ts";
import { lostWrites } from "./lost-writes.ts";

/** What stands on the disk of each node. */
export type Disks = {
  readonly [id: NodeId]: { readonly [key: string]: Json };
};

export type TrialOptions = {
  /** The main.ts of the store. */
  readonly main: string;
  readonly nodes: number;
  readonly seconds: number;
  /** A story of two leaders; anything at random; or kill upon kill. */
  readonly faults: "story" | "chaos" | "kills";
  readonly seed: number;
  readonly slowDiskMs?: number;
  /** Who leads, as far as the disks tell; null when they do not. */
  readonly leaderOf: (disks: Disks) => NodeId | null;
  /** Told as it happens, a line at a time. */
  readonly tell: (line: string) => void;
};

export type TrialResult = {
  readonly history: readonly Operation[];
  readonly verdict: Verdict;
  /** Writes that were acknowledged, and are not there in the end. */
  readonly lost: readonly Operation[];
  readonly kills: number;
  readonly pauses: number;
  readonly cuts: number;
  /** What the processes logged that they should not have to. */
  readonly complaints: readonly string[];
};

type Trial = {
  readonly options: TrialOptions;
  readonly cluster: Cluster;
  readonly load: Load;
  readonly startMs: number;
  kills: number;
  pauses: number;
  cuts: number;
  /** Who does not hear the others, or is not heard by them. */
  cutOff: NodeId | null;
};

const tooLongMs = 60_000;

/** Start everything, let it happen, end everything, and judge. */
export async function tryKv(
  options: TrialOptions,
): Promise<TrialResult> {
  const { main, nodes, slowDiskMs = 0, tell } = options;
  const folder = mkdtempSync(join(tmpdir(), "real-"));
  const clear = () => rmSync(folder, { recursive: true, force: true });
  // Ctrl-C ends it in the middle.
  process.on("exit", clear);
  const ids = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  const complaints: string[] = [];
  const onLog = (id: NodeId, line: string) => {
    if (/ (listens on .*|is in reach|is out of reach)$/.test(line)) {
      return;
    }
    complaints.push(`${id}: ${line}`);
    tell(`  ${id} says: ${line}`);
  };
  try {
    const cluster = await startCluster({
      main,
      ids,
      folder,
      slowDiskMs,
      // The story is that of processes; let them speak for themselves.
      withLinks: options.faults === "chaos",
      onLog,
    });
    try {
      return { ...(await onTrial(options, cluster)), complaints };
    } finally {
      await cluster.close();
    }
  } finally {
    process.off("exit", clear);
    clear();
  }
}

async function onTrial(
  options: TrialOptions,
  cluster: Cluster,
): Promise<Omit<TrialResult, "complaints">> {
  const { seed, faults } = options;
  const { addresses } = cluster;
  const load = startLoad({ ...busy, addresses, seed });
  const startMs = nowMs();
  const trial: Trial = {
    ...{ options, cluster, load, startMs },
    ...{ kills: 0, pauses: 0, cuts: 0, cutOff: null },
  };
  const ports = [...addresses.values()].map(({ port }) => port);
  say(trial, `${ports.length} processes listen on ${ports.join(", ")}`);
  try {
    await { story, chaos, kills }[faults](trial);
    await healAll(trial);
  } finally {
    await load.stop();
  }
  await load.readAll();
  say(trial, "every key was read once more");
  const history = load.history();
  return {
    history,
    verdict: checkLinearizable(kv, history, stepsMax),
    lost: lostWrites(history),
    kills: trial.kills,
    pauses: trial.pauses,
    cuts: trial.cuts,
  };
}

/** Enough to find fault with, and few enough to check key by key. */
const busy = {
  clients: 5,
  keys: 3,
  keysMs: 5000,
  thinkMsMax: 60,
  waryMs: 200,
  timeoutMs: 1000,
};

/** Many times what the search has ever needed for one key. */
const stepsMax = 5_000_000;

// #region story
/**
 * Kill the leader, start it again, pause the next one. One or two have
 * no majority without it: then nobody answers until it is back.
 */
async function story(trial: Trial): Promise<void> {
  const at = (share: number) => until(trial, share);
  const goesOn = trial.cluster.ids.length > 2;
  const first = await leader(trial);
  say(trial, `${first} leads, as the disks of a majority say`);
  await at(0.2);
  await kill(trial, first);
  if (goesOn) await nextAnswer(trial);
  await at(0.45);
  await start(trial, first);
  if (!goesOn) await nextAnswer(trial);
  await at(0.55);
  const second = await leader(trial);
  pause(trial, second);
  if (goesOn) await nextAnswer(trial);
  await at(0.85);
  resume(trial, second);
  if (!goesOn) await nextAnswer(trial);
  await at(1);
}
// #endregion story

// #region chaos
/** Kill, pause, cut off and bring back until the time is over. */
async function chaos(trial: Trial): Promise<void> {
  const draw = drawing(trial.options.seed);
  do {
    await sleep(draw(100, 1500));
    await oneFault(trial, draw);
  } while (!isOver(trial));
}

async function oneFault(trial: Trial, draw: Draw): Promise<void> {
  const { ids, isUp, isPaused } = trial.cluster;
  const ill = ids.filter(
    (id) => !isUp(id) || isPaused(id) || id === trial.cutOff,
  );
  const well = ids.filter((id) => !ill.includes(id));
  const oneOf = (some: readonly NodeId[]) =>
    some[draw(0, some.length - 1)];
  // Without a majority nothing can be done: so it is only at times.
  const minority = Math.ceil(ids.length / 2) - 1;
  const illMax = draw(1, 10) === 1 ? ids.length : minority;
  const luck = draw(1, 100);
  if (luck <= 3) await powerCut(trial);
  else if (ill.length >= illMax || luck <= 40) {
    await cure(trial, oneOf(ill), luck % 5 === 0);
  } else {
    const leader = trial.options.leaderOf(disksOf(trial));
    const id = luck <= 60 ? leader : oneOf(well);
    if (luck % 3 === 0) await kill(trial, id);
    else if (luck % 3 === 1) pause(trial, id);
    else cutOff(trial, id, draw);
  }
}
// #endregion chaos

/** Kill one after the other, and start each again at once. */
async function kills(trial: Trial): Promise<void> {
  const { ids } = trial.cluster;
  const draw = drawing(trial.options.seed);
  do {
    await sleep(draw(50, 500));
    const id = ids[draw(0, ids.length - 1)] ?? "";
    await kill(trial, id);
    await start(trial, id);
  } while (!isOver(trial));
}

type Draw = (min: number, max: number) => number;

function drawing(seed: number): Draw {
  let dice = seed;
  return (min, max) => {
    dice = nextDice(dice);
    return intBetween(stream(dice, 0), min, max);
  };
}

function isOver({ startMs, options }: Trial): boolean {
  return nowMs() >= startMs + options.seconds * 1000;
}

/** Who stands still goes on, or is killed while it stands. */
async function cure(
  trial: Trial,
  id: NodeId | undefined,
  isKilled: boolean,
): Promise<void> {
  if (id === undefined) return;
  if (id === trial.cutOff) heal(trial);
  else if (!trial.cluster.isUp(id)) await start(trial, id);
  else if (isKilled) await kill(trial, id);
  else resume(trial, id);
}

/** All at once, and all back. */
async function powerCut(trial: Trial): Promise<void> {
  const { cluster } = trial;
  say(trial, "power cut:");
  await Promise.all(cluster.ids.map((id) => kill(trial, id)));
  await Promise.all(cluster.ids.map((id) => start(trial, id)));
}

async function healAll(trial: Trial): Promise<void> {
  const { cluster } = trial;
  if (trial.cutOff !== null) heal(trial);
  for (const id of cluster.ids) {
    if (cluster.isPaused(id)) resume(trial, id);
    else if (!cluster.isUp(id)) await start(trial, id);
  }
}

async function kill(
  trial: Trial,
  id: NodeId | null | undefined,
): Promise<void> {
  if (!id || !trial.cluster.isUp(id)) return;
  await trial.cluster.kill(id);
  trial.kills += 1;
  // Damaged files would make this throw.
  trial.cluster.disk(id);
  say(trial, `${id} killed (kill -9)`);
}

async function start(trial: Trial, id: NodeId): Promise<void> {
  await trial.cluster.start(id);
  say(trial, `${id} started again, with what is on its disk`);
}

function pause(trial: Trial, id: NodeId | null | undefined): void {
  const { isUp, isPaused } = trial.cluster;
  if (!id || !isUp(id) || isPaused(id)) return;
  trial.cluster.pause(id);
  trial.pauses += 1;
  say(trial, `${id} stands still (SIGSTOP)`);
}

/** Both ways, or one of them. */
function cutOff(
  trial: Trial,
  id: NodeId | null | undefined,
  draw: Draw,
): void {
  const { cluster } = trial;
  if (!id || trial.cutOff !== null) return;
  const way = draw(0, 2);
  for (const other of cluster.ids) {
    if (way !== 1) cluster.cut(id, other);
    if (way !== 2) cluster.cut(other, id);
  }
  trial.cuts += 1;
  trial.cutOff = id;
  const what = ["is cut off", "hears nobody", "is heard by nobody"];
  say(trial, `${id} ${what[way]}`);
}

function heal(trial: Trial): void {
  trial.cluster.heal();
  say(trial, `${trial.cutOff} is connected again`);
  trial.cutOff = null;
}

function resume(trial: Trial, id: NodeId): void {
  trial.cluster.resume(id);
  say(trial, `${id} goes on (SIGCONT)`);
}

/** Wait until an operation that begins from now on is done. */
async function nextAnswer(trial: Trial): Promise<void> {
  const sinceMs = nowMs();
  const found = await eventually("an answer", () =>
    trial.load
      .history()
      .find((one) => one.invokeMs > sinceMs && one.outcome === "ok"),
  );
  const waitedMs = (found.returnMs ?? sinceMs) - sinceMs;
  say(
    trial,
    `first new request is done, ${waitedMs.toFixed(0)} ms later`,
  );
}

/** Who leads, once the disks tell, and it is no one that is away. */
function leader(trial: Trial): Promise<NodeId> {
  const { cluster, options } = trial;
  return eventually("a leader", () => {
    const id = options.leaderOf(disksOf(trial));
    const isThere =
      id !== null && cluster.isUp(id) && !cluster.isPaused(id);
    return isThere ? id : undefined;
  });
}

function disksOf({ cluster }: Trial): Disks {
  return Object.fromEntries(
    cluster.ids.map((id) => [id, cluster.disk(id)]),
  );
}

async function eventually<T>(
  what: string,
  look: () => T | undefined,
): Promise<T> {
  const endMs = nowMs() + tooLongMs;
  while (nowMs() < endMs) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(20);
  }
  throw new Error(`Waited ${tooLongMs} ms for ${what} in vain.`);
}

/** Until that share of the whole time is over. */
async function until(trial: Trial, share: number): Promise<void> {
  const dueMs = trial.startMs + share * trial.options.seconds * 1000;
  await sleep(Math.max(0, dueMs - nowMs()));
}

function say({ startMs, options }: Trial, text: string): void {
  const seconds = ((nowMs() - startMs) / 1000).toFixed(2);
  options.tell(`${seconds.padStart(7)} s  ${text}`);
}
