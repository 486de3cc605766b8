/**
 * The run of the sample `replication`, with epochs: when each entry was
 * taken and by whom, and which of them the new leader never had.
 */
import { cutMs, failover, healMs, promoteMs } from "../code/replication/failover.scenario.ts";
import { replica } from "../code/replication/replication.ts";
import { asyncOptions, type Entry, type State } from "../code/replication/state.ts";
import { arrow, circle, label, line, rect, svg } from "./draw.ts";

export const program = "replication";
export const seed = 7;

const [fromMs, toMs, topPx, scale] = [225, 1075, 40, 0.5];
const x: Record<string, number> = { n1: 176, n2: 306, n3: 416 };
const y = (ms: number) => topPx + scale * (ms - fromMs);
const at = (id: string) => x[id] ?? 0;

export function draw(): string {
  const { sim } = failover(replica(asyncOptions), seed);
  const { log } = sim.state<State>("n2");
  const { discarded } = sim.state<State>("n1");
  const kept = log.filter(({ key, atMs }) => key !== null && atMs > fromMs);
  const ofN1 = [...kept.filter(({ client }) => client === "c1"), ...discarded];
  const ships = sim.trace.flatMap((event) =>
    event.kind === "deliver" && event.message.body.type === "ship" && event.atMs < toMs
      ? [{ ...event, entries: event.message.body.entries as readonly Entry[] }]
      : [],
  );
  const isNews = ({ entries, message }: (typeof ships)[number]) =>
    entries.length > 0 && message.dest !== "n1";
  const deposed = ships.find(({ message }) => message.dest === "n1" && message.src === "n2");
  const news = [...ships.filter(isNews), ...(deposed ? [deposed] : [])].filter(
    ({ sentMs, atMs }) => sentMs > fromMs && atMs < toMs,
  );
  const takeover = log.find(({ key }) => key === null)?.atMs ?? promoteMs;
  const endOfReign = deposed?.atMs ?? healMs;
  const bottom = y(toMs);
  const lanes = Object.keys(x).flatMap((id) => [
    label(at(id), 16, id, { class: "label-strong", "text-anchor": "middle" }),
    line(at(id), topPx - 14, at(id), bottom, { class: "stroke-rule", "stroke-width": 1.4 }),
  ]);
  const wall = (at("n1") + at("n2")) / 2;
  return svg(
    456,
    bottom + 8,
    rect(wall - 24, y(cutMs), 48, y(healMs) - y(cutMs), { class: "fill-field" }),
    label(wall, y(cutMs) + 16, "no link", { class: "label-quiet", "text-anchor": "middle" }),
    ...lanes,
    reign("n1", fromMs, endOfReign),
    reign("n2", takeover, toMs),
    ...news.map(({ message, sentMs, atMs }) =>
      arrow(at(message.src), y(sentMs), at(message.dest), y(atMs), "quiet"),
    ),
    ...moment(cutMs, "n1 is cut off, with c1"),
    ...moment(promoteMs, "n2 is promoted"),
    ...moment(healMs, "mended"),
    ...taken(ofN1, "n1", discarded),
    ...taken(
      kept.filter(({ client }) => client !== "c1"),
      "n2",
      [],
    ),
    ...window(discarded),
  );
}

/** The time in which a server takes writes. */
function reign(id: string, startMs: number, endMs: number): string {
  return line(at(id), y(startMs), at(id), y(endMs), { class: "stroke-ink", "stroke-width": 3.4 });
}

function moment(ms: number, words: string): readonly string[] {
  return [
    label(0, y(ms) - 3, words, { class: "label" }),
    label(0, y(ms) + 10, `${ms} ms`, { class: "label-quiet" }),
    line(104, y(ms), 120, y(ms), { class: "stroke-quiet", "stroke-width": 1 }),
  ];
}

/** Entries where and when they were taken: kept by n2, or lost. */
function taken(entries: readonly Entry[], id: string, lost: readonly Entry[]): readonly string[] {
  const left = id === "n1";
  let free = 0;
  return entries.flatMap((entry) => {
    const isLost = lost.includes(entry);
    const dotY = y(entry.atMs);
    // Words of near entries move down, so that none covers another.
    const wordY = Math.max(dotY, free);
    free = wordY + 11;
    return [
      circle(at(id), dotY, 4.4, {
        class: isLost ? "fill-paper stroke-accent" : "fill-green",
        "stroke-width": 2,
      }),
      label(at(id) + (left ? -9 : 9), wordY + 3.8, String(entry.value), {
        class: isLost ? "label halo label-strong" : "label halo",
        "text-anchor": left ? "end" : "start",
      }),
    ];
  });
}

/** A bracket around what was acknowledged by n1 alone. */
function window(lost: readonly Entry[]): readonly string[] {
  const times = lost.map(({ atMs }) => y(atMs));
  const [top, bottom] = [Math.min(...times) - 6, Math.max(...times) + 6];
  const edge = { class: "stroke-accent", "stroke-width": 1.4 };
  return [
    line(146, top, 146, bottom, edge),
    line(146, top, 150, top, edge),
    line(146, bottom, 150, bottom, edge),
    label(0, (top + bottom) / 2 - 8, `${lost.length} ok'd writes`, { class: "label-strong" }),
    label(0, (top + bottom) / 2 + 5, "that n1 alone has", { class: "label-strong" }),
  ];
}
