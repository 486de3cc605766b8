/**
 * TypeScript of the book → a script that a worker can load: types gone, imports as `require`, every line where it was. A script
 * of its own, which a page asks for when something runs.
 */
import { transform } from "sucrase";

/** @throws Error  with `(line:column)` where the text does not parse */
function strip(path: string, text: string): string {
  // What a program does when it is called by its name is done by the worker here.
  const source = text.replaceAll("import.meta.main", "false");
  return transform(source, {
    transforms: ["typescript", "imports"],
    disableESTransforms: true,
    production: true,
    filePath: path,
  }).code;
}

Object.assign((globalThis as unknown as { partialFailure: object }).partialFailure, { strip });
