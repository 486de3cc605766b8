/** The pure parts: segments, compaction, epochs, keys, sequences. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compact, tableOf } from "./compaction.ts";
import {
  beginEpoch,
  type Epochs,
  endOfEpoch,
  latestEpoch,
  truncateEpochs,
  truncationPoint,
} from "./epochs.ts";
import {
  lastStableOffset,
  openTransactions,
  visible,
} from "./isolation.ts";
import { murmur2, partitionOf } from "./partitioner.ts";
import { data, type Entry, type LogRecord } from "./record.ts";
import {
  append,
  appendRecord,
  emptyLog,
  find,
  type Log,
  read,
  recordsOf,
  retain,
  truncate,
} from "./segments.ts";
import { judge, stamped } from "./sequences.ts";

const options = { segmentRecords: 4, indexInterval: 2 };
const many = (count: number): Entry[] =>
  Array.from({ length: count }, (_, n) => data(`k${n % 3}`, n, n * 10));
const logOf = (count: number): Log =>
  append(emptyLog(options), many(count), 1);
const offsetsOf = (records: readonly LogRecord[] | null) =>
  records?.map(({ offset }) => offset);

describe("segments (Kreps, Narkhede and Rao 2011, section 3.1)", () => {
  test("are closed when they are full, and named by their first offset", () => {
    const { segments, endOffset } = logOf(9);
    expect(
      segments.map((s) => [s.baseOffset, s.records.length]),
    ).toEqual([
      [0, 4],
      [4, 4],
      [8, 1],
    ]);
    expect(endOffset).toBe(9);
    expect(logOf(4).segments.length).toBe(1);
  });

  test("have one line in the index for every so many records", () => {
    expect(logOf(9).segments[1]?.index).toEqual([
      { offset: 4, position: 0 },
      { offset: 6, position: 2 },
    ]);
  });

  test("find an offset from the nearest line of the index", () => {
    const [, segment] = logOf(8).segments;
    if (segment === undefined) throw new Error("no segment");
    const found = [4, 5, 6, 7, 8].map((at) => find(segment, at));
    expect(found).toEqual([
      { position: 0, scanned: 1 },
      { position: 1, scanned: 2 },
      { position: 2, scanned: 1 },
      { position: 3, scanned: 2 },
      { position: 4, scanned: 3 },
    ]);
    expect(find(segment, 0)).toEqual({ position: 0, scanned: 1 });
  });

  test("read over their ends, up to so many records", () => {
    const log = logOf(9);
    expect(offsetsOf(read(log, 3, 3))).toEqual([3, 4, 5]);
    expect(offsetsOf(read(log, 7, 10))).toEqual([7, 8]);
    expect(offsetsOf(read(log, 9, 10))).toEqual([]);
    expect(offsetsOf(read(log, 4, 0))).toEqual([]);
  });

  test("know what is out of range, at both ends", () => {
    const log = retain(logOf(9), 0, 1000);
    expect(log.startOffset).toBe(8);
    expect(read(log, 7, 1)).toBe(null);
    expect(offsetsOf(read(log, 8, 1))).toEqual([8]);
    expect(read(log, 10, 1)).toBe(null);
  });

  test("read as a plain list would, wherever it begins", () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.nat(30),
        fc.nat(12),
        (count, from, max) => {
          const log = logOf(count);
          const simple = recordsOf(log).slice(from, from + max);
          const found = read(log, from, max);
          expect(found).toEqual(from > count ? null : simple);
        },
      ),
      { seed: 1 },
    );
  });

  test("forget this offset and all behind it", () => {
    const log = logOf(9);
    expect(truncate(log, 9)).toBe(log);
    for (let end = 0; end < 9; end++) {
      const cut = truncate(log, end);
      expect(cut.endOffset).toBe(end);
      expect(recordsOf(cut)).toEqual(recordsOf(log).slice(0, end));
      const again = append(cut, many(3), 2);
      expect(read(again, end, 9)?.map((r) => r.offset)).toEqual([
        end,
        end + 1,
        end + 2,
      ]);
      expect(cut.segments.flatMap((s) => s.index)).toEqual(
        log.segments
          .flatMap((s) => s.index)
          .filter((l) => l.offset < end),
      );
      expect(cut.segments.length).toBe(Math.max(1, Math.ceil(end / 4)));
    }
  });

  test("keep offsets and epochs that were given elsewhere", () => {
    const record = { ...data("k", 1, 0), offset: 7, leaderEpoch: 3 };
    const log = appendRecord(emptyLog(options), record);
    expect(recordsOf(log)).toEqual([record]);
    expect(log.endOffset).toBe(8);
    const given = append(log, [data("k", 2, 0)], 5);
    expect(recordsOf(given)[1]).toMatchObject({
      offset: 8,
      leaderEpoch: 5,
    });
  });
});

describe("retention", () => {
  test("drops whole segments whose newest record is too old", () => {
    const log = logOf(9);
    // The newest records are of 30, 70 and 80 ms.
    expect(retain(log, 100, 130)).toEqual(log);
    expect(retain(log, 100, 131).startOffset).toBe(4);
    expect(retain(log, 100, 170).startOffset).toBe(4);
    expect(retain(log, 100, 171).startOffset).toBe(8);
  });

  test("never drops the active segment", () => {
    expect(recordsOf(retain(logOf(9), 0, 9999)).length).toBe(1);
    expect(retain(emptyLog(options), 0, 9999).segments.length).toBe(1);
  });
});

describe("compaction", () => {
  const cleaning = {
    tombstoneMs: 100,
    nowMs: 0,
    stableOffset: Infinity,
  };

  test("keeps the last of each key, its offset, and the active segment", () => {
    const clean = compact(logOf(10), cleaning);
    expect(offsetsOf(recordsOf(clean))).toEqual([5, 6, 7, 8, 9]);
    expect(offsetsOf(read(clean, 0, 2))).toEqual([5, 6]);
    expect(clean.endOffset).toBe(10);
    expect(clean.segments[1]?.index).toEqual([
      { offset: 5, position: 0 },
      { offset: 7, position: 2 },
    ]);
  });

  test("drops a tombstone when it is old, to the millisecond", () => {
    const dead = [data("k", 1, 0), data("k", null, 50)];
    const log = append(emptyLog(options), [...dead, ...many(3)], 1);
    const at = (nowMs: number) =>
      offsetsOf(recordsOf(compact(log, { ...cleaning, nowMs })));
    expect(at(150)).toEqual([1, 2, 3, 4]);
    expect(at(151)).toEqual([2, 3, 4]);
  });

  test("leaves alone what is not stable, and counts no aborted value", () => {
    const stamp = {
      id: 1,
      epoch: 0,
      sequence: 0,
      isTransactional: true,
    };
    const of = (
      kind: Entry["kind"],
      key: string | null,
      value: number,
    ) => ({
      ...data(key, value, 0),
      kind,
      stamp,
    });
    const log = append(
      emptyLog(options),
      [
        data("a", 1, 0),
        of("data", "a", 2),
        of("abort", null, 0),
        of("data", "b", 3),
        ...many(1),
      ],
      1,
    );
    const clean = compact(log, { ...cleaning, stableOffset: 3 });
    expect(offsetsOf(recordsOf(clean))).toEqual([0, 2, 3, 4]);
  });

  test("changes nothing for who reads the whole table", () => {
    const change = fc.tuple(
      fc.constantFrom("a", "b", "c"),
      fc.option(fc.nat(9), { nil: null }),
    );
    fc.assert(
      fc.property(fc.array(change), fc.nat(60), (changes, nowMs) => {
        const entries = changes.map(([key, value], n) =>
          data(key, value, n),
        );
        const log = append(emptyLog(options), entries, 1);
        const clean = compact(log, {
          ...cleaning,
          tombstoneMs: 5,
          nowMs,
        });
        expect(tableOf(recordsOf(clean))).toEqual(
          tableOf(recordsOf(log)),
        );
      }),
      { seed: 2 },
    );
  });

  test("a table has no place for records without a key", () => {
    const log = append(emptyLog(options), [data(null, 1, 0)], 1);
    expect(tableOf(recordsOf(log)).size).toBe(0);
  });
});

describe("leader epochs (KIP-101, KIP-279)", () => {
  const epochs: Epochs = [
    { leaderEpoch: 1, startOffset: 0 },
    { leaderEpoch: 3, startOffset: 5 },
  ];

  test("begin where they wrote first; an empty one leaves no trace", () => {
    expect(latestEpoch([])).toBe(0);
    expect(latestEpoch(epochs)).toBe(3);
    expect(beginEpoch(epochs, 3, 9)).toBe(epochs);
    const five = { leaderEpoch: 5, startOffset: 9 };
    expect(beginEpoch(epochs, 5, 9)).toEqual([...epochs, five]);
    expect(beginEpoch(epochs, 5, 5)).toEqual([
      epochs[0],
      { leaderEpoch: 5, startOffset: 5 },
    ]);
  });

  test("are cut with the log", () => {
    expect(truncateEpochs(epochs, 6)).toEqual(epochs);
    expect(truncateEpochs(epochs, 5)).toEqual([epochs[0]]);
  });

  test("end where the next one begins, the last one at the end", () => {
    const ends = [0, 1, 2, 3, 4].map((e) => endOfEpoch(epochs, e, 8));
    expect(ends).toEqual([
      { leaderEpoch: 0, endOffset: 0 },
      { leaderEpoch: 1, endOffset: 5 },
      { leaderEpoch: 1, endOffset: 5 },
      { leaderEpoch: 3, endOffset: 8 },
      { leaderEpoch: 3, endOffset: 8 },
    ]);
  });

  test("a follower cuts to the shorter end, if both know the epoch", () => {
    const point = (leaderEpoch: number, endOffset: number) =>
      truncationPoint(epochs, 8, { leaderEpoch, endOffset });
    expect(point(3, 6)).toEqual({ endOffset: 6, isAgreed: true });
    expect(point(3, 9)).toEqual({ endOffset: 8, isAgreed: true });
    expect(point(1, 4)).toEqual({ endOffset: 4, isAgreed: true });
    // The leader has an epoch 2 of which this log knows nothing.
    expect(point(2, 7)).toEqual({ endOffset: 5, isAgreed: false });
  });
});

describe("keys and partitions", () => {
  /** From Kafka's own UtilsTest.testMurmur2. */
  const known: readonly (readonly [string, number])[] = [
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ];

  test.each(known)("murmur2 of %s is Kafka's", (key, hash) => {
    expect(murmur2(key)).toBe(hash);
  });

  test("a hash below zero gives a partition too", () => {
    expect(partitionOf("21", 10)).toBe((-973932308 & 0x7fffffff) % 10);
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 50 }),
        (k, n) => {
          const at = partitionOf(k, n);
          expect(at >= 0 && at < n).toBe(true);
        },
      ),
      { seed: 3 },
    );
  });

  test("from 4 to 5 partitions, four of five keys move", () => {
    const keys = Array.from({ length: 5000 }, (_, n) => `key-${n}`);
    const moved = keys.filter(
      (k) => partitionOf(k, 4) !== partitionOf(k, 5),
    );
    expect(moved.length / keys.length).toBeCloseTo(0.8, 1);
    const double = keys.filter(
      (k) => partitionOf(k, 4) !== partitionOf(k, 8),
    );
    expect(double.length / keys.length).toBeCloseTo(0.5, 1);
  });
});

