/** An order that has to be stored here and announced there, and a death anywhere between. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

const outbox = "code/idempotency/outbox.ts";
const inbox = "code/idempotency/inbox.ts";

export default widget({
  name: "outbox",
  title: "One order, one parcel, and a death between",
  controls: {
    way: {
      kind: "choice",
      label: "The shop writes",
      choices: {
        database: "its database, then the queue",
        queue: "the queue, then its database",
        outbox: "an outbox; no inbox at the warehouse",
        inbox: "an outbox; the warehouse has an inbox",
      },
      value: "outbox",
    },
    deeds: {
      kind: "deeds",
      label: "Now",
      deeds: { crash: { label: "Crash for 50 ms:", targets: ["shop", "queue", "warehouse"] } },
    },
  },
  presets: [
    {
      label: "Lost",
      params: { way: "database", deeds: [{ step: 1, deed: "crash", target: "shop" }] },
      step: 3,
    },
    {
      label: "Invented",
      params: { way: "queue", deeds: [{ step: 1, deed: "crash", target: "shop" }] },
      step: 10,
    },
    {
      label: "Twice",
      params: { deeds: [{ step: 7, deed: "crash", target: "warehouse" }] },
      step: 15,
    },
    {
      label: "The same with an inbox",
      params: { way: "inbox", deeds: [{ step: 7, deed: "crash", target: "warehouse" }] },
      step: 15,
    },
  ],
  prediction: {
    question:
      "Database, then queue: the shop does both and stays up. The queue dies just before the message comes, and is back after 50 ms. What becomes of the order?",
    choices: ["one parcel, late", "no parcel", "two parcels"],
    answer: 1,
    because:
      "The shop has done its two writes, and nothing on its disk says that the second never arrived. No line of it was interrupted and no error is raised; nobody will send the message again.",
  },
  code: {
    dual: { file: "code/idempotency/broken.ts", region: "dual-write" },
    order: { file: outbox, region: "on-order" },
    relay: { file: outbox, region: "relay" },
    queue: { file: inbox, region: "queue-messages" },
    handle: { file: inbox, region: "handle" },
  },
  simulate,
  view,
  table,
});
