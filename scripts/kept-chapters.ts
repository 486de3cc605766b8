/**
 * Chapters kept on disk between builds. A chapter is a pure function of its text and its materials, so its hash of both names
 * the file; a chapter with a mistake or a warning is never kept, since its messages have to be told again.
 */
import { dirname, join } from "node:path";
import type { Root as HastRoot } from "hast";
import type { Code, Root as MdastRoot } from "mdast";
import { hashOf, isFile, listFiles, readText, writeFile } from "./files.ts";
import { gatherNeeds, type Needs } from "./gather.ts";
import type { ChapterSource } from "./load.ts";
import type { Chapter, ChapterMeta } from "./model.ts";
import { parseMarkdown } from "./parse.ts";
import { type Materials, transformChapter } from "./pipeline.ts";
import { diagramKey, type Picture } from "./transform/figures.ts";
import type { Printed } from "./transform/listings.ts";

/** A chapter that has been read: what it needs is known, its tree is made when somebody asks. */
export type ReadChapter = {
  readonly source: ChapterSource;
  readonly needs: Needs;
  readonly tree: () => MdastRoot;
};
export type KeptChapters = {
  readonly read: (source: ChapterSource) => ReadChapter;
  readonly transform: (chapter: ReadChapter, materials: Materials, printed: Printed[]) => Chapter;
};
type Kept = {
  readonly meta: ChapterMeta;
  readonly tree: HastRoot;
  readonly printed: readonly {
    readonly path: string;
    readonly name: string;
    readonly node: Code;
  }[];
};

/**
 * @param folder  where they are kept
 * @param toolchainRoot  the toolchain itself is a part of every hash: its modules and the versions in its lock file
 */
export function keptChapters(folder: string, toolchainRoot: string): KeptChapters {
  const toolchain = hashOf([
    process.version,
    readText(join(toolchainRoot, "package-lock.json")),
    ...transforming(listFiles(join(toolchainRoot, "scripts"))).flatMap((path) => [
      path,
      readText(join(toolchainRoot, "scripts", path)),
    ]),
  ]);
  const pictureHashes = new WeakMap<object, string>();
  const hashOfPicture = (picture: Picture | undefined): string => {
    if (!picture) return "";
    const known = pictureHashes.get(picture) ?? hashOf([JSON.stringify(picture)]);
    pictureHashes.set(picture, known);
    return known;
  };
  const shared = new WeakMap<Materials, string>();
  const hashOfShared = (materials: Materials): string => {
    const known =
      shared.get(materials) ??
      hashOf([
        toolchain,
        JSON.stringify([materials.book, [...materials.chapterIds], [...materials.titleAnchors]]),
      ]);
    shared.set(materials, known);
    return known;
  };
  const hashOfChapter = ({ source, needs }: ReadChapter, materials: Materials): string =>
    hashOf([
      hashOfShared(materials),
      source.path,
      String(source.file.value),
      JSON.stringify([source.meta, source.titleInText]),
      JSON.stringify(needs.runs.map((run) => materials.runs.get(run))),
      JSON.stringify(
        needs.regions.map(([path, name]) => {
          const found = materials.sources.region(path, name);
          return found.kind === "found" ? [found.region, [...found.region.nested]] : found;
        }),
      ),
      ...needs.pictures.map((path) => hashOfPicture(materials.pictures.get(path))),
      ...needs.diagrams.map((text) => hashOfPicture(materials.pictures.get(diagramKey(text)))),
    ]);

  return {
    read(source) {
      const path = join(
        folder,
        `${hashOf([toolchain, source.path, String(source.file.value)])}.needs.json`,
      );
      let parsed: MdastRoot | null = null;
      const tree = (): MdastRoot => {
        parsed ??= parseMarkdown(source.file);
        return parsed;
      };
      if (isFile(path)) return { source, tree, needs: JSON.parse(readText(path)) as Needs };
      const needs = gatherNeeds([{ tree: tree(), folder: dirname(source.path) }]);
      writeFile(path, JSON.stringify(needs));
      return { source, tree, needs };
    },
    transform(chapter, materials, printed) {
      const { source } = chapter;
      const path = join(folder, `${hashOfChapter(chapter, materials)}.json`);
      if (isFile(path)) {
        const kept = JSON.parse(readText(path)) as Kept;
        for (const { path: file, name, node } of kept.printed) {
          const found = materials.sources.region(file, name);
          if (found.kind === "found")
            printed.push({ region: found.region, file: source.file, node });
        }
        return { path: source.path, file: source.file, meta: kept.meta, tree: kept.tree };
      }
      const messages = source.file.messages.length;
      const mine: Printed[] = [];
      const made = transformChapter(source, chapter.tree(), materials, mine);
      printed.push(...mine);
      if (source.file.messages.length === messages) {
        const kept: Kept = {
          meta: made.meta,
          tree: made.tree,
          printed: mine.map(({ region, node }) => ({ path: region.path, name: region.name, node })),
        };
        writeFile(path, JSON.stringify(kept));
      }
      return made;
    },
  };
}

/** Modules that a chapter may depend on: outputs and the preview stand below the pipeline and cannot reach it. */
function transforming(paths: readonly string[]): string[] {
  return paths.filter((path) => !/^(?:output|preview)\//.test(path));
}
