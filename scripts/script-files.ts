/** Where the scripts of widgets lie below html/, and how a value reaches a script of a page. Pure. */

export const corePath = "assets/widgets/core.js";

export function scriptPath(name: string): string {
  return `assets/widgets/${name}.js`;
}

/** A script that puts a value where the scripts of widgets, programs and the skill map find it. */
export function sharedScript(name: string, value: unknown): string {
  return `(globalThis.partialFailure ??= {}).${name} = ${JSON.stringify(value)};\n`;
}
