/**
 * What replication promises, as checks over all that was seen of a run:
 * call `look` with a broker after each of its steps. Each throws what is
 * broken. With unclean elections none of this holds.
 */
import type { Broker } from "./broker.ts";
import type { LogRecord } from "./record.ts";
import type { Replica } from "./replica.ts";
import { recordsOf } from "./segments.ts";

/** What was ever committed in each partition, and who led when. */
export type Memory = {
  readonly committed: {
    readonly [partition: string]: readonly LogRecord[];
  };
  readonly leaders: { readonly [epoch: string]: string };
  readonly latest: { readonly [partition: string]: number };
  /** To look only at what has changed. */
  readonly last: { readonly [copy: string]: Replica };
};

export const nothingSeen: Memory = {
  committed: {},
  leaders: {},
  latest: {},
  last: {},
};

export function look(memory: Memory, { id, replicas }: Broker): Memory {
  return Object.entries(replicas).reduce(
    (seen, [partition, replica]) =>
      lookAt(seen, { id, partition, replica }),
    memory,
  );
}

function lookAt(memory: Memory, told: Told): Memory {
  const copy = `${told.id} ${told.partition}`;
  const before = memory.last[copy];
  if (before && isLike(before, told.replica)) return memory;
  const last = { ...memory.last, [copy]: told.replica };
  const led = oneLeader({ ...memory, last }, told);
  return leaderComplete(committedForEver(led, told), told);
}

function isLike(before: Replica, now: Replica): boolean {
  return (
    before.log === now.log &&
    before.highWatermark === now.highWatermark &&
    before.view === now.view
  );
}

type Told = {
  readonly id: string;
  readonly partition: string;
  readonly replica: Replica;
};

// #region committed-for-ever
/** Below the high watermark no two replicas ever differ. */
function committedForEver(memory: Memory, told: Told): Memory {
  const { id, partition, replica } = told;
  const { log, highWatermark } = replica;
  const known = memory.committed[partition] ?? [];
  const own = recordsOf(log).filter((r) => r.offset < highWatermark);
  for (const [at, record] of own.entries()) {
    const before = known[at];
    const isSame =
      before === undefined ||
      before === record ||
      JSON.stringify(before) === JSON.stringify(record);
    if (!isSame) {
      throw new Error(
        `Committed for ever: ${partition} ${at} changed on ${id}`,
      );
    }
  }
  if (own.length <= known.length) return memory;
  const committed = { ...memory.committed, [partition]: own };
  return { ...memory, committed };
}
// #endregion committed-for-ever

// #region leader-complete
/** Whoever leads the latest epoch has all that was ever committed. */
function leaderComplete(memory: Memory, told: Told): Memory {
  const { id, partition, replica } = told;
  if (replica.role.kind !== "leader") return memory;
  const known = memory.committed[partition] ?? [];
  const epoch = replica.view?.leaderEpoch ?? 0;
  const isLatest = epoch >= (memory.latest[partition] ?? 0);
  if (isLatest && replica.log.endOffset < known.length) {
    throw new Error(
      `Leader complete: ${id} leads epoch ${epoch} of ${partition} ` +
        `and ends at ${replica.log.endOffset} of ${known.length}`,
    );
  }
  return memory;
}
// #endregion leader-complete

// #region one-leader
/** One leader for each epoch of a partition. */
function oneLeader(memory: Memory, told: Told): Memory {
  const { id, partition, replica } = told;
  if (replica.role.kind !== "leader") return memory;
  const name = `${partition} ${replica.view?.leaderEpoch}`;
  const other = memory.leaders[name] ?? id;
  if (other !== id) {
    throw new Error(`One leader: ${other} and ${id} lead ${name}`);
  }
  const epoch = replica.view?.leaderEpoch ?? 0;
  const before = memory.latest[partition] ?? 0;
  const latest = {
    ...memory.latest,
    [partition]: Math.max(before, epoch),
  };
  const leaders = { ...memory.leaders, [name]: id };
  return { ...memory, leaders, latest };
}
// #endregion one-leader
