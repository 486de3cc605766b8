/** The saga board: two orders of the steps, who says no, and what was seen. */
import { board, orders, refusals } from "../code/sagas/board.scenario.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = "sagas/board";
export const seed = 7;

const [left, top, cellW, cellH, laneH] = [54, 46, 102, 104, 20];
const [fromMs, toMs] = [13, 45];
const x = (ms: number) => ((ms - fromMs) / (toMs - fromMs)) * (cellW - 10);

export function draw(): string {
  const heads = refusals.map((refusing, at) =>
    label(left + at * cellW, 34, refusing === null ? "nobody" : refusing, {
      class: "label-strong",
    }),
  );
  const cells = orders.flatMap((saga, row) =>
    refusals.flatMap((refusing, column) => {
      const { spans } = board(seed, saga, refusing);
      const [cx, cy] = [left + column * cellW, top + row * (cellH + 18) + 14];
      const lanes = saga.map(({ service, kind }, nth) => {
        const y = cy + nth * laneH;
        const span = spans.find((one) => one.service === service);
        const name =
          column === 0
            ? label(left - 6, y + 12, service, {
                "text-anchor": "end",
                class: kind === "pivot" ? "label-strong" : "",
              })
            : "";
        const rail = line(cx, y + 8, cx + cellW - 10, y + 8, {
          class: "stroke-rule",
          "stroke-width": 0.8,
        });
        if (span === undefined) return name + rail;
        const isBack = span.toMs !== null;
        const bar = rect(cx + x(span.fromMs), y + 2, x(span.toMs ?? toMs) - x(span.fromMs), 12, {
          class: isBack ? "fill-paper stroke-accent" : "fill-blue",
          "stroke-width": isBack ? 1.4 : 0,
        });
        const lasts = isBack
          ? label(
              cx + x(span.fromMs) + 4,
              y + 12,
              `${((span.toMs ?? 0) - span.fromMs).toFixed(0)} ms`,
            )
          : "";
        return name + rail + bar + lasts;
      });
      return lanes;
    }),
  );
  const titles = orders.map((saga, row) =>
    label(4, top + row * (cellH + 18) + 6, saga.map(({ name }) => name).join(", "), {
      class: "label-quiet",
    }),
  );
  const bottom = top + 2 * (cellH + 18);
  return svg(
    456,
    bottom + 8,
    label(left, 16, "who says no", { class: "label-quiet" }),
    ...heads,
    ...titles,
    ...cells,
    rect(left, bottom - 8, 20, 10, { class: "fill-blue" }),
    label(left + 26, bottom + 1, "stands"),
    rect(left + 100, bottom - 8, 20, 10, {
      class: "fill-paper stroke-accent",
      "stroke-width": 1.4,
    }),
    label(left + 126, bottom + 1, "was seen, and taken back"),
    label(left + 300, bottom + 1, "bold: the pivot"),
  );
}
