/** Real processes, really killed: is the store still one? */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Operation } from "../kernel/history.ts";
import type { Body, Json } from "../kernel/node.ts";
import { leaderOf } from "../raft-kv/real.ts";
import { type TrialOptions, tryKv } from "./kv-trial.ts";
import { lostWrites } from "./lost-writes.ts";

const raftKv: Omit<TrialOptions, "seconds" | "faults"> = {
  main: join(import.meta.dirname, "..", "raft-kv", "main.ts"),
  leaderOf,
  nodes: 5,
  seed: 1,
  tell: () => {},
};

const fine = { verdict: { verdict: "ok" }, lost: [], complaints: [] };

const minutesMs = 180_000;

describe.concurrent("a store on Raft as real processes", () => {
  test(
    "loses nothing when its leader is killed, and the next one paused",
    async () => {
      const told: string[] = [];
      const result = await tryKv({
        ...raftKv,
        tell: (line) => told.push(line),
        seconds: 6,
        faults: "story",
      });
      const { history, kills, pauses } = result;
      expect(result).toMatchObject(fine);
      expect({ kills, pauses }).toEqual({ kills: 1, pauses: 1 });
      const isAcknowledged = ({ op, outcome }: Operation) =>
        op !== "read" && outcome === "ok";
      expect(history.some(isAcknowledged)).toBe(true);
      const story = told.map((line) => line.replace(/.* s {2}/, ""));
      expect(
        story.map((line) => line.replace(/n\d|\d+ ms/g, "?")),
      ).toEqual([
        expect.stringMatching("5 processes listen"),
        "? leads, as the disks of a majority say",
        "? killed (kill -9)",
        "first new request is done, ? later",
        "? started again, with what is on its disk",
        "? stands still (SIGSTOP)",
        "first new request is done, ? later",
        "? goes on (SIGCONT)",
        "every key was read once more",
      ]);
    },
    minutesMs,
  );

  test(
    "loses nothing when processes are killed while they write",
    async () => {
      const result = await tryKv({
        ...raftKv,
        nodes: 3,
        seed: 2,
        seconds: 5,
        faults: "kills",
        slowDiskMs: 5,
      });
      expect(result).toMatchObject(fine);
      expect(result.kills).toBeGreaterThan(1);
    },
    minutesMs,
  );

  test(
    "waits for its leader where there is no majority without it",
    async () => {
      const trial = { ...raftKv, nodes: 2, seconds: 4 } as const;
      const result = await tryKv({ ...trial, faults: "story" });
      expect(result).toMatchObject(fine);
      expect(result).toMatchObject({ kills: 1, pauses: 1 });
    },
    minutesMs,
  );

  test(
    "is told from one that keeps nothing and asks nobody",
    async () => {
      const { verdict, lost } = await tryKv({
        ...raftKv,
        main: join(import.meta.dirname, "broken.main.ts"),
        leaderOf: () => "n1",
        nodes: 3,
        seconds: 2,
        faults: "story",
      });
      expect(verdict.verdict).toBe("illegal");
      expect(lost.length).toBeGreaterThan(0);
    },
    minutesMs,
  );
});

