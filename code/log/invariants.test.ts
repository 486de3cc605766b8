/** The invariants are tested too: each must see what it is there for. */
import { expect, test } from "vitest";
import type { Broker } from "./broker.ts";
import {
  brokerOptions as options,
  partition,
} from "./cluster.scenario.ts";
import { look, nothingSeen } from "./invariants.ts";
import { data } from "./record.ts";
import {
  becomeFollower,
  becomeLeader,
  emptyReplica,
} from "./replica.ts";
import { append, emptyLog } from "./segments.ts";

/** A broker with these values, so many of them committed. */
function holding(
  id: string,
  values: readonly string[],
  highWatermark: number,
  leaderEpoch: number | null = null,
): Broker {
  const entries = values.map((value) => data(null, value, 0));
  const log = append(emptyLog(options.log), entries, 1);
  const replica = { ...emptyReplica(log), highWatermark };
  const view = {
    replicas: ["n1", "n2"],
    leader: leaderEpoch === null ? "n9" : id,
    leaderEpoch: leaderEpoch ?? 1,
    isr: ["n1"],
    partitionEpoch: 1,
  };
  const own =
    leaderEpoch === null
      ? becomeFollower(replica, view)
      : becomeLeader(replica, view, 0);
  const replicas = { [partition]: own };
  return { id, options, incarnation: 1, replicas };
}

const seen = (...brokers: readonly Broker[]) =>
  brokers.reduce(look, nothingSeen);

test("copies may differ above the high watermark, not below", () => {
  const one = holding("n1", ["a", "b"], 1);
  expect(() => seen(one, holding("n2", ["a", "x"], 1))).not.toThrow();
  expect(() => seen(one, holding("n2", ["x", "b"], 1))).toThrow(
    "Committed for ever: orders-0 0 changed on n2",
  );
});

test("a leader has all that was ever committed", () => {
  const one = holding("n1", ["a", "b"], 2, 1);
  expect(() =>
    seen(one, holding("n2", ["a", "b"], 0, 2)),
  ).not.toThrow();
  expect(() => seen(one, holding("n2", ["a"], 0, 2))).toThrow(
    "Leader complete: n2 leads epoch 2 of orders-0 and ends at 1 of 2",
  );
});

test("a leader of long ago may lack it, and does not count", () => {
  const now = holding("n1", ["a", "b"], 2, 3);
  expect(() => seen(now, holding("n2", ["a"], 0, 1))).not.toThrow();
});

test("an epoch has one leader", () => {
  const one = holding("n1", [], 0, 1);
  expect(() => seen(one, holding("n2", [], 0, 1))).toThrow(
    "One leader: n1 and n2 lead orders-0 1",
  );
});
