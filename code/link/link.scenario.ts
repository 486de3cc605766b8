/** One sends, one listens, and the link between them is bad. */
import type { Fault } from "../kernel/faults.ts";
import type { NetworkOptions } from "../kernel/network.ts";
import type { Node } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import {
  type Item,
  type ListenerState,
  listener,
  type TalkerState,
  talker,
} from "./link.ts";

// #region over-the-link
export type LinkOptions = {
  readonly seed: number;
  readonly items: readonly Item[];
  readonly network: NetworkOptions;
  readonly faults?: readonly Fault[];
  readonly sender?: (node: Node<TalkerState>) => Node<TalkerState>;
  readonly receiver?: Node<ListenerState>;
};

export function overTheLink(options: LinkOptions): Simulation {
  const { seed, items, network, faults = [] } = options;
  const plain = talker({ to: "b", items, everyMs: 10, resendMs: 60 });
  return simulate({
    seed,
    network,
    faults,
    nodes: {
      a: options.sender?.(plain) ?? plain,
      b: options.receiver ?? listener,
    },
  });
}
// #endregion over-the-link

/** `count` items in turn on these streams, each a number of its own. */
export function itemsOn(
  streams: readonly string[],
  count: number,
): readonly Item[] {
  return Array.from({ length: count }, (_, n) => ({
    stream: streams[n % streams.length] ?? "",
    data: n + 1,
  }));
}
