/** Lease, pause and fencing token: who may write, and who believes it. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

export default widget({
  name: "fencing",
  title: "A pause, a lease, a fence",
  controls: {
    strategy: {
      kind: "choice",
      label: "Guard",
      choices: {
        lease: "lease, no fence",
        bounded: "lease, worker checks it",
        fenceWrites: "fence on writes",
        fenced: "fence on reads and writes",
      },
      value: "fenced",
    },
    pauseMs: {
      kind: "number",
      label: "w1 stands still for",
      unit: "ms",
      min: 0,
      max: 300,
      step: 5,
      value: 150,
    },
  },
  presets: [
    { label: "No pause", params: { pauseMs: 0 }, step: 7 },
    { label: "No fence", params: { strategy: "lease" }, step: 9 },
    {
      label: "The trap: only writes are fenced",
      params: { strategy: "fenceWrites", pauseMs: 115 },
      step: 9,
    },
  ],
  prediction: {
    question:
      "w1 wakes after its lease is over, and another holds the lock. With no fence, what does the store show in the end?",
    choices: ["0", "1", "2"],
    answer: 1,
    because:
      "Both write 1, made from the same 0: two writes, and one increment is lost. The preset “No fence” shows it.",
  },
  code: {
    grant: { file: "code/locks/lock-service.ts", region: "grant" },
    fence: { file: "code/locks/store.ts", region: "fence" },
    write: { file: "code/locks/store.ts", region: "store-write" },
  },
  simulate,
  view,
  table,
});
