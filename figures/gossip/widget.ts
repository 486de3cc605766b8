/** Gossip: how a rumor reaches all, in rounds. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

export default widget({
  name: "gossip",
  title: "A rumor in rounds",
  controls: {
    mode: {
      kind: "choice",
      label: "Whoever calls",
      choices: { push: "tells (push)", pull: "asks (pull)", "push-pull": "does both (push-pull)" },
      value: "push",
    },
    nodes: {
      kind: "choice",
      label: "Nodes",
      choices: { 8: "8", 16: "16", 32: "32", 100: "100", 300: "300", 1000: "1,000" },
      value: "1000",
    },
    kills: {
      kind: "deeds",
      label: "Now",
      deeds: {
        first: { label: "Kill the first" },
        tenth: { label: "Kill a tenth" },
        half: { label: "Kill half" },
      },
    },
    fanOut: {
      kind: "number",
      label: "Calls of a node in a round",
      min: 1,
      max: 4,
      step: 1,
      value: 1,
    },
    loss: { kind: "number", label: "Messages lost", unit: "%", min: 0, max: 60, step: 5, value: 0 },
    seed: { kind: "number", label: "Seed", min: 0, max: 99, step: 1, value: 12 },
  },
  presets: [
    { label: "Push, a long tail", params: {}, step: 14 },
    { label: "Half of all messages lost", params: { loss: 50 }, step: 18 },
    { label: "Sixteen, call by call", params: { nodes: "16", mode: "push-pull" }, step: 2 },
    {
      label: "The first dies, then half",
      params: {
        kills: [
          { step: 3, deed: "first", target: "" },
          { step: 6, deed: "half", target: "" },
        ],
      },
      step: 7,
    },
  ],
  prediction: {
    question:
      "Half of all messages are lost. How many rounds does push take now until all 1,000 know, instead of 17?",
    choices: ["about 20", "twice as many", "some never hear of it"],
    answer: 1,
    because:
      "34. A lost message is made good by nobody, and need not be: whoever knows calls again in each round, so that half the messages do half the work in each.",
  },
  code: {
    round: { file: "code/gossip/rumor.ts", region: "round" },
  },
  simulate,
  view,
  table,
});
