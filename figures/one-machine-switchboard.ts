/** Eight worlds, one untrue belief in each: the moment in which the counter breaks. */
import {
  type Fallacy,
  fallacies,
  naive,
  play,
  resultOf,
} from "../code/fallacies/switchboard.scenario.ts";
import type { TraceEvent } from "../code/kernel/trace.ts";
import { arrow, circle, label, line, svg } from "./draw.ts";

export const program = "fallacies";
export const seed = 7;

const words: { readonly [fallacy in Fallacy]: readonly [string, number, number] } = {
  "the network is reliable": ["not reliable", 200, 311.5],
  "latency is zero": ["latency 75 ms", 0, 260],
  "bandwidth is infinite": ["60 ms a message", 0, 260],
  "the network is secure": ["not secure", 23.5, 29.5],
  "topology does not change": ["server gone", 20, 140],
  "there is one administrator": ["restarted", 20, 140],
  "transport cost is zero": ["24 messages paid", 20, 140],
  "the network is homogeneous": ["16 values", 25.5, 33.5],
};
const [panelPx, rowPx, heightPx] = [114, 186, 118];

export function draw(): string {
  const panels = fallacies.flatMap((fallacy, at) =>
    panel(fallacy, panelPx * (at % 4), rowPx * Math.floor(at / 4)),
  );
  return svg(456, 2 * rowPx - 8, ...panels);
}

function panel(fallacy: Fallacy, left: number, top: number): readonly string[] {
  const [title, fromMs, toMs] = words[fallacy];
  const sim = play(seed, [fallacy], naive);
  const { shown, counted, doneMs } = resultOf(sim);
  const [clientX, serverX] = [left + 24, left + 82];
  const x = (id: string) => (id === "server" ? serverX : id === "client" ? clientX : serverX - 30);
  const y = (ms: number) =>
    top + 42 + ((Math.min(Math.max(ms, fromMs), toMs) - fromMs) / (toMs - fromMs)) * heightPx;
  const inside = (fromOne: number, toOne: number) => fromOne >= fromMs && toOne <= toMs;
  const arrows = sim.trace.flatMap((event) => drawn(event, { x, y, inside }));
  let lastY = 0;
  const counts = sim.trace.flatMap((event) => {
    if (event.kind !== "send" || event.message.src !== "server") return [];
    if (!inside(event.atMs, event.atMs)) return [];
    const at = y(event.atMs);
    const dot = circle(serverX, at, 1.8, { class: "fill-green" });
    if (at - lastY < 10) return [dot];
    lastY = at;
    return [
      dot,
      label(serverX + 5, at + 3.5, String(event.message.body.value), { class: "label" }),
    ];
  });
  const axis = { class: "stroke-rule", "stroke-width": 1.4 };
  const ends = doneMs === null ? "never ready" : `${doneMs} ms`;
  const told = shown === counted ? `${shown}, ${ends}` : `shown ${shown}, is ${counted}`;
  return [
    label(left + 54, top + 11, title, { class: "label-strong", "text-anchor": "middle" }),
    label(left + 54, top + 25, told, { "text-anchor": "middle" }),
    line(clientX, y(fromMs) - 8, clientX, y(toMs), axis),
    line(serverX, y(fromMs) - 8, serverX, y(toMs), axis),
    ...arrows,
    ...counts,
    label(left + 54, y(toMs) + 12, `${fromMs} to ${toMs} ms`, {
      class: "label-quiet",
      "text-anchor": "middle",
      "font-size": 9.4,
    }),
  ];
}

type Sheet = {
  readonly x: (id: string) => number;
  readonly y: (ms: number) => number;
  readonly inside: (fromMs: number, toMs: number) => boolean;
};

function drawn(event: TraceEvent, { x, y, inside }: Sheet): readonly string[] {
  const cross = (atX: number, atY: number) =>
    label(atX, atY + 3.5, "×", { class: "label-strong", "text-anchor": "middle" });
  if (event.kind === "crash" && inside(event.atMs, event.atMs))
    return [cross(x("server"), y(event.atMs))];
  if (event.kind === "deliver" && inside(event.sentMs, event.atMs)) {
    const { src, dest } = event.message;
    const tone = src === "stranger" ? "accent" : "blue";
    return [arrow(x(src), y(event.sentMs), x(dest), y(event.atMs), tone)];
  }
  if (event.kind !== "drop" || !inside(event.sentMs, event.dueMs)) return [];
  const { src, dest } = event.message;
  if (dest === "stranger") return [];
  const part = event.reason === "down" ? 0.94 : 0.6;
  const endX = x(src) + part * (x(dest) - x(src));
  const endY = y(event.sentMs) + part * (y(event.dueMs) - y(event.sentMs));
  const dashed = { class: "stroke-accent dashed", "stroke-width": 1.1 };
  return [line(x(src), y(event.sentMs), endX, endY, dashed), cross(endX, endY)];
}