describe("the command", () => {
  const program = join(import.meta.dirname, "..", "raft-kv", "real.ts");
  /** Its standard error, and the code it ends with. */
  const run = (file: string, ...words: string[]) => {
    const { stderr, status } = spawnSync(
      process.execPath,
      [file, ...words],
      { encoding: "utf8" },
    );
    return { stderr, status };
  };

  test.each([
    ["--nodes", "0", '--nodes wants a whole number from 1 on, not "0"'],
    ["--chaos-seconds", "x", "--chaos-seconds wants a whole number"],
    ["--seed", "-", '--seed wants a whole number, not "-"'],
    ["--zz", "1", "Unknown option '--zz'"],
  ])(
    "says what is wrong with %s %s, and no more",
    (name, word, why) => {
      const { stderr, status } = run(program, name, word);
      expect(stderr).toMatch(why);
      expect(stderr).not.toMatch(/^ +at /m);
      expect(status).toBe(1);
    },
  );

  test("leaves nothing behind when it is told to end", async () => {
    const folder = mkdtempSync(join(tmpdir(), "real-test-"));
    const child = spawn(process.execPath, [program, "--nodes", "3"], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    expect(readdirSync(folder)).toHaveLength(1);
    child.kill("SIGINT");
    await ended;
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test.each([
    ["n1", "{}", "A node is named ID=HOST:PORT"],
    ["n1=127.0.0.1:1", '{"type":', "JSON"],
    ["n1=127.0.0.1:1", "5", 'A question has a "type"'],
  ])("to ask %s for %s says what is wrong", (where, what, why) => {
    const ask = join(import.meta.dirname, "ask.ts");
    const { stderr, status } = run(ask, where, what);
    expect(stderr).toMatch(why);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(status).toBe(1);
  });
});

describe("who leads, as the disks tell", () => {
  const disk = (currentTerm: number, votedFor: string | null) => ({
    raft: { currentTerm, votedFor, log: [], snapshot: null },
  });

  test("is whom a majority of all chose in the newest term", () => {
    const disks = { n1: disk(2, "n1"), n2: disk(2, "n1") };
    expect(leaderOf({ ...disks, n3: disk(1, "n3") })).toBe("n1");
    expect(leaderOf({ ...disks, n3: disk(3, null) })).toBe(null);
    expect(leaderOf({ ...disks, n3: {}, n4: {} })).toBe(null);
  });

  test("is nobody where votes are split, or none was cast", () => {
    expect(leaderOf({ n1: {}, n2: {} })).toBe(null);
    const split = { n1: disk(1, "n1"), n2: disk(1, "n2") };
    expect(leaderOf(split)).toBe(null);
    expect(leaderOf({ n1: disk(4, null), n2: disk(4, null) })).toBe(
      null,
    );
  });
});

describe("a write is lost", () => {
  /** From the call to the return, null if there was none. */
  const operation = (
    op: string,
    args: { readonly [field: string]: Json },
    [invokeMs, returnMs]: readonly [number, number | null],
    result: Body | null = { type: "ok" },
  ): Operation => ({
    process: "c1",
    op,
    args: { key: "x", ...args },
    invokeMs,
    returnMs,
    result,
    outcome:
      returnMs === null ? "info" : result?.code === 20 ? "fail" : "ok",
  });
  const read = (value: string, at: readonly [number, number]) =>
    operation("read", {}, at, { type: "read_ok", value });
  const nothing = (at: readonly [number, number]) =>
    operation("read", {}, at, { type: "error", code: 20 });
  const write = (value: string, at: readonly [number, number | null]) =>
    operation("write", { value }, at);
  const cas = (to: string, at: readonly [number, number | null]) =>
    operation("cas", { from: "a", to }, at);
  const lost = (...history: Operation[]) =>
    lostWrites(history).map(({ args }) => args.value ?? args.to);

  test("if the last read finds nothing, or an older value", () => {
    expect(lost(write("a", [1, 2]), nothing([3, 4]))).toEqual(["a"]);
    const older = [write("a", [1, 2]), cas("b", [3, 4])];
    expect(lost(...older, read("a", [5, 6]))).toEqual(["b"]);
  });

  test("and not if it is there, or a later one is", () => {
    expect(lost(write("a", [1, 2]), read("a", [3, 4]))).toEqual([]);
    const later = [write("a", [1, 2]), cas("b", [3, 4])];
    expect(lost(...later, read("b", [5, 6]))).toEqual([]);
  });

  test("and not if the other might have come later", () => {
    const together = [write("a", [1, 3]), write("b", [3, 4])];
    expect(lost(...together, read("a", [5, 6]))).toEqual([]);
    const unknown = [write("a", [1, null]), write("b", [3, 4])];
    expect(lost(...unknown, read("a", [5, 6]))).toEqual([]);
  });

  test("and not if nobody was told that it was done", () => {
    expect(lost(write("a", [1, null]), nothing([3, 4]))).toEqual([]);
  });

  test("and not if it was done only when the read was under way", () => {
    expect(lost(write("a", [1, 3]), nothing([3, 4]))).toEqual([]);
    expect(lost(write("a", [1, 2.9]), nothing([3, 4]))).toEqual(["a"]);
  });

  test("as the last read says, and no earlier one", () => {
    const history = [write("a", [1, 2]), nothing([3, 4])];
    expect(lost(...history, read("a", [5, 6]))).toEqual([]);
    const unread = operation("read", {}, [7, null], null);
    expect(lost(write("a", [1, 2]), unread)).toEqual([]);
  });

  test("under its own key", () => {
    const other = { ...nothing([3, 4]), args: { key: "y" } };
    expect(lost(write("a", [1, 2]), other)).toEqual([]);
    const elsewhere = {
      ...write("b", [0, 0.5]),
      args: { key: "y", value: "b" },
    };
    const history = [elsewhere, write("a", [1, 2]), write("b", [3, 4])];
    expect(lost(...history, read("b", [5, 6]))).toEqual([]);
  });
});
