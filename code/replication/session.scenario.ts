/** One client that writes at the leader and reads at a late follower. */
import { scriptedClient } from "../kernel/client.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Body, Node } from "../kernel/node.ts";
import { story } from "./cluster.scenario.ts";
import { withToken } from "./session.ts";
import { asyncOptions } from "./state.ts";

export type Tally = {
  /** Reads that found a value, or that there is none. */
  readonly reads: number;
  /** Reads that missed the write which this client made just before. */
  readonly stale: number;
  /** Questions that n2 refused because it lagged behind the token. */
  readonly refused: number;
  /** What a read took, with the questions that were refused. */
  readonly meanReadMs: number;
};

/** Writes 1 to 10 go to n1, each followed by a read at n2. */
export function session(
  isCarrying: boolean,
  readWaitMsMax: number,
): Tally {
  const turns = Array.from({ length: 20 }, (_, at): Body => {
    const value = Math.floor(at / 2) + 1;
    const isWrite = at % 2 === 0;
    return isWrite
      ? { type: "write", key: "x", value }
      : { type: "read", key: "x" };
  });
  const asking = readingAt("n2", turns);
  const client = isCarrying ? withToken(asking) : asking;
  const options = { ...asyncOptions, readWaitMsMax };
  const fate = ({ src, dest }: { src: string; dest: string }) =>
    src === "n1" && dest === "n2" ? 60 : undefined;
  const sim = story(options, { c1: client }, { network: { fate } });
  sim.runUntil(8000);
  return tally(historyOf(sim.trace, ["c1"]));
}

/** The first attempt of each read goes there, all else to n1. */
function readingAt(dest: string, turns: readonly Body[]) {
  const asking = scriptedClient(turns, {
    targets: ["n1"],
    timeoutMs: 300,
    attemptsMax: 4,
  });
  type State = Parameters<typeof asking.step>[0];
  const turning: Node<State> = {
    ...asking,
    step: (state, input) => {
      const [next, effects] = asking.step(state, input);
      const turned = effects.map((effect) => {
        const isRead =
          effect.kind === "send" &&
          effect.body.type === "read" &&
          next.attempt === 1;
        return isRead ? { ...effect, dest } : effect;
      });
      return [next, turned];
    },
  };
  return turning;
}

function tally(history: readonly Operation[]): Tally {
  let written = 0;
  let stale = 0;
  for (const { op, args, result, outcome } of history) {
    if (op === "write" && outcome === "ok")
      written = Number(args.value);
    const isOld = Number(result?.value) < written || isNothing(result);
    if (op === "read" && isOld) stale += 1;
  }
  const asked = history.filter(({ op }) => op === "read");
  const refused = asked.filter(({ result }) => result?.code === 11);
  const reads = asked.length - refused.length;
  const totalMs = asked
    .map(({ invokeMs, returnMs }) => (returnMs ?? invokeMs) - invokeMs)
    .reduce((sum, ms) => sum + ms, 0);
  const meanReadMs = totalMs / reads;
  return { reads, stale, refused: refused.length, meanReadMs };
}

function isNothing(result: Body | null): boolean {
  return result?.code === 20;
}
