/** Two sets of choices that the tests, samples and pictures share. */
import type { NodeId } from "../kernel/node.ts";
import type { Options } from "./state.ts";

// #region paper-options
/** Raft as the paper has it, with the paper's timeouts (§9.3). */
export function paperOptions(members: readonly NodeId[]): Options {
  return {
    members,
    electionTimeoutMsMin: 150,
    electionTimeoutMsMax: 300,
    heartbeatMs: 50,
    preVote: false,
    checkQuorum: false,
    entriesMax: 64,
  };
}
// #endregion paper-options

// #region calm-options
/** The same with pre-vote and check-quorum, as it is run today. */
export function calmOptions(members: readonly NodeId[]): Options {
  return { ...paperOptions(members), preVote: true, checkQuorum: true };
}
// #endregion calm-options

// #region lease-options
/** And reads by lease, believed safe up to a drift of one per cent. */
export function leaseOptions(members: readonly NodeId[]): Options {
  return { ...calmOptions(members), clockDriftBound: 1.01 };
}
// #endregion lease-options
