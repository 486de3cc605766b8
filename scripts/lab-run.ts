/** Runs the tests of a lab in a participant's folder and says which steps are done. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isFile, readText, removeFolder, writeFile } from "./files.ts";
import type { Lab } from "./labs.ts";

export type StepResult = {
  readonly title: string;
  readonly isDone: boolean;
  /** How many tests the step has; none is a mistake of the lab. */
  readonly tests: number;
  /** What the first test that failed says. */
  readonly why: string | null;
};

type Report = {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
};

const secondsMax = 120;

/**
 * @param place  the folder that a participant works in
 * @throws Error where the tests did not end, or could not begin (a mistake of syntax, say)
 */
export async function runSteps(lab: Lab, place: string): Promise<readonly StepResult[]> {
  const report = join(place, ".report", "tests.json");
  removeFolder(dirname(report));
  // Its own configuration: that of the book must not be found on the way up.
  writeFile(
    join(place, "vitest.config.ts"),
    'export default { test: { include: ["code/**/*.test.ts"], testTimeout: 20_000 } };\n',
  );
  const entry = createRequire(import.meta.url).resolve("vitest/package.json");
  const args = ["run", "--root", place, "--reporter", "json", "--outputFile", report];
  const log = await run([join(dirname(entry), "vitest.mjs"), ...args], place);
  if (!isFile(report)) throw new Error(`The tests did not run to their end:\n${log}`);
  const { testResults } = JSON.parse(readText(report)) as Report;
  removeFolder(dirname(report));
  // A file that throws while it is loaded, as one with a gap may, has no tests to show.
  const unloaded = testResults.find(
    ({ assertionResults, message }) => assertionResults.length === 0 && message,
  );
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  return lab.steps.map(({ title, tests }) => {
    const own = all.filter(({ fullName }) => fullName.includes(tests));
    const failed = own.find(({ status }) => status !== "passed");
    const why = failed
      ? (failed.failureMessages?.[0] ?? failed.status)
      : own.length === 0
        ? (unloaded?.message ?? null)
        : null;
    return {
      title,
      tests: own.length,
      isDone: own.length > 0 && failed === undefined,
      why: why === null ? null : firstLines(why),
    };
  });
}

function firstLines(text: string): string {
  return text.split("\n").slice(0, 3).join("\n").trim();
}

function run(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    });
    let log = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), secondsMax * 1000);
    const add = (data: Buffer): void => {
      log = (log + data.toString()).slice(-10_000);
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.on("close", () => {
      clearTimeout(timer);
      resolve(log);
    });
  });
}
