/** Subsets of faces, kept by the hash of face and characters: making one takes longer than setting a page. */
import { join } from "node:path";
import { cacheFolder, toolchainRoot } from "./book.ts";
import { hashOf, isFile, readBytes, readText, writeFile } from "./files.ts";
import { type Face, subsetFace } from "./fonts.ts";

export function keptSubset(root: string): (face: Face, characters: string) => Promise<Uint8Array> {
  const lock = readText(join(toolchainRoot, "package-lock.json"));
  return async (face, characters) => {
    const text = [...new Set(characters)].sort().join("");
    const path = join(cacheFolder(root, "fonts"), `${hashOf([face.id, lock, text])}.woff2`);
    if (isFile(path)) return new Uint8Array(readBytes(path));
    const subset = await subsetFace(face, text);
    writeFile(path, subset);
    return subset;
  };
}
