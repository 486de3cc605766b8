/**
 * The listing proof: the tests of code/ are run with coverage, and every printed line that can be executed must have been.
 * Kept by a hash of code and tests, so that it costs nothing when neither has changed.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { exists, hashOf, isFile, listFiles, readText, removeFolder, writeFile } from "./files.ts";
import type { Proof } from "./model.ts";
import { fail } from "./report.ts";
import type { Printed } from "./transform/listings.ts";

export type ProofResult =
  | { readonly kind: "proved"; readonly proof: Proof; readonly fresh: boolean }
  | {
      readonly kind: "tests-failed";
      readonly failed: readonly { readonly path: string; readonly title: string }[];
      readonly log: string;
    };

type StoredProof = {
  testsPassed: number;
  testFiles: number;
  lineHits: Record<string, Record<string, number>>;
};

const toolchain = join(dirname(fileURLToPath(import.meta.url)), "..");

/** The proof for this code, made now if there is none. */
export async function prove(root: string, cacheFolder: string): Promise<ProofResult> {
  const folder = join(root, "code");
  // What mutation testing found stands beside the programs and is read by no test.
  const files = listFiles(folder).filter((path) => !/\/mutants\.(json|yaml)$/.test(path));
  const versions = [
    process.version,
    readText(join(toolchain, "package-lock.json")),
    readText(join(toolchain, "vitest.config.ts")),
  ];
  const key = hashOf([
    ...versions,
    ...files.flatMap((path) => [path, readText(join(folder, path))]),
  ]);
  const kept = join(cacheFolder, `${key}.json`);
  if (isFile(kept))
    return {
      kind: "proved",
      proof: proofFrom(JSON.parse(readText(kept)) as StoredProof),
      fresh: false,
    };
  const work = join(cacheFolder, `run-${key.slice(0, 12)}-${process.pid}`);
  const log = await runTests(root, work);
  const report = join(work, "tests.json");
  const coverage = join(work, "coverage-final.json");
  const results = isFile(report) ? testsOf(readText(report), root) : null;
  if (!results || results.failed.length > 0 || !exists(coverage)) {
    removeFolder(work);
    const failed = results?.failed ?? [];
    return {
      kind: "tests-failed",
      failed:
        failed.length > 0
          ? failed
          : [{ path: "code", title: "the tests did not run to their end" }],
      log,
    };
  }
  const stored: StoredProof = {
    testsPassed: results.passed,
    testFiles: results.files,
    lineHits: hitsOf(readText(coverage), root, (path) => readText(join(root, path)).split("\n")),
  };
  removeFolder(work);
  writeFile(kept, JSON.stringify(stored));
  return { kind: "proved", proof: proofFrom(stored), fresh: true };
}

function proofFrom(stored: StoredProof): Proof {
  const lineHits = new Map(
    Object.entries(stored.lineHits).map(
      ([path, lines]) =>
        [path, new Map(Object.entries(lines).map(([line, hits]) => [Number(line), hits]))] as const,
    ),
  );
  return { testsPassed: stored.testsPassed, testFiles: stored.testFiles, lineHits };
}

