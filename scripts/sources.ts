/** The programs of the book as text: every file of code/, its regions, and who uses whom. */
import { dirname, join, posix } from "node:path";
import { VFile } from "vfile";
import { listFiles, readText } from "./files.ts";
import type { Region } from "./model.ts";
import { regionsOf } from "./regions.ts";
import { fail } from "./report.ts";

export type Source = {
  readonly path: string;
  readonly text: string;
  readonly regions: ReadonlyMap<string, Region>;
  /** Repository paths of the files below code/ that it imports. */
  readonly imports: readonly string[];
  /** The reason why nobody prints or uses this file, from a `// unprinted: …` line. */
  readonly waiver: string | null;
};
export type RegionLookup =
  | { readonly kind: "found"; readonly region: Region }
  | { readonly kind: "no-file"; readonly known: readonly string[] }
  | { readonly kind: "no-region"; readonly known: readonly string[] };
export type Sources = {
  readonly all: ReadonlyMap<string, Source>;
  readonly region: (path: string, name: string) => RegionLookup;
  /** One file a source with mistakes in its region markers. */
  readonly files: readonly VFile[];
};

/** Read code/ below `root` (empty where there is none). */
export function loadSources(root: string): Sources {
  const all = new Map<string, Source>();
  const files: VFile[] = [];
  for (const name of listFiles(join(root, "code"))) {
    const path = `code/${name}`;
    if (!isSource(path)) continue;
    const { source, file } = readSource(root, path);
    files.push(file);
    all.set(path, source);
  }
  return sourcesOf(all, files);
}

/** Whether the book may print this file. */
export function isSource(path: string): boolean {
  return /^code\/.*\.(ts|js|mjs|json|sh|sql|yaml|proto|py|go|rs|java|c|h)$/.test(path);
}

/** One file of code/, and a file with the mistakes in its region markers. */
export function readSource(root: string, path: string): { source: Source; file: VFile } {
  const text = readText(join(root, path));
  const { regions, problems } = regionsOf(path, text);
  const file = new VFile({ path, value: text });
  for (const problem of problems)
    fail(file, { line: problem.line, column: 1 }, problem.rule, { reason: problem.reason });
  const source = {
    path,
    text,
    regions,
    imports: importsOf(path, text),
    waiver: /^\/\/ unprinted: (.+)$/m.exec(text)?.[1] ?? null,
  };
  return { source, file };
}

export function sourcesOf(all: ReadonlyMap<string, Source>, files: readonly VFile[]): Sources {
  const region = (path: string, name: string): RegionLookup => {
    const source = all.get(path);
    if (!source) return { kind: "no-file", known: [...all.keys()] };
    const found = source.regions.get(name);
    return found
      ? { kind: "found", region: found }
      : { kind: "no-region", known: [...source.regions.keys()] };
  };
  return { all, region, files };
}

/** Relative imports of a TypeScript file, as repository paths. */
function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g);
  return [...found].map((match) => posix.normalize(posix.join(dirname(path), match[1] ?? "")));
}

/**
 * Files of code/ that nothing printed uses: not printed, not imported from a printed file, a sample, a test or a figure, not
 * waived with a reason.
 *
 * @param printed  repository paths of files with a printed listing or transcript
 * @param figureImports  repository paths that figures import
 */
export function unusedSources(
  sources: Sources,
  printed: ReadonlySet<string>,
  figureImports: readonly string[],
): Source[] {
  const used = new Set<string>();
  const visit = (path: string): void => {
    if (used.has(path)) return;
    used.add(path);
    for (const imported of sources.all.get(path)?.imports ?? []) visit(imported);
  };
  for (const path of [...printed, ...figureImports]) visit(path);
  for (const source of sources.all.values()) if (source.waiver !== null) visit(source.path);
  // A test, an example or a launcher is used when what it is for is used.
  for (const source of sources.all.values())
    if (
      /\.test\.ts$|\/main\.ts$|example\.ts$/.test(source.path) &&
      (source.imports.length === 0 || source.imports.some((path) => used.has(path)))
    )
      visit(source.path);
  return [...sources.all.values()].filter(
    (source) => source.path.endsWith(".ts") && !used.has(source.path),
  );
}
