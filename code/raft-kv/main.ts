/** The store as a real process: `node code/raft-kv/main.ts --help`. */
import type { NodeId } from "../kernel/node.ts";
import { calmOptions } from "../raft/options.ts";
import { serve } from "../runtime/serve.ts";
import { raftKv } from "./raft-kv.ts";

// #region patient-options
/** Real disks and busy processors need more patience than the paper's. */
function patientOptions(members: readonly NodeId[]) {
  const electionTimeoutMs = {
    electionTimeoutMsMin: 600,
    electionTimeoutMsMax: 1200,
  };
  return {
    ...calmOptions(members),
    ...electionTimeoutMs,
    heartbeatMs: 100,
  };
}
// #endregion patient-options

await serve(raftKv(patientOptions));
