/** Which lines of the dial's code brought a request to its end: the region that a widget shows, with one of its lines. */
import { type Level, levels } from "../code/consistency/levels.ts";
import type { Step } from "../scripts/widget/contract.ts";
import type { Answer } from "./request-marks.ts";

/** Regions of code/, for the widgets that ask the dial. */
export const dialCode = {
  here: { file: "code/consistency/dial.ts", region: "serve-here" },
  leader: { file: "code/consistency/dial.ts", region: "leader" },
  quorum: { file: "code/abd/phases.ts", region: "finish" },
  late: { file: "code/consistency/dial.ts", region: "give-up" },
};

/** A client that had no answer at all in this time has given up by itself, and no replica ran anything. */
const clientGivesUpMs = 500;

type Ended = {
  readonly op: "read" | "write";
  readonly answer: Answer;
  readonly tookMs: number;
};

export function dialLine(level: string, { op, answer, tookMs }: Ended): Step<unknown>["code"] {
  const path = levels[level as Level][op];
  if (answer === "refused") {
    if (tookMs >= clientGivesUpMs) return null;
    return path === "quorum"
      ? { listing: path, line: 'text: "no majority"' }
      : { listing: "late", line: "return [without(state, late), [reply(late, error)]];" };
  }
  return { listing: path, line: lines[path][op] };
}

/** The replica that was asked passes on what the leader said. */
const passedOn = "return [without(state, asked), [reply(asked, body.answer)]];";
const majority = 'const ok = isRead ? { type: "read_ok", value } : { type: "write_ok" };';
const lines = {
  here: {
    read: 'const ok = { type: "read_ok", value, tag, seen };',
    write: 'const ok = { type: "write_ok", ...proofOf(next, held) };',
  },
  leader: { read: passedOn, write: passedOn },
  quorum: { read: majority, write: majority },
};
