/** Command: the tests of a program over many seeds. */
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Reporter, startVitest, type TestCase, type TestModule } from "vitest/node";
import { toolchainRoot } from "./book.ts";
import { type Arguments, command, oneOf, UsageError } from "./cli.ts";
import { listFiles, readText } from "./files.ts";

const help = `npm run seeds                           lists the programs whose tests draw seeds
npm run seeds -- raft                   runs those of one over 10,000 seeds
npm run seeds -- raft --count 500       over so many
npm run seeds -- raft --seed 1234       over this one alone

  --count N      how many seeds each test tries, from 1 on (10000)
  --seed N       the one seed to try
  --test WORDS   only tests with these words in their titles
  --root DIR     another book that has this layout

Ends with exit code 1 if a seed fails; tells which, and the command that repeats it.`;

/** A program that fails this often is broken as such: more seeds tell no more. */
const failuresMax = 20;
const progressEveryMs = 10_000;

async function seeds({ values, positionals, root }: Arguments): Promise<number> {
  const programs = drawingPrograms(root);
  const [name, ...others] = positionals;
  if (name === undefined) {
    process.stdout.write(`${programs.join("\n")}\n`);
    return 0;
  }
  if (others.length > 0)
    throw new UsageError(`One program at a time: ${others.join(" ")} is one too many`);
  const program = oneOf("program that draws seeds", name, programs);
  const count = wholeNumber("count", 1, values.count ?? "10000");
  const seed = values.seed === undefined ? null : wholeNumber("seed", 0, values.seed);
  const words = String(values.test ?? "");
  // The workers inherit this; code/seeds.ts reads it.
  process.env.SEEDS = count;
  if (seed !== null) process.env.SEED = seed;
  const title = new RegExp(`^(?=.*${escaped(words)}).*\\bseed ${seed ?? "\\d+"}\\b`, "i");
  const watch = watchTests(program, root);
  await startVitest("test", [`code/${program}/`], {
    root,
    config: join(toolchainRoot, "vitest.config.ts"),
    project: "code",
    watch: false,
    bail: failuresMax,
    testNamePattern: title,
    reporters: [watch.reporter],
  });
  if (watch.ran() === 0)
    throw new UsageError(
      `No test of ${program} takes a seed${words ? ` and has "${words}" in its title` : ""}`,
    );
  return watch.failed() === 0 ? 0 : 1;
}

/** Folders of code/ with a test that draws its seeds from code/seeds.ts. */
function drawingPrograms(root: string): readonly string[] {
  const folder = join(root, "code");
  const paths = listFiles(folder).filter(
    (path) => /\/.*\.test\.ts$/.test(path) && readText(join(folder, path)).includes('../seeds.ts"'),
  );
  return [...new Set(paths.map((path) => path.slice(0, path.indexOf("/"))))];
}

function wholeNumber(name: string, from: number, value: unknown): string {
  const text = String(value);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)) || Number(text) < from)
    throw new UsageError(`A ${name} is a whole number from ${from} on, not "${text}"`);
  return text;
}

function escaped(words: string): string {
  return words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Tells what is being tried, what it took, and every failure as soon as it happens. */
function watchTests(program: string, root: string) {
  let ran = 0;
  let failed = 0;
  let toldMs = performance.now();
  let current = { path: "", done: 0, total: 0, startMs: 0 };
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const reporter: Reporter = {
    onTestModuleCollected(module) {
      const total = [...module.children.allTests()].filter(isChosen).length;
      const path = module.relativeModuleId;
      current = { path, done: 0, total, startMs: performance.now() };
    },
    onTestCaseResult(test) {
      if (!isChosen(test)) return;
      ran += 1;
      current.done += 1;
      if (test.result().state === "failed") {
        failed += 1;
        say(failureOf(test, program, root));
      }
      const nowMs = performance.now();
      if (nowMs - toldMs < progressEveryMs) return;
      toldMs = nowMs;
      const { path, done, total, startMs } = current;
      say(`  ${path}: ${done} of ${total}, ${inSeconds(nowMs - startMs)}`);
    },
    onTestModuleEnd(module) {
      for (const line of summaryOf(module)) say(line);
      // A file that does not load has no tests to fail.
      for (const error of module.errors()) {
        ran += 1;
        failed += 1;
        say(`${module.relativeModuleId}: ${error.message}`);
      }
    },
    onTestRunEnd() {
      say(`${ran} runs, ${failed === 0 ? "nothing found" : `${failed} failed`}`);
    },
  };
  return { reporter, ran: () => ran, failed: () => failed };
}

/** Not left out by its title. */
function isChosen(test: TestCase): boolean {
  return test.options.mode === "run";
}

/** A line for each test: seeds, time, time for each. */
function summaryOf(module: TestModule): readonly string[] {
  const times = new Map<string, number[]>();
  for (const test of module.children.allTests()) {
    const ms = test.diagnostic()?.duration;
    if (!isChosen(test) || ms === undefined) continue;
    const title = withoutSeed(test.fullName);
    const known = times.get(title) ?? [];
    times.set(title, known);
    known.push(ms);
  }
  return [...times].map(([title, each]) => {
    const ms = each.reduce((sum, one) => sum + one, 0);
    const mean = (ms / each.length).toFixed(1);
    return `${module.relativeModuleId}: ${title}: ${each.length} seeds, ${inSeconds(ms)}, ${mean} ms each`;
  });
}

function failureOf(test: TestCase, program: string, root: string): string {
  const seed = /\bseed (\d+)/i.exec(test.fullName)?.[1] ?? "";
  const [words] = test.name.split(/[ ,(]*\bseed \d/i);
  const chosen = words ? ` --test "${words.replace(/["$`\\]/g, "\\$&")}"` : "";
  const here = root === process.cwd() ? "" : ` --root ${root}`;
  const errors = test.result().errors ?? [];
  return [
    `FAILED ${test.module.relativeModuleId}: ${test.fullName}`,
    ...errors.map(({ message, diff }) => stripVTControlCharacters(`${message}\n${diff ?? ""}`)),
    `again: npm run seeds -- ${program} --seed ${seed}${chosen}${here}`,
  ].join("\n");
}

function withoutSeed(title: string): string {
  return title.replace(/[ ,(]*\bseed \d+\)?/i, "");
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

await command(
  help,
  { count: { type: "string" }, seed: { type: "string" }, test: { type: "string" } },
  seeds,
);
