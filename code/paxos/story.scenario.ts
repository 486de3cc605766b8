/**
 * The schedule that the chapter tells twice: p1 is gone before it knows
 * that its value is chosen, two acceptors are gone with it, and p2 comes.
 * With the rule of §2.2 the choice stands; without it there are two.
 */

import type { Body } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { eventText, type TraceEvent } from "../kernel/trace.ts";
import { cluster } from "./cluster.ts";
import type { ChooseValue, Proposal } from "./paxos.ts";

/** Run it until 80 ms; messages take 5 ms. */
export function twoProposers(
  seed: number,
  choose: ChooseValue,
): Simulation {
  const sim = simulate({
    seed,
    nodes: cluster({
      values: ["db1", "db2"],
      acceptorCount: 5,
      startAfterMs: [0, 30],
      choose,
    }),
    network: {
      delayMs: { kind: "constant", ms: 5 },
      fate: ({ src, dest, body }) =>
        src === "p1" && body.type === "accept" && dest > "a3"
          ? "lose"
          : undefined,
    },
    faults: [
      { atMs: 12, kind: "crash", node: "p1" },
      { atMs: 25, kind: "crash", node: "a1" },
      { atMs: 25, kind: "crash", node: "a2" },
    ],
    checkPurity: true,
  });
  sim.runUntil(80);
  return sim;
}

/**
 * What arrived and what broke. Messages that say the same thing at the
 * same time share a line: `a1 a2 -> p1  promise 2, accepted -`.
 */
export function tell(trace: readonly TraceEvent[]): string {
  const lines = new Map<
    string,
    { from: Set<string>; to: Set<string> }
  >();
  for (const event of trace) {
    const time = event.atMs.toFixed(1).padStart(6);
    if (event.kind === "deliver" || event.kind === "drop") {
      const { src, dest, body } = event.message;
      const fate =
        event.kind === "drop" ? ` (${fates[event.reason]})` : "";
      const key = `${time}|${describe(body)}${fate}`;
      const line = lines.get(key) ?? { from: new Set(), to: new Set() };
      line.from.add(src);
      line.to.add(dest);
      lines.set(key, line);
    } else if (event.kind === "crash" || event.kind === "note") {
      const key = `${time}|${eventText(event)}`;
      lines.set(key, { from: new Set(), to: new Set() });
    }
  }
  return [...lines]
    .map(([key, { from, to }]) => {
      const [time, text] = key.split("|");
      const way = `${[...from].join(" ")} -> ${[...to].join(" ")}`;
      return from.size === 0
        ? `${time}  ${text}`
        : `${time}  ${way.padEnd(20)}  ${text}`;
    })
    .join("\n");
}

const fates = {
  loss: "lost",
  partition: "link cut",
  down: "down",
  unknown: "nobody there",
};

/** A message in the words of the paper. */
export function describe(body: Body): string {
  const { type, ballot } = body;
  if (type === "promise") {
    const reported = body.accepted as Proposal | null;
    const last = reported
      ? `${reported.ballot}:${reported.value}`
      : "-";
    return `promise ${ballot}, accepted ${last}`;
  }
  if (type === "reject")
    return `reject ${ballot}, promised ${body.promised}`;
  return body.value
    ? `${type} ${ballot}:${body.value}`
    : `${type} ${ballot}`;
}
