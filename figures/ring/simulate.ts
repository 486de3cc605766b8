/** Nodes on the hash circle: a key is looked up, a node joins, a node leaves. Each ring is the printed one, with the first point of each node put where one likes. */
import { hash32 } from "../../code/placement/hash.ts";
import { movedPart } from "../../code/placement/measure.ts";
import { moduloOwner } from "../../code/placement/modulo.ts";
import { indexOf, type Ring, ringOf, ringOwner, sharesOf } from "../../code/placement/ring.ts";
import type { Deed, Step } from "../../scripts/widget/contract.ts";

export const names = ["A", "B", "C", "D", "E"] as const;
export type Name = (typeof names)[number];
export type Places = { readonly [name in Name]: number };
export type Params = Places & {
  readonly points: number;
  readonly draw: number;
  readonly changes: readonly Deed[];
};

export type Key = {
  readonly at: number;
  readonly before: string;
  readonly now: string;
};
export type Shares = { readonly [name: string]: number };

export type Circle = {
  readonly points: number;
  /** In degrees, of each node, whether it is in the ring or not. */
  readonly places: Places;
  readonly before: Ring;
  readonly now: Ring;
  readonly shares: { readonly before: Shares; readonly now: Shares };
  readonly keys: readonly Key[];
  /** The key that is looked up: its place and that of the point that it finds. */
  readonly lookUp: { readonly from: number; readonly to: number } | null;
  /** What part of the keys has changed its node, by the ring and by hash mod n. */
  readonly moved: { readonly ring: number; readonly modulo: number };
};

export const circumference = 2 ** 32;
const keys = Array.from({ length: 200 }, (_, n) => `key-${n}`);
const looked = "key-3";
const first: readonly Name[] = ["A", "B", "C", "D"];
/** What happens unless the reader does something else. */
const story: readonly Change[] = [
  { joins: ["E"], leaves: [] },
  { joins: [], leaves: ["B"] },
];

type Change = { readonly joins: readonly Name[]; readonly leaves: readonly Name[] };
type Code = Step<Circle>["code"];

export function simulate(params: Params): readonly Step<Circle>[] {
  const steps: Step<Circle>[] = [begin(params), lookUp(params)];
  let members = first;
  for (const change of changesOf(params.changes)) {
    const after = changed(members, change);
    steps.push(after === members ? nothing(params, members, change) : move(params, members, after));
    members = after;
  }
  return steps;
}

/** The story up to the first thing done, then what was done; at one step, all at once. */
function changesOf(deeds: readonly Deed[]): readonly Change[] {
  const [start] = deeds;
  if (!start) return story;
  const at = [...new Set(deeds.map(({ step }) => step))];
  const done = at.map((step) => {
    const now = deeds.filter((deed) => deed.step === step);
    const of = (kind: string) =>
      now.filter(({ deed }) => deed === kind).map(({ target }) => target as Name);
    return { joins: of("join"), leaves: of("leave") };
  });
  return [...story.slice(0, Math.max(start.step - 1, 0)), ...done];
}

/** The same list where nothing changes; the last node stays. */
function changed(members: readonly Name[], { joins, leaves }: Change): readonly Name[] {
  const after = names.filter(
    (name) => (members.includes(name) || joins.includes(name)) && !leaves.includes(name),
  );
  const isSame = after.length === 0 || after.join() === members.join();
  return isSame ? members : after;
}

function begin(params: Params): Step<Circle> {
  const state = circleOf(params, first, first);
  const say =
    params.points === 1
      ? "A, B, C and D have a point each on the circle, and the keys before it."
      : `A, B, C and D have ${params.points} points each on the circle, and the keys before them.`;
  return { say, state, code: { listing: "ring", line: "at: hash32(`$" } };
}

