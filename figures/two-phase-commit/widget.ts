/** Two-phase commit, and a death between any two arrows: who is in doubt, for how long, what recovery decides. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const program = "code/atomic-commit/two-phase.ts";

export default widget({
  name: "two-phase-commit",
  title: "Two-phase commit, and a death at any moment",
  controls: {
    deeds: {
      kind: "deeds",
      label: "Now",
      deeds: {
        crash: { label: "Crash", targets: ["c", "p1", "p2"] },
      },
    },
    away: {
      kind: "choice",
      label: "The dead are back after",
      choices: {
        "100": "100 ms",
        "300": "300 ms",
        "500": "500 ms",
        "1000": "1000 ms",
        never: "never",
      },
      value: "500",
    },
    asks: {
      kind: "choice",
      label: "Who is in doubt asks",
      choices: { all: "the coordinator and the other", chief: "the coordinator only" },
      value: "all",
    },
    refuses: { kind: "switch", label: "p2 votes no", value: false },
  },
  presets: [
    { label: "Nobody dies", params: {}, step: 9 },
    {
      label: "Dies before its write",
      params: { deeds: [{ step: 8, deed: "crash", target: "c" }] },
      step: 13,
    },
    {
      label: "Dies after its write",
      params: { deeds: [{ step: 9, deed: "crash", target: "c" }] },
      step: 14,
    },
    {
      label: "Dies before it has asked p2",
      params: { deeds: [{ step: 1, deed: "crash", target: "c" }] },
      step: 7,
    },
  ],
  prediction: {
    question:
      "The coordinator dies with both votes in hand, in one run just before it writes its decision and in another just after, and is back after 500 ms. How do the two runs end for p1 and p2?",
    choices: [
      "both aborted",
      "both committed",
      "the first aborted, the second committed",
      "in doubt",
    ],
    answer: 2,
    because:
      "Until it is back the two runs are the same to p1 and p2, message for message, and they must not end alike. So no rule that looks at what they know could let them move.",
  },
  code: {
    prepare: { file: program, region: "prepare" },
    vote: { file: program, region: "vote" },
    "on-vote": { file: program, region: "on-vote" },
    decide: { file: program, region: "decide" },
    acknowledged: { file: program, region: "acknowledged" },
    answer: { file: program, region: "answer" },
    "on-decision": { file: program, region: "on-decision" },
    termination: { file: program, region: "termination" },
  },
  simulate,
  view,
  table,
});
