/** Five replicas and four clients: links are cut, and each request is answered, answered with old data, or refused. */
import { isNewer, type Tagged } from "../../code/abd/tag.ts";
import { playground, sides } from "../../code/cap/playground.scenario.ts";
import type { Level } from "../../code/consistency/levels.ts";
import type { Dialled } from "../../code/consistency/session.ts";
import type { State as Replica } from "../../code/consistency/state.ts";
import { plain, servers, staleReads } from "../../code/consistency/workload.scenario.ts";
import type { ClientState } from "../../code/kernel/client.ts";
import { historyOf } from "../../code/kernel/history.ts";
import type { NodeId } from "../../code/kernel/node.ts";
import type { Simulation } from "../../code/kernel/simulator.ts";
import type { TraceEvent } from "../../code/kernel/trace.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";
import { dialLine } from "../dial-lines.ts";
import type { Answer } from "../request-marks.ts";

export type Params = {
  readonly read: string;
  readonly write: string;
  readonly cut: string;
  readonly seed: number;
  readonly deeds: readonly Deed[];
};

/** A request that has come to its end. */
export type Request = {
  readonly client: NodeId;
  readonly replica: NodeId;
  readonly op: "read" | "write";
  /** What was read or written; "nothing" before the first write. */
  readonly value: string;
  readonly invokeMs: number;
  readonly endMs: number;
  readonly answer: Answer;
  /** Asked while some link was cut. */
  readonly isDuringCut: boolean;
};
type Change = { readonly links: "cut" | "whole" };

export type Lab = {
  /** Of the whole run, in order; what is shown of them ends before `now`. */
  readonly happened: readonly (Request | Change)[];
  readonly now: number;
  readonly atMs: number;
  /** Pairs of replicas that cannot hear each other: `n1 n3`. */
  readonly cuts: readonly string[];
  /** What each replica holds of x. */
  readonly values: { readonly [replica: NodeId]: string };
  /** The replica through which writes are ordered, if they are. */
  readonly leader: NodeId | null;
};

const endMs = 2000;
const [cutAtMs, healAtMs] = [400, 1600];

/** Who can be cut off from whom: groups of replicas. */
export const partitions: { readonly [name: string]: readonly (readonly NodeId[])[] } = {
  "n1 n2": [
    ["n1", "n2"],
    ["n3", "n4", "n5"],
  ],
  n1: [["n1"], ["n2", "n3", "n4", "n5"]],
  n4: [["n4"], ["n1", "n2", "n3", "n5"]],
  all: servers.map((id) => [id]),
};

export function simulate(params: Params): readonly Step<Lab>[] {
  const frames = played(params);
  const stale = staleOf(frames.at(-1)?.sim);
  const happened = frames.flatMap(({ event }) => (event ? [judged(event, stale)] : []));
  const leader = params.write === "sequential" ? "n1" : null;
  return frames.map(({ sim: _, event: __, ...frame }, now) => {
    const event = happened[now - 1];
    const state = { ...frame, happened, now, leader };
    return { say: sentence(event, state), state, code: codeOf(event, params) };
  });
}

type Frame = Pick<Lab, "atMs" | "cuts" | "values"> & {
  readonly sim: Simulation;
  readonly event: Request | Change | null;
};

/** One frame at the beginning, and one whenever a request ends or links are cut or mended. */
function played({ read, write, cut, seed, deeds }: Params): readonly Frame[] {
  const policy = { read: read as Level, write: write as Level };
  const groups = partitions[cut];
  const faults = groups
    ? [
        { atMs: cutAtMs, kind: "partition", groups } as const,
        { atMs: healAtMs, kind: "heal" } as const,
      ]
    : [];
  const sim = playground({ seed, policy, faults });
  let cuts: readonly string[] = [];
  const frame = (event: Frame["event"]) => ({ sim, event, cuts, ...seen(sim) });
  const frames: Frame[] = [frame(null)];
  const cutTimes: { fromMs: number; toMs: number }[] = [];
  let done = 0;
  while (sim.nowMs < endMs) {
    const before = Object.keys(sides).map((id) => clientOf(sim, id));
    const traced = sim.trace.length;
    const deed = deeds[done];
    if (deed && deed.step <= frames.length - 1) {
      done += 1;
      doDeed(sim, deed);
    } else if (!sim.runOne()) break;
    for (const event of sim.trace.slice(traced)) {
      if (event.kind !== "partition" && event.kind !== "heal") continue;
      cuts = cutsAfter(cuts, event);
      if (event.kind === "partition") cutTimes.push({ fromMs: sim.nowMs, toMs: endMs });
      else for (const time of cutTimes) time.toMs = Math.min(time.toMs, sim.nowMs);
      frames.push(frame({ links: cuts.length > 0 ? "cut" : "whole" }));
    }
    for (const client of before)
      for (const ended of endOf(sim, client, cutTimes)) frames.push(frame(ended));
  }
  return frames;
}

function doDeed(sim: Simulation, { deed, target }: Deed): void {
  const groups = partitions[target];
  if (deed === "cut" && groups) sim.apply({ kind: "partition", groups });
  else sim.apply({ kind: "heal" });
}

