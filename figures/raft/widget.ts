/** Raft, one event at a time: elections, a log, and what a crash or a cut makes of both. */
import { type Deed, widget } from "../../scripts/widget/contract.ts";
import { simulate } from "./simulate.ts";
import { table, view } from "./view.ts";

/** As in an address: `21.write.n5` is done at step 21. */
function deeds(text: string): readonly Deed[] {
  return text.split(" ").map((one) => {
    const [step, deed = "", target = ""] = one.split(".");
    return { step: Number(step), deed, target };
  });
}

const smallSide = deeds(
  "21.write.n5 23.write.n5 41.cut.n5 42.cut.n1 43.write.n5 46.write.n5 64.write.n3 72.write.n3 75.heal",
);
/** n1 and n5 in the parts of S1 and S5: n1 is down while n5 is elected, and the other way round. */
const figure8 = deeds(
  "21.cut.n1 22.cut.n2 23.write.n1 26.crash.n1 27.heal 34.crash.n5 35.restart.n1 54.cut.n2 60.crash.n1 61.restart.n5 63.heal 71.restart.n1",
);
const five = ["n1", "n2", "n3", "n4", "n5"];

export default widget({
  name: "raft",
  title: "Raft, event by event",
  controls: {
    servers: {
      kind: "choice",
      label: "Servers",
      choices: { 5: "five", 3: "three" },
      value: "5",
    },
    waitMsMax: {
      kind: "number",
      label: "Patience is drawn from 150 to",
      unit: "ms",
      min: 150,
      max: 300,
      step: 10,
      value: 300,
    },
    seed: { kind: "number", label: "Seed", min: 1, max: 400, step: 1, value: 1 },
    ownTerm: {
      kind: "switch",
      label: "A leader counts only copies of entries of its own term",
      value: true,
    },
    deeds: {
      kind: "deeds",
      label: "Done now",
      deeds: {
        crash: { label: "Crash", targets: five },
        restart: { label: "Restart", targets: five },
        cut: { label: "Cut off", targets: five },
        write: { label: "Write to", targets: five },
        heal: { label: "Heal all links" },
      },
    },
  },
  presets: [
    { label: "An election", params: {}, step: 1 },
    { label: "A split vote", params: { seed: 74, waitMsMax: 170 }, step: 1 },
    { label: "The leader on the small side", params: { seed: 116, deeds: smallSide }, step: 43 },
    { label: "Figure 8 of the paper", params: { seed: 350, deeds: figure8 }, step: 60 },
  ],
  prediction: {
    question:
      "n5 leads the smaller side in term 1 and has appended c and d at indexes 4 and 5; n3 leads the larger side in term 2. What becomes of c and d when the links heal?",
    choices: [
      "n3 appends them after its own entries",
      "they stay where they are, and the others copy them",
      "they are overwritten",
    ],
    answer: 2,
    because:
      "They were stored by two of five and never committed. The first message of term 2 ends the leadership of n5, and it and n1 store the entries of n3 in place of c and d. Nobody was told that they were done; a client has to ask again.",
  },
  code: {
    "election-timeout": { file: "code/raft/follower.ts", region: "election-timeout" },
    stand: { file: "code/raft/election.ts", region: "stand" },
    vote: { file: "code/raft/election.ts", region: "vote" },
    "count-votes": { file: "code/raft/election.ts", region: "count-votes" },
    "become-leader": { file: "code/raft/election.ts", region: "become-leader" },
    "step-down": { file: "code/raft/follower.ts", region: "step-down" },
    follow: { file: "code/raft/follower.ts", region: "follow" },
    propose: { file: "code/raft/replication.ts", region: "propose" },
    "append-entries": { file: "code/raft/replication.ts", region: "append-entries" },
    check: { file: "code/raft/replication.ts", region: "consistency-check" },
    learn: { file: "code/raft/replication.ts", region: "learn" },
    "advance-commit": { file: "code/raft/replication.ts", region: "advance-commit" },
    counting: { file: "code/raft/broken.ts", region: "commit-by-counting" },
    init: { file: "code/raft/raft.ts", region: "init" },
  },
  simulate,
  view,
  table,
});
