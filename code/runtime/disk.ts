/**
 * Disks that keep their word: a value that `write` has returned from is
 * there after a crash, whole; one that it has not is there whole, or the
 * one before it is. A file a key, in a folder that no other process uses.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Json } from "../kernel/node.ts";
import type { Disk } from "./drive.ts";

/** How far a write has got; where a test may kill the process. */
export const writePoints = [
  "opened",
  "written",
  "synced",
  "renamed",
] as const;
export type WritePoint = (typeof writePoints)[number];

/** What stands in a file: names of files do not hold every key. */
type Record = { readonly key: string; readonly value: Json };

/** A disk in a folder, which is made if need be. */
export function folderDisk(
  folder: string,
  at: (point: WritePoint) => void = () => {},
): Disk {
  makeFolder(folder);
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".tmp")) rmSync(join(folder, name));
  }
  return {
    read: () => readFolder(folder),
    write(key, value) {
      const record: Record = { key, value };
      const text = `${JSON.stringify(record)}\n`;
      replaceFile(folder, fileName(key), text, at);
    },
  };
}

/** A disk that ends with the process. */
export function memoryDisk(): Disk {
  const texts = new Map<string, string>();
  return {
    read: () =>
      Object.fromEntries(
        [...texts].map(([key, text]) => [key, JSON.parse(text)]),
      ),
    write(key, value) {
      texts.set(key, JSON.stringify(value));
    },
  };
}

// #region replace-file
/** Write aside, force it down, then swap: old or new, never a half. */
function replaceFile(
  folder: string,
  name: string,
  text: string,
  at: (point: WritePoint) => void,
): void {
  const aside = join(folder, `${name}.tmp`);
  const file = openSync(aside, "w");
  at("opened");
  writeFileSync(file, text);
  at("written");
  // Without this the name could reach the disk before the bytes.
  fsyncSync(file);
  closeSync(file);
  at("synced");
  renameSync(aside, join(folder, name));
  at("renamed");
  // The name itself is a change to the folder.
  syncFolder(folder);
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
// #endregion replace-file

// #region read-folder
/** All values in a folder, by key; what stands aside is none of them. */
export function readFolder(folder: string): { [key: string]: Json } {
  const entries = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const { key, value } = readRecord(join(folder, name));
      return [key, value] as const;
    });
  return Object.fromEntries(entries);
}

/** A torn file under its final name is a disk that lies: stop here. */
function readRecord(path: string): Record {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Record;
  } catch (cause) {
    throw new Error(`${path} is damaged.`, { cause });
  }
}
// #endregion read-folder

// #region file-name
/**
 * A key may be any text: empty, "..", a thousand signs long, or another
 * only in upper case. The hash tells keys apart, the rest is for people.
 */
export function fileName(key: string): string {
  const readable = key.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const hash = createHash("sha256").update(JSON.stringify(key));
  const digits = hash.digest("hex").slice(0, 32);
  return `${readable.slice(0, 40)}.${digits}.json`;
}
// #endregion file-name

/** Each folder that is new is a new name in the one above it. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    // Not recursive: in /proc Node would try again for ever.
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been first.
    if (!existsSync(folder)) throw error;
  }
  syncFolder(dirname(folder));
}
