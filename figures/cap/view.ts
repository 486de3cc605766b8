/** The replicas and their links above; below, each request in the order in which it ended, and what the cut cost either side. */
import { servers } from "../../code/consistency/workload.scenario.ts";
import type { NodeId } from "../../code/kernel/node.ts";
import type { Table } from "../../scripts/widget/contract.ts";
import { circle, element, label, line, type Point, rect, svg } from "../draw.ts";
import { requestLegend, requestMark } from "../request-marks.ts";
import { type Lab, type Request, type Sum, sumOf } from "./simulate.ts";

const [widthPx, heightPx] = [456, 408];
const places: { readonly [node: NodeId]: Point } = {
  n1: [140, 52],
  n2: [140, 132],
  n3: [280, 32],
  n4: [336, 92],
  n5: [280, 152],
  c1: [28, 52],
  c2: [28, 132],
  c3: [432, 52],
  c4: [432, 132],
};
const clients = ["c1", "c2", "c3", "c4"];
const small = ["c1", "c2"];
const large = ["c3", "c4"];
const middle = { "text-anchor": "middle" };

export function view(lab: Lab): string {
  const newest = lab.happened[lab.now - 1];
  const request = newest && "client" in newest ? newest : null;
  return svg(
    widthPx,
    heightPx,
    ...links(lab.cuts),
    ...(request ? [asked(request)] : []),
    ...servers.map((id) => replica(id, lab)),
    ...clients.map((id) => clientBox(id, request?.client === id)),
    ...timeline(lab),
    ...sums(lab),
  );
}

function place(id: NodeId): Point {
  return places[id] ?? [0, 0];
}

// --- Nodes and links -----------------------------------------------------------------------------

function links(cuts: readonly string[]): readonly string[] {
  return servers.flatMap((one, at) =>
    servers.slice(at + 1).map((other) => link(one, other, cuts.includes(`${one} ${other}`))),
  );
}

/** A whole link is a line; a cut one is two stubs, each with a cross at its end. */
function link(one: NodeId, other: NodeId, isCut: boolean): string {
  const [[x1, y1], [x2, y2]] = [place(one), place(other)];
  if (!isCut) return line(x1, y1, x2, y2, { class: "stroke-quiet", "stroke-width": 1 });
  const length = Math.hypot(x2 - x1, y2 - y1);
  const stub = (fromX: number, fromY: number, toX: number, toY: number) => {
    const part = 38 / length;
    const [x, y] = [fromX + part * (toX - fromX), fromY + part * (toY - fromY)];
    const stroke = { class: "stroke-accent", "stroke-width": 1.2 };
    return (
      line(fromX, fromY, x, y, { class: "stroke-accent dashed", "stroke-width": 1 }) +
      line(x - 2.5, y - 2.5, x + 2.5, y + 2.5, stroke) +
      line(x - 2.5, y + 2.5, x + 2.5, y - 2.5, stroke)
    );
  };
  return stub(x1, y1, x2, y2) + stub(x2, y2, x1, y1);
}

function replica(id: NodeId, { values, leader }: Lab): string {
  const [x, y] = place(id);
  const isLeader = leader === id;
  return element(
    "g",
    {},
    circle(x, y, 21, {
      class: `fill-paper ${isLeader ? "stroke-blue" : "stroke-ink"}`,
      "stroke-width": isLeader ? 2.4 : 1.3,
    }),
    label(x, y - 4, id, { class: "label-strong", ...middle }),
    label(x, y + 9, values[id] === "nothing" ? "–" : (values[id] ?? ""), middle),
    ...(isLeader ? [label(x, y - 27, "leader", { class: "label-quiet halo", ...middle })] : []),
  );
}

function clientBox(id: NodeId, isNow: boolean): string {
  const [x, y] = place(id);
  return (
    rect(x - 15, y - 11, 30, 22, {
      class: `fill-paper ${isNow ? "stroke-ink" : "stroke-rule"}`,
      "stroke-width": 1.3,
    }) + label(x, y + 4, id, { class: "label-strong", ...middle })
  );
}