describe("sequence numbers (KIP-98)", () => {
  const by = (sequence: number, epoch = 0, count = 1, id = 7) =>
    stamped(many(count), {
      id,
      epoch,
      sequence,
      isTransactional: false,
    });
  const written = (...batches: (readonly Entry[])[]) =>
    recordsOf(append(emptyLog(options), batches.flat(), 1));

  test("begin at zero and go on without a gap", () => {
    expect(judge([], by(0))).toEqual({ kind: "append" });
    expect(judge([], [])).toEqual({ kind: "append" });
    expect(judge([], by(1))).toEqual({ kind: "out-of-order" });
    const two = written(by(0, 0, 2));
    expect(judge(two, by(2))).toEqual({ kind: "append" });
    expect(judge(two, by(3))).toEqual({ kind: "out-of-order" });
  });

  test("tell a batch that comes again, and where it is", () => {
    const log = written(by(0, 0, 2), by(2, 0, 2), by(0, 0, 1, 8));
    expect(judge(log, by(0, 0, 2))).toEqual({
      kind: "duplicate",
      lastOffset: 1,
    });
    expect(judge(log, by(2, 0, 2))).toEqual({
      kind: "duplicate",
      lastOffset: 3,
    });
    expect(judge(log, by(1, 0, 1, 8))).toEqual({ kind: "append" });
  });

  test("begin anew with a higher epoch, which fences the lower", () => {
    const log = written(by(0), by(1), by(0, 1));
    expect(judge(log, by(2, 0))).toEqual({ kind: "fenced" });
    expect(judge(log, by(0, 1))).toEqual({
      kind: "duplicate",
      lastOffset: 2,
    });
    expect(judge(log, by(1, 1))).toEqual({ kind: "append" });
    expect(judge(log, by(0, 2))).toEqual({ kind: "append" });
  });

  test("are not counted by markers, whose epoch still fences", () => {
    const marker = (epoch: number): Entry => ({
      ...data(null, null, 0),
      kind: "abort",
      stamp: { id: 7, epoch, sequence: -1, isTransactional: true },
    });
    const same = written(by(0), [marker(0)]);
    expect(judge(same, by(1))).toEqual({ kind: "append" });
    expect(judge(same, by(0))).toEqual({
      kind: "duplicate",
      lastOffset: 0,
    });
    expect(judge(written(by(0), [marker(1)]), by(1))).toEqual({
      kind: "fenced",
    });
  });

  test("mean nothing without a producer id", () => {
    expect(judge(written(by(0)), many(1))).toEqual({ kind: "append" });
  });
});

