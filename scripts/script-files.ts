/** Where the scripts of widgets lie below html/, and how a value reaches a script of a page. Pure. */

export const corePath = "assets/widgets/core.js";

export function scriptPath(name: string): string {
  return `assets/widgets/${name}.js`;
}

/** The name of the widget whose script lies at a path; null where none does. */
export function widgetOf(path: string): string | null {
  const name = /^assets\/widgets\/([^/]+)\.js$/.exec(path)?.[1] ?? "core";
  return name === "core" ? null : name;
}

/** A script that puts a value where the scripts of widgets, programs and the skill map find it. */
export function sharedScript(name: string, value: unknown): string {
  return `(globalThis.partialFailure ??= {}).${name} = ${JSON.stringify(value)};\n`;
}
