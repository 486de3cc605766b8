/**
 * Labs: hands-on pieces of the days. A lab names regions of the book's own programs; its start is the program with the
 * functions of those regions emptied, so that start and solution cannot drift, and its tests are the program's.
 */
import { basename, dirname, join } from "node:path";
import { parse } from "@babel/parser";
import { VFile } from "vfile";
import { filesOf } from "./closure.ts";
import { readFields } from "./fields.ts";
import { isFile, listFiles, readText } from "./files.ts";
import { regionsOf } from "./regions.ts";
import { fail } from "./report.ts";
import type { RuleId } from "./rules.ts";

export type Minutes = { readonly min: number; readonly typical: number; readonly max: number };
/** Passes when every test whose title has these words passes. */
export type LabStep = { readonly title: string; readonly tests: string };
export type Cut = { readonly path: string; readonly region: string };
export type Lab = {
  readonly id: string;
  readonly file: VFile;
  readonly title: string;
  /** Day of the five-day edition. */
  readonly day: number;
  readonly minutes: Minutes;
  readonly cuts: readonly Cut[];
  /** Test files of the program. */
  readonly tests: readonly string[];
  readonly steps: readonly LabStep[];
  /** Markdown below each heading; `Hint 1` to `Hint 3` among them. */
  readonly texts: ReadonlyMap<string, string>;
};

const folder = "slides/kit/labs";
const headings = ["Goal", "Task", "Hint 1", "Hint 2", "Hint 3", "Stretch", "Recap"];

/** All labs in the order of their names; what is wrong stands in their files. */
export function loadLabs(root: string): readonly Lab[] {
  return listFiles(join(root, folder))
    .filter((path) => /^\d\d-[a-z0-9-]+\.md$/.test(path))
    .map((path) => labFrom(root, `${folder}/${path}`));
}

