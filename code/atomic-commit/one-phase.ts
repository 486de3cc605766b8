/** The obvious protocol, which is none: tell everybody to commit. */
import type { Node, NodeId } from "../kernel/node.ts";
import { force, type Phase, sendAll } from "./phases.ts";

// #region one-phase
/** Tells all to commit, and has no plan for who cannot. */
export function teller(participants: readonly NodeId[]): Node<null> {
  return {
    init: () => [null, []],
    step: (_, { event }) => {
      const isAsked =
        event.kind === "message" && event.message.body.type === "begin";
      const told = sendAll(participants, { type: "commit" });
      return [null, isAsked ? told : []];
    },
  };
}

export type Doer = { readonly phase: Phase };

export function doer(canCommit: boolean): Node<Doer> {
  return {
    init: () => [{ phase: "idle" }, []],
    step: (state, { event }) => {
      if (event.kind !== "message") return [state, []];
      const { type } = event.message.body;
      if (type === "work") return [{ phase: "working" }, []];
      if (type !== "commit" || state.phase !== "working")
        return [state, []];
      const phase = canCommit ? "committed" : "aborted";
      return [{ phase }, [force(phase)]];
    },
  };
}
// #endregion one-phase
