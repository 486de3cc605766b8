/** What a program is made of: its own text and the texts of all that it imports by relative paths. Keys of caches. */
import { dirname, join, posix } from "node:path";
import { isFile, readText } from "./files.ts";
import { byCodePoint } from "./report.ts";

/** Text by path, in the order of paths; the program is one of them. */
export function filesOf(root: string, path: string): ReadonlyMap<string, string> {
  const seen = new Map<string, string>();
  const follow = (name: string): void => {
    if (seen.has(name) || !isFile(join(root, name))) return;
    const text = readText(join(root, name));
    seen.set(name, text);
    for (const match of text.matchAll(/from\s+["'](\.[^"']+)["']/g))
      follow(posix.normalize(posix.join(dirname(name), match[1] ?? "")));
  };
  follow(path);
  return new Map([...seen].sort(([a], [b]) => byCodePoint(a, b)));
}

/** The same, paths and texts in turn: what a key is made of. */
export function closureOf(root: string, path: string): string[] {
  return [...filesOf(root, path)].flat();
}
