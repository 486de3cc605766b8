/** The toolchain's way to the disk: read, list in a fixed order, hash, write aside and rename. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { byCodePoint } from "./report.ts";

export function readText(path: string): string {
  return readFileSync(path, "utf8")
    .replace(/\r\n?/g, "\n")
    .replace(/^\uFEFF/, "");
}

export function readBytes(path: string): Uint8Array {
  return readFileSync(path);
}

export function exists(path: string): boolean {
  return existsSync(path);
}

export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // A link that leads to itself, or a path through a file: no file either.
    return false;
  }
}

/**
 * Paths of all files below a folder, relative to it, with `/`, sorted by code point; [] where there is no such folder.
 * A linked file counts as a file; a linked folder is not entered, since it may lead back to where it stands.
 */
export function listFiles(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const found: string[] = [];
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
      if (entry.isDirectory()) walk(path);
      // A link is read where it leads to a file of the same book, and not where it leads out of it.
      else if (
        entry.isFile() ||
        (entry.isSymbolicLink() &&
          isFile(join(folder, path)) &&
          isWithin(join(folder, ".."), join(folder, path)))
      )
        found.push(path);
    }
  };
  walk("");
  return found.sort(byCodePoint);
}

/**
 * A path that an author wrote, made whole; null where it would leave the book's folder. A symbolic
 * link that leads out of it leaves it too.
 */
export function insideRoot(root: string, written: string): string | null {
  if (written === "" || isAbsolute(written) || written.includes("\0")) return null;
  const whole = resolve(root, written);
  const inside = relative(root, whole);
  if (inside === "" || inside.startsWith("..") || isAbsolute(inside)) return null;
  return exists(whole) && !isWithin(root, whole) ? null : whole;
}

/** True where a path, with its links followed, lies in a folder. */
function isWithin(folder: string, path: string): boolean {
  const inside = relative(realpathSync(folder), realpathSync(path));
  return !inside.startsWith("..") && !isAbsolute(inside);
}

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** One hash over many parts; the parts' borders count. */
export function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(`${part.length}\n`);
    hash.update(part);
  }
  return hash.digest("hex");
}

export function writeFile(path: string, data: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
}

/** Put a finished folder in the place of an old one. The old one is gone only when the new one is whole. */
export function replaceFolder(made: string, place: string): void {
  const old = `${place}.old`;
  rmSync(old, { recursive: true, force: true });
  mkdirSync(dirname(place), { recursive: true });
  if (existsSync(place)) renameSync(place, old);
  renameSync(made, place);
  rmSync(old, { recursive: true, force: true });
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
