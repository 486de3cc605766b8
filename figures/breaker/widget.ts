/** A circuit breaker before hosts that fall sick: what it counts, whom it refuses, what it learns from probes. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

export default widget({
  name: "breaker",
  title: "A circuit breaker at work",
  controls: {
    sick: { kind: "number", label: "Sick hosts, of 10", min: 0, max: 10, step: 1, value: 10 },
    how: {
      kind: "choice",
      label: "A sick host",
      choices: { err: "errs at once", hang: "does not answer", slow: "takes 300 ms" },
      value: "err",
    },
    sickS: { kind: "number", label: "Sick for", unit: "s", min: 0, max: 14, step: 1, value: 10 },
    threshold: {
      kind: "number",
      label: "Opens at",
      unit: "% failed",
      min: 10,
      max: 100,
      step: 5,
      value: 50,
    },
    window: {
      kind: "number",
      label: "Window: the last",
      unit: "calls",
      min: 20,
      max: 100,
      step: 10,
      value: 50,
    },
    openS: {
      kind: "number",
      label: "Stays open",
      unit: "s",
      min: 0.5,
      max: 6,
      step: 0.5,
      value: 3,
    },
    probes: { kind: "number", label: "Probes", min: 1, max: 10, step: 1, value: 5 },
    seed: { kind: "number", label: "Seed", min: 1, max: 20, step: 1, value: 7 },
  },
  presets: [
    { label: "All hosts err", params: {}, step: 3 },
    { label: "All hang", params: { how: "hang" }, step: 3 },
    { label: "Slow, not wrong", params: { how: "slow" }, step: 2 },
    { label: "Three of ten err, opens at 30%", params: { sick: 3, threshold: 30 }, step: 3 },
  ],
  prediction: {
    question:
      "Three of ten hosts err for ten seconds, so 70 of 100 calls could be answered. The breaker opens at 30%. How many of 100 are answered meanwhile?",
    choices: ["70", "about 50", "about 10"],
    answer: 2,
    because:
      "It opens after half a second and refuses all calls, those to the seven healthy hosts too. When its probes happen to be good it closes, and opens again at once. It has made a partial failure whole.",
  },
  code: {
    acquire: { file: "code/timeouts/breaker.ts", region: "acquire" },
    record: { file: "code/timeouts/breaker.ts", region: "record" },
    judge: { file: "code/timeouts/breaker.ts", region: "judge" },
  },
  simulate,
  view,
  table,
});
