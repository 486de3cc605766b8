/** The command for many seeds: what it lists, what it refuses, and the one seed of a hundred that fails. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const repository = join(import.meta.dirname, "../..");
let root = "";

/** Two tests draw seeds; one of them fails for one seed. */
const counterTest = `import { describe, expect, test } from "vitest";
import { seeds } from "../seeds.ts";

describe("in a storm (§5.2)", () => {
  test.each(seeds(2))("counts every step, seed %i", (seed) => {
    expect(seed === 73 ? "lost a step" : "all").toBe("all");
  });
  test.each([...seeds(3), 500])("ends (seed %i)", (seed) => {
    expect(seed).toBeGreaterThan(0);
  });
  test("the same seed gives the same trace", () => {
    expect("run by name").toBe("never");
  });
});
describe.each(seeds(2))("with seed %i", (seed) => {
  test("heals", () => {
    expect(seed).not.toBe(4321);
  });
});
`;
const plainTest = `import { expect, test } from "vitest";

test("draws no seed, but speaks of seed 1", () => {
  expect(1).toBe(1);
});
`;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "seeds-"));
  for (const folder of ["counter", "plain", "broken"])
    mkdirSync(join(root, "code", folder), { recursive: true });
  cpSync(join(repository, "code/seeds.ts"), join(root, "code/seeds.ts"));
  writeFileSync(join(root, "code/counter/counter.test.ts"), counterTest);
  writeFileSync(join(root, "code/plain/plain.test.ts"), plainTest);
  writeFileSync(
    join(root, "code/broken/broken.test.ts"),
    `import { seeds } from "../seeds.ts";\nseeds(1);\nthrow new Error("does not load");\n`,
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function seeds(...args: readonly string[]) {
  return spawnSync(
    process.execPath,
    [join(repository, "scripts/seeds.ts"), ...args, "--root", root],
    { encoding: "utf8" },
  );
}

describe("npm run seeds", () => {
  test("lists the programs whose tests draw seeds, and no others", () => {
    const { stdout, status } = seeds();
    expect([stdout, status]).toEqual(["broken\ncounter\n", 0]);
  });

  test("lists those of this book", () => {
    const { stdout } = spawnSync(process.execPath, ["scripts/seeds.ts"], {
      cwd: repository,
      encoding: "utf8",
    });
    const programs = stdout.trim().split("\n");
    expect(programs).toEqual(expect.arrayContaining(["paxos", "raft", "raft-kv"]));
    expect(programs).not.toContain("echo");
  });

  test("finds the one seed that fails, names it, and tells how to repeat it", () => {
    const { stdout, status } = seeds("counter", "--count", "100");
    expect(status).toBe(1);
    expect(stdout).toContain(
      "FAILED code/counter/counter.test.ts: in a storm (§5.2) > counts every step, seed 73\n" +
        "expected 'lost a step' to be 'all' // Object.is equality\n",
    );
    expect(stdout).toContain(
      `again: npm run seeds -- counter --seed 73 --test "counts every step" --root ${root}\n`,
    );
    expect(stdout.match(/^FAILED/gm)).toHaveLength(1);
    expect(stdout).toMatch(/counts every step: 100 seeds, \d+\.\d s, \d+\.\d ms each\n/);
    expect(stdout).toMatch(/ends: 101 seeds/);
    expect(stdout).toMatch(/\n301 runs, 1 failed\n$/);
  });

  test("repeats that one alone", () => {
    const again = seeds("counter", "--seed", "73", "--test", "counts every step");
    expect(again.status).toBe(1);
    expect(again.stdout).toMatch(/\n1 runs, 1 failed\n$/);
    const other = seeds("counter", "--seed", "7");
    expect(other.status).toBe(0);
    expect(other.stdout).toMatch(/\n3 runs, nothing found\n$/);
  });

  test("tells the seed of a test that stands below it", () => {
    const { stdout } = seeds("counter", "--seed", "4321");
    expect(stdout).toContain('again: npm run seeds -- counter --seed 4321 --test "heals"');
  });

  test("takes the tests with these words in their titles", () => {
    const { stdout, status } = seeds("counter", "--count", "100", "--test", "ends (");
    expect(status).toBe(0);
    expect(stdout).toMatch(/\n101 runs, nothing found\n$/);
  });

  test("fails where a file of tests does not load", () => {
    const { stdout, status } = seeds("broken");
    expect(status).toBe(1);
    expect(stdout).toContain("code/broken/broken.test.ts: does not load");
  });

  test.each([
    [
      ["conter"],
      'No program that draws seeds "conter". Known: broken, counter\nDid you mean "counter"?',
    ],
    [["plain"], 'No program that draws seeds "plain".'],
    [["counter", "plain"], "One program at a time: plain is one too many"],
    [["counter", "--count", "0"], 'A count is a whole number from 1 on, not "0"'],
    [["counter", "--seed", "two"], 'A seed is a whole number from 0 on, not "two"'],
    [
      ["counter", "--test", "nothing"],
      'No test of counter takes a seed and has "nothing" in its title',
    ],
  ])("refuses %j", (args, message) => {
    const { stderr, status } = seeds(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });
});