function clientOf(sim: Simulation, id: NodeId): ClientState {
  return sim.state<Dialled<ClientState>>(id).client;
}

function cutsAfter(cuts: readonly string[], event: TraceEvent): readonly string[] {
  if (event.kind !== "partition") return [];
  const { groups } = event;
  const apart = servers.flatMap((one, at) =>
    servers
      .slice(at + 1)
      .filter((other) => !groups.some((group) => group.includes(one) && group.includes(other)))
      .map((other) => `${one} ${other}`),
  );
  return [...new Set([...cuts, ...apart])];
}

function seen(sim: Simulation): Pick<Lab, "atMs" | "values"> {
  const values = servers.map((id) => {
    const { cells, register } = sim.state<Replica>(id);
    const key = JSON.stringify("x");
    const both = [cells[key], register.cells[key]].filter((held) => held !== undefined);
    const newest = both.sort((a: Tagged, b: Tagged) => (isNewer(a.tag, b.tag) ? -1 : 1))[0];
    return [id, valueText(newest?.value)] as const;
  });
  return { atMs: sim.nowMs, values: Object.fromEntries(values) };
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : "nothing";
}

/** The request of this client that has just come to its end, if one has. */
function endOf(
  sim: Simulation,
  before: ClientState,
  cutTimes: readonly { readonly fromMs: number; readonly toMs: number }[],
): readonly Request[] {
  const after = clientOf(sim, before.id);
  const { asking } = before;
  if (after.answers.length === before.answers.length || !asking) return [];
  const answer = after.answers.at(-1) ?? null;
  const sent = sim.trace.findLast(
    ({ kind, ...event }) =>
      kind === "send" && "message" in event && event.message.src === before.id,
  );
  if (sent?.kind !== "send") return [];
  const isOk = answer !== null && answer.type !== "error";
  return [
    {
      client: before.id,
      replica: sent.message.dest,
      op: asking.type === "read" ? "read" : "write",
      value: valueText((isOk ? answer.value : null) ?? asking.value),
      invokeMs: sent.atMs,
      endMs: sim.nowMs,
      answer: isOk ? "fresh" : "refused",
      isDuringCut: cutTimes.some(({ fromMs, toMs }) => sent.atMs >= fromMs && sent.atMs < toMs),
    },
  ];
}

/** Who read stale data, and when it was asked: `c1 402.5`. */
function staleOf(sim: Simulation | undefined): ReadonlySet<string> {
  const history = historyOf(sim?.trace ?? [], Object.keys(sides)).map(plain);
  return new Set(staleReads(history).map(({ process, invokeMs }) => `${process} ${invokeMs}`));
}

function judged(event: Request | Change, stale: ReadonlySet<string>): Request | Change {
  if ("links" in event || event.answer === "refused") return event;
  const isStale = stale.has(`${event.client} ${event.invokeMs}`);
  return isStale ? { ...event, answer: "stale" } : event;
}

export type Sum = {
  readonly asked: number;
  readonly stale: number;
  readonly refused: number;
};

/** Of what was asked by these clients during the cut. */
export function sumOf({ happened, now }: Lab, clients: readonly NodeId[]): Sum {
  const own = happened
    .slice(0, now)
    .filter(
      (event): event is Request =>
        !("links" in event) && event.isDuringCut && clients.includes(event.client),
    );
  const count = (answer: Answer) => own.filter((one) => one.answer === answer).length;
  return { asked: own.length, stale: count("stale"), refused: count("refused") };
}

function sentence(event: Request | Change | undefined, { atMs, cuts }: Lab): string {
  if (!event) return "All links are whole, and nothing has been asked.";
  const at = `${Math.round(atMs)} ms: `;
  if ("links" in event)
    return cuts.length === 0
      ? `${at}all links are whole again.`
      : `${at}links are cut: ${cutWords(cuts)}.`;
  const { client, replica, op, value, answer, invokeMs, endMs } = event;
  const waited = `after ${Math.round(endMs - invokeMs)} ms`;
  const what = op === "read" ? "read" : `write of ${value}`;
  if (answer === "refused") return `${at}${client}’s ${what} at ${replica} is refused, ${waited}.`;
  if (op === "write") return `${at}${client}’s ${what} at ${replica} is done, ${waited}.`;
  const verdict = answer === "stale" ? "stale, for a later write was done before it asked" : waited;
  return `${at}${client} reads ${value} at ${replica}, ${verdict}.`;
}

/** Which replicas each one still hears. */
function cutWords(cuts: readonly string[]): string {
  const groups = servers.map((one) =>
    servers.filter((other) => !cuts.includes([one, other].sort(byName).join(" "))).join(" "),
  );
  return [...new Set(groups)].join(" | ");
}

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}

function codeOf(event: Request | Change | undefined, params: Params): Step<Lab>["code"] {
  if (!event || "links" in event) return null;
  return dialLine(params[event.op], { ...event, tookMs: event.endMs - event.invokeMs });
}
