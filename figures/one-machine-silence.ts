/** Three runs with the same view for the client: what the server did differs. */
import { delayMs, silences, wait } from "../code/fallacies/silence.scenario.ts";
import { arrow, circle, label, line, rect, svg } from "./draw.ts";

export const program = "fallacies/silence";
export const seed = 1;

const untilMs = 136;
const [topPx, perMs, panelPx] = [52, 1.3, 152];
const y = (ms: number) => topPx + perMs * ms;
const strong = { class: "label-strong", "text-anchor": "middle" };
const quiet = { class: "label-quiet", "text-anchor": "middle" };

export function draw(): string {
  const bottom = y(untilMs);
  const view = rect(2, y(0) - 8, 452, y(100) - y(0) + 8, { class: "fill-field" });
  const panels = Object.keys(silences).flatMap((name, at) => panel(name, panelPx * at));
  return svg(456, bottom + 22, view, ...panels);
}

function panel(name: string, left: number): readonly string[] {
  const [clientX, serverX] = [left + 40, left + 112];
  const x = (id: string) => (id === "client" ? clientX : serverX);
  const early = wait(name, untilMs);
  const { trace } = early;
  const bottom = y(untilMs);
  const axis = { class: "stroke-rule", "stroke-width": 1.4 };
  const arrows = trace.flatMap((event) => {
    if (event.kind === "deliver") {
      const { src, dest } = event.message;
      return [arrow(x(src), y(event.sentMs), x(dest), y(event.sentMs + delayMs), "blue")];
    }
    if (event.kind !== "drop") return [];
    const { src, dest } = event.message;
    const [endX, endMs] = [
      x(src) + 0.6 * (x(dest) - x(src)),
      event.sentMs + 0.6 * (event.dueMs - event.sentMs),
    ];
    return [
      line(x(src), y(event.sentMs), endX, y(endMs), {
        class: "stroke-accent dashed",
        "stroke-width": 1.2,
      }),
      label(endX, y(endMs) + 4, "×", { class: "label-strong", "text-anchor": "middle" }),
    ];
  });
  const counted = trace.flatMap((event) => {
    if (event.kind !== "send" || event.message.src !== "server") return [];
    return [
      circle(serverX, y(event.atMs), 3.4, { class: "fill-green" }),
      label(serverX + 7, y(event.atMs) + 4, `= ${event.message.body.value}`, {
        class: "label",
      }),
    ];
  });
  const pause = trace.flatMap((event) =>
    event.kind === "pause"
      ? [
          line(serverX, y(event.atMs), serverX, y(event.atMs + event.forMs), {
            class: "stroke-accent",
            "stroke-width": 4,
          }),
          label(serverX - 7, y(60), "paused", { class: "label", "text-anchor": "end" }),
        ]
      : [],
  );
  const { count } = wait(name, 100).state<{ readonly count: number }>("server");
  return [
    label(left + 76, 12, name, strong),
    label(clientX, 34, "client", quiet),
    label(serverX, 34, "server", quiet),
    line(clientX, topPx - 10, clientX, bottom, axis),
    line(serverX, topPx - 10, serverX, bottom, axis),
    ...pause,
    ...arrows,
    ...counted,
    label(clientX - 6, y(100) + 4, "100", { class: "label-quiet", "text-anchor": "end" }),
    label(clientX - 6, y(0) + 4, "0 ms", { class: "label-quiet", "text-anchor": "end" }),
    label(left + 76, bottom + 16, `counted by 100 ms: ${count}`, quiet),
  ];
}