function labFrom(root: string, path: string): Lab {
  const text = readText(join(root, path));
  const file = new VFile({ path, value: text });
  const wrong = (rule: RuleId, needle: string, reason: string, expected: string): void => {
    const lines = text.split("\n");
    const line = Math.max(
      0,
      lines.findIndex((each) => each.includes(needle)),
    );
    const column = Math.max(0, lines[line]?.indexOf(needle) ?? 0);
    fail(file, { line: line + 1, column: column + 1 }, rule, { reason, expected });
  };
  const front = /^---\n([\s\S]*?)\n---\n/.exec(text);
  const fields =
    readFields(file, front?.[1] ?? "", 2, {
      title: { type: "string", required: true },
      day: { type: "integer", required: true },
      minutes: { type: "map", required: true },
      cut: { type: "strings", required: true },
      tests: { type: "strings", required: true },
      steps: { type: "list", required: true },
    }) ?? {};
  const cuts = listOf<string>(fields.cut).map((each) => {
    const [cutPath = "", region = ""] = each.split("#");
    const source = isFile(join(root, cutPath)) ? readText(join(root, cutPath)) : null;
    if (source === null) wrong("lab-cut", each, `There is no ${cutPath}`, "a file of code/");
    else if (!regionsOf(cutPath, source).regions.has(region))
      wrong("lab-cut", each, `${cutPath} has no region "${region}"`, "file.ts#region");
    else if (bodiesIn(cutPath, source, [region]).length === 0)
      wrong("lab-cut", each, `Region "${region}" has no function to cut out`, "a region with one");
    return { path: cutPath, region };
  });
  const tests = listOf<string>(fields.tests);
  for (const test of tests)
    if (!isFile(join(root, test))) wrong("lab-cut", test, `There is no ${test}`, "a test of code/");
  const steps = listOf<LabStep>(fields.steps).filter((step) => {
    const isStep = typeof step?.title === "string" && typeof step.tests === "string";
    if (!isStep) wrong("lab-step", "steps:", "A step lacks a part", "title: … and tests: …");
    return isStep;
  });
  const minutes = fields.minutes as Partial<Minutes> | undefined;
  const { min = 0, typical = 0, max = 0 } = minutes ?? {};
  if (!(min > 0 && min <= typical && typical <= max))
    wrong(
      "lab-minutes",
      "minutes:",
      "Minutes are out of order",
      "{ min: 15, typical: 25, max: 40 }",
    );
  const texts = textsOf(text.slice(front?.[0].length ?? 0));
  for (const heading of headings)
    if ((texts.get(heading) ?? "") === "")
      wrong("lab-text", "---", `Section "${heading}" is missing`, headings.join(", "));
  return {
    id: basename(path, ".md"),
    file,
    title: String(fields.title ?? ""),
    day: Number(fields.day ?? 0),
    minutes: { min, typical, max },
    cuts,
    tests,
    steps,
    texts,
  };
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function textsOf(body: string): ReadonlyMap<string, string> {
  const parts = body.split(/^## /m).slice(1);
  return new Map(
    parts.map((part) => {
      const end = part.indexOf("\n");
      return [part.slice(0, end).trim(), part.slice(end + 1).trim()] as const;
    }),
  );
}

/**
 * What a participant reads, paragraph by paragraph.
 *
 * @param places  where to write, as items of a list
 * @param check  how one checks
 */
export function taskOf(
  { title, minutes, texts, steps }: Lab,
  places: readonly string[],
  check: string,
): string[] {
  const text = (heading: string): string => texts.get(heading) ?? "";
  const { min, typical, max } = minutes;
  return [
    `# ${title}`,
    `About ${typical} minutes (${min} to ${max}).`,
    text("Goal"),
    `## Task\n\n${text("Task")}`,
    `## Where\n\n${places.join("\n")}\n\nSearch for \`throw new Error("Lab\`.`,
    `## Steps\n\n${steps.map((step, at) => `${at + 1}. ${step.title}`).join("\n")}`,
    check,
    `## If there is time\n\n${text("Stretch")}`,
  ];
}

/** What a participant begins with, by path: the program, its tests and its samples, the heart cut out. */
export function startOf(root: string, lab: Lab): ReadonlyMap<string, string> {
  const programs = new Set(lab.cuts.map(({ path }) => dirname(path)));
  const samples = [...programs].flatMap((program) =>
    listFiles(join(root, program))
      .filter((path) => path.endsWith("example.ts"))
      .map((path) => `${program}/${path}`),
  );
  const roots = [...lab.tests, ...lab.cuts.map(({ path }) => path), ...samples];
  const files = new Map<string, string>();
  for (const path of roots) for (const [name, text] of filesOf(root, path)) files.set(name, text);
  for (const path of new Set(lab.cuts.map((cut) => cut.path))) {
    const regions = lab.cuts.filter((cut) => cut.path === path).map(({ region }) => region);
    files.set(path, withoutBodies(path, files.get(path) ?? "", regions, lab.id));
  }
  return files;
}

function withoutBodies(path: string, text: string, regions: readonly string[], id: string): string {
  let result = text;
  for (const { name, start, end } of bodiesIn(path, text, regions).toReversed()) {
    const todo = `{\n  throw new Error("Lab ${id}: write ${name}");\n}`;
    result = result.slice(0, start) + todo + result.slice(end);
  }
  return result;
}

/** The bodies of the functions at the top of a file that stand in one of these regions, in their order. */
export function bodiesIn(
  path: string,
  text: string,
  regions: readonly string[],
): readonly { readonly name: string; readonly start: number; readonly end: number }[] {
  const known = regionsOf(path, text).regions;
  const lines = new Set(regions.flatMap((name) => known.get(name)?.lines ?? []));
  const { program } = parse(text, { sourceType: "module", plugins: ["typescript"] });
  return program.body.flatMap((statement) => {
    const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (node?.type !== "FunctionDeclaration" || !lines.has(node.loc?.start.line ?? 0)) return [];
    return [{ name: node.id?.name ?? "", start: node.body.start ?? 0, end: node.body.end ?? 0 }];
  });
}

/** The regions of a lab as they stand in the book. */
export function solutionOf(root: string, lab: Lab): string {
  return lab.cuts
    .map(({ path, region }) => {
      const text = regionsOf(path, readText(join(root, path))).regions.get(region)?.text ?? "";
      return `// ${path}, region ${region}\n\n${text}`;
    })
    .join("\n\n");
}