/** The request that has just ended: a line from its client to the replica that it asked, with its mark. */
function asked({ client, replica: at, op, answer }: Request): string {
  const [[x1, y1], [x2, y2]] = [place(client), place(at)];
  const length = Math.hypot(x2 - x1, y2 - y1);
  const part = (length - 21) / length;
  const [x, y] = [x1 + part * (x2 - x1), y1 + part * (y2 - y1)];
  const share = 38 / length;
  const [markX, markY] = [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
  const tone = answer === "fresh" ? "stroke-ink" : "stroke-accent";
  return (
    line(x1, y1, x, y, { class: tone, "stroke-width": 1.6 }) +
    element(
      "g",
      { transform: `translate(${markX.toFixed(1)} ${markY.toFixed(1)}) scale(1.5)` },
      requestMark(0, 0, op, answer),
    )
  );
}

// --- Requests in their order ---------------------------------------------------------------------

const [left, right, top, rowPx] = [78, 446, 206, 17];

function timeline(lab: Lab): readonly string[] {
  const { happened, now } = lab;
  const slotPx = Math.min(8, (right - left) / Math.max(happened.length, 1));
  const x = (at: number) => Math.round((left + slotPx * (at + 0.5)) * 10) / 10;
  const y = (client: NodeId) => top + 12 + rowPx * clients.indexOf(client);
  const shown = happened.slice(0, now);
  return [
    label(4, top - 17, "each request, as it ended", { class: "label-quiet" }),
    ...cutShades(lab, x),
    ...clients.flatMap((id) => [
      label(4, y(id) + 4, id, { class: "label-strong" }),
      label(20, y(id) + 4, small.includes(id) ? "at n1, n2" : "at n3–n5", { class: "label-quiet" }),
      line(left, y(id), x(happened.length), y(id), { class: "stroke-rule", "stroke-width": 0.8 }),
    ]),
    ...shown.flatMap((event, at) =>
      "client" in event ? [requestMark(x(at), y(event.client), event.op, event.answer)] : [],
    ),
  ];
}

/** The time in which links were cut, as far as it is shown. */
function cutShades({ happened, now }: Lab, x: (at: number) => number): readonly string[] {
  const shown = happened.slice(0, now);
  const half = (x(1) - x(0)) / 2;
  return shown.flatMap((event, at) => {
    if (!("links" in event) || event.links === "whole") return [];
    const isFirst = !shown
      .slice(0, at)
      .some(
        (other, nth) =>
          "links" in other &&
          other.links === "cut" &&
          !shown.slice(nth, at).some((heal) => "links" in heal && heal.links === "whole"),
      );
    if (!isFirst) return [];
    const healed = shown.findIndex(
      (heal, nth) => nth > at && "links" in heal && heal.links === "whole",
    );
    const end = healed < 0 ? now - 1 : healed;
    const width = Math.max(x(end) - x(at) + (healed < 0 ? half : 0), 2);
    const height = rowPx * clients.length + 6;
    return [
      rect(x(at), top, width, height, { class: "fill-field" }),
      line(x(at), top, x(at), top + height, { class: "stroke-accent", "stroke-width": 1.4 }),
      label(x(at), top - 4, "cut", { class: "label-strong" }),
      ...(healed < 0
        ? []
        : [
            line(x(end), top, x(end), top + height, { class: "stroke-ink", "stroke-width": 1.2 }),
            label(x(end), top - 4, "whole", { class: "label-strong" }),
          ]),
    ];
  });
}

// --- What it cost --------------------------------------------------------------------------------

const sumTop = 300;

function sums(lab: Lab): readonly string[] {
  return [
    label(4, sumTop, "asked during the cut", { class: "label-quiet" }),
    ...swatch(152, "fill-paper", "answered"),
    ...swatch(230, "fill-field", "answered, and stale"),
    hatch(152 + 78, sumTop - 9, 14, 11),
    ...swatch(362, "fill-accent", "refused"),
    ...bar(sumTop + 9, "at n1, n2", sumOf(lab, small)),
    ...bar(sumTop + 33, "at n3–n5", sumOf(lab, large)),
    ...legend(sumTop + 72),
  ];
}

function swatch(x: number, tone: string, words: string): readonly string[] {
  const box = { class: `${tone} stroke-ink`, "stroke-width": 0.7 };
  return [rect(x, sumTop - 9, 14, 11, box), label(x + 20, sumTop, words, { class: "label-quiet" })];
}

const barHeightPx = 18;

/** A part for each kind of answer, with its count. */
function bar(y: number, name: string, sum: Sum): readonly string[] {
  const { asked: all, stale, refused } = sum;
  const fresh = all - stale - refused;
  const px = (count: number) => (all === 0 ? 0 : (count / all) * (right - left));
  const part = (tone: string, from: number, count: number, words: string): readonly string[] => {
    if (count === 0) return [];
    const box = { class: `${tone} stroke-ink`, "stroke-width": 0.7 };
    const x = left + px(from);
    return [
      rect(x, y, px(count), barHeightPx, box),
      ...(tone === "fill-field" ? [hatch(x, y, px(count), barHeightPx)] : []),
      label(x + px(count) / 2, y + 13, String(count), { class: words, ...middle }),
    ];
  };
  return [
    label(4, y + 13, name, { class: "label-strong" }),
    rect(left, y, right - left, barHeightPx, {
      class: "fill-none stroke-rule",
      "stroke-width": 0.8,
    }),
    ...part("fill-paper", 0, fresh, "label"),
    ...part("fill-field", fresh, stale, "label-strong halo"),
    ...part("fill-accent", fresh + stale, refused, "label-strong fill-paper"),
  ];
}

/** Slanted lines, so that stale is told from right without color. */
function hatch(x: number, y: number, width: number, height: number): string {
  const starts = Array.from({ length: Math.floor(width / 7) }, (_, at) => x + 3 + 7 * at);
  return starts
    .map((from) =>
      line(from, y + height - 0.4, Math.min(from + height / 2, x + width), y + 0.4, {
        class: "stroke-quiet",
        "stroke-width": 0.8,
      }),
    )
    .join("");
}

function legend(y: number): readonly string[] {
  return [
    ...requestLegend(y, [
      [8, "read", "fresh", "read"],
      [58, "write", "fresh", "write"],
      [112, "read", "stale", "read, stale"],
      [196, "read", "refused", "read, refused"],
      [292, "write", "refused", "write, refused"],
    ]),
    label(
      4,
      y + 24,
      "In a replica: the value of x that it holds; c1-3 was written by the third request of c1.",
      {
        class: "label-quiet",
      },
    ),
  ];
}

export function table(lab: Lab): Table {
  const { happened, now, cuts, values, atMs } = lab;
  const newest = happened[now - 1];
  const last =
    newest && "client" in newest
      ? `${newest.client}, ${newest.op} at ${newest.replica}: ${newest.op === "write" && newest.answer === "fresh" ? "done" : newest.answer}`
      : newest
        ? `links ${newest.links}`
        : "nothing yet";
  const sumRow = (name: string, own: readonly NodeId[]) => {
    const { asked: all, stale, refused } = sumOf(lab, own);
    return [name, `${all} asked, ${stale} stale, ${refused} refused`];
  };
  return {
    head: ["What", "Value"],
    rows: [
      ["Time", `${Math.round(atMs)} ms`],
      ["Last event", last],
      ["Links cut", cuts.join(", ") || "none"],
      ...servers.map((id) => [`x at ${id}`, values[id] ?? "nothing"]),
      sumRow("Of c1 and c2, during the cut", small),
      sumRow("Of c3 and c4, during the cut", large),
    ],
  };
}
