/** Two-phase commit between Paxos groups: each role is a group of three. */
import { arrow, circle, label, rect, svg } from "./draw.ts";

export const program = null;
export const seed = null;

const zones = [
  { x: 96, name: "zone A" },
  { x: 216, name: "zone B" },
  { x: 336, name: "zone C" },
];
const groups = [
  { y: 34, name: "group 1", role: ["coordinator;", "holds Bob"], leader: 1 },
  { y: 118, name: "group 2", role: ["holds Joe"], leader: 0 },
  { y: 202, name: "group 3", role: ["holds the bank"], leader: 2 },
];

export function draw(): string {
  const place = (group: number) => {
    const { y = 0, leader = 0 } = groups[group] ?? {};
    return { x: (zones[leader]?.x ?? 0) + 30, y: y + 18 };
  };
  const [one, two, three] = [place(0), place(1), place(2)];
  return svg(
    456,
    268,
    ...zones.map(({ x, name }) =>
      label(x + 30, 14, name, { "text-anchor": "middle", class: "label-quiet" }),
    ),
    ...groups.flatMap(({ y, name, role, leader }) => [
      rect(84, y - 8, 324, 52, { class: "fill-none stroke-rule", "stroke-width": 1, rx: 6 }),
      label(8, y + 8, name, { class: "label-strong" }),
      ...role.map((words, at) => label(8, y + 22 + 13 * at, words, { class: "label-quiet" })),
      ...zones.flatMap(({ x }, at) => [
        circle(x + 30, y + 18, 11, {
          class: at === leader ? "fill-blue stroke-blue" : "fill-paper stroke-blue",
          "stroke-width": 1.3,
        }),
        ...(at === leader
          ? []
          : [
              arrow(
                (zones[leader]?.x ?? 0) + 30 + (at > leader ? 12 : -12),
                y + 18 + (Math.abs(at - leader) === 2 ? 6 : 0),
                x + 30 + (at > leader ? -12 : 12),
                y + 18 + (Math.abs(at - leader) === 2 ? 6 : 0),
                "quiet",
              ),
            ]),
      ]),
    ]),
    arrow(one.x - 9, one.y + 8, two.x + 10, two.y - 9, "accent", { "stroke-width": 1.6 }),
    arrow(one.x + 7, one.y + 10, three.x - 7, three.y - 12, "accent", { "stroke-width": 1.6 }),
    label(8, 262, "filled: leader, holds the locks.", {}),
    label(186, 262, "gray: Paxos in a group.", { class: "label-quiet" }),
    label(322, 262, "red: prepare, commit.", { class: "fill-accent" }),
  );
}
