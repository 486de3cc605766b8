/** Above, who answered whom: a row a client, a column a replica. Below, the history. */
import type { Table } from "../../scripts/widget/contract.ts";
import { circle, element, label, line, rect, svg } from "../draw.ts";
import type { Answer, Client, Row, Store } from "./simulate.ts";

const [widthPx, heightPx] = [456, 352];
const clients: readonly Client[] = ["w", "a", "b"];
const [firstX, columnPx, boxPx] = [112, 70, 52];
const rowsY = { w: 92, a: 124, b: 156 };
const [axisX, axisPx, axisMs] = [112, 330, 450];
const barsY = { w: 232, a: 266, b: 296 };
const middle = { "text-anchor": "middle" };

export function view(store: Store): string {
  const { homes } = store;
  return svg(
    widthPx,
    heightPx,
    ...homes.flatMap(({ id, value }, at) => replica(id, value, x(at))),
    ...clients.flatMap((client) => answersOf(client, store)),
    ...promise(store),
    ...axis(store),
    ...clients.map((client) => label(0, barsY[client] + 4, client, { class: "label-strong" })),
    ...store.history.flatMap((row) => bar(row, store)),
    ...verdict(store),
  );
}

function x(at: number): number {
  return firstX + at * columnPx;
}

function replica(id: string, value: string, left: number): readonly string[] {
  const fill = value === "2" ? "fill-field" : "fill-paper";
  return [
    rect(left, 14, boxPx, 42, { class: `${fill} stroke-ink`, "stroke-width": 1.2 }),
    label(left + boxPx / 2, 31, id, { ...middle, class: "label-strong" }),
    label(left + boxPx / 2, 47, `x = ${value}`, middle),
  ];
}

/** A circle a replica, with what it answered; those that count are in a loop. */
function answersOf(client: Client, { homes, answers, quorums }: Store): readonly string[] {
  const y = rowsY[client];
  const heard = answers[client];
  const needed = client === "w" ? quorums.w : quorums.r;
  const words = client === "w" ? `W = ${quorums.w} must store` : `R = ${quorums.r} must tell`;
  const places = homes.map(({ id }, at) => {
    const answer = heard.find(({ home }) => home === id);
    return mark(x(at) + boxPx / 2, y, answer, client);
  });
  return [
    label(0, y + 4, client, { class: "label-strong" }),
    label(14, y + 4, words, { class: "label-quiet" }),
    ...loop(client, y, homes, heard, needed),
    ...places,
  ];
}

function mark(cx: number, cy: number, answer: Answer | undefined, client: Client): string {
  if (!answer) return circle(cx, cy, 3, { class: "fill-paper stroke-rule", "stroke-width": 1.2 });
  const isOld = client !== "w" && answer.value !== "2";
  const frame = isOld ? "stroke-accent" : client === "w" ? "stroke-green" : "stroke-blue";
  return (
    circle(cx, cy, 8.5, { class: `fill-paper ${frame}`, "stroke-width": 1.4 }) +
    label(cx, cy + 4, answer.value, { ...middle, class: "label-strong" })
  );
}

/** Round the answers that made it a quorum, once there are enough. */
function loop(
  client: Client,
  y: number,
  homes: Store["homes"],
  heard: readonly Answer[],
  needed: number,
): readonly string[] {
  if (heard.length < needed) return [];
  const at = heard.map(({ home }) => homes.findIndex(({ id }) => id === home));
  const [first, last] = [Math.min(...at), Math.max(...at)];
  const left = x(first) + boxPx / 2 - 15;
  return [
    element("rect", {
      x: left,
      y: y - 13,
      width: (last - first) * columnPx + 30,
      height: 26,
      rx: 13,
      class: `fill-none ${client === "w" ? "stroke-green" : "stroke-blue"}`,
      "stroke-width": 1.3,
    }),
  ];
}

