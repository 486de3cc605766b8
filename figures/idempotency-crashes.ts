/**
 * The sample `idempotency`: a square for each line at which server w1, the
 * database or the provider can die, one row a setup. What became of the
 * charge stands in the square.
 */
import { crashPoints } from "../code/idempotency/crash-points.scenario.ts";
import { everyCrash, payment, setups, type Verdict } from "../code/idempotency/payment.scenario.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = "idempotency";
export const seed = 7;

const [leftPx, topPx, cellPx, rowPx, gapPx] = [124, 44, 14, 34, 6];
const rows = [
  ["new key each time", "provider with keys"],
  ["one key, ask again", "provider without"],
  ["one key, park", "provider without"],
  ["one key, ask again", "provider with keys"],
];
const nodes = ["w1", "s1", "v1"];
const names = ["server w1", "database s1", "provider"];

export function draw(): string {
  const [first] = setups;
  if (first === undefined) throw new Error("no setup");
  const points = crashPoints(payment({ seed, setup: first }), nodes);
  const x = (at: number) => {
    const group = nodes.indexOf(points[at]?.node ?? "");
    return leftPx + at * cellPx + group * gapPx;
  };
  const heads = nodes.map((node, nth) => {
    const own = points.flatMap((point, at) => (point.node === node ? [at] : []));
    const from = x(own[0] ?? 0);
    const to = x(own.at(-1) ?? 0) + cellPx - 2;
    return [
      label((from + to) / 2, 14, names[nth] ?? "", {
        class: "label-strong",
        "text-anchor": "middle",
      }),
      line(from, 20, to, 20, { class: "stroke-rule", "stroke-width": 1 }),
    ].join("");
  });
  const drawn = setups.flatMap((setup, row) => {
    const y = topPx + row * rowPx;
    const [name = "", provider = ""] = rows[row] ?? [];
    const verdicts = everyCrash(seed, setup);
    return [
      label(leftPx - 9, y + 3, name, { "text-anchor": "end" }),
      label(leftPx - 9, y + 15, provider, { class: "label-quiet", "text-anchor": "end" }),
      ...verdicts.map((verdict, at) => cell(x(at), y - 4, verdict)),
    ];
  });
  const legendY = topPx + 4 * rowPx + 8;
  const legend = (
    [
      [{ charged: 1, booked: 1, outcome: null }, "once"],
      [{ charged: 2, booked: 1, outcome: null }, "twice"],
      [{ charged: 0, booked: 0, outcome: "ASK_A_HUMAN" }, "unsure, not charged"],
      [{ charged: 1, booked: 0, outcome: "ASK_A_HUMAN" }, "unsure, charged"],
    ] as const
  ).flatMap(([verdict, text], nth) => {
    const at = [leftPx, leftPx + 54, leftPx + 110, leftPx + 234][nth] ?? 0;
    return [cell(at, legendY - 14, verdict), label(at + 18, legendY, text)];
  });
  return svg(456, legendY + 8, ...heads.flat(), ...drawn, ...legend);
}

function cell(x: number, y: number, { charged, outcome }: Verdict): string {
  const isUnsure = outcome === "ASK_A_HUMAN";
  const box = (look: string) => rect(x, y, cellPx - 2, 19, { class: look, "stroke-width": 1 });
  const sign = (text: string, look: string) =>
    label(x + (cellPx - 2) / 2, y + 13.5, text, { class: look, "text-anchor": "middle" });
  if (isUnsure) return box("fill-paper stroke-ink") + sign(`${charged}`, "label");
  if (charged > 1) return box("fill-accent stroke-accent") + sign("2", "label-strong fill-paper");
  return box("fill-field stroke-rule");
}
