/** A consumer group: what a rebalance stops, what lags behind, what is done twice or not at all. */
import { widget } from "../../scripts/widget/contract.ts";
import { members, simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

export default widget({
  name: "consumer-groups",
  title: "A consumer group and its rebalances",
  controls: {
    way: {
      kind: "choice",
      label: "Rebalance",
      choices: { eager: "eager: all let go", cooperative: "cooperative: read on" },
      value: "cooperative",
    },
    deeds: {
      kind: "deeds",
      label: "Now",
      deeds: {
        start: { label: "Start", targets: members },
        crash: { label: "Crash", targets: members },
        pause: { label: "Pause", targets: members },
      },
    },
    first: {
      kind: "choice",
      label: "Offsets are committed",
      choices: { process: "after the work", commit: "before the work" },
      value: "process",
    },
    assignor: {
      kind: "choice",
      label: "Assignor",
      choices: { sticky: "sticky", roundRobin: "round robin", range: "range" },
      value: "sticky",
    },
    partitions: { kind: "number", label: "Partitions", min: 1, max: 6, step: 1, value: 6 },
    sessionMs: {
      kind: "number",
      label: "Silence after which a member is out",
      unit: "ms",
      min: 80,
      max: 400,
      step: 10,
      value: 150,
    },
    delayMs: {
      kind: "number",
      label: "Delay of a message",
      unit: "ms",
      min: 1,
      max: 20,
      step: 1,
      value: 5,
    },
  },
  presets: [
    { label: "Cooperative", params: {}, step: 7 },
    { label: "Eager", params: { way: "eager", assignor: "roundRobin" }, step: 7 },
    {
      label: "A pause longer than the session",
      params: { deeds: [{ step: 0, deed: "pause", target: "c1" }] },
      step: 5,
    },
    { label: "Commit before the work", params: { first: "commit" }, step: 12 },
  ],
  prediction: {
    question:
      "A third member joins two that read three partitions each. In which kind of rebalance does a partition that changes hands wait longer for its reader?",
    choices: ["eager, where all let go", "cooperative, where they read on"],
    answer: 1,
    because:
      "A partition that moves is let go in one round and given in the next, so it waits for two. Only the two partitions that move wait at all; eager stops all six, for one round.",
  },
  code: {
    complete: { file: "code/log/group.ts", region: "complete" },
    rebalance: { file: "code/log/consumer.ts", region: "rebalance" },
    joined: { file: "code/log/consumer.ts", region: "on-joined" },
    polled: { file: "code/log/consumer.ts", region: "on-polled" },
  },
  simulate,
  view,
  table,
});
