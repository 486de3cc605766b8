/**
 * Runs every example and compares what it tells with the recording beside
 * it, byte for byte: `example.out.txt` for its own seed, and
 * `example.seed-3.out.txt` for `--seed 3`. `UPDATE=1` records anew.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

type Example = {
  readonly defaultSeed: number;
  readonly run: (seed: number) => string;
};

const isUpdate = process.env.UPDATE === "1";
const here = import.meta.dirname;
const examples = globSync(["**/example.ts", "**/*.example.ts"], {
  cwd: here,
}).sort((one, other) => (one < other ? -1 : 1));

it("there are examples to check", () => {
  expect(examples).toContain(join("echo", "example.ts"));
});

describe.each(examples)("%s", (path) => {
  const name = path.replace(/\.ts$/, "");
  const recordings = globSync(`${name}.seed-*.out.txt`, { cwd: here });

  it("tells what was recorded", async () => {
    const { defaultSeed, run } = await load(path);
    expect(Number.isInteger(defaultSeed)).toBe(true);
    compare(`${name}.out.txt`, told(run, defaultSeed));
  });

  it("reads its command line, and refuses what is no seed", () => {
    const text = readFileSync(join(here, path), "utf8");
    expect(text).toContain("run(seedFrom(process.argv, defaultSeed))");
  });

  it.each(recordings)(
    "tells what was recorded in %s",
    async (recording) => {
      const { run } = await load(path);
      const seed = /seed-(\d+)\.out\.txt$/.exec(recording)?.[1];
      compare(recording, told(run, Number(seed)));
    },
  );

  it.each([`${name}.out.txt`, ...recordings])(
    "keeps to 76 columns in %s, and ends no line in blanks",
    (recording) => {
      const text = readFileSync(join(here, recording), "utf8");
      const wrong = text
        .split("\n")
        .filter((line) => [...line].length > 76 || /\s$/.test(line));
      expect(wrong).toEqual([]);
    },
  );
});

it("every recording belongs to an example", () => {
  const orphans = globSync("**/*example*.out.txt", {
    cwd: here,
  }).filter((recording) => {
    const name = basename(recording).replace(
      /(\.seed-\d+)?\.out\.txt$/,
      ".ts",
    );
    return !examples.includes(join(dirname(recording), name));
  });
  expect(orphans).toEqual([]);
});

async function load(path: string): Promise<Example> {
  return (await import(join(here, path))) as Example;
}

/**
 * What a run prints. One that must fail is recorded by the first line of
 * its error, as a console would show it.
 */
function told(run: Example["run"], seed: number): string {
  try {
    return run(seed);
  } catch (error) {
    return String(error).split("\n")[0] ?? "";
  }
}

function compare(recording: string, text: string): void {
  const path = join(here, recording);
  if (isUpdate) writeFileSync(path, `${text}\n`);
  // A recording that does not exist is an error here, and shall be.
  expect(`${text}\n`).toBe(readFileSync(path, "utf8"));
}
