/**
 * The coordination service as a real process:
 * `node code/coordination/main.ts --help`.
 */
import type { NodeId } from "../kernel/node.ts";
import { calmOptions } from "../raft/options.ts";
import { serve } from "../runtime/serve.ts";
import { coordination } from "./coordination.ts";

/** Real disks and busy processors need more patience than the paper's. */
function patientOptions(members: readonly NodeId[]) {
  return {
    ...calmOptions(members),
    electionTimeoutMsMin: 600,
    electionTimeoutMsMax: 1200,
    heartbeatMs: 100,
  };
}

await serve(coordination(patientOptions));
