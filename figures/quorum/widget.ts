/** N, R, W: what an overlap of quorums gives, and what it does not. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const count = { kind: "number", min: 1, max: 5, step: 1 } as const;

export default widget({
  name: "quorum",
  title: "Quorums of N, R and W",
  controls: {
    n: { ...count, label: "Replicas N", value: 3 },
    r: { ...count, label: "Answers that a read waits for, R (N at most)", value: 2 },
    w: { ...count, label: "Answers that a write waits for, W (N at most)", value: 3 },
    reached: {
      ...count,
      min: 0,
      label: "Replicas that the second write has reached before the reads",
      value: 1,
    },
  },
  presets: [
    { label: "R + W ≤ N: a stale read", params: { r: 1, w: 1, reached: 1 }, step: 9 },
    { label: "R + W > N, and the write is over", params: { r: 2, w: 2, reached: 2 }, step: 12 },
    { label: "R + W > N, and it is under way", params: { r: 2, w: 3, reached: 1 }, step: 10 },
    { label: "Read one, write all", params: { n: 5, r: 1, w: 5, reached: 4 }, step: 11 },
  ],
  prediction: {
    question:
      "With N = 3, R = 2, W = 3 and the write of 2 at one replica, a reads 2 and after it b reads 1. Which change alone keeps time from going backward?",
    choices: [
      "W = 2: the write is over sooner",
      "R = 3: each read hears all",
      "N = 5: more replicas",
    ],
    answer: 1,
    because:
      "With W = 2 the write has still reached one replica only, and with N = 5 b hears from two that lack it. With R = 3 of 3 each read meets the replica that has it, over or not. The price is that no replica may be down for reads.",
  },
  code: {
    calculator: { file: "code/quorum-store/quorum.ts", region: "calculator" },
    tell: { file: "code/quorum-store/coordinate.ts", region: "tell" },
    advance: { file: "code/quorum-store/coordinate.ts", region: "advance" },
    "on-store": { file: "code/quorum-store/replica.ts", region: "on-store" },
  },
  simulate,
  view,
  table,
});
