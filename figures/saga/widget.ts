/** A saga in which any step can be refused, any undo can fail, and anybody can die at any line. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

export default widget({
  name: "saga",
  title: "An order, and whatever can happen to it",
  controls: {
    wrong: {
      kind: "choice",
      label: "What goes wrong",
      choices: {
        none: "nothing",
        stock: "stock says no",
        card: "card says no",
        parcel: "parcel says no",
        late: "the charge takes 85 ms",
      },
      value: "none",
    },
    refund: {
      kind: "choice",
      label: "Undo charge",
      choices: { works: "works", later: "works from 120 ms on", never: "never works" },
      value: "works",
    },
    first: {
      kind: "choice",
      label: "First step",
      choices: { stock: "reserve the goods", card: "charge the card" },
      value: "stock",
    },
    patience: {
      kind: "number",
      label: "Asks a step again before giving it up",
      unit: "times",
      min: 1,
      max: 4,
      step: 1,
      value: 2,
    },
    deeds: {
      kind: "deeds",
      label: "Now",
      deeds: {
        crash: {
          label: "Crash for 50 ms:",
          targets: ["orchestrator", "stock", "card", "parcel", "mail"],
        },
        repair: { label: "Repair the card, ask again" },
      },
    },
  },
  presets: [
    { label: "No carrier", params: { wrong: "parcel" }, step: 20 },
    {
      label: "The pivot dies before it answers",
      params: { deeds: [{ step: 10, deed: "crash", target: "parcel" }] },
      step: 21,
    },
    {
      label: "The undo overtakes the charge",
      params: { wrong: "late", patience: 1 },
      step: 16,
    },
    { label: "The refund never works", params: { wrong: "parcel", refund: "never" }, step: 21 },
  ],
  prediction: {
    question:
      "No carrier takes the parcel. Reserve the goods first, or charge the card first: how do the two orders end?",
    choices: [
      "with the goods reserved in one of them",
      "with the customer charged in one of them",
      "in the same state",
    ],
    answer: 2,
    because:
      "Everything that was done is undone, in either order. What differs is what was seen: the charge stands for 12 ms if the goods come first and for 24 ms if the card does, and with the card first it is made and refunded for every order that the stock refuses.",
  },
  code: {
    next: { file: "code/sagas/saga.ts", region: "next" },
    log: { file: "code/sagas/orchestrator.ts", region: "orchestrator-log" },
    retry: { file: "code/sagas/orchestrator.ts", region: "orchestrator-retry" },
    participant: { file: "code/sagas/participant.ts", region: "participant" },
  },
  simulate,
  view,
  table,
});
