/** Tokens 33 and 34: the second story of the sample `locks/paused`, with a pause and a fence. */
import type { TraceEvent } from "../code/kernel/trace.ts";
import { paused } from "../code/locks/paused.example.ts";
import { strategies, ttlMs } from "../code/locks/strategies.scenario.ts";
import { arrow, circle, label, line, rect, svg } from "./draw.ts";

export const program = "locks/paused";
export const seed = 7;

const ids = ["w1", "l1", "s1", "w2"];
const names = ["worker w1", "lock service", "store", "worker w2"];
const x = (id: string) => 58 + 116 * ids.indexOf(id);
const top = 34;
const lastMs = 164;

type Message = Extract<TraceEvent, { kind: "deliver" }>;

export function draw(): string {
  const { trace } = paused(seed, strategies.fenced);
  const messages = shown(trace);
  const grants = messages.filter((one) => one.message.body.type === "acquire_ok");
  const ends = grants.map((one) => one.sentMs + ttlMs);
  const still = trace.flatMap((one) =>
    one.kind === "pause" || one.kind === "resume" ? [one.atMs] : [],
  );
  const times = [
    ...messages.flatMap((one) => [one.sentMs, one.atMs]),
    ...still,
    ...ends.filter((ms) => ms < lastMs),
  ];
  const y = scale(times);
  const bottom = y(lastMs) + 14;
  const [from = 0, to = 0] = still;
  return svg(
    456,
    bottom + 4,
    ...ids.flatMap((id, at) => [
      label(x(id), 14, names[at] ?? "", { class: "label-strong", "text-anchor": "middle" }),
      line(x(id), top - 12, x(id), bottom, { class: "stroke-rule", "stroke-width": 1.4 }),
    ]),
    rect(x("w1") - 6, y(from), 12, y(to) - y(from), { class: "fill-quiet" }),
    label(x("w1") - 10, (y(from) + y(to)) / 2, "stands", { "text-anchor": "end" }),
    label(x("w1") - 10, (y(from) + y(to)) / 2 + 13, "still", { "text-anchor": "end" }),
    ...grants.map((one, at) => lease(one, y, bottom, at)),
    ...messages.map((one) => arrowOf(one, y)),
    label(x("l1") + 9, y(ends[0] ?? 0) + 3, `${Math.round(ends[0] ?? 0)} ms: over`, {
      class: "label-quiet halo",
    }),
    ...messages
      .filter((one) => one.message.body.type === "write")
      .map((one) => circle(x("s1"), y(one.atMs), 3.6, { class: toneOf(one, "fill-") })),
    ...messages.map((one) => wordsOf(one, y)),
  );
}

/** What was granted, read, written or refused; not the asking in vain. */
function shown(trace: readonly TraceEvent[]): readonly Message[] {
  const types = ["acquire_ok", "read_ok", "write", "write_ok"];
  return trace.flatMap((one) =>
    one.kind === "deliver" &&
    one.atMs <= lastMs &&
    (types.includes(String(one.message.body.type)) || one.message.body.text === "STALE")
      ? [one]
      : [],
  );
}

/** Time runs down, long waits shortened. */
function scale(times: readonly number[]): (ms: number) => number {
  const sorted = [...new Set([...times, lastMs])].sort((one, two) => one - two);
  const places = new Map<number, number>();
  let at = top;
  for (const [index, ms] of sorted.entries()) {
    const gap = index === 0 ? 0 : ms - (sorted[index - 1] ?? 0);
    at += Math.min(gap * 6.5, 52);
    places.set(ms, at);
  }
  return (ms) => places.get(ms) ?? at;
}

function lease(grant: Message, y: (ms: number) => number, bottom: number, at: number): string {
  const end = grant.sentMs + ttlMs;
  const height = (end < lastMs ? y(end) : bottom) - y(grant.sentMs);
  const tone = at === 0 ? "fill-blue" : "fill-green";
  return rect(x("l1") - 4, y(grant.sentMs), 8, height, { class: tone, "fill-opacity": 0.5 });
}

function toneOf({ message }: Message, prefix: string): string {
  const isLate = message.body.text === "STALE" || message.body.token === 33;
  if (message.body.type === "acquire_ok" || message.body.type === "read_ok")
    return `${prefix}quiet`;
  return isLate && message.body.type !== "write_ok" ? `${prefix}accent` : `${prefix}green`;
}

function arrowOf(one: Message, y: (ms: number) => number): string {
  const { src, dest } = one.message;
  return arrow(x(src), y(one.sentMs), x(dest), y(one.atMs), toneOf(one, ""));
}

function wordsOf(one: Message, y: (ms: number) => number): string {
  const { src, dest, body } = one.message;
  const words: { readonly [type: string]: string } = {
    acquire_ok: `token ${body.token}`,
    read_ok: `value ${body.value}`,
    write: `write ${body.value}, ${body.token}`,
    write_ok: "ok",
    error: "refused",
  };
  const isLeft = src === "w1" || dest === "w1";
  const isFar = [src, dest].includes("s1") && isLeft;
  const isAcross = [src, dest].includes("l1") && !isLeft;
  const [from, to] = isFar ? ["l1", "s1"] : isAcross ? ["s1", "w2"] : [src, dest];
  const place = (x(from) + x(to)) / 2;
  const share = (place - x(src)) / (x(dest) - x(src));
  const at = y(one.sentMs) + share * (y(one.atMs) - y(one.sentMs));
  const isAnswer = body.type === "write_ok" || body.type === "error";
  return label(place, isAnswer ? at + 13 : at - 5, words[String(body.type)] ?? "", {
    class: "label halo",
    "text-anchor": "middle",
  });
}
