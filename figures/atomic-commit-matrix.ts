/** The liability matrix of two-phase commit, from every crash point. */
import { liabilities, twoPhaseCluster } from "../code/atomic-commit/protocols.scenario.ts";
import { element, label, line, rect, svg } from "./draw.ts";

export const program = "atomic-commit/liability";
export const seed = 7;

const [firstX, rowH, topY] = [8, 25, 58];
const columns = [
  { x: 262, width: 94 },
  { x: 360, width: 94 },
];

export function draw(): string {
  const sides = [false, true].map((isCooperative) =>
    liabilities(twoPhaseCluster({ isCooperative }, [])),
  );
  const rows = sides[0] ?? [];
  const bottom = topY + rows.length * rowH;
  const drawn = rows.map((row, at) => {
    const y = topY + at * rowH;
    const cells = sides.map((side, nth) => {
      const { blocked = 0, heldMsMax = 0 } = side[at] ?? {};
      const { x, width } = columns[nth] ?? { x: 0, width: 0 };
      const isBad = blocked > 0;
      const words = isBad ? `${blocked} wait` : "none";
      return (
        rect(x, y + 2, width, rowH - 4, {
          class: isBad ? "fill-field stroke-accent" : "fill-none stroke-rule",
          "stroke-width": isBad ? 1.4 : 1,
        }) +
        label(x + 8, y + 16.5, words, { class: isBad ? "label-strong fill-accent" : "" }) +
        label(x + width - 7, y + 16.5, `${heldMsMax}`, { "text-anchor": "end" })
      );
    });
    const decided = row.outcomes.join(" or ").replace("nothing", "none");
    return element(
      "g",
      {},
      label(firstX, y + 16.5, row.who),
      label(firstX + 70, y + 16.5, row.before.replace("vote vote=yes", "its yes")),
      label(firstX + 168, y + 16.5, decided),
      ...cells,
    );
  });
  const rule = { class: "stroke-ink", "stroke-width": 1 };
  return svg(
    456,
    bottom + 20,
    label(columns[0]?.x ?? 0, 14, "if in doubt, ask", { class: "label-quiet" }),
    label(columns[0]?.x ?? 0, 30, "coordinator", { class: "label-strong" }),
    label(columns[1]?.x ?? 0, 30, "all the others", { class: "label-strong" }),
    label(firstX, 47, "dies", { class: "label-quiet" }),
    label(firstX + 70, 47, "before it can", { class: "label-quiet" }),
    label(firstX + 168, 47, "decided", { class: "label-quiet" }),
    ...columns.flatMap(({ x, width }) => [
      label(x + 8, 47, "forever", { class: "label-quiet" }),
      label(x + width - 7, 47, "ms", { class: "label-quiet", "text-anchor": "end" }),
    ]),
    line(firstX, topY - 4, 454, topY - 4, rule),
    ...drawn,
    label(454, bottom + 14, "ms: longest lock of a survivor if the dead one is back after 300 ms", {
      class: "label-quiet",
      "text-anchor": "end",
    }),
  );
}
