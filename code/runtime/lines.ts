/** Messages on a stream of text: one JSON object a line. */
import type { Json, Message } from "../kernel/node.ts";

/** No honest message of this book is longer; counted in characters. */
export const lineLengthMax = 4_000_000;

// #region framing
/** What of a stream has been seen but is no whole line yet. */
export type Framing = {
  readonly rest: string;
  /** The line that began is too long: on to its end. */
  readonly isSkipping: boolean;
};
export const nothingRead: Framing = { rest: "", isSkipping: false };

type Cut = {
  readonly framing: Framing;
  readonly lines: readonly string[];
  /** How many lines were too long and are gone. */
  readonly skipped: number;
};

/** A stream comes in pieces that know nothing of lines: cut it anew. */
export function cut(
  { rest, isSkipping }: Framing,
  piece: string,
  lengthMax: number,
): Cut {
  const parts = (rest + piece).split("\n");
  const begun = parts.pop() ?? "";
  const ended = isSkipping ? parts.slice(1) : parts;
  const lines = ended.filter((line) => line.length <= lengthMax);
  const isStill = isSkipping && parts.length === 0;
  const isLong = !isStill && begun.length > lengthMax;
  const next: Framing = {
    rest: isStill || isLong ? "" : begun,
    isSkipping: isStill || isLong,
  };
  const skipped = ended.length - lines.length + (isLong ? 1 : 0);
  return { framing: next, lines, skipped };
}
// #endregion framing

/** Listen to a stream, line by line; tells of lines that are too long. */
export function onLines(
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void,
  onTooLong: () => void,
  lengthMax: number = lineLengthMax,
): void {
  let framing = nothingRead;
  // The decoder keeps back half a letter until the rest of it comes.
  stream.setEncoding("utf8");
  stream.on("data", (piece) => {
    const found = cut(framing, String(piece), lengthMax);
    framing = found.framing;
    for (const line of found.lines) onLine(line);
    for (let i = 0; i < found.skipped; i++) onTooLong();
  });
}

// #region envelope
export function lineOf(message: Message): string {
  return `${JSON.stringify(message)}\n`;
}

/** A line came from outside: believe nothing of it. Null is no message. */
export function messageOf(line: string): Message | null {
  const value = parse(line);
  if (!isRecord(value)) return null;
  const { src, dest, body } = value;
  if (typeof src !== "string" || typeof dest !== "string") return null;
  if (!isRecord(body)) return null;
  const { type } = body;
  if (typeof type !== "string") return null;
  return { src, dest, body: { ...body, type } };
}
// #endregion envelope

function parse(line: string): Json | undefined {
  try {
    return JSON.parse(line) as Json;
  } catch {
    // Whoever speaks no JSON has sent no message.
    return undefined;
  }
}

function isRecord(
  value: Json | undefined,
): value is { readonly [key: string]: Json } {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value)
  );
}
