/** What screens need and takes longer to make than a page to set, kept by hash: subsets of faces, highlighted programs. */
import { extname, join } from "node:path";
import { cacheFolder, toolchainRoot } from "./book.ts";
import { hashOf, isFile, readBytes, readText, writeFile } from "./files.ts";
import { type Face, subsetFace } from "./fonts.ts";
import { createHighlight, type Highlight } from "./highlight.ts";
import { serializeHtml } from "./output/document.ts";
import type { Program } from "./output/program-pages.ts";
import type { Sources } from "./sources.ts";

export function keptSubset(root: string): (face: Face, characters: string) => Promise<Uint8Array> {
  const toolchain = ["package-lock.json", "scripts/fonts.ts"].map((path) =>
    readText(join(toolchainRoot, path)),
  );
  return async (face, characters) => {
    const text = [...new Set(characters)].sort().join("");
    const path = join(cacheFolder(root, "fonts"), `${hashOf([face.id, text, ...toolchain])}.woff2`);
    if (isFile(path)) return new Uint8Array(readBytes(path));
    const subset = await subsetFace(face, text);
    writeFile(path, subset);
    return subset;
  };
}

/** Files of code/ with each line as HTML. */
export function keptPrograms(
  root: string,
  sources: Sources,
): (paths: readonly string[]) => Promise<ReadonlyMap<string, Program>> {
  const toolchain = ["package-lock.json", "scripts/highlight.ts", "scripts/kept.ts"].map((path) =>
    readText(join(toolchainRoot, path)),
  );
  return async (paths) => {
    const found = paths.flatMap((path) => sources.all.get(path) ?? []);
    const languages = [...new Set(found.map(({ path }) => languageOf(path)))];
    let highlight: Highlight | null = null;
    const programs = new Map<string, Program>();
    for (const { path, text, regions } of found) {
      const kept = join(
        cacheFolder(root, "programs"),
        `${hashOf([path, text, ...toolchain])}.json`,
      );
      if (!isFile(kept)) {
        highlight ??= await createHighlight(languages);
        const lines = highlight(text.replace(/\n$/, ""), languageOf(path));
        writeFile(kept, JSON.stringify(lines.map((spans) => serializeHtml(spans))));
      }
      const lines = JSON.parse(readText(kept)) as string[];
      programs.set(path, { text, regions, lines });
    }
    return programs;
  };
}

function languageOf(path: string): string {
  return extname(path).slice(1);
}
