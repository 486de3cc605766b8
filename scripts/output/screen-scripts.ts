/** The script of every page of the HTML edition: the files of theme/screen/ in the order in which they need each other. */
import type { ScreenDeps } from "./document.ts";
import { rankingScript } from "./search-rank.ts";

/** Where it lies below html/. */
export const screenScriptPath = "assets/screen.js";
const before = ["faces.js", "memory.js", "data.js", "settings.js", "blocks.js", "notes.js"];
const after = [
  "search.js",
  "print-pages.js",
  "previews.js",
  "progress.js",
  "shortcuts.js",
  "late.js",
];

export function screenScript({ theme }: Pick<ScreenDeps, "theme">): string {
  const text = (name: string): string => theme(`screen/${name}`);
  return [...before.map(text), rankingScript(), ...after.map(text)].join("\n");
}

/** A script that hands data to the page that asked for it. */
export function dataScript(name: string, data: unknown): string {
  return `reader.take(${JSON.stringify(name)}, ${JSON.stringify(data)});\n`;
}
