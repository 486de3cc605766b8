/** Drive a half-loaded service into metastable failure, and out of it again. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

export default widget({
  name: "retry-storm",
  title: "A retry storm and its operator",
  controls: {
    load: { kind: "number", label: "Load", unit: "%", min: 10, max: 110, step: 5, value: 70 },
    attempts: { kind: "number", label: "Attempts a call", min: 1, max: 4, step: 1, value: 3 },
    pauseS: {
      kind: "number",
      label: "Pause at 20 s, for",
      unit: "s",
      min: 0,
      max: 12,
      step: 0.2,
      value: 10,
    },
    budget: { kind: "switch", label: "Retry budget of 10%", value: false },
    jitter: { kind: "switch", label: "Backoff with full jitter", value: false },
    shed: { kind: "switch", label: "Queue of 0.5 s, the rest is refused", value: false },
    seed: { kind: "number", label: "Seed", min: 1, max: 20, step: 1, value: 7 },
    deeds: {
      kind: "deeds",
      label: "Now",
      deeds: {
        pause: { label: "Pause the server" },
        load: { label: "Load to", targets: ["20", "40", "70", "90"] },
        retries: { label: "Retries", targets: ["off", "on"] },
        restart: { label: "Restart the server" },
      },
    },
  },
  presets: [
    { label: "The storm", params: {}, step: 5 },
    { label: "Jitter alone", params: { jitter: true }, step: 8 },
    { label: "A budget", params: { budget: true }, step: 7 },
    {
      label: "The operator",
      params: {
        deeds: [
          { step: 6, deed: "load", target: "40" },
          { step: 10, deed: "load", target: "20" },
          { step: 13, deed: "load", target: "70" },
        ],
      },
      step: 7,
    },
  ],
  prediction: {
    question:
      "At 70% of its capacity, with clients that wait one second and try three times: how short a pause is enough to bring the service down for good?",
    choices: ["10 s", "5 s", "between 1 and 2 s", "none is"],
    answer: 2,
    because:
      "A little more than the timeout. Then the first answers are late, all those calls are sent again, and 70% × 3 is more than the server can do. With the pause at 1 s it recovers, at 2 s never.",
  },
  code: {
    failure: { file: "code/retries/client.ts", region: "failure" },
    answer: { file: "code/retries/client.ts", region: "answer" },
    arrivals: { file: "code/retries/client.ts", region: "arrivals" },
    request: { file: "code/retries/server.ts", region: "on-request" },
  },
  simulate,
  view,
  table,
});
