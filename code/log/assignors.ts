/**
 * Who of a consumer group reads which partition. Every assignor gives
 * each partition to exactly one member. All members read all topics here.
 * Pure functions.
 */

// #region assignment
/** How many partitions each topic has. */
export type Topics = { readonly [topic: string]: number };
/** Partitions by name, `orders-0`, of each member. */
export type Assignment = {
  readonly [member: string]: readonly string[];
};
/** `owned` is what the members have, as they say, from last time. */
export type Assignor = (
  members: readonly string[],
  topics: Topics,
  owned: Assignment,
) => Assignment;
// #endregion assignment

export function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}

export function partitionsOf(topics: Topics): readonly string[] {
  return Object.keys(topics)
    .sort(byName)
    .flatMap((topic) => partitionsOfTopic(topic, topics[topic] ?? 0));
}

function partitionsOfTopic(topic: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${topic}-${at}`);
}

// #region range
/** Topic by topic: neighbours together, the first ones get the rest. */
export const range: Assignor = (members, topics) => {
  const sorted = members.toSorted(byName);
  const shareOf = (at: number) =>
    Object.keys(topics)
      .sort(byName)
      .flatMap((topic) => {
        const count = topics[topic] ?? 0;
        const bound = (before: number) =>
          before * Math.floor(count / sorted.length) +
          Math.min(before, count % sorted.length);
        const all = partitionsOfTopic(topic, count);
        return all.slice(bound(at), bound(at + 1));
      });
  return Object.fromEntries(sorted.map((id, at) => [id, shareOf(at)]));
};
// #endregion range

// #region round-robin
/** All partitions of all topics, dealt out like cards. */
export const roundRobin: Assignor = (members, topics) => {
  const sorted = members.toSorted(byName);
  const all = partitionsOf(topics);
  return Object.fromEntries(
    sorted.map((id, seat) => [
      id,
      all.filter((_, card) => card % sorted.length === seat),
    ]),
  );
};
// #endregion round-robin

// #region sticky
/** As even as can be, and of what one has as much as can be. */
export const sticky: Assignor = (members, topics, owned) => {
  const all = partitionsOf(topics);
  const has = (id: string) =>
    all.filter((partition) => owned[id]?.includes(partition));
  const greedy = members
    .toSorted(byName)
    .sort((one, other) => has(other).length - has(one).length);
  const least = Math.floor(all.length / members.length);
  const extra = all.length % members.length;
  const taken = new Set<string>();
  const kept = greedy.map((id, at) => {
    const quota = at < extra ? least + 1 : least;
    const free = has(id).filter((partition) => !taken.has(partition));
    const keeps = free.slice(0, quota);
    for (const partition of keeps) taken.add(partition);
    return { id, quota, keeps };
  });
  const rest = all.filter((partition) => !taken.has(partition));
  const full = kept
    .toSorted((one, other) => byName(one.id, other.id))
    .map(({ id, quota, keeps }) => {
      const added = rest.splice(0, quota - keeps.length);
      return [id, [...keeps, ...added]];
    });
  return Object.fromEntries(full);
};
// #endregion sticky

// #region cooperate
/**
 * The cooperative way (KIP-429): nobody gets what another still has. It
 * is first taken away, and given in a second rebalance.
 */
export function cooperate(
  target: Assignment,
  owned: Assignment,
): Assignment {
  const isFree = (member: string, partition: string) =>
    Object.entries(owned).every(
      ([other, has]) => other === member || !has.includes(partition),
    );
  return Object.fromEntries(
    Object.entries(target).map(([member, wanted]) => [
      member,
      wanted.filter((partition) => isFree(member, partition)),
    ]),
  );
}
// #endregion cooperate
