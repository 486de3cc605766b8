/**
 * Command: everything that has to be true. Types, lint, the tests of the programs with the coverage that the listing proof is
 * made of, the tests of the toolchain, the tests of the finished artefacts. Ends with the line `N passed, N failed`.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder, toolchainRoot } from "./book.ts";
import { command } from "./cli.ts";
import { isFile, readText, removeFolder } from "./files.ts";
import { prove } from "./proof.ts";

const help = `npm test                 types, lint, programs with coverage, toolchain, finished artefacts
npm test -- --quick      without the finished artefacts

  --quick      leave out what needs a whole build
  --root DIR   the programs of another book that has this layout`;

type Counts = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
};

async function test({
  values,
  root,
}: {
  values: Readonly<Record<string, unknown>>;
  root: string;
}): Promise<number> {
  const steps: [string, () => Counts | Promise<Counts>][] = [
    ["types", () => tool("typescript", "bin/tsc", ["--noEmit"])],
    ["lint", () => tool("@biomejs/biome", "bin/biome", ["check", "--error-on-warnings", "."])],
    ["programs", () => programs(root)],
    ["toolchain", () => vitest("toolchain")],
    ...(values.quick === true
      ? []
      : [["artefacts", () => vitest("artefacts")] as [string, () => Counts]]),
  ];
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  for (const [name, run] of steps) {
    process.stdout.write(`\n${name}\n`);
    const startMs = performance.now();
    const counts = await run();
    passed += counts.passed;
    failed += counts.failed;
    skipped.push(...counts.skipped);
    process.stdout.write(
      `${name}: ${counts.passed} passed, ${counts.failed} failed in ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`,
    );
  }
  for (const title of skipped) process.stdout.write(`skipped: ${title}\n`);
  process.stdout.write(
    `\n${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}\n`,
  );
  return failed === 0 ? 0 : 1;
}

/** A tool that answers by its exit code alone counts as one test. */
function tool(packageName: string, file: string, args: readonly string[]): Counts {
  const path = join(
    dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)),
    file,
  );
  const result = spawnSync(process.execPath, [path, ...args], {
    cwd: toolchainRoot,
    stdio: "inherit",
  });
  return { passed: result.status === 0 ? 1 : 0, failed: result.status === 0 ? 0 : 1, skipped: [] };
}

async function programs(root: string): Promise<Counts> {
  const result = await prove(root, cacheFolder(root, "proof"));
  if (result.kind === "tests-failed") {
    process.stdout.write(`${result.log}\n`);
    return { passed: 0, failed: result.failed.length, skipped: [] };
  }
  process.stdout.write(
    `${result.proof.testFiles} files${result.fresh ? "" : "; unchanged since their last run, which is kept"}\n`,
  );
  return { passed: result.proof.testsPassed, failed: 0, skipped: [] };
}

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  testResults: { assertionResults: { fullName: string; status: string }[] }[];
};

function vitest(project: string): Counts {
  const bin = join(
    dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
    "vitest.mjs",
  );
  const out = join(tmpdir(), `tests-${process.pid}-${project}.json`);
  const result = spawnSync(
    process.execPath,
    [
      bin,
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${out}`,
    ],
    { cwd: toolchainRoot, stdio: "inherit" },
  );
  if (!isFile(out)) return { passed: 0, failed: 1, skipped: [] };
  const report = JSON.parse(readText(out)) as Report;
  removeFolder(out);
  const skipped = report.testResults.flatMap((file) =>
    file.assertionResults
      .filter((each) => each.status === "pending" || each.status === "skipped")
      .map((each) => each.fullName),
  );
  const failed =
    report.numFailedTests || (result.status === 0 ? 0 : Math.max(1, report.numFailedTestSuites));
  return { passed: report.numPassedTests, failed, skipped };
}

await command(help, { quick: { type: "boolean" } }, test);
