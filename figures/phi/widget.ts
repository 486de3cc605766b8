/** A detector that says how improbable the present silence is: what it makes of a pause, of a crash, of your threshold. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const accrual = "code/detectors/accrual.ts";

export default widget({
  name: "phi",
  title: "phi: a pause, a crash, a threshold",
  controls: {
    threshold: { kind: "number", label: "Threshold", min: 0.5, max: 12, step: 0.5, value: 8 },
    curve: {
      kind: "choice",
      label: "Curve",
      choices: { normal: "normal", exponential: "exponential" },
      value: "normal",
    },
    delays: {
      kind: "choice",
      label: "Delays",
      choices: { even: "all up to the limit alike", tail: "long tail: 1 in 100 beyond the limit" },
      value: "even",
    },
    delayMs: {
      kind: "number",
      label: "Limit of delays",
      unit: "ms",
      min: 2,
      max: 300,
      step: 1,
      value: 60,
    },
    lossPercent: {
      kind: "number",
      label: "Heartbeats lost",
      unit: "%",
      min: 0,
      max: 30,
      step: 1,
      value: 0,
    },
    pauseMs: {
      kind: "number",
      label: "n2 stands still for",
      unit: "ms",
      min: 0,
      max: 2500,
      step: 100,
      value: 1500,
    },
    crashes: { kind: "switch", label: "n2 crashes at 9 s", value: true },
    remembers: { kind: "switch", label: "Intervals over 1 s are remembered", value: false },
    seed: { kind: "number", label: "Seed", min: 1, max: 20, step: 1, value: 7 },
  },
  presets: [
    { label: "A pause is no crash", params: {}, step: 3 },
    { label: "The pause stays in the window", params: { remembers: true }, step: 7 },
    { label: "Exponential curve", params: { curve: "exponential" }, step: 4 },
    { label: "A threshold of 0.5", params: { threshold: 0.5, pauseMs: 0 }, step: 10 },
  ],
  prediction: {
    question:
      "With the normal curve and a threshold of 8 the crash is found after 320 ms. After how long with a threshold of 1, which is to err once in ten heartbeats?",
    choices: ["40 ms, an eighth", "170 ms, a good half", "310 ms"],
    answer: 1,
    because:
      "phi of the normal curve grows ever faster once the usual interval is over, so seven more zeros cost 150 ms, and one wrong suspicion less. The exponential curve grows evenly: there 1 finds the crash after 380 ms and 8 after 3530.",
  },
  code: {
    heard: { file: accrual, region: "heard" },
    phi: { file: accrual, region: "phi" },
    exponential: { file: accrual, region: "exponential" },
    late: { file: "code/detectors/detector.ts", region: "late" },
  },
  simulate,
  view,
  table,
});
