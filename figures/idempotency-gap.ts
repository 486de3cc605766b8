/**
 * The shop of the sample `idempotency/outbox` dies between its first
 * effect and its second: with two writes, and with an outbox.
 */
import { play } from "../code/idempotency/crash-points.scenario.ts";
import { ordering, type Way, ways } from "../code/idempotency/outbox.scenario.ts";
import { arrow, circle, element, label, line, rect, svg } from "./draw.ts";

export const program = "idempotency/outbox";
export const seed = 7;

const ids = ["s1", "q1", "i1"];
const heads = ["shop", "queue", "parcels"];
const [topPx, scale, toMs] = [58, 1.5, 114];
const y = (ms: number) => topPx + scale * (ms - 5);
const middle = { "text-anchor": "middle" };

export function draw(): string {
  const [dual, , , outbox] = ways;
  if (dual === undefined || outbox === undefined) throw new Error("no way");
  return svg(
    456,
    y(toMs) + 20,
    panel(dual, "database, then queue", 0),
    panel(outbox, "outbox and inbox", 236),
  );
}

function panel(way: Way, title: string, leftPx: number): string {
  const x = (id: string) => leftPx + 50 + 64 * ids.indexOf(id);
  const { sim } = play(ordering(seed, way), { node: "s1", step: 0, effect: 1 });
  const events = sim.trace.filter(({ atMs }) => atMs <= toMs);
  const lines = ids.flatMap((id, nth) => [
    label(x(id), 32, heads[nth] ?? "", { class: "label-strong", ...middle }),
    line(x(id), topPx - 18, x(id), y(toMs), { class: "stroke-rule", "stroke-width": 1.4 }),
  ]);
  const drawn = events.flatMap((event) => {
    if (event.kind === "deliver") {
      const { src, dest, body } = event.message;
      if (dest === "s1" && src === "c1") {
        return [
          arrow(leftPx + 4, y(event.sentMs), x("s1"), y(event.atMs), "blue"),
          label(leftPx + 2, y(event.sentMs) - 5, "order"),
        ];
      }
      if (!ids.includes(src) || !ids.includes(dest)) return [];
      const isBack = ["published", "handled"].includes(body.type);
      const tone = isBack ? "green" : "blue";
      return [arrow(x(src), y(event.sentMs), x(dest), y(event.atMs), tone)];
    }
    if (event.kind === "crash") {
      const at = y(event.atMs);
      const cross = { class: "stroke-accent", "stroke-width": 2 };
      return [
        line(x("s1") - 5, at + 3, x("s1") + 5, at + 13, cross),
        line(x("s1") + 5, at + 3, x("s1") - 5, at + 13, cross),
        label(x("s1") + 11, at + 12, "dies", { class: "label halo fill-accent" }),
      ];
    }
    if (event.kind === "restart") {
      return [
        circle(x("s1"), y(event.atMs), 4, { class: "fill-paper stroke-ink", "stroke-width": 1.3 }),
        label(x("s1") - 9, y(event.atMs) + 4, "back", { "text-anchor": "end" }),
      ];
    }
    if (event.kind !== "persist" || event.node !== "s1" || event.atMs > 20) return [];
    return [
      rect(x("s1") - 4, y(event.atMs) - 4, 8, 8, { class: "fill-ink" }),
      element(
        "g",
        {},
        label(
          x("s1") + 11,
          y(event.atMs) - 1,
          title.startsWith("outbox") ? "order + message stored" : "order stored",
          { class: "label halo" },
        ),
      ),
    ];
  });
  const shipped = (sim.state("i1") as { shipped: readonly string[] }).shipped.length;
  const stored = (sim.state("s1") as { orders: readonly string[] }).orders.length;
  const verdict = label(
    leftPx + 114,
    y(toMs) + 16,
    `${stored} order, ${shipped} ${shipped === 1 ? "parcel" : "parcels"}`,
    { class: stored === shipped ? "label-strong" : "label-strong fill-accent", ...middle },
  );
  return element(
    "g",
    {},
    label(leftPx + 114, 12, title, { class: "label-strong", ...middle }),
    ...lines,
    ...drawn,
    verdict,
  );
}
