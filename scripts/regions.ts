/**
 * Source text -> its named regions, or what is wrong with them. A region stands between `#region name` and
 * `#endregion name` comments; regions nest; the marker lines belong to no text.
 */
import type { Region } from "./model.ts";
import type { RuleId } from "./rules.ts";

export type RegionProblem = {
  readonly line: number;
  readonly rule: RuleId;
  readonly reason: string;
};

const marker = /^\s*(?:\/\/|#|--|%|;|\/\*|<!--)\s*#(region|endregion)\b[ \t]*([^\s*]*)/;

/**
 * Cut a source file into regions.
 *
 * @param path  repository path, kept in each region
 * @param source  the file's text, lines ended by \n
 */
export function regionsOf(
  path: string,
  source: string,
): { regions: Map<string, Region>; problems: RegionProblem[] } {
  const regions = new Map<string, Region>();
  const problems: RegionProblem[] = [];
  const open: {
    name: string;
    line: number;
    lines: number[];
    nested: Map<string, [number, number]>;
  }[] = [];
  const firstLine = new Map<string, number>();
  const all = source.split("\n");

  all.forEach((text, index) => {
    const line = index + 1;
    const match = marker.exec(text);
    if (!match) {
      for (const region of open) region.lines.push(line);
      return;
    }
    const [, kind, name = ""] = match;
    if (name === "") {
      problems.push({ line, rule: "region-closed", reason: `A #${kind} marker needs a name` });
    } else if (kind === "region") {
      const first = firstLine.get(name);
      if (first !== undefined)
        problems.push({
          line,
          rule: "region-unique",
          reason: `Region "${name}" is marked twice; first in line ${first}`,
        });
      else firstLine.set(name, line);
      open.push({ name, line, lines: [], nested: new Map() });
    } else {
      const region = open.pop();
      if (!region) {
        problems.push({ line, rule: "region-closed", reason: `#endregion ${name} closes nothing` });
        return;
      }
      if (region.name !== name) {
        problems.push({
          line,
          rule: "region-closed",
          reason: `#endregion ${name} stands where region "${region.name}" of line ${region.line} is open`,
        });
      }
      const made = regionFrom(path, region, all);
      if (made.text.trim() === "")
        problems.push({
          line: region.line,
          rule: "region-not-empty",
          reason: `Region "${region.name}" has no lines`,
        });
      regions.set(region.name, made);
      for (const around of open) {
        const from = around.lines.length - region.lines.length + 1;
        around.nested.set(region.name, [from, around.lines.length]);
      }
    }
  });
  for (const region of open)
    problems.push({
      line: region.line,
      rule: "region-closed",
      reason: `Region "${region.name}" is never closed`,
    });
  return { regions, problems };
}

type OpenRegion = { name: string; lines: number[]; nested: Map<string, [number, number]> };

/** Outdent, and drop blank lines at both ends (nested ranges move along). */
function regionFrom(path: string, open: OpenRegion, all: readonly string[]): Region {
  const lines = [...open.lines];
  const textOf = (line: number | undefined): string =>
    line === undefined ? "" : (all[line - 1] ?? "");
  let dropped = 0;
  while (lines.length > 0 && textOf(lines[0]).trim() === "") {
    lines.shift();
    dropped += 1;
  }
  while (lines.length > 0 && textOf(lines.at(-1)).trim() === "") lines.pop();
  const texts = lines.map((line) => textOf(line));
  const indents = texts
    .filter((text) => text.trim() !== "")
    .map((text) => /^ */.exec(text)?.[0].length ?? 0);
  const indent = indents.length > 0 ? Math.min(...indents) : 0;
  const nested = new Map<string, readonly [number, number]>();
  for (const [name, [from, to]] of open.nested)
    nested.set(name, [Math.max(1, from - dropped), Math.min(lines.length, to - dropped)]);
  return {
    path,
    name: open.name,
    text: texts.map((text) => text.slice(indent).trimEnd()).join("\n"),
    lines,
    nested,
  };
}
