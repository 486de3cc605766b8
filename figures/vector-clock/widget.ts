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
      "The wall clocks are off by up to 200 ms, and show 56 of the 71 ordered pairs in their order. A hybrid stamp begins with such a clock. How many of the 71 does it show in their order?",
    choices: ["56, like its clock", "about 65", "all 71"],
    answer: 2,
    because:
      "Who receives a stamp that is ahead of its own clock goes on from the stamp and counts: a stamp may be ahead of its clock, and is never behind its past. As with Lamport’s numbers the reverse does not hold: all 49 concurrent pairs get an order too.",
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
