/** Replication lag, and what a token in the hand of a client makes of it. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const lag = { kind: "number", unit: "ms", min: 5, max: 150, step: 5 } as const;

export default widget({
  name: "lag",
  title: "Reading from followers that lag",
  controls: {
    n2Ms: { ...lag, label: "The log reaches n2 after", value: 30 },
    n3Ms: { ...lag, label: "The log reaches n3 after", value: 110 },
    reads: {
      kind: "choice",
      label: "c1 reads at",
      choices: { turn: "n3 and n2 in turn", n2: "n2 alone", n3: "n3 alone", n1: "the leader" },
      value: "turn",
    },
    token: {
      kind: "choice",
      label: "It sends along the token of",
      choices: { none: "nothing", writes: "its writes", reads: "its reads", both: "both" },
      value: "none",
    },
    waits: {
      kind: "switch",
      label: "A follower that is behind waits, and does not refuse",
      value: true,
    },
  },
  presets: [
    { label: "No token", params: {}, step: 7 },
    { label: "One follower, no token", params: { reads: "n3" }, step: 6 },
    { label: "Read your writes", params: { token: "writes" }, step: 11 },
    { label: "Both guarantees", params: { token: "both" }, step: 13 },
  ],
  prediction: {
    question:
      "c1 sends along the token of its last write, and so never misses its own. It reads at two followers in turn. Can time still go backward for it?",
    choices: ["no", "yes, by what others wrote", "yes, by what it wrote itself"],
    answer: 1,
    because:
      "Its token says how far the log goes that it wrote, and nothing of what it has read. n2 shows it the 2 of c2, and n3, which has its own 1 and no more, is fresh enough. With the tokens of its reads too, n3 has to wait.",
  },
  code: {
    append: { file: "code/replication/leader.ts", region: "append" },
    apply: { file: "code/replication/follower.ts", region: "follower-apply" },
    freshness: { file: "code/replication/read.ts", region: "freshness" },
    "on-read": { file: "code/replication/read.ts", region: "on-read" },
  },
  simulate,
  view,
  table,
});
