/** A host that answers after a while, and is sick for some time. */
import type { Effect, Node, NodeId } from "../kernel/node.ts";

// #region host
export type Sickness = {
  readonly fromMs: number;
  readonly untilMs: number;
  /** What it says then: an error, "your mistake", or a late answer. */
  readonly says: "failed" | "rejected" | "done";
  readonly afterMs: number;
};

export type HostOptions = {
  readonly workMs: number;
  readonly sick: Sickness | null;
};

export type HostState = {
  readonly received: number;
  readonly owed: readonly Owed[];
};

type Owed = {
  readonly number: number;
  readonly to: NodeId;
  readonly body: { readonly type: string; readonly id: number };
};

/** A host with these options; it keeps nothing over a crash. */
export function host({ workMs, sick }: HostOptions): Node<HostState> {
  return {
    init: () => [{ received: 0, owed: [] }, []],
    step(state, { event, nowMs }) {
      if (event.kind === "timer") return pay(state, Number(event.name));
      const { src, body } = event.message;
      const isSick =
        sick !== null && nowMs >= sick.fromMs && nowMs < sick.untilMs;
      const number = state.received + 1;
      const type = isSick ? sick.says : "done";
      const answer = { ...body, type, id: Number(body.id) };
      const owed = [...state.owed, { number, to: src, body: answer }];
      const afterMs = isSick ? sick.afterMs : workMs;
      const timer = { kind: "set-timer", name: `${number}`, afterMs };
      return [{ received: number, owed }, [timer as Effect]];
    },
  };
}
// #endregion host

function pay(state: HostState, number: number) {
  const due = state.owed.find((o) => o.number === number);
  if (due === undefined) return [state, []] as const;
  const owed = state.owed.filter((o) => o !== due);
  const send: Effect = { kind: "send", dest: due.to, body: due.body };
  return [{ ...state, owed }, [send]] as const;
}
