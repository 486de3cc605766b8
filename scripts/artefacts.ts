/**
 * Finished files: staged aside, described in build.json, moved to dist/ when all of them are whole. The last good dist/ stays
 * as it was until then.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  hashOf,
  isFile,
  listFiles,
  readBytes,
  readText,
  removeFolder,
  replaceFolder,
  sha256,
  writeFile,
} from "./files.ts";
import { byCodePoint } from "./report.ts";

/** One thing that a reader takes: a file, or a folder with an index.html. */
export type Artefact = {
  /** Path below dist/; a folder ends with `/`. */
  readonly path: string;
  readonly title: string;
  readonly group: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly pages: number | null;
  readonly words: number | null;
  readonly listings: number | null;
  readonly milliseconds: number;
};
export type BuildRecord = {
  readonly proof: Readonly<Record<string, number | boolean>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly artefacts: readonly Artefact[];
};

export type Stage = {
  readonly folder: string;
  /** Write one file below the stage. */
  readonly write: (path: string, data: string | Uint8Array) => void;
  /** Describe what has been staged at a path. */
  readonly add: (path: string, about: Omit<Artefact, "path" | "sha256" | "bytes">) => void;
  readonly artefacts: readonly Artefact[];
};

export function openStage(root: string): Stage {
  const folder = join(root, ".cache", `stage-${process.pid}`);
  removeFolder(folder);
  removeAbandoned(join(root, ".cache"));
  const artefacts: Artefact[] = [];
  return {
    folder,
    artefacts,
    write: (path, data) => writeFile(join(folder, path), data),
    add: (path, about) => {
      const names = path.endsWith("/")
        ? listFiles(join(folder, path)).map((name) => path + name)
        : [path];
      const files = names.map((name) => ({ name, data: readBytes(join(folder, name)) }));
      const bytes = files.reduce((sum, file) => sum + file.data.length, 0);
      const hash = path.endsWith("/")
        ? hashOf(files.flatMap((file) => [file.name, file.data]))
        : sha256(files[0]?.data ?? "");
      artefacts.push({ path, sha256: hash, bytes, ...about });
    },
  };
}

/** What builds have left that were ended before they were done. */
function removeAbandoned(cache: string): void {
  if (!existsSync(cache)) return;
  for (const name of readdirSync(cache)) {
    const pid = /^(?:stage|dist)-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) removeFolder(join(cache, name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const lockSecondsMax = 30;

/** Do something while no other build of this book does it. A lock whose process is gone counts for nothing. */
async function alone(root: string, work: () => Promise<void>): Promise<void> {
  const lock = join(root, ".cache", "publish.lock");
  mkdirSync(dirname(lock), { recursive: true });
  const deadlineMs = performance.now() + lockSecondsMax * 1000;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = isFile(lock) ? Number(readText(lock)) : 0;
      if (holder > 0 && !isRunning(holder)) rmSync(lock, { force: true });
      else if (performance.now() > deadlineMs)
        throw new Error(`Another build holds ${lock}; remove it if there is none`);
      else await setTimeout(50);
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/**
 * Move what was staged to dist/. A whole build replaces dist/; a part of one replaces its own artefacts.
 *
 * @param startPage  makes index.html from the record of everything that is in dist/ then
 */
export function publish(
  root: string,
  stage: Stage,
  record: Omit<BuildRecord, "artefacts">,
  whole: boolean,
  startPage: (record: BuildRecord) => Promise<string>,
): Promise<void> {
  return alone(root, () => replaceDist(root, stage, record, whole, startPage));
}

async function replaceDist(
  root: string,
  stage: Stage,
  record: Omit<BuildRecord, "artefacts">,
  whole: boolean,
  startPage: (record: BuildRecord) => Promise<string>,
): Promise<void> {
  const dist = join(root, "dist");
  const kept = whole
    ? []
    : earlierArtefacts(dist).filter(
        (old) => !stage.artefacts.some((artefact) => artefact.path === old.path),
      );
  const all: BuildRecord = {
    ...record,
    artefacts: [...stage.artefacts, ...kept].sort((a, b) => byCodePoint(a.path, b.path)),
  };
  const next = join(root, ".cache", `dist-${process.pid}`);
  removeFolder(next);
  mkdirSync(next, { recursive: true });
  for (const artefact of kept) copyInto(join(dist, artefact.path), join(next, artefact.path));
  for (const artefact of stage.artefacts)
    moveInto(join(stage.folder, artefact.path), join(next, artefact.path));
  writeFile(join(next, "index.html"), await startPage(all));
  writeFile(join(next, "build.json"), `${JSON.stringify(all, null, 2)}\n`);
  replaceFolder(next, dist);
  removeFolder(stage.folder);
}

function earlierArtefacts(dist: string): readonly Artefact[] {
  const path = join(dist, "build.json");
  if (!existsSync(path)) return [];
  const record = JSON.parse(readText(path)) as BuildRecord;
  return record.artefacts.filter((artefact) => existsSync(join(dist, artefact.path)));
}

function moveInto(from: string, to: string): void {
  mkdirSync(dirname(to.replace(/\/$/, "")), { recursive: true });
  rmSync(to, { recursive: true, force: true });
  renameSync(from.replace(/\/$/, ""), to.replace(/\/$/, ""));
}
function copyInto(from: string, to: string): void {
  mkdirSync(dirname(to.replace(/\/$/, "")), { recursive: true });
  cpSync(from, to, { recursive: true });
}