function lookUp(params: Params): Step<Circle> {
  const state = circleOf(params, first, first);
  const from = hash32(looked);
  const point = state.now[indexOf(state.now, from)];
  return {
    say: `${looked} hashes to ${degrees(from)}°; the next point clockwise is ${point?.node}’s, so ${point?.node} has it.`,
    state: { ...state, lookUp: { from, to: point?.at ?? 0 } },
    code: { listing: "owner", line: 'return ring[indexOf(ring, hash32(key))]?.node ?? "";' },
  };
}

const counted: Code = {
  listing: "moved",
  line: "const moved = before.filter((node, at) => node !== after[at]);",
};

function move(params: Params, before: readonly Name[], after: readonly Name[]): Step<Circle> {
  const state = circleOf(params, before, after);
  const came = after.filter((name) => !before.includes(name));
  const went = before.filter((name) => !after.includes(name));
  const percent = Math.round(100 * state.moved.ring);
  return {
    say: `${sentence(state, came, went)} ${percent}% of the keys move.`,
    state,
    code: counted,
  };
}

function sentence(state: Circle, came: readonly Name[], went: readonly Name[]): string {
  const moved = state.keys.filter((key) => key.before !== key.now);
  const among = (of: (key: Key) => string) => [...new Set(moved.map(of))].toSorted(byName);
  if (came.length > 0 && went.length > 0)
    return `${listed(came)} joins and ${listed(went)} leaves.`;
  const verb = (one: string, list: readonly Name[]) => (list.length === 1 ? `${one}s` : one);
  if (came.length > 0)
    return `${listed(came)} ${verb("join", came)} and takes keys from ${onlyOf(among(({ before }) => before))}.`;
  return `${listed(went)} ${verb("leave", went)}, and its keys fall to ${onlyOf(among(({ now }) => now))}.`;
}

function onlyOf(list: readonly string[]): string {
  return list.length === 1 ? `${listed(list)} alone` : listed(list);
}

function nothing(params: Params, members: readonly Name[], change: Change): Step<Circle> {
  const isLast = members.length === 1 && change.leaves.length > 0;
  const say = isLast
    ? "The last node has all keys; it stays."
    : "Nothing changes: who joins is there already, or who leaves is gone.";
  return { say, state: circleOf(params, members, members), code: null };
}

function circleOf(params: Params, old: readonly Name[], young: readonly Name[]): Circle {
  const { A, B, C, D, E, points } = params;
  const [before, now] = [ringWith(params, old), ringWith(params, young)];
  const owners = (ring: Ring) => keys.map((key) => ringOwner(ring, key));
  const modulo = (list: readonly Name[]) => keys.map((key) => moduloOwner(list, key));
  const [had, has] = [owners(before), owners(now)];
  return {
    points,
    places: { A, B, C, D, E },
    before,
    now,
    shares: {
      before: Object.fromEntries(sharesOf(before)),
      now: Object.fromEntries(sharesOf(now)),
    },
    keys: keys.map((key, n) => ({ at: hash32(key), before: had[n] ?? "", now: has[n] ?? "" })),
    lookUp: null,
    moved: { ring: movedPart(had, has), modulo: movedPart(modulo(old), modulo(young)) },
  };
}

/** The points that the names give, but the first of each node where it was put: a token given by hand. */
function ringWith(params: Params, members: readonly Name[]): Ring {
  const { points, draw } = params;
  const ids = members.map((name) => ({ id: `ring-${draw}-${name}` }));
  const firsts = new Set(ringOf(ids, 1).map(({ at }) => at));
  const hashed = ringOf(ids, points)
    .filter(({ at }) => !firsts.has(at))
    .map(({ at, node }) => ({ at, node: node.slice(-1) }));
  const put = members.map((node) => ({
    at: Math.round((params[node] / 360) * circumference) >>> 0,
    node: node as string,
  }));
  return [...hashed, ...put].toSorted((a, b) => a.at - b.at || byName(a.node, b.node));
}

export function degrees(at: number): number {
  return Math.round((at / circumference) * 360);
}

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** "A", "A and B", "A, B and C". */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "nobody";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
