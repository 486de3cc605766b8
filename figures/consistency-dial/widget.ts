/** The Consistency Spectrum Dial: the same requests and the same seed at seven settings, for reads and for writes. */
import { widget } from "../../scripts/widget/contract.ts";
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
      "Reads are set to linearizable: each asks a majority. Writes are set to eventual: one replica says done. Can a client miss a write that was done before it asked?",
    choices: [
      "No, the reads are linearizable",
      "Only a write of another client",
      "Yes, even a write of its own",
    ],
    answer: 2,
    because:
      "The write was done at one replica, and the majority that is asked need not have it in it. The read is slow as a strong one and may be stale as a weak one: on one key the weaker path decides. In the trap, c1 misses its own write.",
  },
  code: { settings: { file: "code/consistency/levels.ts", region: "settings" } },
  simulate,
  view,
  table,
});
