/** Whether programs parse: told with line and column before anything is made of them. */
import { join } from "node:path";
import { parse } from "@babel/parser";
import { isFile, listFiles, readText } from "../files.ts";
import type { Mistake } from "../report.ts";

export function isProgram(path: string): boolean {
  return /^(?:code|figures)\/.*\.ts$/.test(path);
}

/** What keeps a program from being read; null where nothing does. */
export function syntaxMistake(root: string, path: string): Mistake | null {
  if (!isFile(join(root, path))) return null;
  try {
    parse(readText(join(root, path)), { sourceType: "module", plugins: ["typescript"] });
    return null;
  } catch (error) {
    // The parser says by an exception where it stopped, with a place that counts columns from 0.
    const { message, loc } = error as SyntaxError & { loc?: { line: number; column: number } };
    return {
      place: `${path}:${loc?.line ?? 1}:${(loc?.column ?? 0) + 1}`,
      rule: "program-parses",
      text: message.replace(/ \(\d+:\d+\)$/, "").replace(/[.]$/, ""),
    };
  }
}

/** All programs of a book that do not parse. */
export function brokenPrograms(root: string): Mistake[] {
  return ["code", "figures"]
    .flatMap((folder) => listFiles(join(root, folder)).map((path) => `${folder}/${path}`))
    .filter(isProgram)
    .map((path) => syntaxMistake(root, path))
    .filter((mistake) => mistake !== null);
}
