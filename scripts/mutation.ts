/**
 * What mutation testing found out about the printed regions. `npm run mutants` measures and records, program by program, in
 * `code/<program>/mutants.json`; the build only reads. A record counts for a file while the hashes of the file and of its
 * program's tests are those that were measured, so that no number is printed that belongs to other code. A mutant that no test
 * can kill is explained in `code/<program>/mutants.yaml`, and an explanation that fits no living mutant is a mistake.
 */
import { join } from "node:path";
import { VFile } from "vfile";
import { type Fields, readFields } from "./fields.ts";
import { hashOf, isFile, listFiles, readText } from "./files.ts";
import type { Region } from "./model.ts";
import { fail } from "./report.ts";
import type { Source, Sources } from "./sources.ts";

/** A mutant that lived, or that no test reached. */
export type Survivor = {
  readonly region: string;
  readonly line: number;
  readonly column: number;
  /** The line it begins on, without its indent. */
  readonly text: string;
  readonly mutator: string;
  /** What stood there and what stood there instead, on one line each, cut where they are long. */
  readonly from: string;
  readonly to: string;
  readonly covered: boolean;
};
export type RegionCounts = {
  readonly killed: number;
  /** Mutants that made a test run for ever; counted as killed. */
  readonly timedOut: number;
  readonly survived: number;
  readonly uncovered: number;
};
export type FileRecord = {
  /** Hash of the file that was measured. */
  readonly source: string;
  /** Hash of the tests that it was measured by. */
  readonly tests: string;
  /** By the innermost region that a mutant lies in. */
  readonly regions: Readonly<Record<string, RegionCounts>>;
  readonly survivors: readonly Survivor[];
};
/** By file name within the program's folder. */
export type ProgramRecord = Readonly<Record<string, FileRecord>>;

export type MutationScore = {
  /** Printed regions that can be mutated at all, and those whose record belongs to this code. */
  readonly regions: number;
  readonly measured: number;
  /** Mutants of the measured regions; killed + explained + alive. */
  readonly mutants: number;
  readonly killed: number;
  readonly explained: number;
  readonly alive: number;
  /** Repository paths of printed files without a record of this code. */
  readonly stale: readonly string[];
};

/** Path and name of a region. */
export type RegionKey = readonly [path: string, name: string];

const explanationFields: Fields = {
  file: { type: "string", required: true },
  region: { type: "string", required: true },
  mutator: { type: "string", required: true },
  from: { type: "string", required: true },
  to: { type: "string", required: true },
  line: { type: "string" },
  reason: { type: "string", required: true },
};
type Explanation = {
  readonly place: { readonly line: number; readonly column: number };
  readonly file: string;
  readonly region: string;
  readonly mutator: string;
  readonly from: string;
  readonly to: string;
  /** The line it begins on, where a region has two of the same. */
  readonly line: string | null;
};

/**
 * The score of these regions by what is recorded, and one file a list of explanations with its mistakes.
 *
 * @param printed  regions by path and name; what is no program (tests, data) is left out
 */
export function mutationScore(
  root: string,
  sources: Sources,
  printed: readonly RegionKey[],
): { score: MutationScore; files: VFile[] } {
  const wanted = byFile(sources, printed);
  const programs = programsOf(sources);
  const files: VFile[] = [];
  const stale: string[] = [];
  let regions = 0;
  let measured = 0;
  const sum = { mutants: 0, killed: 0, explained: 0 };
  for (const program of programs) {
    const record = readRecord(root, program, files);
    const tests = testsHash(sources, program);
    const isExplained = readExplanations(root, program, files, record, (name) =>
      isFresh(record[name], sources.all.get(`${program}/${name}`), tests, []),
    );
    for (const [path, names] of wanted) {
      if (programOf(path) !== program) continue;
      regions += names.length;
      const name = path.slice(program.length + 1);
      const source = sources.all.get(path);
      const file = record[name];
      if (!file || !isFresh(file, source, tests, names)) {
        stale.push(path);
        continue;
      }
      measured += names.length;
      const counted = new Set(names.flatMap((region) => innerRegions(source, region)));
      for (const region of counted) {
        const counts = file.regions[region];
        if (!counts) continue;
        const killed = counts.killed + counts.timedOut;
        sum.killed += killed;
        sum.mutants += killed + counts.survived + counts.uncovered;
      }
      sum.explained += file.survivors.filter(
        (survivor) => counted.has(survivor.region) && isExplained(name, survivor),
      ).length;
    }
  }
  const alive = sum.mutants - sum.killed - sum.explained;
  return { score: { regions, measured, ...sum, alive, stale }, files };
}

/** `code/raft` for `code/raft/election.ts`; null for a file of no program. */
export function programOf(path: string): string | null {
  return /^code\/[^/]+(?=\/)/.exec(path)?.[0] ?? null;
}

export function programsOf(sources: Sources): string[] {
  const found = [...sources.all.keys()].map(programOf).filter((program) => program !== null);
  return [...new Set(found)];
}

/** Names of regions by path of their file, of files that can be mutated. */
export function byFile(sources: Sources, keys: readonly RegionKey[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [path, name] of keys) {
    if (!isProgramText(path) || !sources.all.get(path)?.regions.has(name)) continue;
    const names = found.get(path) ?? [];
    if (!names.includes(name)) names.push(name);
    found.set(path, names);
  }
  return found;
}

/** Every region of every program. */
export function allRegions(sources: Sources): RegionKey[] {
  return [...sources.all.values()].flatMap(({ path, regions }) =>
    [...regions.keys()].map((name) => [path, name] as const),
  );
}

function isProgramText(path: string): boolean {
  return path.endsWith(".ts") && !path.endsWith(".test.ts") && programOf(path) !== null;
}

