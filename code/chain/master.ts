/**
 * The master: it decides who is in the chain. In the paper it is a
 * service that never fails; here one node that keeps its chain on disk.
 */
import type {
  Body,
  Effect,
  Node,
  NodeId,
  Step,
} from "../kernel/node.ts";
import type { Config } from "./state.ts";

// #region master-state
export type MasterOptions = {
  /** The first chain, from head to tail. */
  readonly chain: readonly NodeId[];
  readonly checkMs: number;
  /** Longer than a lease: who is silent so long may be removed. */
  readonly deadAfterMs: number;
};

export type Master = {
  /** Persistent. */
  readonly config: Config;
  readonly heardMs: { readonly [server: NodeId]: number };
};
// #endregion master-state

// #region master
export function master(options: MasterOptions): Node<Master> {
  return {
    init: ({ disk, nowMs }) => {
      const { chain } = options;
      const first: Config = { epoch: 1, chain, joining: null };
      const config = (disk.config as Config | undefined) ?? first;
      const now = chain.map((id) => [id, nowMs] as const);
      const heardMs = Object.fromEntries(now);
      return [{ config, heardMs }, [save(config), check(options)]];
    },
    step: (state, { event, nowMs }) => {
      if (event.kind === "message") {
        const { src, body } = event.message;
        if (body.type !== "report") return [state, []];
        return onReport(state, src, body as Report, nowMs);
      }
      const config = revised(options, state, nowMs);
      const next = { ...state, config };
      const isSame = config === state.config;
      const saved = isSame ? [] : [save(config)];
      return [next, [check(options), ...saved]];
    },
  };
}
// #endregion master

function check({ checkMs }: MasterOptions): Effect {
  return { kind: "set-timer", name: "check", afterMs: checkMs };
}

function save(value: Config): Effect {
  return { kind: "persist", key: "config", value };
}

type Report = Body & {
  readonly epoch: number;
  readonly isComplete: boolean;
  readonly sentMs: number;
};

// #region on-report
/** A sign of life; the answer tells which chain is in force. */
function onReport(
  state: Master,
  from: NodeId,
  { epoch, isComplete, sentMs }: Report,
  nowMs: number,
): Step<Master> {
  const heardMs = { ...state.heardMs, [from]: nowMs };
  const { config } = state;
  const isReady =
    from === config.joining && epoch === config.epoch && isComplete;
  const known = isReady ? { ...config, joining: null } : config;
  const body = { type: "config", ...known, sentMs };
  const answer: Effect = { kind: "send", dest: from, body };
  const saved = isReady ? [save(known)] : [];
  return [{ config: known, heardMs }, [...saved, answer]];
}
// #endregion on-report

// #region revised
/** Take out who is silent; else let one who is back in, as tail. */
function revised(
  { chain: all, deadAfterMs }: MasterOptions,
  { config, heardMs }: Master,
  nowMs: number,
): Config {
  const { epoch, chain, joining } = config;
  const isAlive = (id: NodeId) =>
    nowMs - (heardMs[id] ?? nowMs) <= deadAfterMs;
  const alive = chain.filter(isAlive);
  // Without one that has all of Hist we can only wait.
  const isEnough = alive.some((id) => id !== joining);
  if (alive.length < chain.length && isEnough) {
    const isHere = joining !== null && alive.includes(joining);
    const still = isHere ? joining : null;
    return { epoch: epoch + 1, chain: alive, joining: still };
  }
  const back = all.find((id) => !chain.includes(id) && isAlive(id));
  if (back === undefined || joining !== null) return config;
  return { epoch: epoch + 1, chain: [...chain, back], joining: back };
}
// #endregion revised
