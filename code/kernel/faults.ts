/**
 * Faults: what can be done to a run, lists of it with a shape that has a
 * name, and `chaos`, which draws such lists from a seed.
 */
import type { ClockOptions } from "./clock.ts";
import type { DiskOptions } from "./disk.ts";
import type { NetworkOptions } from "./network.ts";
import type { NodeId } from "./node.ts";
import { fraction, intBetween, stream } from "./random.ts";

// #region fault
export type FaultAction =
  /** With beforeEffect k, the next step is cut off after k effects. */
  | {
      readonly kind: "crash";
      readonly node: NodeId;
      readonly beforeEffect?: number;
    }
  /** With beforeEffect k, it crashes again after k effects of its start. */
  | {
      readonly kind: "restart";
      readonly node: NodeId;
      readonly beforeEffect?: number;
    }
  /** Cuts the links between groups, on top of what is cut already. */
  | {
      readonly kind: "partition";
      readonly groups: readonly (readonly NodeId[])[];
    }
  /** One direction only. */
  | { readonly kind: "cut"; readonly from: NodeId; readonly to: NodeId }
  /** Mends every link. */
  | { readonly kind: "heal" }
  /** As SIGSTOP: what arrives meanwhile waits. */
  | {
      readonly kind: "pause";
      readonly node: NodeId;
      readonly forMs: number;
    }
  | {
      readonly kind: "clock-jump";
      readonly node: NodeId;
      readonly byMs: number;
    }
  /** All it sends leaves later by this much; 0 makes it well again. */
  | {
      readonly kind: "slow";
      readonly node: NodeId;
      readonly extraMs: number;
    }
  /** New network options; those not named stay. */
  | { readonly kind: "network"; readonly change: NetworkOptions };

export type Fault = FaultAction & { readonly atMs: number };
// #endregion fault

type Groups = readonly (readonly NodeId[])[];

// #region partitions

/** A smaller half and a larger one, in the order given. */
export function halves(nodes: readonly NodeId[]): Groups {
  const middle = Math.floor(nodes.length / 2);
  return [nodes.slice(0, middle), nodes.slice(middle)];
}

/** One node alone, the others together. */
export function isolate(
  node: NodeId,
  nodes: readonly NodeId[],
): Groups {
  return [[node], nodes.filter((other) => other !== node)];
}

/** Two halves that only the bridge can reach, and it reaches both. */
export function bridge(
  bridge: NodeId,
  nodes: readonly NodeId[],
): Groups {
  const others = nodes.filter((node) => node !== bridge);
  return halves(others).map((half) => [...half, bridge]);
}

/** Every node sees only its two neighbours: majorities, all different. */
export function ring(nodes: readonly NodeId[]): Groups {
  const next = [...nodes.slice(1), ...nodes.slice(0, 1)];
  return nodes.map((node, at) => [node, next[at] ?? node]);
}

/** Cuts that let a node hear the others but not be heard by them. */
export function oneWay(
  from: NodeId,
  nodes: readonly NodeId[],
  atMs: number,
): readonly Fault[] {
  return nodes
    .filter((to) => to !== from)
    .map((to) => ({ atMs, kind: "cut", from, to }));
}
// #endregion partitions

/**
 * A crash, and the restart some time later. With `beforeEffect` the crash
 * waits for the node's next step; it is called off by the restart.
 */
export function crashAndRestart(
  node: NodeId,
  atMs: number,
  downMs: number,
  beforeEffect?: number,
): readonly Fault[] {
  return [
    {
      atMs,
      kind: "crash",
      node,
      ...(beforeEffect === undefined ? {} : { beforeEffect }),
    },
    { atMs: atMs + downMs, kind: "restart", node },
  ];
}

/** A crash, a start that is cut off half-way, and the restart. */
export function crashAtStart(
  node: NodeId,
  atMs: number,
  downMs: number,
  beforeEffect: number,
): readonly Fault[] {
  return [
    { atMs, kind: "crash", node },
    { atMs: atMs + downMs / 2, kind: "restart", node, beforeEffect },
    { atMs: atMs + downMs, kind: "restart", node },
  ];
}

// #region swizzle
/**
 * Isolate the nodes one by one in a drawn order, then bring them back one
 * by one in another: what FoundationDB calls swizzle-clogging. It passes
 * through partitions of all sizes, which a clean cut does not.
 */
export function swizzle(
  seed: number,
  nodes: readonly NodeId[],
  fromMs: number,
  stepMs: number,
): readonly Fault[] {
  const goingAway = shuffled(nodes, stream(seed, 0));
  const comingBack = shuffled(nodes, stream(seed, 1));
  const away = goingAway.map((_, at) => goingAway.slice(0, at + 1));
  const back = comingBack.map((_, at) => comingBack.slice(at + 1));
  return [...away, ...back].flatMap((alone, at): readonly Fault[] => {
    const atMs = fromMs + at * stepMs;
    const cuts = alone.map((node): Fault => {
      const groups = isolate(node, nodes);
      return { atMs, kind: "partition", groups };
    });
    return [{ atMs, kind: "heal" }, ...cuts];
  });
}
// #endregion swizzle

function shuffled(nodes: readonly NodeId[], seed: number): NodeId[] {
  const keyed = nodes.map((node, at) => ({
    node,
    key: fraction(stream(seed, at)),
  }));
  return keyed
    .sort((one, other) => one.key - other.key)
    .map((k) => k.node);
}