describe("isolation (KIP-98)", () => {
  /** `1a` is data of producer 1; `1+` and `1-` its markers; `x` plain. */
  const logOf = (text: string): readonly LogRecord[] =>
    text.split(" ").map((word, offset) => {
      const [who = "", what] = word;
      const kind =
        what === "+" ? "commit" : what === "-" ? "abort" : "data";
      const stamp = {
        id: Number(who),
        epoch: 0,
        sequence: 0,
        isTransactional: true,
      };
      return {
        ...data(null, word, 0),
        kind,
        stamp: who === "x" ? null : stamp,
        offset,
        leaderEpoch: 1,
      };
    });
  const seen = (text: string, end: number, as: "committed" | "all") =>
    visible(
      logOf(text),
      end,
      as === "all" ? "read_uncommitted" : "read_committed",
    )
      .map(({ value }) => value)
      .join(" ");

  test("open is a transaction from its first record to its marker", () => {
    const open = openTransactions(logOf("x 1a 2a 1b 2+ 3a"));
    expect([...open]).toEqual([
      [1, 1],
      [3, 5],
    ]);
  });

  test("the last stable offset is that of the first open one", () => {
    const records = logOf("x 1a 2a 1+ 2+ x");
    const ends = [0, 1, 2, 3, 4, 5, 6].map((end) =>
      lastStableOffset(records, end),
    );
    // A marker counts when it is replicated itself.
    expect(ends).toEqual([0, 1, 1, 1, 2, 5, 6]);
  });

  test("committed readers see no open and no aborted record", () => {
    expect(seen("x 1a 1- 1b 1+ 2a x", 7, "committed")).toBe("x 1b");
    expect(seen("1a 2a 1b 1- 2+", 5, "committed")).toBe("2a");
    expect(seen("1a 1+ 2a x", 4, "committed")).toBe("1a");
  });

  test("others see all data below the high watermark", () => {
    expect(seen("x 1a 1- 1b x", 4, "all")).toBe("x 1a 1b");
  });
});
