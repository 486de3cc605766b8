/**
 * Command: mutation testing of the printed regions. Stryker changes one thing in a printed line, runs the tests of the program
 * that reach it, and asks whether one of them fell; what none of them noticed is listed. Works on a copy outside the book, with
 * all of Stryker's mutators.
 */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import type { VFile } from "vfile";
import { stringify } from "yaml";
import { cacheFolder, toolchainRoot } from "./book.ts";
import { type Arguments, command, oneOf, UsageError } from "./cli.ts";
import { readText, writeFile } from "./files.ts";
import { gatherNeeds } from "./gather.ts";
import { loadPool } from "./load.ts";
import {
  allRegions,
  byFile,
  type FileRecord,
  isFresh,
  mutationScore,
  onOneLine,
  type ProgramRecord,
  percent,
  programOf,
  programsOf,
  type RegionCounts,
  type RegionKey,
  readExplanations,
  readRecord,
  regionAt,
  type Survivor,
  sourceHash,
  testsHash,
} from "./mutation.ts";
import { parseMarkdown } from "./parse.ts";
import { formatMessages, hasErrors } from "./report.ts";
import { loadSources, type Source, type Sources } from "./sources.ts";

const help = `npm run mutants                      measures the printed regions whose program or tests have changed
npm run mutants -- raft code/clocks  those of some programs
npm run mutants -- --all-regions     regions that no chapter prints yet as well
npm run mutants -- --fresh           again, even where nothing has changed

  --all-regions  every region of code/, printed or not
  --fresh        forget what was found earlier
  --root DIR     another book that has this layout

Writes code/<program>/mutants.json and lists the mutants that live. One that no test can kill is
explained in code/<program>/mutants.yaml: a document each, as it is listed, with a reason.`;

async function mutants({ values, positionals, root }: Arguments): Promise<number> {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const sources = loadSources(root);
  const programs = programsOf(sources);
  const chosen = positionals.map((name) =>
    oneOf("program", name.replace(/\/$/, "").replace(/^(?!code\/)/, "code/"), programs),
  );
  const printed = printedRegions(root);
  const wanted = byFile(sources, values["all-regions"] === true ? allRegions(sources) : printed);
  for (const program of chosen.length > 0 ? chosen : programs) {
    const regions = new Map([...wanted].filter(([path]) => programOf(path) === program));
    await measureProgram(root, sources, program, regions, values.fresh === true);
  }
  const files = chosen.length > 0 ? chosen : programs;
  const mistakes = files.flatMap((program) => tellSurvivors(root, sources, program));
  if (chosen.length === 0) tellScore(root, sources, printed);
  if (!hasErrors(mistakes)) return 0;
  process.stderr.write(`\n${formatMessages(mistakes)}\n`);
  return 1;
}

/** Regions that chapters print, by their fences. */
function printedRegions(root: string): readonly RegionKey[] {
  const pool = loadPool(root);
  const trees = [...pool.frontmatter, ...pool.chapters].map(({ path, file }) => ({
    tree: parseMarkdown(file),
    folder: dirname(path),
  }));
  return gatherNeeds(trees).regions;
}

/** Bring the record of a program up to date for these regions; files that have not changed keep theirs. */
async function measureProgram(
  root: string,
  sources: Sources,
  program: string,
  wanted: ReadonlyMap<string, readonly string[]>,
  fresh: boolean,
): Promise<void> {
  const recordPath = join(root, program, "mutants.json");
  const earlier = fresh ? {} : readRecord(root, program, []);
  const tests = testsHash(sources, program);
  const nameOf = (path: string): string => path.slice(program.length + 1);
  const changed = new Map(
    [...wanted].filter(
      ([path, names]) => !isFresh(earlier[nameOf(path)], sources.all.get(path), tests, names),
    ),
  );
  if (changed.size === 0) return;
  process.stdout.write(`${program}: ${[...changed.keys()].map(nameOf).join(", ")}\n`);
  const found = await runStryker(root, sources, program, changed, fresh);
  const late = found.filter(({ status }) => status === "Timeout").length;
  if (late > 0)
    process.stdout.write(
      `${program}: ${late} ran out of time and count as killed; measure again if the machine was busy\n`,
    );
  const kept = Object.entries(earlier).filter(([name]) => sources.all.has(`${program}/${name}`));
  const record: Record<string, FileRecord> = Object.fromEntries(kept);
  for (const [path, names] of changed) {
    const source = sources.all.get(path);
    if (source)
      record[nameOf(path)] = recordOf(
        source,
        names,
        tests,
        found.filter((mutant) => mutant.path === path),
      );
  }
  const sorted = Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFile(recordPath, `${JSON.stringify(sorted, null, 2)}\n`);
}

