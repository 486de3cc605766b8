/** The eight fallacies as switches: one counter, one client, and each message between them. */
import { widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

/** A belief; it is true unless somebody flips it. */
const belief = (label: string) => ({ kind: "switch" as const, label, value: true as boolean });

export default widget({
  name: "fallacies",
  title: "The fallacy switchboard",
  controls: {
    reliable: belief("The network is reliable"),
    latency: belief("Latency is zero"),
    bandwidth: belief("Bandwidth is infinite"),
    secure: belief("The network is secure"),
    topology: belief("Topology does not change"),
    administrator: belief("There is one administrator"),
    cost: belief("Transport cost is zero"),
    homogeneous: belief("The network is homogeneous"),
    careful: { kind: "switch", label: "Careful counter and client", value: false },
    seed: { kind: "number", label: "Seed", min: 1, max: 99, step: 1, value: 7 },
  },
  presets: [
    { label: "Only slow", params: { latency: false }, step: 13 },
    { label: "A reply is lost", params: { reliable: false }, step: 12 },
    { label: "A restart", params: { administrator: false }, step: 32 },
    {
      label: "A narrow line, and care",
      params: { bandwidth: false, careful: true },
      step: 79,
    },
  ],
  prediction: {
    question:
      "The line carries one message in 60 ms. Nothing is lost and nobody stops; the careful client numbers its additions and asks again after 100 ms without an answer. How does it end?",
    choices: [
      "the client is sure of 20",
      "it is sure of a wrong number",
      "it gives up, and does not know",
    ],
    answer: 2,
    because:
      "A round trip takes 122 ms, so each addition is asked for again before its answer can be back; and each repeat takes 60 ms of the line, which makes the answers later still. The sixth addition is asked for ten times, and no answer about it comes in time. The client is itself the load that it suffers from.",
  },
  code: {
    server: { file: "code/fallacies/counter.ts", region: "server" },
    client: { file: "code/fallacies/counter.ts", region: "client" },
    carefulServer: { file: "code/fallacies/careful.ts", region: "careful-server" },
    carefulClient: { file: "code/fallacies/careful.ts", region: "careful-client" },
  },
  simulate,
  view,
  table,
});
