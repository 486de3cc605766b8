/** Who waits for whom in minute 6, and where the walk ends. */

import { viewsAt } from "../code/incidents/walk.example.ts";
import type { View } from "../code/incidents/walk.ts";
import { walk } from "../code/incidents/walk.ts";
import { arrow, label, rect, svg } from "./draw.ts";

export const program = "incidents/walk";
export const seed = 7;

const quiet = { class: "label-quiet" };
const middle = { "text-anchor": "middle" };

const places: { readonly [id: string]: readonly [number, number] } = {
  front: [6, 74],
  catalog: [172, 12],
  orders: [172, 136],
  payments: [338, 136],
};

export function draw(): string {
  const views = viewsAt(seed, 6);
  const path = walk(views, ["front"]);
  const at = (id: string, n: number) => views[id]?.waitingFor[n === 0 ? "catalog" : "orders"] ?? 0;
  return svg(
    456,
    246,
    ...Object.entries(views).flatMap(([id, view]) => box(id, view, path)),
    arrow(118, 92, 170, 58, "quiet"),
    label(140, 62, `${at("front", 0)} wait`, { ...quiet, ...middle }),
    arrow(118, 128, 170, 162, "accent", { "stroke-width": 2.4 }),
    label(136, 162, `${at("front", 1)} wait`, middle),
    arrow(284, 172, 336, 172, "accent", { "stroke-width": 2.4 }),
    label(309, 164, `${views.orders?.waitingFor.payments ?? 0} wait`, middle),
    ...key(),
  );
}

/** One square a worker: filled for own work, striped out for waiting. */
function box(id: string, view: View, path: readonly string[]): readonly string[] {
  const [x, y] = places[id] ?? [0, 0];
  const isEnd = path.at(-1) === id;
  const waiting = Object.values(view.waitingFor).reduce((sum, n) => sum + n, 0);
  const cells = Array.from({ length: view.workers }, (_, n) => {
    const kind = n < view.working ? "own" : n < view.working + waiting ? "wait" : "idle";
    return cell(x + 8 + 12.5 * n, y + 44, kind);
  });
  const tone = path.includes(id) ? "stroke-accent" : "stroke-ink";
  return [
    rect(x, y, 112, 70, { class: `fill-paper ${tone}`, "stroke-width": isEnd ? 2.6 : 1.2 }),
    label(x + 8, y + 17, id, { class: "label-strong" }),
    label(x + 8, y + 33, `queue ${view.queue}`, quiet),
    ...cells,
  ];
}

function cell(x: number, y: number, kind: "own" | "wait" | "idle"): string {
  const looks = {
    own: "fill-ink stroke-ink",
    wait: "fill-field stroke-accent",
    idle: "fill-paper stroke-quiet dashed",
  };
  return rect(x, y, 10, 16, { class: looks[kind], "stroke-width": 1 });
}

function key(): readonly string[] {
  return [
    cell(6, 224, "own"),
    label(22, 236, "own work"),
    cell(94, 224, "wait"),
    label(110, 236, "waits for another service"),
    cell(262, 224, "idle"),
    label(278, 236, "idle"),
  ];
}
