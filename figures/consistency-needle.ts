/** The dial as it is drawn on a whiteboard, with the settings of Ana's site. */
import { arrow, circle, element, label, line, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const [cx, cy, radius] = [228, 148, 104];

const marks: readonly { readonly name: string; readonly uses: readonly string[] }[] = [
  { name: "eventual", uses: ["star count"] },
  { name: "prefix, bound", uses: ["search, 60 s"] },
  { name: "my reads", uses: [] },
  { name: "my writes", uses: ["post, then look"] },
  { name: "causal", uses: ["read replies"] },
  { name: "sequential", uses: [] },
  { name: "linearizable", uses: ["claim a name", "ban an account"] },
];

/** The point at this part of the half circle, from left to right. */
function at(part: number, distance: number): readonly [number, number] {
  const angle = Math.PI * (1 - part);
  return [cx + distance * Math.cos(angle), cy - distance * Math.sin(angle)];
}

export function draw(): string {
  const arc = element("path", {
    d: `M ${cx - radius} ${cy} A ${radius} ${radius} 0 0 1 ${cx + radius} ${cy}`,
    class: "fill-none stroke-ink",
    "stroke-width": 1.4,
  });
  const drawn = marks.flatMap(({ name, uses }, nth) => {
    const part = nth / (marks.length - 1);
    const [x1, y1] = at(part, radius - 5);
    const [x2, y2] = at(part, radius + 5);
    const [x, y] = at(part, radius + 14);
    const anchor = part < 0.45 ? "end" : part > 0.55 ? "start" : "middle";
    const isEnd = part === 0 || part === 1;
    const lift = isEnd
      ? 13 * uses.length - 4
      : part === 0.5
        ? 12 * uses.length
        : 5 * uses.length - 3;
    const words = [name, ...uses].map((text, row) =>
      label(x, y - lift + row * 13, text, {
        "text-anchor": anchor,
        class: row === 0 ? "label-strong" : "label-quiet",
      }),
    );
    const [tipX, tipY] = at(part, radius - 12);
    const needle = uses.length > 0 ? [arrow(cx, cy, tipX, tipY, "blue")] : [];
    return [
      line(x1, y1, x2, y2, { class: "stroke-ink", "stroke-width": 1.4 }),
      ...needle,
      ...words,
    ];
  });
  const border = 4.5 / 6;
  const [bx1, by1] = at(border, 30);
  const [bx2, by2] = at(border, radius + 12);
  return svg(
    456,
    cy + 28,
    arc,
    ...drawn,
    line(bx1, by1, bx2, by2, { class: "stroke-accent dashed", "stroke-width": 1.2 }),
    circle(cx, cy, 4, { class: "fill-ink" }),
    label(cx - 8, cy + 22, "a replica can answer alone", {
      "text-anchor": "end",
      class: "label-quiet",
    }),
    label(cx + 8, cy + 22, "others must be reached", { class: "label-quiet" }),
  );
}
