/**
 * Figure 8 of the Raft paper, drawn from the states of the scripted run:
 * in (c) the entry of term 2 is on a majority; in (d) it is overwritten
 * all the same; in (e) an entry of term 4 on a majority makes it safe.
 */
import { figure8, figure8Raft, servers } from "../code/raft/figure-8.ts";
import { type Stage, storedBy } from "../code/raft/script.ts";
import { label, line, rect, svg } from "./draw.ts";

export const program = "raft/figure-8";
export const seed = 7;

const boxPx = 19;
const rowPx = 25;
const framePx = 86;
const leftPx = 26;
const topPx = 42;

export function draw(): string {
  const frames = Object.entries(figure8(figure8Raft()));
  const columns = frames.flatMap(([name, on], at) => {
    const isLast = name === "e";
    return frame(`(${name})`, on, leftPx + at * framePx + (isLast ? 6 : 0));
  });
  const names = servers.map((id, at) => label(0, middle(at) + 3.7, id, { class: "label-strong" }));
  const heightPx = topPx + servers.length * rowPx;
  const dividerX = leftPx + 4 * framePx - 3;
  const legend = label(
    leftPx,
    heightPx + 14,
    "red frame: leads · ×: down · 5: the no-op of S5's own term",
    {
      class: "label-quiet",
    },
  );
  const divider = line(dividerX, 4, dividerX, heightPx, {
    class: "stroke-quiet dashed",
    "stroke-width": 1,
  });
  return svg(456, heightPx + 20, ...names, ...columns, divider, legend);
}

function frame(title: string, on: Stage, x: number): readonly string[] {
  const indexes = [1, 2, 3].map((index, at) =>
    label(x + at * boxPx + boxPx / 2, topPx - 8, String(index), {
      "text-anchor": "middle",
      class: "label-quiet",
      "font-size": 9.4,
    }),
  );
  return [
    label(x, 14, title, { class: "label-strong" }),
    ...indexes,
    ...servers.flatMap((id, row) => server(on, id, x, middle(row))),
  ];
}

/** The log of one server: its boxes, and whether it leads or is down. */
function server(on: Stage, id: string, x: number, y: number): readonly string[] {
  const { log } = storedBy(on, id);
  const state = on.up[id];
  const isLeader = state?.role === "leader";
  const boxes = log.flatMap(({ term }, at) => [
    rect(x + at * boxPx, y - boxPx / 2, boxPx, boxPx, {
      class: `${fillOf(term)} ${isLeader ? "stroke-accent" : "stroke-ink"}${state ? "" : " dashed"}`,
      "stroke-width": isLeader ? 2 : 1,
    }),
    label(x + at * boxPx + boxPx / 2, y + 3.7, String(term), {
      "text-anchor": "middle",
      class: term === 2 ? "label-strong fill-blue" : "label-strong",
    }),
  ]);
  const end = x + log.length * boxPx + 5;
  const cross = line(end, y - 4, end + 8, y + 4, { class: "stroke-accent", "stroke-width": 1.3 });
  const other = line(end, y + 4, end + 8, y - 4, { class: "stroke-accent", "stroke-width": 1.3 });
  return state === undefined ? [...boxes, cross, other] : boxes;
}

/** The entry that the story is about, of term 2, stands out. */
function fillOf(term: number): string {
  return term === 2 ? "fill-field" : "fill-paper";
}

function middle(row: number): number {
  return topPx + row * rowPx + boxPx / 2;
}