/** A mutant with its verdict; lines and columns from 1. */
type Judged = {
  readonly path: string;
  readonly mutator: string;
  readonly to: string;
  readonly status: string;
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
};

/** Stryker on a copy of code/, so that nobody's editor meets a mutant; its own incremental file is kept in .cache/. */
async function runStryker(
  root: string,
  sources: Sources,
  program: string,
  regions: ReadonlyMap<string, readonly string[]>,
  fresh: boolean,
): Promise<Judged[]> {
  const work = mkdtempSync(join(tmpdir(), "mutants-"));
  const incrementalFile = join(cacheFolder(root, "mutants"), `${program.replace("/", "-")}.json`);
  const home = process.cwd();
  try {
    cpSync(join(root, "code"), join(work, "code"), { recursive: true });
    cpSync(join(toolchainRoot, "package.json"), join(work, "package.json"));
    symlinkSync(join(toolchainRoot, "node_modules"), join(work, "node_modules"), "junction");
    const tests = { include: [`${program}/**/*.test.ts`], testTimeout: 60_000 };
    writeFile(
      join(work, "vitest.config.mjs"),
      `export default ${JSON.stringify({ test: tests })};\n`,
    );
    process.chdir(work);
    const results = await new Stryker({
      mutate: [...regions].flatMap(([path, names]) => rangesOf(sources.all.get(path), names)),
      plugins: [import.meta.resolve("@stryker-mutator/vitest-runner")],
      testRunner: "vitest",
      vitest: { configFile: "vitest.config.mjs" },
      coverageAnalysis: "perTest",
      concurrency: 2,
      // A busy machine must not kill a mutant: with twice its time, four of code/log ran out of it and were none the worse.
      timeoutMS: 15_000,
      timeoutFactor: 5,
      incremental: true,
      incrementalFile,
      force: fresh,
      reporters: ["progress-append-only"],
      warnings: {
        slow: false,
        unknownOptions: true,
        preprocessorErrors: true,
        unserializableOptions: true,
      },
      allowConsoleColors: false,
      allowEmpty: true,
    })
      .runMutationTest()
      .catch((error: Error) => {
        // It has told which test, and why; a program that fails unchanged cannot be asked about changes.
        throw new UsageError(`${program} was not measured: ${error.message}`);
      });
    forgetTimeouts(incrementalFile);
    return results.map((result) => ({
      path: relative(work, result.fileName).split(sep).join("/"),
      mutator: result.mutatorName,
      to: result.replacement,
      status: result.status,
      start: result.location.start,
      end: result.location.end,
    }));
  } finally {
    process.chdir(home);
    rmSync(work, { recursive: true, force: true });
  }
}

/** To run out of time proves less than to fail a test: such mutants are asked again whenever their program is. */
function forgetTimeouts(incrementalFile: string): void {
  const report = JSON.parse(readText(incrementalFile)) as {
    readonly files: Readonly<Record<string, { mutants: readonly { readonly status: string }[] }>>;
  };
  for (const file of Object.values(report.files))
    file.mutants = file.mutants.filter(({ status }) => status !== "Timeout");
  writeFile(incrementalFile, JSON.stringify(report));
}

/** Lines of regions as Stryker takes them. */
function rangesOf(source: Source | undefined, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const lines = source?.regions.get(name)?.lines ?? [];
    return source && lines.length > 0 ? [`${source.path}:${lines[0]}-${lines.at(-1)}`] : [];
  });
}

