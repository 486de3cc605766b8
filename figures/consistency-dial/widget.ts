/** The Consistency Spectrum Dial: the same requests and the same seed at seven settings, for reads and for writes. */
import { widget } from "../../scripts/widget/contract.ts";
import { dialCode } from "../dial-lines.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const settings = {
  linearizable: "linearizable",
  sequential: "sequential",
  "consistent-prefix": "consistent prefix",
  causal: "causal",
  "read-your-writes": "read your writes",
  "monotonic-reads": "monotonic reads",
  eventual: "eventual",
};

const both = (setting: keyof typeof settings) => ({ read: setting, write: setting });
const end = 30;

export default widget({
  name: "consistency-dial",
  title: "Turning the dial",
  controls: {
    read: { kind: "choice", label: "Reads", choices: settings, value: "causal" },
    write: { kind: "choice", label: "Writes", choices: settings, value: "causal" },
    apartMs: {
      kind: "number",
      label: "Median delay between replicas",
      unit: "ms",
      min: 5,
      max: 60,
      step: 5,
      value: 20,
    },
    seed: { kind: "number", label: "Seed", min: 1, max: 40, step: 1, value: 7 },
  },
  presets: [
    { label: "Linearizable", params: both("linearizable"), step: end },
    { label: "Causal", params: both("causal"), step: end },
    { label: "Eventual", params: both("eventual"), step: end },
    {
      label: "The trap: strong reads, weak writes",
      params: { read: "linearizable", write: "eventual", seed: 12 },
      step: end,
    },
  ],
  prediction: {
    question:
      "Strong reads over weak writes miss a client’s own write with two of the seeds 1 to 20. Now the other way around: writes are linearizable, reads eventual. With how many?",
    choices: ["none: a majority has each write", "two again", "all twenty"],
    answer: 2,
    because:
      "The write waits for a majority, and the read asks one replica, which need not be in it: a client that writes at one and reads at another misses its own write. On one key the weaker path decides, whichever of the two it is.",
  },
  code: { settings: { file: "code/consistency/levels.ts", region: "settings" }, ...dialCode },
  simulate,
  view,
  table,
});