/** Vitest with coverage by V8, over the tests of code/ alone; resolves to what it printed. */
function runTests(root: string, work: string): Promise<string> {
  const vitest = join(
    dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
    "vitest.mjs",
  );
  const args = [
    "run",
    "--root",
    root,
    "--config",
    join(toolchain, "vitest.config.ts"),
    "--project",
    "code",
    "--passWithNoTests",
  ];
  const reports = [
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${join(work, "tests.json")}`,
  ];
  const coverage = [
    "--coverage.enabled",
    "--coverage.provider=v8",
    "--coverage.reporter=json",
    `--coverage.reportsDirectory=${work}`,
    "--coverage.include=code/**/*.ts",
    "--coverage.exclude=**/*.test.ts",
    "--coverage.clean=false",
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, ...args, ...reports, ...coverage], {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", TZ: "UTC", UPDATE: "" },
    });
    let log = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        log += chunk;
      });
    child.on("close", () => resolve(log));
  });
}

type TestReport = {
  numPassedTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
};

function testsOf(json: string, root: string) {
  const report = JSON.parse(json) as TestReport;
  const failed = report.testResults.flatMap((file) => {
    const path = repositoryPath(file.name, root);
    const tests = file.assertionResults
      .filter((test) => test.status === "failed")
      .map((test) => ({ path, title: test.fullName }));
    return tests.length === 0 && file.status === "failed"
      ? [{ path, title: (file.message ?? "").split("\n")[0] || "the file does not load" }]
      : tests;
  });
  return { passed: report.numPassedTests, files: report.testResults.length, failed };
}

type Place = { line: number; column: number };
type Range = { start: Place; end: Place };
type FileCoverage = {
  path: string;
  statementMap: Record<string, Range>;
  s: Record<string, number>;
  branchMap: Record<string, { type: string; locations: Range[] }>;
  b: Record<string, number[]>;
};

/**
 * Lines that can be executed, with the lowest count of anything that begins on them: statements, and arms of conditional
 * expressions that have a line of their own (`?? 0` at the end of a line is part of that line). Types and comments make no
 * statements, so they are exempt by syntax.
 *
 * @param json  coverage as Istanbul writes it
 * @param linesOf  the lines of a file, by repository path
 */
export function hitsOf(
  json: string,
  root: string,
  linesOf: (path: string) => readonly string[],
): Record<string, Record<string, number>> {
  const coverage = Object.values(JSON.parse(json) as Record<string, FileCoverage>);
  const hits: Record<string, Record<string, number>> = {};
  for (const file of coverage) {
    const path = repositoryPath(file.path, root);
    const source = linesOf(path);
    const lines: Record<string, number> = {};
    const note = (line: number, count: number): void => {
      lines[line] = Math.min(lines[line] ?? Number.POSITIVE_INFINITY, count);
    };
    for (const [id, range] of Object.entries(file.statementMap))
      note(range.start.line, file.s[id] ?? 0);
    for (const [id, branch] of Object.entries(file.branchMap)) {
      if (branch.type !== "cond-expr" && branch.type !== "binary-expr") continue;
      branch.locations.forEach(({ start }, arm) => {
        const before = (source[start.line - 1] ?? "").slice(0, start.column);
        if (/^[\s?:&|(]*$/.test(before)) note(start.line, file.b[id]?.[arm] ?? 0);
      });
    }
    hits[path] = lines;
  }
  return hits;
}

function repositoryPath(path: string, root: string): string {
  return relative(root, path).split(sep).join("/");
}

/** Note every printed line that can be executed and was not; count the lines. */
export function checkExecuted(
  printed: readonly Printed[],
  proof: Proof,
): { printedLines: number; executableLines: number } {
  let printedLines = 0;
  let executableLines = 0;
  for (const { region, file, node } of printed) {
    const hits = proof.lineHits.get(region.path);
    const missed: number[] = [];
    for (const line of region.lines) {
      printedLines += 1;
      const count = hits?.get(line);
      if (count !== undefined) executableLines += 1;
      if (count === 0) missed.push(line);
    }
    const first = missed[0];
    if (first !== undefined)
      fail(file, node, "listing-executed", {
        reason: `${missed.length} printed ${missed.length === 1 ? "line was" : "lines were"} not executed by any test`,
        found: region.text.split("\n")[region.lines.indexOf(first)]?.trim() ?? "",
        expected: "a test that executes it",
        other: missed.map((line) => `${region.path}:${line}`).join(", "),
      });
    else if (hits === undefined && region.path.endsWith(".ts"))
      fail(file, node, "listing-executed", {
        reason: `No test loads ${region.path}`,
        expected: "a test beside it",
        other: `${region.path}:${region.lines[0] ?? 1}`,
      });
  }
  return { printedLines, executableLines };
}