/** A region and all that are nested in it. */
function innerRegions(source: Source | undefined, name: string): string[] {
  return [name, ...(source?.regions.get(name)?.nested.keys() ?? [])];
}

/** The smallest region that holds all of these lines, or null. */
export function regionAt(
  regions: ReadonlyMap<string, Region>,
  firstLine: number,
  lastLine: number,
): string | null {
  const around = [...regions.values()].filter(
    ({ lines }) => (lines[0] ?? 0) <= firstLine && lastLine <= (lines.at(-1) ?? 0),
  );
  around.sort((a, b) => a.lines.length - b.lines.length);
  return around[0]?.name ?? null;
}

/** One hash over what judges a program: its tests, and the scenarios that they share. */
export function testsHash(sources: Sources, program: string): string {
  const tests = [...sources.all.values()].filter(
    ({ path }) => programOf(path) === program && /\.(test|scenario)\.ts$/.test(path),
  );
  return hashOf(tests.flatMap(({ path, text }) => [path, text]));
}

export function sourceHash(source: Source): string {
  return hashOf([source.text]);
}

/** True where a record was measured on this text by these tests, and has these regions. */
export function isFresh(
  record: FileRecord | undefined,
  source: Source | undefined,
  tests: string,
  names: readonly string[],
): boolean {
  return (
    record !== undefined &&
    source !== undefined &&
    record.source === sourceHash(source) &&
    record.tests === tests &&
    names.every((name) => innerRegions(source, name).every((inner) => inner in record.regions))
  );
}

/** What is recorded of a program; a record that does not parse is a mistake, noted on a file of its own. */
export function readRecord(root: string, program: string, files: VFile[]): ProgramRecord {
  const path = `${program}/mutants.json`;
  if (!isFile(join(root, path))) return {};
  const file = new VFile({ path, value: readText(join(root, path)) });
  files.push(file);
  try {
    return JSON.parse(String(file.value)) as ProgramRecord;
  } catch {
    // A merge went wrong, or somebody wrote into it.
    fail(file, { line: 1, column: 1 }, "mutants-recorded", {
      reason: "The record of mutants is no JSON",
      expected: `what \`npm run mutants -- ${program}\` writes`,
    });
    return {};
  }
}

/**
 * The explanations of a program: YAML documents, one a mutant. Each must fit one living mutant of the record.
 *
 * @param isJudged  whether the record of a file belongs to this code; explanations of others wait
 * @returns whether a survivor of a file is explained
 */
export function readExplanations(
  root: string,
  program: string,
  files: VFile[],
  record: ProgramRecord,
  isJudged: (name: string) => boolean,
): (name: string, survivor: Survivor) => boolean {
  const path = `${program}/mutants.yaml`;
  if (!isFile(join(root, path))) return () => false;
  const file = new VFile({ path, value: readText(join(root, path)) });
  files.push(file);
  const known = listFiles(join(root, program));
  const explained = new Set<Survivor>();
  for (const explanation of explanationsOf(file)) {
    const { place, file: name } = explanation;
    if (!known.includes(name)) {
      fail(file, place, "mutant-explained", {
        reason: "An explanation names a file that is not there",
        found: name,
        known: known.filter((each) => isProgramText(`${program}/${each}`)),
      });
      continue;
    }
    if (!isJudged(name)) continue;
    const alive = record[name]?.survivors ?? [];
    const found = alive.filter((survivor) => fits(explanation, survivor));
    if (found.length === 1 || (found.length > 1 && explanation.line !== null)) {
      for (const survivor of found) explained.add(survivor);
      continue;
    }
    const first = found[0];
    fail(file, place, "mutant-explained", {
      reason: first
        ? `An explanation fits ${found.length} mutants`
        : "An explanation fits no mutant that lives",
      found: `${explanation.mutator}: ${explanation.from} -> ${explanation.to}`,
      expected: first
        ? `a field \`line\` with the line that it is about, such as ${first.text}`
        : `one of the ${alive.length} survivors of ${program}/${name}`,
      other: found.map(({ line, column }) => `${program}/${name}:${line}:${column}`).join(", "),
    });
  }
  return (_, survivor) => explained.has(survivor);
}

function fits(explanation: Explanation, survivor: Survivor): boolean {
  return (
    explanation.region === survivor.region &&
    explanation.mutator === survivor.mutator &&
    explanation.from === survivor.from &&
    explanation.to === survivor.to &&
    (explanation.line === null || explanation.line === survivor.text)
  );
}

function explanationsOf(file: VFile): Explanation[] {
  const found: Explanation[] = [];
  let firstLine = 1;
  for (const text of String(file.value).split(/^---$/m)) {
    const isEmpty = text.split("\n").every((line) => /^\s*(#|$)/.test(line));
    const fields = isEmpty ? null : readFields(file, text, firstLine, explanationFields);
    const at = text.split("\n").findIndex((line) => /^\w/.test(line));
    if (fields && ["file", "region", "mutator", "from", "to"].every((name) => name in fields))
      found.push({
        place: { line: firstLine + Math.max(0, at), column: 1 },
        file: String(fields.file),
        region: String(fields.region),
        mutator: String(fields.mutator),
        from: String(fields.from),
        to: String(fields.to),
        line: fields.line === undefined ? null : String(fields.line),
      });
    firstLine += text.split("\n").length - 1;
  }
  return found;
}

/** Text of a program on one line, cut where it is long: how mutants are told and keyed. */
export function onOneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

/** `95.6`: rounded down, so that 100 means every one. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "100" : String(Math.floor((1000 * part) / whole) / 10);
}

/** The command that measures what is stale. */
export function commandFor(stale: readonly string[]): string {
  return `npm run mutants -- ${[...new Set(stale.map(programOf))].join(" ")}`;
}
