import { expect, test } from "vitest";
import { simulate } from "../kernel/simulator.ts";
import {
  type Controller,
  controller,
} from "../replication/controller.ts";
import { replica } from "../replication/replication.ts";
import { asyncOptions } from "../replication/state.ts";
import { damage, isDegraded } from "./dashboard.ts";
import { onDisk } from "./full-disk.ts";
import { hotChannel, metadata, withdrawal } from "./past.scenario.ts";
import { at, play } from "./room.scenario.ts";
import type { RoutesState } from "./withdrawal.ts";

test.each([1])(
  "sites that all withdraw are gone though each could answer (seed %i)",
  (seed) => {
    const strict = withdrawal(false);
    const { readings } = play(strict, seed, strict.mitigation);
    expect(readings.slice(0, 3).some(isDegraded)).toBe(false);
    for (const { errors } of readings.slice(4, 12))
      expect(errors).toBe(1);
    expect(readings.slice(13).some(isDegraded)).toBe(false);
    const open = withdrawal(true);
    expect(damage(play(open, seed, []).readings).calls).toBe(0);
  },
);

test("one site that is cut off is taken out, and comes back", () => {
  const incident = withdrawal(true);
  const cut = {
    ...incident,
    trouble: [
      at(3, "one site is cut off", {
        kind: "partition",
        groups: [["site1"], ["core", "site2", "site3"]],
      }),
    ],
  };
  const { sim } = play(cut, 7, []);
  expect(sim.state<RoutesState>("routes").withdrawn).toContain("site1");
  expect(sim.state<RoutesState>("routes").withdrawn).not.toContain(
    "site2",
  );
  const healed = play(cut, 7, [at(9, "mended", { kind: "heal" })]);
  expect(healed.sim.state<RoutesState>("routes").withdrawn).toEqual([]);
});

test.each([1])(
  "those who ask for membership keep the service down (seed %i)",
  (seed) => {
    const alone = play(metadata, seed, []).readings;
    expect(alone.slice(1, 3).some(isDegraded)).toBe(false);
    // The cut lasts half a minute; a quarter of an hour later ...
    expect(alone.at(-1)?.errors).toBe(1);
    const treated = play(metadata, seed, metadata.mitigation).readings;
    expect(treated.slice(-6).some(isDegraded)).toBe(false);
    const worse = play(metadata, seed, metadata.worse).readings;
    expect(worse.at(-1)?.errors).toBe(1);
  },
);

test.each([1])(
  "one read a key at a time carries a hot channel (seed %i)",
  (seed) => {
    const bare = play(hotChannel(false), seed, []).readings;
    const shared = play(hotChannel(true), seed, []).readings;
    expect(damage(shared).minutes).toBe(0);
    expect(bare.slice(3, 9).every(isDegraded)).toBe(true);
    // The queue outlives the crowd.
    expect(bare[12] && isDegraded(bare[12])).toBe(true);
  },
);

test.each([true, false])(
  "a leader with a full disk is replaced if it plays dead (%s)",
  (stepsDown) => {
    const servers = ["n1", "n2", "n3"];
    const node = replica(asyncOptions);
    const sim = simulate({
      seed: 7,
      keepTrace: false,
      nodes: {
        n1: onDisk(node, { entriesMax: 1, stepsDown }),
        n2: node,
        n3: node,
        op: controller({
          servers,
          firstLeader: "n1",
          probeMs: 100,
          deadAfterMs: 500,
          fencedMin: 2,
        }),
      },
      clients: ["op"],
    });
    sim.runUntil(1000);
    expect(sim.state<Controller>("op").leader).toBe("n1");
    for (const msg_id of [1, 2]) {
      const body = { type: "write", key: "x", value: msg_id, msg_id };
      sim.inject({ src: "op", dest: "n1", body });
    }
    sim.runUntil(3000);
    const isN1 = sim.state<Controller>("op").leader === "n1";
    expect(isN1).toBe(!stepsDown);
  },
);
