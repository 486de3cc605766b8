/** One slow dependency, and the walls that keep it from the rest of the ship. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

export default widget({
  name: "hull",
  title: "Walls in a hull of threads",
  controls: {
    wall: {
      kind: "choice",
      label: "Walls",
      choices: {
        none: "none: one pool",
        permits: "permits for recommendations",
        pools: "a pool for each route",
      },
      value: "none",
    },
    size: {
      kind: "number",
      label: "Threads for recommendations",
      unit: "of 50",
      min: 5,
      max: 45,
      step: 5,
      value: 20,
    },
    queueMax: {
      kind: "number",
      label: "Places in the queue",
      min: 10,
      max: 200,
      step: 10,
      value: 100,
    },
    timeoutS: {
      kind: "number",
      label: "A waits for B, at most",
      unit: "s",
      min: 0.5,
      max: 10,
      step: 0.5,
      value: 10,
    },
    perSecond: {
      kind: "number",
      label: "Load",
      unit: "calls/s",
      min: 20,
      max: 120,
      step: 20,
      value: 60,
    },
    hangS: {
      kind: "number",
      label: "C hangs from 10 s, for",
      unit: "s",
      min: 0,
      max: 15,
      step: 1,
      value: 15,
    },
    seed: { kind: "number", label: "Seed", min: 1, max: 20, step: 1, value: 7 },
  },
  presets: [
    { label: "One pool", params: {}, step: 3 },
    {
      label: "A shorter timeout, twice the load",
      params: { timeoutS: 1, perSecond: 120 },
      step: 4,
    },
    { label: "Twenty permits", params: { wall: "permits" }, step: 3 },
    { label: "A pool for each", params: { wall: "pools", size: 25 }, step: 3 },
  ],
  prediction: {
    question:
      "C hangs, and with one pool checkout drowns. The queue of 100 is made ten times shorter, so that what finds no thread is refused at once. How many of 100 checkouts are answered?",
    choices: ["all", "about 50", "about 10"],
    answer: 2,
    because:
      "A bound on the queue decides how fast the bad news comes, and not who holds the threads: they are still held by recommendations. Only a wall, or a timeout that is short for the load, gives threads back to checkout.",
  },
  code: {
    call: { file: "code/timeouts/service.ts", region: "on-call" },
    start: { file: "code/timeouts/service.ts", region: "start-next" },
    worked: { file: "code/timeouts/service.ts", region: "on-worked" },
    gone: { file: "code/timeouts/service.ts", region: "giving-up" },
    permit: { file: "code/overload/semaphore.ts", region: "semaphore" },
  },
  simulate,
  view,
  table,
});
