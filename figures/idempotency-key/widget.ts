/** One charge: where somebody dies, what guards it, and how often the card is charged. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const keys = "code/idempotency/keys.ts";
const worker = "code/idempotency/worker.ts";

export default widget({
  name: "idempotency-key",
  title: "One charge, 22 lines, four guards",
  controls: {
    guard: {
      kind: "choice",
      label: "Guard",
      choices: {
        fresh: "a new key for each attempt",
        again: "one key; the provider knows none; ask again",
        park: "one key; the provider knows none; ask a human",
        provider: "one key, and the provider knows it",
      },
      value: "again",
    },
    line: {
      kind: "number",
      label: "Dies at line (0: nobody)",
      min: 0,
      max: 22,
      step: 1,
      value: 6,
    },
  },
  presets: [
    { label: "A new key for each attempt", params: { guard: "fresh", line: 9 }, step: 22 },
    { label: "w1 dies after it has asked", params: {}, step: 14 },
    { label: "The same, left to a human", params: { guard: "park" }, step: 14 },
    { label: "The same, the provider knows keys", params: { guard: "provider" }, step: 18 },
  ],
  prediction: {
    question:
      "One key, a provider that knows none, ask again. The database dies just after it has written “paying” (line 16); servers and provider live. How often is the card charged?",
    choices: ["never", "once", "twice"],
    answer: 2,
    because:
      "The payment goes through, and w1’s note of it finds the database down. When the client asks again the record still says paying, and w2 asks the provider once more. Nobody who touches money had to die.",
  },
  code: {
    ask: { file: "code/idempotency/payer.ts", region: "payer-ask" },
    request: { file: worker, region: "on-request" },
    claim: { file: keys, region: "claim" },
    claimed: { file: worker, region: "on-claimed" },
    transact: { file: "code/idempotency/store.ts", region: "transact" },
    provider: { file: "code/idempotency/provider.ts", region: "provider" },
    finish: { file: worker, region: "pay-and-finish" },
  },
  simulate,
  view,
  table,
});
