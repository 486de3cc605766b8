/**
 * How many messages a second the simulator moves. The one file of the
 * kernel that looks at a real clock: the speed of this machine is what it
 * is about. Run by `npm run bench`.
 */
// unprinted: the benchmark of the simulator, run by `npm run bench`
import { echo } from "../echo/echo.ts";
import type { Node } from "./node.ts";
import { simulate } from "./simulator.ts";

export type Throughput = {
  readonly messages: number;
  readonly seconds: number;
  readonly messagesPerSecond: number;
};

/** Asks its peer, and asks again at each answer; 32 questions at once. */
function asker(peer: string): Node<{ readonly asked: number }> {
  const question = (msg_id: number) => ({
    kind: "send" as const,
    dest: peer,
    body: { type: "echo", msg_id },
  });
  const first = Array.from({ length: 32 }, (_, n) => question(n));
  return {
    init: () => [{ asked: first.length }, first],
    step: ({ asked }) => [{ asked: asked + 1 }, [question(asked)]],
  };
}

/** Five nodes that echo, each asked by a client; no trace is kept. */
export function measureThroughput(seconds = 1): Throughput {
  const servers = ["n1", "n2", "n3", "n4", "n5"];
  const clients = servers.map((_, at) => `c${at + 1}`);
  const sim = simulate({
    seed: 1,
    nodes: Object.fromEntries([
      ...servers.map((id) => [id, echo] as const),
      ...clients.map(
        (id, at) => [id, asker(servers[at] ?? "")] as const,
      ),
    ]),
    clients,
    network: { delayMs: { kind: "uniform", min: 1, max: 10 } },
    keepTrace: false,
  });
  const startMs = performance.now();
  while (performance.now() - startMs < seconds * 1000) sim.runFor(100);
  const took = (performance.now() - startMs) / 1000;
  // Every step of this workload is a delivered message.
  const messages = sim.steps;
  return {
    messages,
    seconds: took,
    messagesPerSecond: messages / took,
  };
}
