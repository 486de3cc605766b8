/**
 * Holds algorithm code to its promises: it knows of the world only what
 * it is given, so it imports no simulator and asks no clock, dice or
 * process of its own.
 */
import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, it } from "vitest";

const here = import.meta.dirname;
const files = globSync("**/*.ts", { cwd: here })
  .map((path) => path.replaceAll("\\", "/"))
  .sort((one, other) => (one < other ? -1 : 1));

const isDriver = (path: string) =>
  path === "seeds.ts" ||
  /(^|[./])(test|example|main|real)\.ts$/.test(path) ||
  /^(runtime|maelstrom)\//.test(path);

/**
 * Runs that a test, an example and a figure share, by the end of their
 * names. They may use the simulator, as those do, and no algorithm may
 * import them. What else is banned is banned here too. Each has to earn
 * its name: one that does not use the simulator fails below.
 */
const isScenario = (path: string) => path.endsWith(".scenario.ts");

const isKernel = (path: string) => dirname(path) === "kernel";
const isAlgorithm = (path: string) =>
  !isDriver(path) && !isKernel(path) && !isScenario(path);

/** What an algorithm may know of the kernel. */
const contract = ["kernel/node.ts", "kernel/random.ts"];

/** What measures real time, and what keeps nodes from doing so. */
const knowTheWorld = ["kernel/throughput.ts", "kernel/purity.ts"];

/** The one file that ends a process: for a command line without sense. */
const readsCommandLine = "kernel/sample.ts";
const noProcess = "a node has no process";

type Ban = { readonly pattern: RegExp; readonly why: string };

const banned: readonly Ban[] = [
  { pattern: /\bDate\b/, why: "time comes in the input" },
  { pattern: /\bperformance\b/, why: "time comes in the input" },
  { pattern: /\bMath\.random\b/, why: "chance comes as dice" },
  { pattern: /\bcrypto\b/, why: "chance comes as dice" },
  {
    pattern: /\b(set|clear)(Timeout|Interval|Immediate)\b/,
    why: "a timer is an effect",
  },
  { pattern: /\bqueueMicrotask\b/, why: "a timer is an effect" },
  {
    // Not the bare word: a process is also one of Lamport's.
    pattern:
      /\bprocess\.(argv|cwd|emit|env|exit|hrtime|nextTick|on|once|pid|platform|std\w+|uptime|memoryUsage)\b/,
    why: noProcess,
  },
  { pattern: /\bglobalThis\b/, why: "a node has no world" },
  {
    // Not in quotes: replication has a mode of that name.
    pattern: /(?<!")\basync\b(?!")|\bawait\b|\bPromise\b/,
    why: "a step is a step",
  },
  { pattern: /\.toLocale\w+/, why: "machines differ in locale" },
  {
    pattern: /\.(sort|toSorted)\(\s*\)/,
    why: "numbers would be sorted as text",
  },
];

describe.each(files.filter(isAlgorithm))("the algorithm %s", (path) => {
  it("imports only nodes, chance and other algorithms", () => {
    const foreign = importsOf(path).filter(
      (target) =>
        !contract.includes(target) &&
        !(files.includes(target) && isAlgorithm(target)),
    );
    expect(foreign).toEqual([]);
  });

  it("uses nothing that would make two runs differ", () => {
    expect(violations(path, banned)).toEqual([]);
  });
});

describe.each(
  files.filter((path) => isKernel(path) && !isDriver(path)),
)("the kernel file %s", (path) => {
  it("uses nothing that would make two runs differ", () => {
    const bans = banned.filter(
      ({ why }) => path !== readsCommandLine || why !== noProcess,
    );
    const own = knowTheWorld.includes(path) ? [] : bans;
    expect(violations(path, own)).toEqual([]);
  });
});

describe.each(files.filter(isScenario))("the scenario %s", (path) => {
  it("uses more of the kernel than a node may, or another scenario", () => {
    const ownKernel = importsOf(path).filter(
      (target) =>
        isScenario(target) ||
        (isKernel(target) && !contract.includes(target)),
    );
    expect(ownKernel).not.toEqual([]);
  });

  it("uses nothing that would make two runs differ", () => {
    expect(violations(path, banned)).toEqual([]);
  });
});

describe("the bans", () => {
  it.each([
    "const t = Date.now();",
    "const t = performance.now();",
    "const x = Math.random();",
    "const id = crypto.randomUUID();",
    "setTimeout(go, 5);",
    "process.exit(1);",
    "async function step() {}",
    "return Promise.resolve(1);",
    "const text = value.toLocaleString();",
    "return [...ids].sort();",
  ])("catch %s", (line) => {
    expect(banned.some(({ pattern }) => pattern.test(line))).toBe(true);
  });

  it.each([
    "ids.sort((one, other) => (one < other ? -1 : 1));",
    "const update = validated;",
    "if (operation.process === process) return;",
    "const node = process(3);",
  ])("let pass %s", (line) => {
    expect(banned.some(({ pattern }) => pattern.test(line))).toBe(
      false,
    );
  });

  it("do not look into comments", () => {
    expect(withoutComments("/* Date */ a // Math.random\nb")).toBe(
      " a \nb",
    );
  });
});

/** Imported files, as paths below code/; packages as they stand. */
function importsOf(path: string): string[] {
  const text = withoutComments(readFileSync(join(here, path), "utf8"));
  const found = text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g);
  return [...found].map(([, target = ""]) =>
    target.startsWith(".")
      ? posix.normalize(posix.join(posix.dirname(path), target))
      : target,
  );
}

function violations(path: string, bans: readonly Ban[]): string[] {
  const text = withoutComments(readFileSync(join(here, path), "utf8"));
  return text
    .split("\n")
    .flatMap((line, at) =>
      bans
        .filter(({ pattern }) => pattern.test(line))
        .map(({ why }) => `${path}:${at + 1} ${line.trim()} (${why})`),
    );
}

/** Comments may speak of what code may not do. Lines stay in place. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) =>
      comment.replace(/[^\n]/g, ""),
    )
    .replace(/(^|[^:])\/\/.*$/gm, "$1");
}
