/** The samples of a book: programs that a reader runs and that transcripts are made of. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { closureOf } from "./closure.ts";
import { hashOf, isFile, listFiles, readText, writeFile } from "./files.ts";
import { byCodePoint } from "./report.ts";
import type { Run } from "./transform/transcripts.ts";

/** `raft` -> code/raft/example.ts, `raft/figure-8` -> code/raft/figure-8.example.ts; paths are of the repository. */
export function listSamples(root: string): ReadonlyMap<string, string> {
  const found = listFiles(join(root, "code")).flatMap((path) => {
    const match = /^(.+)\/(?:([^/]+)\.)?example\.ts$/.exec(path);
    return match
      ? [
          [
            match[2] === undefined ? `${match[1]}` : `${match[1]}/${match[2]}`,
            `code/${path}`,
          ] as const,
        ]
      : [];
  });
  // By name, so that a program stands before its stories.
  return new Map(found.sort(([a], [b]) => byCodePoint(a, b)));
}

/** Programs that can be shown as real processes: `raft-kv` -> code/raft-kv/real.ts, beside its main.ts. */
export function listReal(root: string): ReadonlyMap<string, string> {
  const files = new Set(listFiles(join(root, "code")));
  const found = [...files].flatMap((path) => {
    const match = /^(.+)\/real\.ts$/.exec(path);
    const isProgram = match && files.has(`${match[1]}/main.ts`);
    return isProgram ? [[`${match[1]}`, `code/${path}`] as const] : [];
  });
  return new Map(found);
}

/** Run such a program before the eyes of the reader, for as long as it takes; its exit code. */
export function runReal(root: string, program: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: "inherit" });
  // Ctrl-C reaches the program too; it ends its processes, and then this one ends.
  process.on("SIGINT", () => {});
  return new Promise((resolve) => {
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** Where the output of a run is recorded: `example.out.txt`, `example.seed-3.out.txt`. */
export function recordingOf(program: string, args: readonly string[]): string {
  const slug = args.map((part) => part.replace(/^-+/, "")).join("-");
  return program.replace(/\.ts$/, slug === "" ? ".out.txt" : `.${slug}.out.txt`);
}

const secondsMax = 120;
/** More is no transcript, and a program that prints for ever must not fill the memory. */
const charactersMax = 4_000_000;

/** Run each command (`raft/figure-8 --seed 3`), two at a time; unchanged programs come from the cache. */
export async function runSamples(
  root: string,
  commands: readonly string[],
  cacheFolder: string,
  onProgress: (done: number) => void,
): Promise<Map<string, Run>> {
  const samples = listSamples(root);
  const runs = new Map<string, Run>();
  const queue = [...commands];
  const work = async (): Promise<void> => {
    for (let command = queue.shift(); command !== undefined; command = queue.shift()) {
      runs.set(command, await runOne(root, command, samples, cacheFolder));
      onProgress(runs.size);
    }
  };
  await Promise.all([work(), work()]);
  return runs;
}

async function runOne(
  root: string,
  command: string,
  samples: ReadonlyMap<string, string>,
  cacheFolder: string,
): Promise<Run> {
  const [name = "", ...args] = command.split(/\s+/);
  const program = samples.get(name);
  if (program === undefined) return { kind: "no-program", known: [...samples.keys()] };
  const cachePathNow = (): string =>
    join(cacheFolder, hashOf([command, process.version, ...closureOf(root, program)]));
  const cachePath = cachePathNow();
  const recordedPath = recordingOf(program, args);
  const recorded = isFile(join(root, recordedPath))
    ? readText(join(root, recordedPath)).replace(/\n$/, "")
    : null;
  let result: { output: string; exitCode: number } | null = isFile(cachePath)
    ? (JSON.parse(readText(cachePath)) as { output: string; exitCode: number })
    : null;
  if (!result) {
    result = await execute(root, program, args);
    if (!result) return { kind: "timed-out", seconds: secondsMax };
    // What was edited while it ran is kept under neither text.
    if (cachePathNow() === cachePath) writeFile(cachePath, JSON.stringify(result));
  }
  return { kind: "ran", ...result, recorded, recordedPath, program };
}

/** What a program prints, and its exit code; null where it does not end. */
export function execute(
  root: string,
  program: string,
  args: readonly string[],
): Promise<{ output: string; exitCode: number } | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", TZ: "UTC", NODE_OPTIONS: "" },
    });
    let output = "";
    let errors = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      resolve(null);
    }, secondsMax * 1000);
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      if (output.length <= charactersMax) output += chunk;
      else child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      if (errors.length <= charactersMax) errors += chunk;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      // A run that must fail shows what it says when it fails: the message, without the stack, whose paths are a machine's.
      const message =
        output.length > charactersMax
          ? `stopped, since it prints more than ${charactersMax} characters`
          : (/^\w*Error.*$/m.exec(errors)?.[0] ?? "");
      resolve({
        output: [output.replace(/\n$/, ""), code === 0 ? "" : message]
          .filter((part) => part !== "")
          .join("\n"),
        exitCode: code ?? 1,
      });
    });
  });
}
