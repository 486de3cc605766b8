/** PACELC's four classes, with operations and their settings in them. */
import { label, line, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

type Cell = { readonly name: string; readonly lines: readonly string[] };

const cells: readonly (readonly Cell[])[] = [
  [
    {
      name: "PA/EL",
      lines: [
        "Cassandra: ONE, LOCAL_QUORUM",
        "DynamoDB global table, MREC:",
        "  every read and write",
        "PostgreSQL: query on a standby",
      ],
    },
    {
      name: "PA/EC",
      lines: [
        "MongoDB, w: 1 at the primary:",
        "  taken in the cut,",
        "  perhaps rolled back later",
      ],
    },
  ],
  [
    {
      name: "PC/EL",
      lines: ["PNUTS, 2012: read anywhere,", "  write at the record's master"],
    },
    {
      name: "PC/EC",
      lines: [
        "etcd: put, linearizable get",
        "MongoDB: w: majority,",
        "  read concern linearizable",
        "Cassandra: LWT at SERIAL",
        "DynamoDB MRSC: strong read",
        "Spanner: commit",
      ],
    },
  ],
];
const [left, top, widthPx, heightPx] = [62, 40, 196, 120];

export function draw(): string {
  const boxes = cells.flatMap((row, r) =>
    row.flatMap((cell, c) => {
      const [x, y] = [left + c * widthPx, top + r * heightPx];
      return [
        rect(x, y, widthPx, heightPx, {
          class: r === c ? "fill-field stroke-ink" : "fill-paper stroke-ink",
          "stroke-width": 1,
        }),
        label(x + 9, y + 17, cell.name, { class: "label-strong" }),
        ...cell.lines.map((text, at) =>
          label(x + 9 + (text.startsWith("  ") ? 10 : 0), y + 34 + at * 14, text.trim()),
        ),
      ];
    }),
  );
  const middle = { "text-anchor": "middle" };
  const head = (c: number, text: string) =>
    label(left + (c + 0.5) * widthPx, 30, text, { ...middle, class: "label-strong" });
  const side = (r: number, one: string, two: string) => {
    const y = top + (r + 0.5) * heightPx;
    return (
      label(left - 8, y - 2, one, { "text-anchor": "end", class: "label-strong" }) +
      label(left - 8, y + 12, two, { "text-anchor": "end", class: "label-quiet" })
    );
  };
  return svg(
    456,
    top + 2 * heightPx + 4,
    label(left + widthPx, 12, "else, with the link whole, it", { ...middle, class: "label-quiet" }),
    head(0, "asks whoever is near"),
    head(1, "asks the primary or a quorum"),
    label(2, 30, "link cut:", { class: "label-quiet" }),
    line(left, top, left + 2 * widthPx, top, { class: "stroke-ink", "stroke-width": 1 }),
    ...boxes,
    side(0, "answers", "alone"),
    side(1, "refuses", "alone"),
  );
}
