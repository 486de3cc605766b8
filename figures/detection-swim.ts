/**
 * One probe that fails, the suspicion, and the answer of the member that only stood still. Of all
 * messages, only those of this probe are drawn, and those that brought somebody the news of n4.
 */
import { group } from "../code/gossip/group.scenario.ts";
import { paperOptions } from "../code/gossip/options.ts";
import { type State, swim } from "../code/gossip/swim.ts";
import type { Body } from "../code/kernel/node.ts";
import type { Simulation } from "../code/kernel/simulator.ts";
import { drawSpaceTime } from "../code/kernel/spacetime.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";

export const program = null;
export const seed = 4;

const ids = ["n1", "n2", "n3", "n4"];
const prober = "n2";

export function draw(): string {
  const known = new Map<string, string>();
  const brought = new Map<number, string>();
  const sim = group(ids, swim({ ...paperOptions, helpers: 2 }), {
    seed,
    keepTrace: true,
    network: { delayMs: { kind: "constant", ms: 70 } },
    faults: [{ atMs: 2900, kind: "pause", node: "n4", forMs: 1750 }],
    onStep: (now, id) => noteNews(now, id, known, brought),
  });
  sim.runUntil(6000);
  return drawSpaceTime(sim.trace, {
    nodes: ids,
    fromMs: 2860,
    toMs: 5120,
    heightPx: 400,
    show: (event) => isOfProbe(event) || ("id" in event && brought.has(event.id)),
    label: (event) => words(event, brought),
  });
}

/** Writes beside a line what its node has just come to hold of n4, and which message did it. */
function noteNews(
  sim: Simulation,
  id: string,
  known: Map<string, string>,
  brought: Map<number, string>,
): void {
  const { members, incarnation } = sim.state<State>(id);
  const belief = members.n4 ?? { status: "alive", incarnation };
  const text = `${belief.status} ${belief.incarnation}`;
  const before = known.get(id);
  known.set(id, text);
  if (before === undefined || before === text) return;
  sim.note(id, text);
  const last = sim.trace.findLast((event) => event.kind === "deliver" && event.message.dest === id);
  if (last?.kind === "deliver" && last.atMs === sim.nowMs) brought.set(last.id, text);
}

/** The ping of n2 that n4 does not answer in time, and the detours. */
function isOfProbe(event: TraceEvent): boolean {
  if (event.kind !== "send" || event.atMs < 2880 || event.atMs > 3400)
    return ["note", "pause", "resume"].includes(event.kind);
  const { src, dest, body } = event.message;
  if (src === prober && dest === "n4") return true;
  return src === prober
    ? body.type === "ping_req"
    : body.type === "ping" && (body as Body & { for: unknown }).for === prober;
}

function words(event: TraceEvent, brought: ReadonlyMap<number, string>): string | null | undefined {
  if (event.kind !== "send") return undefined;
  const type = `${event.message.body.type}`.replace("_", "-");
  const news = brought.get(event.id);
  if (news === undefined) return type;
  return event.message.dest === "n4" ? `${type}, suspect 0` : `${type}, ${news}`;
}
