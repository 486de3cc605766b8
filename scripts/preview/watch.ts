/** Tells which files below some folders were written, once they have been quiet for a moment. */
import { existsSync, type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/** An editor writes a file in several steps: less than this apart. */
const quietMs = 15;

/**
 * Each folder is watched by itself: a file that is replaced by another of its name, as many editors save, would be lost by
 * who watches the file.
 *
 * @param roots  folders, with the name that their paths begin with
 */
export function watchFolders(
  roots: ReadonlyMap<string, string>,
  onChange: (paths: readonly string[]) => void,
): () => void {
  const watchers = new Map<string, FSWatcher>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  const note = (path: string): void => {
    changed.add(path);
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      const paths = [...changed].sort();
      changed.clear();
      onChange(paths);
    }, quietMs);
  };
  const enter = (folder: string, name: string): void => {
    if (watchers.has(folder)) return;
    const watcher = watch(folder, (_event, file) => {
      if (file === null || isTemporary(file)) return;
      if (isFolder(join(folder, file))) enter(join(folder, file), `${name}/${file}`);
      else note(`${name}/${file}`);
    });
    watcher.on("error", () => {
      watcher.close();
      watchers.delete(folder);
    });
    watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory() && !isTemporary(entry.name))
        enter(join(folder, entry.name), `${name}/${entry.name}`);
  };
  for (const [folder, name] of roots) if (existsSync(folder)) enter(folder, name);
  return () => {
    if (timer) clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Files that editors put beside the one that is written. */
function isTemporary(name: string): boolean {
  return /^\.|~$|^4913$|^#.*#$|\.sw[a-z]$/.test(name) || name === "node_modules";
}