function promise({ quorums: { n, r, w }, promise }: Store): readonly string[] {
  const words = promise.readsMeetWrites
    ? `R + W = ${r + w} > N = ${n}: every read meets every write that is over`
    : `R + W = ${r + w} ≤ N = ${n}: a read may miss a write that is over`;
  return [label(0, 195, words, { class: "label-strong" })];
}

// --- The history ---------------------------------------------------------------------------------

function timeX(ms: number): number {
  return axisX + (ms / axisMs) * axisPx;
}

function bar(row: Row, { atMs, history }: Store): readonly string[] {
  const { client, isRead, value, fromMs, toMs } = row;
  const y = barsY[client];
  const [left, right] = [timeX(fromMs), timeX(toMs ?? atMs)];
  const before = history.find((other) => other.client === "a");
  const isBack = client === "b" && value === "1" && before?.value === "2";
  const tone = isBack ? "stroke-accent" : "stroke-blue";
  const words = isRead ? `read, gets ${value}` : `write ${value}`;
  const ends = toMs === null ? [left] : [left, right];
  const isAbove = client === "w";
  return [
    line(left, y, right, y, { class: tone, "stroke-width": 2 }),
    ...ends.map((at) => line(at, y - 4, at, y + 4, { class: tone, "stroke-width": 1.4 })),
    isAbove
      ? label(value === "1" ? left - 4 : left + 18, y - 8, words, {
          class: "label halo",
          "text-anchor": value === "1" ? "end" : "start",
        })
      : label(right + 7, y + 4, toMs === null ? "reads" : words, {
          class: isBack ? "label-strong halo" : "label halo",
        }),
  ];
}

function axis({ atMs }: Store): readonly string[] {
  const y = 316;
  const ink = { class: "stroke-ink", "stroke-width": 1 };
  return [
    line(axisX, y, axisX + axisPx, y, ink),
    ...[0, 100, 200, 300, 400].flatMap((ms) => [
      line(timeX(ms), y, timeX(ms), y + 4, ink),
      label(timeX(ms), y + 15, String(ms), middle),
    ]),
    label(widthPx, y + 15, "ms", { class: "label-quiet", "text-anchor": "end" }),
    line(timeX(atMs), 218, timeX(atMs), y, { class: "stroke-quiet dashed", "stroke-width": 1 }),
  ];
}

function verdict({ isLinearizable }: Store): readonly string[] {
  if (isLinearizable === null) return [];
  const words = isLinearizable ? "linearizable" : "not linearizable";
  return [
    label(0, 347, "The checker:", { class: "label-quiet" }),
    label(70, 347, words, { class: "label-strong" }),
  ];
}

export function table({ quorums, promise, homes, answers, history, isLinearizable }: Store): Table {
  const told = (client: Client) =>
    answers[client].map(({ home, value }) => `${home}: ${value}`).join(", ") || "nobody yet";
  const words = ({ isRead, value, fromMs, toMs }: Row) =>
    `${isRead ? `read, gets ${value}` : `write ${value}`}, from ${fromMs} ms ${toMs === null ? "on" : `to ${toMs} ms`}`;
  return {
    head: ["What", "Value"],
    rows: [
      ["N, R, W", `${quorums.n}, ${quorums.r}, ${quorums.w}`],
      ["Each read meets each write that is over", promise.readsMeetWrites ? "yes" : "no"],
      [
        "Replicas that may be down for reads, for writes",
        `${promise.readsSurvive}, ${promise.writesSurvive}`,
      ],
      ...homes.map(({ id, value }) => [`x at ${id}`, value]),
      ["Have stored 2, as w hears", told("w")],
      ["Have answered a", told("a")],
      ["Have answered b", told("b")],
      ...history.map((row) => [`Client ${row.client}`, words(row)]),
      [
        "Linearizable",
        isLinearizable === null ? "both reads are not over yet" : isLinearizable ? "yes" : "no",
      ],
    ],
  };
}
