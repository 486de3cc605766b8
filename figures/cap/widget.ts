/** A cut between five replicas, and a policy for reads and one for writes: who is answered, who is told old data, who is refused. */
import { widget } from "../../scripts/widget/contract.ts";
import { dialCode } from "../dial-lines.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const policies = {
  linearizable: "linearizable: ask a majority",
  sequential: "sequential: writes by the leader",
  causal: "causal: here, after its causes",
  eventual: "eventual: here and now",
};

export default widget({
  name: "cap",
  title: "A cut, and a policy per operation",
  controls: {
    read: { kind: "choice", label: "Reads", choices: policies, value: "sequential" },
    write: { kind: "choice", label: "Writes", choices: policies, value: "sequential" },
    cut: {
      kind: "choice",
      label: "From 0.4 to 1.6 s",
      choices: {
        "n1 n2": "n1 and n2 are cut off",
        n1: "n1 is cut off",
        n4: "n4 is cut off",
        all: "every replica is alone",
        none: "nothing is cut",
      },
      value: "n1 n2",
    },
    seed: { kind: "number", label: "Seed", min: 1, max: 99, step: 1, value: 7 },
    deeds: {
      kind: "deeds",
      label: "Cut and mend links now",
      deeds: {
        cut: { label: "Cut off", targets: ["n1", "n4", "n1 n2"] },
        heal: { label: "Mend all links" },
      },
    },
  },
  presets: [
    {
      label: "Both linearizable",
      params: { read: "linearizable", write: "linearizable" },
      step: 22,
    },
    {
      label: "Reads eventual, writes linearizable",
      params: { read: "eventual", write: "linearizable" },
      step: 30,
    },
    {
      label: "By a leader on the small side",
      params: { read: "sequential", write: "sequential" },
      step: 36,
    },
    { label: "Both eventual", params: { read: "eventual", write: "eventual" }, step: 47 },
  ],
  prediction: {
    question:
      "The same cut, n1 and n2 from the three others, and reads and writes are both linearizable: a majority must answer. Which side is refused now?",
    choices: ["n1 and n2", "n3, n4 and n5", "both", "neither"],
    answer: 0,
    because:
      "Three of five are a majority: of 10 requests there none is refused, and of 4 on the smaller side 3 are. By a leader it was the other way around. What counts is not how many replicas a side has, but whether it has those that the operation needs.",
  },
  code: dialCode,
  simulate,
  view,
  table,
});
