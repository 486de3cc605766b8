/**
 * Authors' mistakes: collected on the file that they are in, printed together, sorted by place.
 * A mistake never throws; commands stop after all files have been looked at (`hasErrors`).
 */
import { distance } from "fastest-levenshtein";
import type { Node, Point, Position } from "unist";
import type { VFile } from "vfile";
import type { VFileMessage } from "vfile-message";
import type { RuleId } from "./rules.ts";

export type Problem = {
  /** One sentence: what is wrong. */
  readonly reason: string;
  /** What stands there. */
  readonly found?: string;
  /** What was expected, in words. */
  readonly expected?: string;
  /** Names that would have been right; the nearest to `found` is proposed. */
  readonly known?: readonly string[];
  /** The other end: a place in another file, as `path:line` with a word on it. */
  readonly other?: string;
};

/**
 * Note a mistake at a node, point or position of a file.
 *
 * @returns the message, with `fatal` set so that it counts as an error.
 */
export function fail(
  file: VFile,
  place: Node | Point | Position | undefined,
  rule: RuleId,
  problem: Problem,
): VFileMessage {
  const where = place && "type" in place ? place.position : (place as Point | Position | undefined);
  const message = file.message(problem.reason, { place: where, ruleId: rule, source: "book" });
  message.fatal = true;
  if (problem.found !== undefined) message.actual = problem.found;
  const nearest = nearestName(problem.found ?? "", problem.known ?? []);
  const expected = problem.expected ?? (problem.known ? someOf(problem.known) : undefined);
  if (expected !== undefined) message.expected = [expected];
  const notes = [
    nearest === undefined ? "" : `did you mean "${nearest}"?`,
    problem.other ? `see ${problem.other}` : "",
  ];
  const note = notes.filter((part) => part !== "").join("; ");
  if (note !== "") message.note = note;
  return message;
}

/** The known name that is nearest to what was written, unless none is near. */
export function nearestName(found: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, cost: distance(found.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.cost - b.cost || (a.name < b.name ? -1 : 1));
  const best = ranked[0];
  if (!best || found === "") return undefined;
  return best.cost <= Math.max(2, Math.floor(found.length / 2)) ? best.name : undefined;
}

/** A list of names for a message: all of a few, the first ten of many. */
function someOf(known: readonly string[]): string {
  if (known.length === 0) return "none is known";
  const shown = [...known].sort(byCodePoint).slice(0, 10).join(", ");
  const more = known.length > 10 ? `, … (${known.length} in all)` : "";
  return known.length === 1 ? shown : `one of ${shown}${more}`;
}

export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function hasErrors(files: readonly VFile[]): boolean {
  return files.some((file) => file.messages.some((message) => message.fatal === true));
}

/** A message as a person reads it: where, which rule, what is wrong. */
export type Mistake = { readonly place: string; readonly rule: string; readonly text: string };

/** All messages of all files, one a line, in the order of paths and places; equal lines once. */
export function formatMessages(files: readonly VFile[]): string {
  return formatMistakes(mistakesOf(files));
}

export function formatMistakes(mistakes: readonly Mistake[]): string {
  const lines = mistakes.map(({ place, rule, text }) => `${place}  ${rule}  ${text}`);
  return [...new Set(lines)].join("\n");
}

export function mistakesOf(files: readonly VFile[]): Mistake[] {
  return files
    .flatMap((file) => file.messages.map((message) => ({ path: file.path ?? "?", message })))
    .sort(
      (a, b) =>
        byCodePoint(a.path, b.path) ||
        (a.message.line ?? 0) - (b.message.line ?? 0) ||
        (a.message.column ?? 0) - (b.message.column ?? 0) ||
        byCodePoint(a.message.reason, b.message.reason),
    )
    .map(({ path, message }) => mistakeOf(path, message));
}

function mistakeOf(path: string, message: VFileMessage): Mistake {
  const place = `${path}:${message.line ?? 1}:${message.column ?? 1}`;
  const expected = message.expected?.[0];
  const parts = [
    message.reason.replace(/[.]$/, ""),
    message.actual === undefined ? "" : `found ${quoted(message.actual)}`,
    expected === undefined ? "" : `expected ${expected}`,
    message.note ?? "",
  ];
  const text = parts.filter((part) => part !== "").join("; ");
  return { place, rule: message.ruleId ?? "unknown", text };
}

function quoted(text: string): string {
  const oneLine = text.replace(/\s+/g, " ");
  return `"${oneLine.length > 70 ? `${oneLine.slice(0, 67)}…` : oneLine}"`;
}
