/**
 * Figure 8 of the paper, move by move: why a leader may not commit an
 * entry of an older term by counting who stores it (§5.4.2).
 *
 * The no-op with which each leader begins its term plays the entries 1 to
 * 4 of the figure. One entry a message, so that the old entry can arrive
 * without the new one.
 */
import type { Node, NodeId } from "../kernel/node.ts";
import { paperOptions } from "./options.ts";
import { raft } from "./raft.ts";
import {
  crash,
  deliver,
  fire,
  lose,
  type Stage,
  stage,
  start,
  talk,
} from "./script.ts";
import type { State } from "./state.ts";

export const servers: readonly NodeId[] = [
  "S1",
  "S2",
  "S3",
  "S4",
  "S5",
];

/** The right Raft for this stage. */
export function figure8Raft(): Node<State> {
  return raft({ ...paperOptions(servers), entriesMax: 1 });
}

/** The stage after each of the paper's five frames. */
export type Frames = {
  readonly a: Stage;
  readonly b: Stage;
  readonly c: Stage;
  readonly d: Stage;
  readonly e: Stage;
};

// #region figure-8
/** Play it with this Raft; (d) and (e) are two ways on from (c). */
export function figure8(node: Node<State>): Frames {
  const a = frameA(node);
  const b = frameB(a);
  const c = frameC(b);
  return { a, b, c, d: frameD(c), e: frameE(c) };
}

/** S1 leads term 2; its entry at index 2 reaches S2 alone. */
function frameA(node: Node<State>): Stage {
  const term1 = start(crash(firstTerm(node), "S1"), "S1");
  const elected = stand(term1, "S1", ["S2", "S3", "S4", "S5"]);
  const greeted = exchange(elected, "S1", "S2");
  return lose(exchange(greeted, "S1", "S2"));
}

/** S1 crashes; S5 wins term 3 with S3 and S4, and appends its own. */
function frameB(a: Stage): Stage {
  return lose(stand(crash(a, "S1"), "S5", ["S2", "S3", "S4"]));
}

/** S5 crashes; S1 wins term 4 and brings its old entry to S3. */
function frameC(b: Stage): Stage {
  const back = start(crash(b, "S5"), "S1");
  const lost = lose(stand(back, "S1", ["S2", "S3", "S4"]));
  const elected = stand(lost, "S1", ["S2", "S3", "S4"]);
  const greeted = exchange(exchange(elected, "S1", "S2"), "S1", "S3");
  return exchange(greeted, "S1", "S3");
}
// #endregion figure-8

// #region figure-8-ends
/** (d) S1 crashes; S5 wins term 5 and overwrites index 2 everywhere. */
function frameD(c: Stage): Stage {
  const back = start(lose(crash(c, "S1")), "S5");
  const lost = lose(stand(back, "S5", ["S2", "S3", "S4"]));
  const elected = stand(start(lost, "S1"), "S5", ["S2", "S3", "S4"]);
  const others = ["S1", "S2", "S3", "S4"];
  const greeted = fire(lose(elected), "S5", "heartbeat");
  const refused = exchangeAll(greeted, "S5", others);
  return lose(exchangeAll(refused, "S5", others));
}

/** (e) S1's entry of term 4 reaches a majority first: S5 cannot win. */
function frameE(c: Stage): Stage {
  const stored = exchangeAll(c, "S1", ["S2", "S3"]);
  const back = start(lose(crash(stored, "S1")), "S5");
  const lost = lose(stand(back, "S5", ["S2", "S3", "S4"]));
  return lose(stand(lost, "S5", ["S2", "S3", "S4"]));
}
// #endregion figure-8-ends

/** Everybody up, S1 leading term 1, index 1 committed everywhere. */
function firstTerm(node: Node<State>): Stage {
  const up = servers.reduce(start, stage(node));
  const led = talk(fire(up, "S1", "election"), servers);
  return talk(fire(led, "S1", "heartbeat"), servers);
}

/** Let a server's patience end; deliver its requests and the answers. */
function stand(
  on: Stage,
  id: NodeId,
  voters: readonly NodeId[],
): Stage {
  return exchangeAll(fire(on, id, "election"), id, voters);
}

/** A message to each of them, then all their answers. */
function exchangeAll(
  on: Stage,
  from: NodeId,
  to: readonly NodeId[],
): Stage {
  const there = to.reduce((now, id) => deliver(now, from, id), on);
  return to.reduce((now, id) => deliver(now, id, from), there);
}

function exchange(on: Stage, from: NodeId, to: NodeId): Stage {
  return exchangeAll(on, from, [to]);
}