function recordOf(
  source: Source,
  names: readonly string[],
  tests: string,
  found: readonly Judged[],
): FileRecord {
  const inside = names.flatMap((name) => [
    name,
    ...(source.regions.get(name)?.nested.keys() ?? []),
  ]);
  const counts = new Map(
    [...new Set(inside)]
      .sort()
      .map((name) => [name, { killed: 0, timedOut: 0, survived: 0, uncovered: 0 }]),
  );
  const survivors: Survivor[] = [];
  for (const mutant of found) {
    const region = regionAt(source.regions, mutant.start.line, mutant.end.line);
    const count = region === null ? undefined : counts.get(region);
    const kind = kinds[mutant.status];
    if (region === null || !count || !kind) continue;
    count[kind] += 1;
    if (kind === "survived" || kind === "uncovered")
      survivors.push(survivorOf(source, region, mutant));
  }
  survivors.sort((a, b) => a.line - b.line || a.column - b.column || (a.to < b.to ? -1 : 1));
  return { source: sourceHash(source), tests, regions: Object.fromEntries(counts), survivors };
}

/** Stryker's verdicts; what it ignores or cannot load is no mutant. */
const kinds: Readonly<Record<string, keyof RegionCounts>> = {
  Killed: "killed",
  Timeout: "timedOut",
  Survived: "survived",
  NoCoverage: "uncovered",
};

function survivorOf(source: Source, region: string, mutant: Judged): Survivor {
  const lines = source.text.split("\n").slice(mutant.start.line - 1, mutant.end.line);
  const text = lines[0]?.trim() ?? "";
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? "").slice(0, mutant.end.column - 1);
  lines[0] = (lines[0] ?? "").slice(mutant.start.column - 1);
  return {
    region,
    line: mutant.start.line,
    column: mutant.start.column,
    text,
    mutator: mutant.mutator,
    from: onOneLine(lines.join("\n")),
    to: onOneLine(mutant.to),
    covered: mutant.status !== "NoCoverage",
  };
}

/** List what lives and is not explained, as an explanation would be written. Returns explanations with mistakes. */
function tellSurvivors(root: string, sources: Sources, program: string): VFile[] {
  const files: VFile[] = [];
  const record: ProgramRecord = readRecord(root, program, files);
  const tests = testsHash(sources, program);
  const isJudged = (name: string): boolean =>
    isFresh(record[name], sources.all.get(`${program}/${name}`), tests, []);
  const isExplained = readExplanations(root, program, files, record, isJudged);
  let killed = 0;
  let all = 0;
  let explained = 0;
  for (const [name, file] of Object.entries(record)) {
    if (!isJudged(name)) continue;
    for (const count of Object.values(file.regions)) {
      killed += count.killed + count.timedOut;
      all += count.killed + count.timedOut + count.survived + count.uncovered;
    }
    for (const survivor of file.survivors) {
      if (isExplained(name, survivor)) {
        explained += 1;
        continue;
      }
      const { region, mutator, from, to, line, column, covered } = survivor;
      process.stdout.write(
        `\n${program}/${name}:${line}:${column}  ${covered ? "lives" : "is reached by no test"}\n${stringify({ file: name, region, mutator, from, to }, { lineWidth: 0 })}`,
      );
    }
  }
  if (all > 0)
    process.stdout.write(
      `\n${program}: ${all} mutants, ${percent(killed, all)} % killed, ${explained} explained, ${all - killed - explained} alive\n`,
    );
  return files;
}

function tellScore(root: string, sources: Sources, printed: readonly RegionKey[]): void {
  const { score } = mutationScore(root, sources, printed);
  const { mutants, killed, explained, alive, measured, regions } = score;
  process.stdout.write(
    `\nprinted regions: ${measured} of ${regions} measured, ${mutants} mutants, ${percent(killed, mutants)} % killed, ${explained} explained, ${alive} alive\n`,
  );
}

await command(help, { "all-regions": { type: "boolean" }, fresh: { type: "boolean" } }, mutants);
