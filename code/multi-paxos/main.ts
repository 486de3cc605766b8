/**
 * The store on Multi-Paxos as a real process:
 * `node code/multi-paxos/main.ts --help`.
 */
import type { NodeId } from "../kernel/node.ts";
import { serve } from "../runtime/serve.ts";
import { paxosKv } from "./kv.ts";
import { defaultOptions } from "./state.ts";

/** Real disks and busy processors need more patience. */
function patientOptions(members: readonly NodeId[]) {
  return {
    ...defaultOptions(members),
    electionTimeoutMsMin: 600,
    electionTimeoutMsMax: 1200,
    heartbeatMs: 100,
  };
}

await serve(paxosKv(patientOptions));
