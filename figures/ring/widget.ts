/** The hash ring: who has which part of the circle, and what a node that comes or goes moves. */
import { widget } from "../../scripts/widget/contract.ts";
import { type Circle, names, simulate } from "./simulate.ts";
import { degreesAt, markOf, table, view } from "./view.ts";

const place = (name: string, value: number) =>
  ({ kind: "number", label: `${name} at`, unit: "°", min: 0, max: 359, step: 1, value }) as const;
const even = { A: 0, B: 90, C: 180, D: 270, E: 225 };

export default widget({
  name: "ring",
  title: "Nodes on a circle",
  controls: {
    points: { kind: "number", label: "Points a node", min: 1, max: 64, step: 1, value: 1 },
    changes: {
      kind: "deeds",
      label: "Now",
      deeds: {
        join: { label: "Join", targets: names },
        leave: { label: "Leave", targets: names },
      },
    },
    A: place("A", 20),
    B: place("B", 67),
    C: place("C", 200),
    D: place("D", 314),
    E: place("E", 306),
    draw: {
      kind: "number",
      label: "Draw of names, for the further points",
      min: 0,
      max: 999,
      step: 1,
      value: 368,
    },
  },
  presets: [
    { label: "E joins, one point each", params: {}, step: 2 },
    { label: "E joins, eight points each", params: { points: 8 }, step: 2 },
    { label: "Exactly even, then E", params: even, step: 2 },
    { label: "B leaves, 64 points each", params: { points: 64 }, step: 3 },
  ],
  prediction: {
    question:
      "Four nodes with one point each have exactly a quarter of the circle each. E may join wherever it likes. How small can the largest share become?",
    choices: ["20%: with five nodes", "22%", "25%: as before"],
    answer: 2,
    because:
      "One point cuts one range in two. Three nodes keep their 25%, wherever E stands. To take from all of them, E needs a point in every range: that is what many points a node are for.",
  },
  code: {
    ring: { file: "code/placement/ring.ts", region: "ring" },
    owner: { file: "code/placement/ring.ts", region: "owner" },
    moved: { file: "code/placement/measure.ts", region: "moved" },
  },
  simulate,
  view,
  table,
  handles: names.map((name) => ({
    control: name,
    at: (state: Circle) => markOf(state, name),
    valueAt: (x: number, y: number) => degreesAt(x, y),
  })),
});