export type ChaosOptions = {
  readonly nodes: readonly NodeId[];
  /** No fault before this; 0 by default. */
  readonly fromMs?: number;
  /** By then all is healed, restarted and well again. */
  readonly untilMs: number;
  /** What may happen; all of `chaosKinds` by default. */
  readonly kinds?: readonly ChaosKind[];
  /** From the end of one fault to the next, at most; 1000 by default. */
  readonly pauseMsMax?: number;
  /** How long a fault lasts, at most; 500 by default. */
  readonly faultMsMax?: number;
};

export const chaosKinds = [
  "crash",
  "crash-between-effects",
  "halves",
  "isolate",
  "one-way",
  "bridge",
  "ring",
  "pause",
  "slow",
  "clock-jump",
] as const;
/** One that has to be asked for: it starts, and crashes as it does. */
export type ChaosKind = (typeof chaosKinds)[number] | "crash-at-start";

// #region chaos
/**
 * One fault after the other, drawn from a seed, and in the end a world
 * without any. Ordered by time.
 */
export function chaos(
  seed: number,
  options: ChaosOptions,
): readonly Fault[] {
  const { nodes, fromMs = 0, untilMs, kinds = chaosKinds } = options;
  const { pauseMsMax = 1000, faultMsMax = 500 } = options;
  const faults: Fault[] = [];
  let atMs = fromMs;
  for (let nth = 0; ; nth++) {
    const dice = (use: number) => stream(stream(seed, nth), use);
    const kind = kinds[intBetween(dice(0), 0, kinds.length - 1)];
    const forMs = intBetween(dice(1), 1, faultMsMax);
    atMs += intBetween(dice(2), 0, pauseMsMax);
    const order = shuffled(nodes, dice(3));
    if (kind === undefined || atMs + forMs >= untilMs) break;
    faults.push(...episode(kind, order, atMs, forMs, dice(4)));
    atMs += forMs;
  }
  return [...faults, ...wellAgain(nodes, untilMs)];
}

// #endregion chaos

/** One fault of a kind and its end, on nodes in a drawn order. */
function episode(
  kind: ChaosKind,
  nodes: readonly NodeId[],
  atMs: number,
  forMs: number,
  dice: number,
): readonly Fault[] {
  const [node = "", ...others] = nodes;
  const end: Fault = { atMs: atMs + forMs, kind: "heal" };
  const cutInto = (groups: Groups): readonly Fault[] => [
    { atMs, kind: "partition", groups },
    end,
  ];
  switch (kind) {
    case "crash":
      return crashAndRestart(node, atMs, forMs);
    case "crash-between-effects":
      return crashAndRestart(node, atMs, forMs, intBetween(dice, 0, 3));
    case "crash-at-start":
      return crashAtStart(node, atMs, forMs, intBetween(dice, 0, 3));
    case "halves":
      return cutInto(halves(nodes));
    case "isolate":
      return cutInto([[node], others]);
    case "one-way":
      return [...oneWay(node, nodes, atMs), end];
    case "bridge":
      return cutInto(bridge(node, nodes));
    case "ring":
      return cutInto(ring(nodes));
    case "pause":
      return [{ atMs, kind: "pause", node, forMs }];
    case "slow":
      return [
        { atMs, kind: "slow", node, extraMs: intBetween(dice, 1, 200) },
        { atMs: atMs + forMs, kind: "slow", node, extraMs: 0 },
      ];
    case "clock-jump":
      return [
        {
          atMs,
          kind: "clock-jump",
          node,
          byMs: intBetween(dice, -999, 999),
        },
      ];
  }
}

/** The end of all faults: links mended, everybody up and not waiting. */
export function wellAgain(
  nodes: readonly NodeId[],
  atMs: number,
): readonly Fault[] {
  const change = {
    messageLossProbability: 0,
    messageDuplicateProbability: 0,
  };
  return [
    { atMs, kind: "heal" },
    { atMs, kind: "network", change },
    ...nodes.map((node): Fault => ({ atMs, kind: "restart", node })),
  ];
}

export type Weather = {
  readonly network: NetworkOptions;
  readonly clocks: ClockOptions;
  readonly disk: DiskOptions;
  readonly faults: readonly Fault[];
};

// #region swarm
/**
 * Options for one run of many: each kind of fault is in the mix or out of
 * it by the toss of a coin. A mix that leaves something out reaches
 * states that a mix of everything hides (Groce et al., Swarm Testing,
 * ISSTA 2012). Bad disks are not among them: few algorithms stand them.
 */
export function swarm(seed: number, options: ChaosOptions): Weather {
  const isIn = (use: number) => fraction(stream(seed, use)) < 0.5;
  const upTo = (use: number, max: number) =>
    isIn(use) ? fraction(stream(seed, 100 + use)) * max : 0;
  const { kinds = chaosKinds } = options;
  const chosen = kinds.filter((_, at) => isIn(50 + at));
  return {
    network: {
      delayMs: isIn(1)
        ? { kind: "uniform", min: 1, max: 10 }
        : { kind: "long-tailed", median: 5, p99: 60 },
      messageLossProbability: upTo(2, 0.2),
      messageDuplicateProbability: upTo(3, 0.2),
    },
    clocks: { skewMsMax: upTo(4, 500), driftPpmMax: upTo(5, 10_000) },
    disk: {},
    faults:
      chosen.length === 0
        ? wellAgain(options.nodes, options.untilMs)
        : chaos(stream(seed, 0), { ...options, kinds: chosen }),
  };
}
// #endregion swarm
