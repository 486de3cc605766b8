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
      "N = 3, R = 2, W = 3, and the write of 2 has reached one replica. Client a reads 2. Afterward b reads. What may it get?",
    choices: ["2, for R + W > N", "1 or 2", "nothing: it is refused"],
    answer: 1,
    because:
      "The overlap holds for writes that are over, and this one is not. Two replicas still hold 1, and b may hear from just these. Time goes backward, so the history is not linearizable.",
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
