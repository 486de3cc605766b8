/** One server of a chain after the other crashes, head, middle and tail. */
import { type ClientState, scriptedClient } from "../kernel/client.ts";
import { historyOf } from "../kernel/history.ts";
import { checkLinearizable } from "../kernel/linearizable.ts";
import { kv } from "../kernel/models.ts";
import { seedFrom } from "../kernel/sample.ts";
import { chain } from "./chain.ts";
import { cluster, servers } from "./cluster.scenario.ts";
import type { Master } from "./master.ts";
import { paperOptions, type State, sent } from "./state.ts";
import { numbered } from "./story.scenario.ts";

export const defaultSeed = 7;

export function run(seed: number): string {
  const c1 = scriptedClient(numbered(60), {
    targets: servers,
    timeoutMs: 100,
    startMs: 60,
    thinkMsMax: 20,
  });
  const c2 = scriptedClient(
    Array(60).fill({ type: "read", key: "x" }),
    {
      targets: servers,
      timeoutMs: 100,
      startMs: 90,
      thinkMsMax: 20,
    },
  );
  const network = {
    delayMs: { kind: "uniform", min: 1, max: 9 },
  } as const;
  const nodes = { c1, c2 };
  const sim = cluster(chain(paperOptions), { seed, network, nodes });
  const lines: string[] = [];
  const tell = (text: string) => {
    const time = sim.nowMs.toFixed(0).padStart(5);
    lines.push(`${time} ms  ${text}`);
  };
  const show = () => {
    const { chain, joining } = sim.state<Master>("m").config;
    const told = chain.map((id) => {
      const state = sim.state<State>(id);
      const size = `${state.hist.length}/${sent(state).length}`;
      return `${id} ${size}${id === joining ? " (joining)" : ""}`;
    });
    tell(`  chain: ${told.join("  ->  ")}`);
  };
  sim.runUntil(300);
  show();
  for (const [role, at] of [
    ["head", 0],
    ["middle", 1],
    ["tail", 2],
  ] as const) {
    const id = sim.state<Master>("m").config.chain.at(at) ?? "";
    sim.apply({ kind: "crash", node: id });
    tell(`${id}, the ${role}, crashes`);
    sim.runFor(250);
    show();
    sim.apply({ kind: "restart", node: id });
    tell(`${id} is started again`);
    sim.runFor(250);
    show();
  }
  sim.runUntil(6000);
  const history = historyOf(sim.trace, ["c1", "c2"]);
  const done = history.filter(({ outcome }) => outcome === "ok").length;
  const { begun } = sim.state<ClientState>("c1");
  const { verdict } = checkLinearizable(kv, history);
  const held = servers.map((id) => sim.state<State>(id).hist.length);
  return [
    "Each server with the length of its Hist and of its Sent:",
    ...lines,
    "",
    `${begun} writes and as many reads asked; ${done} of all done`,
    `lengths of Hist in the end: ${held.join(" ")}`,
    `linearizable: ${verdict}`,
  ].join("\n");
}

if (import.meta.main) {
  console.log(run(seedFrom(process.argv, defaultSeed)));
}
