/** A snapshot in pieces (Figure 13). */
import { describe, expect, test } from "vitest";
import { type Fault, isolate, swarm } from "../kernel/faults.ts";
import type { Body, Effect, Input, Node } from "../kernel/node.ts";
import { type Simulation, simulate } from "../kernel/simulator.ts";
import { seeds } from "../seeds.ts";
import { type Chunk, type Chunked, inChunks } from "./chunks.ts";
import { look, nothingSeen } from "./invariants.ts";
import { calmOptions } from "./options.ts";
import { raft, storeFirst } from "./raft.ts";
import { compact } from "./snapshot.ts";
import type { Snapshot, State } from "./state.ts";

const three = ["n1", "n2", "n3"];
const plain = raft(calmOptions(three));

/** Compacts by itself, every ten entries. */
const compacting: Node<State> = {
  ...plain,
  step(state, input) {
    const [next, effects] = plain.step(state, input);
    if (next.log.length < 10) return [next, effects];
    const data = "d".repeat(40);
    return storeFirst(next, [
      compact(next, next.commitIndex, data),
      effects,
    ]);
  },
};
const pieces = inChunks(compacting, 50);

function cluster(
  seed: number,
  options: Partial<Parameters<typeof simulate>[0]>,
): Simulation {
  let memory = nothingSeen;
  return simulate({
    seed,
    nodes: Object.fromEntries(three.map((id) => [id, pieces])),
    onStep: (sim, id) => {
      if (sim.isUp(id))
        memory = look(memory, sim.state<Chunked>(id).raft);
    },
    ...options,
  });
}

function propose(sim: Simulation, everyMs: number, untilMs: number) {
  for (let n = 1; sim.nowMs < untilMs; n++) {
    for (const dest of three) {
      const { raft } = sim.state<Chunked>(dest);
      const body = { type: "propose", command: `#${n}` };
      if (sim.isUp(dest) && raft.role === "leader")
        sim.inject({ src: "client", dest, body });
    }
    sim.runFor(everyMs);
  }
}

const snapshot: Snapshot = {
  lastIndex: 5,
  lastTerm: 1,
  members: three,
  data: "x".repeat(60),
};
const text = JSON.stringify(snapshot);

function input(body: Body, src = "n2"): Input {
  const event = { kind: "message", message: { src, dest: "n1", body } };
  return { event, nowMs: 5, dice: 1 } as Input;
}

function piece(offset: number, change: Partial<Chunk> = {}): Chunk {
  const data = text.slice(offset, offset + 50);
  const done = offset + 50 >= text.length;
  return {
    type: "snapshot_chunk",
    term: 1,
    lastIndex: 5,
    offset,
    data,
    done,
    round: 3,
    ...change,
  };
}

function newcomer(): Chunked {
  const setup = { id: "n1", peers: [], disk: {}, nowMs: 0, dice: 1 };
  return pieces.init(setup)[0];
}

function take(state: Chunked, ...chunks: readonly Chunk[]): Chunked {
  return chunks.reduce(
    (now, chunk) => pieces.step(now, input(chunk))[0],
    state,
  );
}

function wanted(effects: readonly Effect[]) {
  return effects.flatMap((e) =>
    e.kind === "send" && e.body.type === "snapshot_chunk_reply"
      ? [e.body.offset]
      : [],
  );
}

describe("a follower (Figure 13)", () => {
  test("puts the pieces together and installs the whole", () => {
    const done = take(newcomer(), piece(0), piece(50), piece(100));
    expect(done.raft.snapshot).toEqual(snapshot);
    expect(done.incoming).toBeNull();
  });

  test("says where the next one should begin", () => {
    const [first, effects] = pieces.step(newcomer(), input(piece(0)));
    expect(wanted(effects)).toEqual([50]);
    expect(wanted(pieces.step(first, input(piece(50)))[1])).toEqual([
      100,
    ]);
  });

  test("takes none twice and skips none", () => {
    const first = take(newcomer(), piece(0));
    const [same, again] = pieces.step(first, input(piece(0)));
    expect(same.incoming?.text).toBe(text.slice(0, 50));
    expect(wanted(again)).toEqual([50]);
    const [gap, effects] = pieces.step(first, input(piece(100)));
    expect(gap.raft.snapshot.lastIndex).toBe(0);
    expect(wanted(effects)).toEqual([50]);
    const done = take(gap, piece(50), piece(50), piece(100));
    expect(done.raft.snapshot).toEqual(snapshot);
  });

  test("begins anew with another snapshot, leader or term", () => {
    const first = take(newcomer(), piece(0));
    const others = [
      pieces.step(first, input(piece(50, { lastIndex: 6 }))),
      pieces.step(first, input(piece(50, { term: 2 }))),
      pieces.step(first, input(piece(50), "n3")),
    ];
    for (const [state, effects] of others) {
      expect(state.incoming?.text).toBe("");
      expect(wanted(effects)).toEqual([0]);
    }
  });

  test("refuses a piece of an older term, and stores a newer one", () => {
    const at2 = take(newcomer(), piece(0, { term: 2 }));
    expect(at2.raft.currentTerm).toBe(2);
    const [same, effects] = pieces.step(at2, input(piece(0)));
    expect(same).toBe(at2);
    expect(effects).toMatchObject([
      {
        body: { type: "append_entries_reply", success: false, term: 2 },
      },
    ]);
    const [, first] = pieces.step(newcomer(), input(piece(0)));
    expect(first.map((e) => e.kind)).toEqual([
      "persist",
      "set-timer",
      "send",
    ]);
  });

  test("waits for its leader while pieces come (§5.2)", () => {
    const [state, effects] = pieces.step(newcomer(), input(piece(0)));
    expect([state.raft.leader, state.raft.leaderHeardMs]).toEqual([
      "n2",
      5,
    ]);
    expect(effects).toContainEqual(
      expect.objectContaining({ name: "election" }),
    );
  });
});

describe("a cluster that sends snapshots in pieces", () => {
  test("brings back a server that slept through it all", () => {
    const faults: readonly Fault[] = [
      { atMs: 600, kind: "partition", groups: isolate("n3", three) },
      { atMs: 2000, kind: "heal" },
    ];
    const sim = cluster(4, { faults });
    propose(sim, 20, 2500);
    sim.runFor(500);
    const sent = sim.trace.flatMap((event) =>
      event.kind === "deliver" &&
      event.message.body.type === "snapshot_chunk"
        ? [event.message.body as Chunk]
        : [],
    );
    expect(sent.filter(({ done }) => done).length).toBeGreaterThan(0);
    expect(sent.length).toBeGreaterThan(2);
    for (const { data } of sent) expect(data.length).toBeLessThan(51);
    const commits = three.map(
      (id) => sim.state<Chunked>(id).raft.commitIndex,
    );
    expect(new Set(commits).size).toBe(1);
    const leader = three.find(
      (id) => sim.state<Chunked>(id).raft.role === "leader",
    );
    expect(sim.state<Chunked>(leader ?? "").outgoing).toEqual({});
  });

  test.each(seeds(6))(
    "is safe in a storm, live after it, seed %i",
    (seed) => {
      const untilMs = 3000;
      const weather = swarm(seed, {
        nodes: three,
        untilMs,
        pauseMsMax: 200,
      });
      const sim = cluster(seed, weather);
      propose(sim, 20, untilMs);
      sim.runFor(2500);
      const commits = three.map(
        (id) => sim.state<Chunked>(id).raft.commitIndex,
      );
      expect(new Set(commits).size).toBe(1);
    },
  );
});
