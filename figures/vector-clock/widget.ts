/** Happened before, or concurrent? A run of three processes under the stamps of four clocks. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const nodes = ["n1", "n2", "n3"];
const events = nodes.flatMap((node) => Array.from({ length: 8 }, (_, at) => `${node}.${at + 1}`));

/** A number control of `range`. */
function within(label: string, min: number, max: number, value: number, step = 1, unit = "") {
  return { kind: "number" as const, label, unit, min, max, step, value };
}

const deed = (step: number, name: string, target: string) => ({ step, deed: name, target });

export default widget({
  name: "vector-clock",
  title: "What happened before what",
  controls: {
    stamps: {
      kind: "choice",
      label: "Stamps",
      choices: {
        both: "Lamport and vector",
        lamport: "Lamport",
        vector: "vector",
        hybrid: "hybrid (HLC), and wall clock",
      },
      value: "both",
    },
    look: {
      kind: "choice",
      label: "Look at",
      choices: Object.fromEntries([
        ["newest", "the newest event"],
        ...events.map((event) => [event, event]),
      ]) as { readonly [value: string]: string },
      value: "newest",
    },
    ownEvents: within("Events of each process, by chance", 0, 4, 3),
    skewMsMax: within("Clocks are off by up to", 0, 200, 20, 10, "ms"),
    seed: within("Seed", 1, 99, 3),
    deeds: {
      kind: "deeds",
      label: "Make an event now",
      deeds: {
        write: { label: "Write at", targets: nodes },
        send: {
          label: "Send",
          targets: nodes.flatMap((from) =>
            nodes.filter((to) => to !== from).map((to) => `${from}→${to}`),
          ),
        },
      },
    },
  },
  presets: [
    { label: "Step through the run", params: {} },
    {
      label: "Make it yourself: two writes meet",
      params: {
        ownEvents: 0,
        stamps: "vector",
        deeds: [
          deed(0, "write", "n1"),
          deed(1, "write", "n2"),
          deed(2, "send", "n1→n3"),
          deed(4, "send", "n2→n3"),
        ],
      },
      step: 2,
    },
    {
      label: "Clocks far apart",
      params: { stamps: "hybrid", skewMsMax: 200 },
      step: 16,
    },
  ],
  prediction: {
    question:
      "Sixteen events make 120 pairs. In 108 of them the two Lamport numbers differ. In how many of these 108 did the event with the smaller number happen before the other?",
    choices: ["all 108", "about 90", "71", "about 50"],
    answer: 2,
    because:
      "71 pairs are ordered, and the number rises in each of them. In the other 37 it rises too, and means nothing: the events are concurrent. A smaller number never shows that an event came first; equal numbers at two processes do show that neither did.",
  },
  code: {
    vector: { file: "code/clocks/vector.ts", region: "clock" },
    lamport: { file: "code/clocks/lamport.ts", region: "clock" },
    hlc: { file: "code/clocks/hlc.ts", region: "hlc" },
  },
  simulate,
  view,
  table,
});
