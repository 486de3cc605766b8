/** SWIM: probes, helpers, suspicion and its answer, in a group whose members can be hurt. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

export default widget({
  name: "swim",
  title: "Probes, suspicion and its answer in SWIM",
  controls: {
    members: { kind: "number", label: "Members", min: 4, max: 6, step: 1, value: 4 },
    pauseS: {
      kind: "number",
      label: "n4 stands still from 2.9 s, for",
      unit: "s",
      min: 0,
      max: 10,
      step: 0.25,
      value: 1.75,
    },
    helpers: { kind: "number", label: "Helpers asked", min: 0, max: 3, step: 1, value: 2 },
    periods: {
      kind: "number",
      label: "Time to answer",
      unit: "periods",
      min: 0,
      max: 8,
      step: 1,
      value: 5,
    },
    loss: { kind: "number", label: "Messages lost", unit: "%", min: 0, max: 30, step: 5, value: 0 },
    seed: { kind: "number", label: "Seed", min: 1, max: 20, step: 1, value: 4 },
    deeds: {
      kind: "deeds",
      label: "Now",
      deeds: {
        pause: { label: "Pause for 2 s:", targets: ["n2", "n4"] },
        crash: { label: "Crash", targets: ["n2", "n4"] },
        slow: { label: "Slow down", targets: ["n2", "n4"] },
        restart: { label: "Restart", targets: ["n2", "n4"] },
        cut: { label: "Cut n2 – n4" },
      },
    },
  },
  presets: [
    { label: "A pause", params: {}, step: 11 },
    {
      label: "A crash",
      params: { pauseS: 0, deeds: [{ step: 1, deed: "crash", target: "n4" }] },
      step: 3,
    },
    {
      label: "A cut link",
      params: { pauseS: 0, deeds: [{ step: 1, deed: "cut", target: "" }] },
      step: 10,
    },
    { label: "No time to answer", params: { periods: 0 }, step: 11 },
  ],
  prediction: {
    question:
      "The link between n2 and n4 is cut; both are well. n2 pings n4 and hears nothing. What does it hold of n4 at the end of the period?",
    choices: ["that it is alive", "that it is suspected", "that it has failed"],
    answer: 0,
    because:
      "n2 asks helpers, whose pings take another way: n4 answers them, and they pass the answer on. With no helpers, n2 suspects n4 again and again, and n4 has to answer each time.",
  },
  code: {
    period: { file: "code/gossip/swim.ts", region: "period" },
    help: { file: "code/gossip/swim.ts", region: "second-opinion" },
    answer: { file: "code/gossip/swim.ts", region: "answer" },
    suspect: { file: "code/gossip/swim.ts", region: "suspect" },
    judge: { file: "code/gossip/swim.ts", region: "judge" },
    learn: { file: "code/gossip/swim.ts", region: "learn" },
    refute: { file: "code/gossip/swim.ts", region: "refute" },
  },
  simulate,
  view,
  table,
});
