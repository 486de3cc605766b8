/**
 * Ana posts at the primary and looks again and again, each time at
 * another replica, one of which is late.
 */
import { type ClientState, scriptedClient } from "../kernel/client.ts";
import { historyOf, type Operation } from "../kernel/history.ts";
import type { Message, Node, NodeId } from "../kernel/node.ts";
import type { VersionOf } from "../kernel/sessions.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { dial } from "./dial.ts";
import type { Level } from "./levels.ts";
import { withSession } from "./session.ts";
import { plain } from "./workload.scenario.ts";

/** Her post goes to n1; then she looks at these, one after the other. */
export const tour: readonly NodeId[] = [
  "n1",
  "n3",
  "n2",
  "n3",
  "n2",
  "n3",
];
export const lagMs = 900;
const thinkMs = 200;

/** A client whose nth request goes to the nth of these replicas. */
function touring(client: Node<ClientState>): Node<ClientState> {
  return {
    init: (setup) => client.init(setup),
    step: (state, input) => {
      const [next, effects] = client.step(state, input);
      const dest = tour[next.begun - 1] ?? "";
      const turned = effects.map((effect) => {
        if (effect.kind === "send") return { ...effect, dest };
        const isPause =
          effect.kind === "set-timer" && effect.name === "next";
        return isPause ? { ...effect, afterMs: thinkMs } : effect;
      });
      return [next, turned];
    },
  };
}

/** What n1 and n2 tell n3 of new writes comes late; all else does not. */
function fate({ src, dest, body }: Message): number {
  if (src === "ana" || dest === "ana") return 1;
  return dest === "n3" && body.type === "updates" ? lagMs : 5;
}

export type Visit = {
  readonly sim: Simulation;
  readonly history: readonly Operation[];
};

// #region visit
/** The same visit, with the dial at this level. */
export function visit(level: Level, seed: number): Visit {
  const options = { leader: "n1", gossipMs: 60_000, waitMsMax: 2000 };
  const look = { type: "read", key: "page" };
  const post = { type: "write", key: "page", value: "post" };
  const wishes = [post, ...tour.slice(1).map(() => look)];
  const times = { targets: tour, timeoutMs: 3000 };
  const ana = touring(scriptedClient(wishes, times));
  const nodes = {
    ana: withSession(ana, () => level),
    n1: dial(options),
    n2: dial(options),
    n3: dial(options),
  };
  const network = { fate };
  const sim = simulate({ seed, nodes, clients: ["ana"], network });
  sim.runUntil(3000);
  const history = historyOf(sim.trace, ["ana"]).map(plain);
  return { sim, history };
}

/** The first write has version 1; before it is version 0. */
export const versionOf: VersionOf = ({ result }) => {
  const tag = result?.tag as { readonly count?: number } | undefined;
  return tag?.count ?? null;
};
// #endregion visit
