/**
 * A stage for schedules played by hand: every timer fires and every
 * message arrives when the script says so, and not otherwise. For the
 * stories where the order is the point, such as Figure 8.
 */
import type {
  Body,
  Effect,
  Json,
  Node,
  NodeId,
} from "../kernel/node.ts";
import type { Persistent, State } from "./state.ts";

type Letter = {
  readonly src: NodeId;
  readonly dest: NodeId;
  readonly body: Body;
};

export type Stage = {
  readonly node: Node<State>;
  readonly up: { readonly [id: NodeId]: State };
  readonly disks: {
    readonly [id: NodeId]: { readonly [key: string]: Json };
  };
  readonly letters: readonly Letter[];
};

/** Nobody on it yet: everybody enters with `start`. */
export function stage(node: Node<State>): Stage {
  return { node, up: {}, disks: {}, letters: [] };
}

/** Start a server, or start it again with what its disk has kept. */
export function start(on: Stage, id: NodeId): Stage {
  const disk = on.disks[id] ?? {};
  const setup = { id, peers: [], disk, nowMs: 0, dice: 1 };
  return settle(on, id, on.node.init(setup));
}

/** Stop a server; what is on the way to it is lost. */
export function crash(on: Stage, id: NodeId): Stage {
  const { [id]: _gone, ...up } = on.up;
  return loseTo({ ...on, up }, id);
}

/** Let a server's timer fire: "election" or "heartbeat". */
export function fire(on: Stage, id: NodeId, name: string): Stage {
  return enter(on, id, { kind: "timer", name });
}

/** Hand a server an order from outside, such as a command. */
export function order(on: Stage, id: NodeId, body: Body): Stage {
  const message = { src: "client", dest: id, body };
  return enter(on, id, { kind: "message", message });
}

/** Deliver the oldest letter on this way; it must exist. */
export function deliver(on: Stage, src: NodeId, dest: NodeId): Stage {
  const first = on.letters.findIndex(
    (letter) => letter.src === src && letter.dest === dest,
  );
  const message = on.letters[first];
  if (message === undefined) {
    throw new Error(`Nothing is on its way from ${src} to ${dest}`);
  }
  const letters = on.letters.filter((_, i) => i !== first);
  return enter({ ...on, letters }, dest, { kind: "message", message });
}

/** Deliver all between these servers until silence; lose the rest. */
export function talk(on: Stage, among: readonly NodeId[]): Stage {
  let now = on;
  while (true) {
    const next = now.letters.find(
      ({ src, dest }) => among.includes(src) && among.includes(dest),
    );
    if (next === undefined) return { ...now, letters: [] };
    now = deliver(now, next.src, next.dest);
  }
}

/** Lose all that is on its way. */
export function lose(on: Stage): Stage {
  return { ...on, letters: [] };
}

/** Lose what is on its way to this server. */
export function loseTo(on: Stage, dest: NodeId): Stage {
  const letters = on.letters.filter((letter) => letter.dest !== dest);
  return { ...on, letters };
}

/** What a server's disk holds, up or not; it must have stored once. */
export function storedBy(on: Stage, id: NodeId): Persistent {
  const disk = on.disks[id];
  if (disk?.raft === undefined) throw new Error(`${id} stored nothing`);
  return disk.raft as unknown as Persistent;
}

type StageEvent = Parameters<Node<State>["step"]>[1]["event"];

function enter(on: Stage, id: NodeId, event: StageEvent): Stage {
  const state = on.up[id];
  if (state === undefined) throw new Error(`${id} is not up`);
  const input = { event, nowMs: 0, dice: 1 };
  return settle(on, id, on.node.step(state, input));
}

function settle(
  on: Stage,
  id: NodeId,
  [state, effects]: readonly [State, readonly Effect[]],
): Stage {
  const up = { ...on.up, [id]: state };
  return effects.reduce((now, effect) => apply(now, id, effect), {
    ...on,
    up,
  } as Stage);
}

/** Timers are the script's own; letters to nobody are lost. */
function apply(on: Stage, id: NodeId, effect: Effect): Stage {
  if (effect.kind === "persist") {
    const disk = { ...on.disks[id], [effect.key]: effect.value };
    return { ...on, disks: { ...on.disks, [id]: disk } };
  }
  if (effect.kind === "set-timer" || !(effect.dest in on.up)) return on;
  const letter = { src: id, dest: effect.dest, body: effect.body };
  return { ...on, letters: [...on.letters, letter] };
}
