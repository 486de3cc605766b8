/**
 * The programs that run in a page: their sources, samples and tests as data, and the scripts of the page that edits and runs
 * them (`scripts/run/`).
 */
import { join } from "node:path";
import { bundleScript } from "./bundle.ts";
import { closureOf, filesOf } from "./closure.ts";
import { hashOf, isFile, listFiles, readText, writeFile } from "./files.ts";
import { byCodePoint } from "./report.ts";
import type { ProgramData } from "./run/page.ts";
import { listSamples } from "./samples.ts";
import { sharedScript } from "./script-files.ts";

const kernelFolder = "code/kernel/";

/** Folders of code/ that have a sample, in the order of their names. */
export function runnableNames(root: string): string[] {
  return [...new Set([...listSamples(root).keys()].map((name) => name.split("/")[0] ?? ""))];
}

/** Samples that run in a page, as `program/sample`. */
export function pageSamples(root: string): Set<string> {
  const samples = [...listSamples(root)].filter(([, path]) => runsInPage(root, path));
  return new Set(samples.map(([name]) => name));
}

/** @param name  folder of code/ */
export function runnableProgram(root: string, name: string): ProgramData {
  const samples = [...listSamples(root)]
    .filter(([sample]) => sample === name || sample.startsWith(`${name}/`))
    .filter(([, path]) => runsInPage(root, path))
    .map(([sample, path]) => ({
      name: sample,
      path,
      seed: Number(/defaultSeed = (\d+)/.exec(readText(join(root, path)))?.[1] ?? 1),
      recorded: recordingsOf(root, path),
    }));
  const folder = `code/${name}/`;
  const own = listFiles(join(root, folder)).map((path) => folder + path);
  const tests = own.filter((path) => path.endsWith(".test.ts") && runsInPage(root, path));
  const paths = [...samples.map(({ path }) => path), ...tests].flatMap((path) =>
    pathsOf(root, path),
  );
  const files = [...new Set(paths)]
    .filter((path) => !path.startsWith(kernelFolder) || name === "kernel")
    .sort((one, other) => order(one, folder) - order(other, folder) || byCodePoint(one, other));
  return { name, files: textsOf(root, files), samples, tests };
}

/** The kernel, which all programs run on; its checkers and pictures are there even where a program uses none. */
export function kernelFiles(root: string): { readonly [path: string]: string } {
  const paths = listFiles(join(root, kernelFolder))
    .map((path) => kernelFolder + path)
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && runsInPage(root, path));
  return textsOf(root, paths);
}

/** The program's own files before those it borrows, tests last. */
function order(path: string, folder: string): number {
  return (path.startsWith(folder) ? 0 : 2) + (path.endsWith(".test.ts") ? 1 : 0);
}

function pathsOf(root: string, path: string): string[] {
  return [...filesOf(root, path).keys()];
}

function textsOf(root: string, paths: readonly string[]): { readonly [path: string]: string } {
  return Object.fromEntries(paths.map((path) => [path, readText(join(root, path))]));
}

/** Whether all that it imports is of the language: no file, no process, no clock of Node, no spy of Vitest. */
function runsInPage(root: string, path: string): boolean {
  return [...filesOf(root, path).values()].every(
    (text) => !/from "node:|import\.meta\.(?!main\b)|\bvi\b[^"]*from "vitest"|import\(/.test(text),
  );
}

function recordingsOf(root: string, path: string): { readonly [seed: string]: string } {
  const stem = path.replace(/\.ts$/, "");
  const folder = path.slice(0, path.lastIndexOf("/"));
  const found = listFiles(join(root, folder)).flatMap((name): [string, string][] => {
    const whole = `${folder}/${name}`;
    if (!whole.startsWith(`${stem}.`) || !whole.endsWith(".out.txt")) return [];
    const seed = /^\.seed-(\d+)\.out\.txt$/.exec(whole.slice(stem.length))?.[1];
    const own = /defaultSeed = (\d+)/.exec(readText(join(root, path)))?.[1] ?? "1";
    return [[seed ?? own, readText(join(root, whole)).replace(/\n$/, "")]];
  });
  return Object.fromEntries(found);
}

/** Scripts of the page, by path below html/: the page, the worker's text, the kernel. */
export async function runScripts(
  root: string,
  toolchain: string,
  cacheFolder: string,
): Promise<Map<string, string>> {
  const lock = readText(join(toolchain, "package-lock.json"));
  const kept = async (path: string): Promise<string> => {
    const key = hashOf([lock, ...closureOf(toolchain, path)]);
    const file = join(cacheFolder, `${key}.js`);
    const entry = `import ${JSON.stringify(join(toolchain, path))};`;
    if (!isFile(file)) writeFile(file, await bundleScript(toolchain, entry));
    return readText(file);
  };
  return new Map([
    ["assets/run/page.js", await kept("scripts/run/page.ts")],
    ["assets/run/strip.js", await kept("scripts/run/strip.ts")],
    ["assets/run/worker.js", sharedScript("runtime", await kept("scripts/run/runtime.ts"))],
    ["assets/run/kernel.js", sharedScript("kernel", kernelFiles(root))],
  ]);
}
